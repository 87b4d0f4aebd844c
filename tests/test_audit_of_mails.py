"""What the audit and the respondents' page say of a survey whose people are written to."""

from dataclasses import replace

import pytest

from survey.config import Config
from survey.services.promises.settings import Settings
from survey.services.promises.table import rows
from tests.collecting import NOON
from tests.mailed import make_mailed_place, working
from tests.support.mailbox import Mailbox, mail_server
from tests.test_audit import Instance, settle


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def instance(request, originals, tmp_path, capsys):
    with originals(request.param, made=make_mailed_place).copy(settle(tmp_path)) as place:
        yield Instance(place, tmp_path, capsys)


def test_as_long_as_mails_with_codes_wait_the_audit_says_who_could_answer(instance, tmp_path):
    _, text = instance.audit()
    assert "Mails with a code that wait to be sent: 12." in text
    assert "can answer in these people’s place" in text
    assert "those who were invited by mail (12)" in text
    with mail_server(Mailbox()) as server:
        with working(instance.place, server, tmp_path, NOON) as postman:
            postman.once()
        _, text = instance.audit()
    assert "Mails with a code" not in text
    assert "no code of a person is stored any more" in text
    assert "those who were invited by mail (12)" in text


def test_what_is_left_of_a_closed_survey_is_wrong(instance):
    from survey.storage.engine import engine_of

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
