"""Run by Alembic with the connection that `survey.storage.migrate` gives it."""

from alembic import context

from survey.storage.workspace import Account

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Account.metadata,
    render_as_batch=True,
)
context.run_migrations()
