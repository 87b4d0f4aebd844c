"""What the audit and the respondents' page say of a survey whose people are written to."""

from dataclasses import replace

import pytest

from survey.config import Config
from survey.services.promises.settings import Settings
from survey.services.promises.table import rows
from survey.services.rehearsing import start_rehearsal
from survey.services.running import add_cards
from survey.services.surveys import survey_view
from survey.storage.engine import engine_of
from tests.collecting import NOON
from tests.drafting import make_client, make_draft, read
from tests.mailed import make_mailed_place, working
from tests.support.mailbox import Mailbox, mail_server
from tests.test_audit import Instance, settle

NO_CODE = "No code of a person and no opening code stands in the database's files."
NO_OTHER = "No other code, and no opening code."


@pytest.fixture(autouse=True)
def cheap(monkeypatch):
    """Take the cheap keys of these tests for what the program makes."""
    monkeypatch.setattr("survey.services.auditing_folder.SCRYPT_N", 16)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def instance(request, originals, tmp_path, capsys):
    with originals(request.param, made=make_mailed_place).copy(settle(tmp_path)) as place:
        yield Instance(place, tmp_path, capsys)


def test_as_long_as_mails_with_codes_wait_the_audit_says_who_could_answer(instance, tmp_path):
    status, text = instance.audit()
    assert (status, NO_CODE in text) == (0, False), text
    assert (NO_OTHER in text) == bool(instance.place.files())
    assert "Mails with a code that wait to be sent: 12." in text
    assert "can answer in these people’s place" in text
    assert "those who were invited by mail (12)" in text
    with mail_server(Mailbox()) as server:
        with working(instance.place, server, tmp_path, NOON) as postman:
            postman.once()
        status, text = instance.audit()
    assert (status, NO_CODE in text) == (0, bool(instance.place.files())), text
    assert "Mails with a code" not in text
    assert "so no table holds the code of a person" in text
    assert "those who were invited by mail (12)" in text


def test_the_code_of_a_mail_that_was_sent_and_left_in_the_files_is_wrong(
    originals, tmp_path, capsys
):
    """In a row nothing parts a code from the unit before it and the time behind it."""
    with originals("sqlite", made=make_mailed_place).copy(settle(tmp_path)) as place:
        instance = Instance(place, tmp_path, capsys)
        one = "SELECT min(id) FROM letter"
        instance.raw("PRAGMA secure_delete=off", f"DELETE FROM letter WHERE id = ({one})")
        instance.raw("UPDATE mailing SET state = 'going' WHERE number = 1")
        status, text = instance.audit()
        assert (
            status,
            "no table keeps stand in the database's files (1)" in text,
            NO_OTHER in text,
        ) == (0, True, False)
        instance.raw("UPDATE mailing SET state = 'done'")  # what is left waits for somebody
        status, text = instance.audit()
        told = "Codes stand in the database: 1 of people, valid ones"
        assert (status, told in text) == (1, True), "no mail with a code is being sent"
        instance.raw("PRAGMA secure_delete=off", "DELETE FROM letter")
        status, text = instance.audit()
    assert (status, NO_CODE in text) == (1, False)
    assert "Codes stand in the database: 12 of people, valid ones" in text


def test_the_test_codes_of_a_rehearsal_are_nothing_wrong(instance):
    sessions, keys = instance.place.sessions, instance.place.keys
    draft = make_draft(sessions, make_client(sessions, NOON), NOON)
    with sessions() as session:
        start_rehearsal(session, keys, draft, read(sessions, draft, NOON), NOON)
    status, text = instance.audit()
    assert (status, NO_CODE in text) == (0, False), text


def test_what_the_addition_of_people_can_tell_is_said_until_the_closing(instance):
    place = instance.place
    with place.sessions() as session:
        revision = survey_view(session, place.slug, NOON).revision
        add_cards(session, place.slug, "south", 1, NOON, revision)
    status, text = instance.audit()
    assert status == 0, text
    assert "what was changed since it opened, with the day (1 change)" in text
    assert "the next box is theirs" in text
    instance.close()
    status, text = instance.audit()
    assert (status, "(1 change)" in text, "the next box is theirs" in text) == (0, True, False)


def test_what_is_left_of_a_closed_survey_is_wrong(instance):
    with engine_of(instance.place.sessions).begin() as connection:
        connection.exec_driver_sql(
            "UPDATE survey SET state = 'closed', closed_at = '2026-11-20 00:00:00'"
        )
    status, text = instance.audit()
    assert status == 1
    assert "mails with a code of it are still stored (12)" in text
    assert "lines of who was invited by mail of it are still stored (12)" in text


@pytest.mark.parametrize(
    ("host", "security", "clear"),
    [
        ("mail.example.org", "none", True),
        ("10.0.0.7", "none", True),
        ("mail.example.org", "starttls", False),
        ("localhost", "none", False),
        ("127.0.0.1", "none", False),
        ("::1", "none", False),
    ],
)
def test_mails_that_go_unencrypted_over_a_wire_are_known(tmp_path, host, security, clear):
    config = Config(tmp_path, "sqlite:///x", tmp_path, smtp_host=host, smtp_security=security)
    assert not config.mails_in_clear, "mail is not set up: nobody they come from"
    assert replace(config, mail_from="a@example.org").mails_in_clear is clear


def test_a_survey_with_mails_tells_people_what_mail_means():
    cards, mail = ({row.key: row for row in rows(Settings(by_mail=way))} for way in (False, True))
    changed = {key for key in cards if cards[key] != mail[key]}
    assert changed == {"consultant", "hands_out", "host", "backup", "archive"}
    assert "knows that it is yours" in mail["hands_out"].open
    assert "Until a mail is sent its code lies in the database" in mail["host"].open
    assert "No person’s code" not in mail["archive"].open
    assert "saw all codes" not in mail["consultant"].open
