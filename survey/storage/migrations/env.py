"""Run by Alembic with the connection that `survey.storage.migrate` gives it."""

from alembic import context

from survey.storage.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
)
context.run_migrations()
