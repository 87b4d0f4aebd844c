"""Which columns there are. A new one breaks this test until somebody argues for it.

Near answers: no time, no address, no serial number, no link.
"""

import pytest
import sqlalchemy as sa

from survey.ballots.sealing import BOX_SIZE
from survey.storage import models, workspace  # noqa: F401 -- its tables belong to the schema
from survey.storage.engine import make_engine
from survey.storage.migrate import migrate
from survey.storage.models import Base

ALLOWED = {
    "survey": "slug title client practice critical questionnaire policy_scores policy_single "
    "policy_spread opened_at ends_at closable_from closed_at timezone organiser holders "
    "help_contact harm_role previous state public_key revision spoiled surplus left_out "
    "scheme fingerprint masked spare results_on client_id controller controller_contact "
    "privacy_notice introduction sponsor comments rehearsal lost_on asked_before",
    "unit": "survey id name parent asked place result_word way parts",
    "credential": "hash survey unit",
    "box": "nullifier survey unit sealed",
    "released_group": "survey key name kind parent units n asked place",
    "released_figure": "survey group_key measure value n step edge why below above",
    "released_comment": "survey group_key question place text hidden",
    "closing_receipt": "survey receipt",
    "participation": "survey group_key step day",
    "commitment": "id survey group_key who what until state",
    "adoption": "survey group_key months outcome note recorded_on knew_verdict",
    "share_link": "id token_hash survey scope label password made_at expires_at revoked_at",
    "letterhead": "survey consultant logo",
    "amendment": "survey number day kind told",
    "account": "id email name password role language timezone active second_factor second_step "
    "recovery asked_by handed_by",
    "account_help": "id email at by what read",
    "login_session": "token_hash account expires_at mark began_at seen_on browser complete",
    "ticket": "token_hash purpose account expires_at shown_to",
    "client": "id name language timezone controller controller_contact privacy_notice "
    "help_contact harm_role roster_until added_on roster_told",
    "warned": "survey number day",
    "membership": "client account",
    "report_grant": "account survey scope granted_on",
    "report_view": "id at who survey title scope what",
    "client_unit": "client id name parent place people",
    "person": "id client unit name email language leads",
    "draft": "id client title settings changed_at rehearsal rehearsed",
    "invitee": "survey email name unit language added_on",
    "mailing": "survey number kind due state total sent",
    "letter": "id survey mailing kind email name language unit code subject body due attempts "
    "state held_by told",
}
NEAR_ANSWERS = ("credential", "box")


def test_there_are_these_columns_and_no_others(database_url):
    migrate(database_url)
    engine = make_engine(database_url)
    found = sa.inspect(engine)
    names = set(found.get_table_names()) - {"alembic_version"}
    columns = {name: {column["name"] for column in found.get_columns(name)} for name in names}
    engine.dispose()
    assert columns == {name: set(allowed.split()) for name, allowed in ALLOWED.items()}


@pytest.mark.parametrize("name", NEAR_ANSWERS)
def test_near_answers_nothing_refers_to_anything(name):
    table = Base.metadata.tables[name]
    assert not table.foreign_keys
    referred = {
        key.column.table.name for t in Base.metadata.tables.values() for key in t.foreign_keys
    }
    assert name not in referred


@pytest.mark.parametrize("name", NEAR_ANSWERS)
def test_near_answers_there_is_no_time_number_or_second_index(name):
    table = Base.metadata.tables[name]
    for column in table.columns:
        assert isinstance(column.type, sa.Text | sa.LargeBinary), column
        assert column.server_default is None
        assert column.default is None
    assert not table.indexes
    assert [column.name for column in table.primary_key] == [table.columns[0].name]


def test_tables_filled_at_closing_keep_no_order_of_insertion():
    filled = {*NEAR_ANSWERS, "released_group", "released_figure", "released_comment"}
    for name in filled | {"closing_receipt", "participation", "invitee", "letter"}:
        assert Base.metadata.tables[name].dialect_options["sqlite"]["with_rowid"] is False


def test_every_column_says_what_it_is():
    for table in Base.metadata.tables.values():
        for column in table.columns:
            assert column.doc, f"{table.name}.{column.name}: give it a doc of one sentence"


def test_the_table_takes_only_boxes_of_the_one_size(database_url):
    migrate(database_url)
    engine = make_engine(database_url)
    box = {"nullifier": bytes(32), "survey": "wave-1", "unit": "north"}
    for size in (BOX_SIZE - 1, BOX_SIZE + 1):
        with engine.connect() as connection, pytest.raises(sa.exc.IntegrityError):
            connection.execute(sa.insert(models.Box), box | {"sealed": bytes(size)})
    with engine.begin() as connection:
        connection.execute(sa.insert(models.Box), box | {"sealed": bytes(BOX_SIZE)})
    engine.dispose()
