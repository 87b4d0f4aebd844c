"""What somebody who prepares, adds, mails or deletes could use to learn who said what.

Each test plays one such person, or a thief of what is stored. Mails themselves: `test_mailed`.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import SMTP
from pathlib import Path

import pytest
import sqlalchemy as sa

from survey.errors import UserError
from survey.language import speaking
from survey.mail import Mail, Outcome, Sent, Server, message_of
from survey.services import outbox
from survey.services.closing import close_survey
from survey.services.draft_settings import JoinedUnits
from survey.services.drafts import draft_row
from survey.services.inviting import Invited
from survey.services.mailings import drop, letter_of, send_again
from survey.services.next_wave import start_next_wave
from survey.services.opening import PlanError
from survey.services.opening_drafts import open_draft
from survey.services.running import add_invited
from survey.storage.engine import engine_of
from survey.storage.models import Survey
from survey.storage.workspace import Letter
from tests.accounts import made_once
from tests.adversary.test_mailed import whose
from tests.collecting import NOON, Place, responses_for
from tests.drafting import HERE, OWNER, make_client, make_draft, read, unit_ids
from tests.mailed import make_mailed_place, working
from tests.support.mailbox import Mailbox, mail_server
from tests.test_services_drafts import saving

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
NEXT = NOW + timedelta(days=60)
UNITS = (("Sales", "", 0), ("North", "Sales", 10), ("South", "Sales", 3), ("Desk", "Sales", 4))


@pytest.fixture(autouse=True)
def english():
    """Whatever a test before this one spoke."""
    with speaking("en"):
        yield


@pytest.fixture(scope="module", params=["sqlite"])
def once(request, tmp_path_factory):
    yield from made_once(request, tmp_path_factory)


@pytest.fixture
def mailed(engine, originals, tmp_path):
    """Twelve people of one unit are written to; nothing is sent yet."""
    with originals(engine, made=make_mailed_place).copy(tmp_path) as place:
        yield place


def closed_wave(sessions, keys, client, joins=()):
    draft = make_draft(sessions, client, NOW, joins=joins)
    with sessions() as session:
        slug = open_draft(session, keys, draft, NOW, HERE).opened.slug
        with session.begin():
            told = {"state": "closed", "closed_at": NEXT, "left_out": ()}
            session.execute(sa.update(Survey).where(Survey.slug == slug).values(**told))
    return slug


def open_next(sessions, keys, slug, **changed):
    with sessions() as session:
        draft = start_next_wave(session, OWNER, slug, NEXT)
    saving(sessions, draft, ends="2027-02-10T18:00", **changed)
    ready = read(sessions, draft, NEXT)
    with sessions() as session:
        with session.begin():
            draft_row(session, draft).rehearsed = ready.digest
        return open_draft(session, keys, draft, NEXT, HERE).opened


def test_a_linked_wave_cannot_join_groups_that_stood_alone(sessions, keys):
    """Ten of the north alone, then with the three of the south: the difference is these three."""
    client = make_client(sessions, NOW, units=UNITS)
    ids = unit_ids(sessions, client)
    slug = closed_wave(sessions, keys, client)
    joins = (JoinedUnits((ids["North"], ids["South"])),)
    with pytest.raises(PlanError, match=r"North.*South"):
        open_next(sessions, keys, slug, joins=joins)


def test_a_linked_wave_cannot_take_apart_what_was_joined(sessions, keys):
    client = make_client(sessions, NOW, units=UNITS)
    ids = unit_ids(sessions, client)
    slug = closed_wave(sessions, keys, client, (JoinedUnits((ids["North"], ids["South"])),))
    with pytest.raises(PlanError, match=r"North.*South"):
        open_next(sessions, keys, slug, joins=())
    with pytest.raises(PlanError, match="South"):
        open_next(sessions, keys, slug, joins=(JoinedUnits((ids["Desk"], ids["South"])),))
    assert open_next(sessions, keys, slug).slug


def test_names_of_people_who_are_added_are_taken_out_of_comments_too(mailed: Place):
    """Those of the roster are; a colleague who came later is named in comments just as well."""
    kim = Invited("north", "Kim Adlerhorst", "kim@example.org", "en")
    later = NOON + timedelta(days=1)
    with mailed.sessions() as session:
        add_invited(session, mailed.slug, "north", [kim], later, 1)
    codes = mailed.codes
    told = responses_for(codes)
    for code, response in told.items():
        mailed.answer(code, replace(response, comments={"O1": "Kim Adlerhorst never listens."}))
    end = NOON + timedelta(days=15)
    close_survey(mailed.sessions, mailed.keys, mailed.slug, mailed.opening_codes[:1], end)
    comments = [row[4] for row in mailed.tables()["released_comment"]]
    assert comments
    assert set(comments) == {"[name] never listens."}


def in_dead_rows(place: Place, code: str) -> bool:
    """Whether a file of PostgreSQL still holds a code in the place of a letter."""
    with engine_of(place.sessions).connect() as connection:
        connection.exec_driver_sql("CHECKPOINT")
        folder = connection.exec_driver_sql("SHOW data_directory").scalar_one()
        path = connection.exec_driver_sql("SELECT pg_relation_filepath('letter')").scalar_one()
    return code.encode() in (Path(str(folder)) / str(path)).read_bytes()


@pytest.mark.parametrize("engine", [pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_closing_leaves_no_code_of_a_mail_that_was_never_sent(engine, mailed: Place):
    """Closed by hand as soon as it may be, before the worker has looked at the outbox again."""
    code = next(str(row[8]) for row in mailed.tables()["letter"] if row[8])
    for one, response in responses_for([*mailed.codes, code]).items():
        mailed.answer(one, response)
    assert in_dead_rows(mailed, code), "the search finds nothing"
    end = NOON + timedelta(days=15)
    close_survey(mailed.sessions, mailed.keys, mailed.slug, mailed.opening_codes[:1], end)
    assert not in_dead_rows(mailed, code)


def test_what_a_mail_server_says_of_a_mail_tells_nobody_its_code(mailed: Place):
    """Some quote what they refuse, a link for example, and a page shows what they said."""
    with mailed.sessions() as session:
        with session.begin():
            outbox.tidy(session, NOON)
            held = outbox.claim(session, "w", NOON, [])
        assert held
        assert held.code
        said = f"554 5.7.1 refused: https://survey.example.org/s/{mailed.slug}#{held.code}"
        plain = held.code.replace("-", "").lower()
        with session.begin():
            outbox.settle(session, held, "w", Sent(Outcome.REFUSED, f"{said} ({plain})"), NOON)
        told = letter_of(session, mailed.slug, held.id).told
    assert told.startswith("554 5.7.1 refused: https://survey.example.org/s/")
    assert held.code not in told
    assert plain not in told.lower()


def test_a_mail_that_may_have_arrived_is_sent_to_nobody_else(mailed: Place):
    """Its code may be in the right hands already: who got it too could answer unnoticed."""
    with mailed.sessions() as session:
        with session.begin():
            outbox.tidy(session, NOON)
            held = outbox.claim(session, "killed", NOON, [])
        assert held
        with session.begin():
            assert outbox.call_uncertain(session, "next") == 1
        with pytest.raises(UserError, match="spare card"):
            send_again(session, mailed.slug, held.id, "mallory@example.org", NOON)
        assert letter_of(session, mailed.slug, held.id).email == held.email
        send_again(session, mailed.slug, held.id, held.email, NOON)


@pytest.mark.parametrize("engine", [pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_a_link_to_a_password_goes_with_its_mail(engine, mailed: Place, tmp_path):
    """An invitation works for a week: whoever takes the files by then would come in with it."""
    link = "https://survey.example.org/invite/" + "x" * 43
    with mailed.sessions() as session, session.begin():
        session.execute(sa.delete(Letter))
    with mail_server(Mailbox()) as server, working(mailed, server, tmp_path) as postman:
        assert postman.once() == 0
        with mailed.sessions() as session, session.begin():
            outbox.write_letter(session, "new@example.org", "New", "en", "Come in", link, NOON)
        assert in_dead_rows(mailed, link), "the search finds nothing"
        assert postman.once() == 1
    assert not in_dead_rows(mailed, link)


HOSTILE = "=?utf-8?q?Kim=0d=0aDisposition-Notification-To:_spy@example.org?="
"""Python's own mail library reads this as a name with a line break in it, and writes two headers:
one more that asks for word when the mail is read."""


def test_no_name_and_no_title_can_put_a_header_into_a_mail():
    server = Server("localhost", 25, "none", sender="Survey <survey@example.org>")
    for name, subject in ((HOSTILE, "Your code"), ("Kim", HOSTILE), (HOSTILE, HOSTILE)):
        mail = Mail("id", "kim@example.org", name, "en", subject, "Hello", "<p>Hello</p>")
        sent = message_from_bytes(message_of(mail, server, NOON).as_bytes(), policy=SMTP)
        assert "Disposition-Notification-To" not in sent
        assert [to.addr_spec for to in sent["To"].addresses] == ["kim@example.org"]
        assert "spy@example.org" in f"{sent['To']} {sent['Subject']}"


def test_a_mail_that_may_have_arrived_leads_to_a_box_until_somebody_decides(mailed: Place):
    """The limit, told as it is in docs/anonymity.md: its code is still there, and may be used."""
    with mailed.sessions() as session:
        with session.begin():
            outbox.tidy(session, NOON)
            held = outbox.claim(session, "killed", NOON, [])
        assert held
        assert held.code
        with session.begin():
            outbox.call_uncertain(session, "next")
    mailed.answer(held.code, next(iter(responses_for([held.code]).values())))
    assert list(whose(mailed).values()) == [{held.code.encode()}]
    with mailed.sessions() as session:
        drop(session, mailed.slug, held.id)
    assert whose(mailed) == {}
