"""A migrated database is the database of the models, and migrating loses nothing."""

from datetime import UTC, date, datetime
from typing import Literal

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext

from survey.storage.engine import make_engine
from survey.storage.migrate import ReferencesBroken, changing, migrate
from survey.storage.models import Base
from survey.storage.workspace import Account, LoginSession


@pytest.fixture
def migrated(database_url):
    migrate(database_url)
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


def schema(engine):
    """What a database says of itself: columns, keys, rules; in a fixed order."""
    found = sa.inspect(engine)
    return {
        name: (
            [(c["name"], str(c["type"]), c["nullable"]) for c in found.get_columns(name)],
            found.get_pk_constraint(name),
            sorted(map(repr, found.get_foreign_keys(name))),
            sorted(map(repr, found.get_unique_constraints(name))),
            sorted(map(repr, found.get_check_constraints(name))),
            sorted(map(repr, found.get_indexes(name))),
            found.get_table_options(name),
        )
        for name in sorted(set(found.get_table_names()) - {"alembic_version"})
    }


def test_alembic_finds_nothing_to_add(migrated):
    with migrated.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_the_migrated_schema_is_that_of_the_models_rules_included(migrated):
    by_migrations = schema(migrated)
    with migrated.begin() as connection:
        Base.metadata.drop_all(connection)
        Base.metadata.create_all(connection)
    assert schema(migrated) == by_migrations


def test_migrating_again_changes_nothing(migrated, database_url):
    before = schema(migrated)
    migrate(database_url)
    assert schema(migrated) == before


def test_a_step_back_leaves_nothing(migrated):
    from survey.storage.migrations.versions import (
        v0001_first,
        v0002_trust,
        v0003_taken_along,
        v0004_workspace,
        v0005_leaving,
        v0006_helping,
    )

    with changing(migrated) as connection:
        with Operations.context(MigrationContext.configure(connection)):
            latest = v0006_helping, v0005_leaving, v0004_workspace
            for step in (*latest, v0003_taken_along, v0002_trust, v0001_first):
                step.downgrade()
        assert set(sa.inspect(connection).get_table_names()) <= {"alembic_version"}


def add_ten_sessions(engine):
    with engine.begin() as connection:
        connection.execute(
            sa.insert(Account),
            {"id": 1, "email": "a@example.org", "name": "Ana", "password": "x", "role": "owner"},
        )
        rows = [
            {
                "token_hash": bytes([n]) * 32,
                "account": 1,
                "expires_at": datetime(2026, 1, 1, tzinfo=UTC),
                "mark": str(n),
                "began_at": datetime(2026, 1, 1, tzinfo=UTC),
                "seen_on": date(2026, 1, 1),
                "browser": "",
                "complete": True,
            }
            for n in range(10)
        ]
        connection.execute(sa.insert(LoginSession), rows)


def children(engine):
    with engine.connect() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(LoginSession))


def test_rebuilding_a_table_keeps_its_children(migrated):
    """SQLite changes a table by building it anew; with foreign keys on this loses all children."""
    add_ten_sessions(migrated)
    rebuilt: Literal["always", "auto"] = "always" if migrated.dialect.name == "sqlite" else "auto"
    with changing(migrated) as connection:
        operations = Operations(MigrationContext.configure(connection))
        with operations.batch_alter_table("account", recreate=rebuilt) as account:
            account.add_column(sa.Column("nickname", sa.Text()))
    assert children(migrated) == 10
    with migrated.connect() as connection:
        if migrated.dialect.name == "sqlite":
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_a_migration_that_orphans_rows_is_undone(migrated):
    add_ten_sessions(migrated)
    orphaning = (ReferencesBroken, sa.exc.IntegrityError)  # PostgreSQL refuses at once by itself
    with pytest.raises(orphaning), changing(migrated) as connection:
        connection.execute(sa.text("UPDATE login_session SET account = 99"))
    with migrated.connect() as connection:
        accounts = connection.scalars(sa.select(LoginSession.account).distinct()).all()
    assert accounts == [1]


def a_survey_of_before(connection):
    """A survey as version 3 kept it: of a client by name, with a spare code in each unit."""
    when = "2026-03-01 12:00:00"
    words = "practice", "questionnaire", "organiser", "help_contact", "harm_role", "fingerprint"
    told: dict[str, object] = dict.fromkeys(words, "")
    told |= dict.fromkeys(("critical", "holders", "masked"), "[]")
    told |= dict.fromkeys(("opened_at", "ends_at", "closable_from"), when)
    told |= {"slug": "wave-1", "title": "Wave", "client": "Hafen  SE", "timezone": "UTC"}
    told |= {"policy_scores": 5, "policy_single": 10, "policy_spread": 12, "revision": 1}
    told |= {"state": "open", "public_key": bytes(32), "spare": 2, "scheme": "one of two"}
    table = sa.table("survey", *map(sa.column, told))
    connection.execute(sa.insert(table), told)
    columns = ("survey", "id", "name", "parent", "asked", "place")
    units = [("wave-1", "all-1", "Hafen", None, 0, 0), ("wave-1", "kai", "Kai", "all-1", 9, 1)]
    for unit in units:
        row = dict(zip(columns, unit, strict=True))
        connection.execute(sa.insert(sa.table("unit", *map(sa.column, columns))), row)


def test_a_survey_of_before_gets_its_client_with_the_units_it_had(database_url):
    migrate(database_url, "0003")
    engine = make_engine(database_url)
    with engine.begin() as connection:
        a_survey_of_before(connection)
    migrate(database_url)
    with engine.connect() as connection:
        asked = sa.text("SELECT client, id, parent, people FROM client_unit ORDER BY place")
        units = [tuple(row) for row in connection.execute(asked)]
        client = connection.scalar(sa.text("SELECT client_id FROM survey"))
    engine.dispose()
    assert client == "hafen-se"
    assert units == [("hafen-se", "all-1", None, 0), ("hafen-se", "kai", "all-1", 7)]
