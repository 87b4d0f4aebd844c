"""Reminders: when, to whom, and what they say; and what an invitation says in each language."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from survey.exports.mails import html, plain
from survey.services import mailings, outbox
from survey.services.invitation_text import about_survey, invitation
from survey.services.reminding import (
    MOST,
    NobodyToRemind,
    NoTimeForReminder,
    TooManyReminders,
    UnknownMailing,
    add_reminder,
    cancel_reminder,
    move_reminder,
    reminder,
    usual_times,
)
from survey.storage.workspace import Letter
from tests.collecting import END, NOON, Place
from tests.mailed import URL, make_mailed_place, text_of, working
from tests.support.mailbox import Mailbox, mail_server

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def place(originals, tmp_path):
    with originals("sqlite", made=make_mailed_place).copy(tmp_path) as place:
        yield place


def dues(place: Place) -> list[datetime]:
    with place.sessions() as session:
        lines = mailings.mailings_of(session, place.slug)
    return [line.due for line in lines if line.kind == "reminder"]


def test_two_reminders_are_planned_for_mornings_where_the_survey_is(place):
    due = [at.astimezone(BERLIN) for at in dues(place)]
    assert [f"{at:%d %b %H:%M}" for at in due] == ["09 Nov 09:00", "13 Nov 09:00"]


@pytest.mark.parametrize("days", [0.5, 1, 2.9])
def test_a_short_survey_reminds_nobody_by_itself(days):
    assert usual_times(NOON, NOON + timedelta(days=days), "Europe/Berlin") == ()


def test_whatever_the_time_reminders_lie_well_within_it():
    for hours in range(72, 24 * 60, 7):
        ends = NOON + timedelta(hours=hours)
        times = usual_times(NOON, ends, "Pacific/Auckland")
        assert times
        assert all(NOON + timedelta(hours=12) <= at < ends for at in times)
        assert list(times) == sorted(set(times))


def test_a_reminder_is_moved_cancelled_and_added(place):
    later = NOON + timedelta(days=10)
    with place.sessions() as session:
        move_reminder(session, place.slug, 2, later, NOON)
        cancel_reminder(session, place.slug, 3)
        number = add_reminder(session, place.slug, later + timedelta(days=1), NOON)
    assert dues(place) == [later, later + timedelta(days=1)]
    assert number == 3


@pytest.mark.parametrize("when", [NOON, NOON - timedelta(days=1), END, END + timedelta(days=1)])
def test_a_reminder_is_in_the_future_and_before_the_end(place, when):
    with place.sessions() as session:
        with pytest.raises(NoTimeForReminder):
            add_reminder(session, place.slug, when, NOON)
        with pytest.raises(NoTimeForReminder):
            move_reminder(session, place.slug, 2, when, NOON)


def test_nobody_is_pestered(place):
    with place.sessions() as session:
        for day in range(MOST - 2):
            add_reminder(session, place.slug, NOON + timedelta(days=1 + day), NOON)
        with pytest.raises(TooManyReminders):
            add_reminder(session, place.slug, NOON + timedelta(days=12), NOON)


def test_what_is_no_planned_reminder_is_not_moved(place):
    with place.sessions() as session:
        for number in (1, 9, 2**40, 0):
            with pytest.raises(UnknownMailing):
                cancel_reminder(session, place.slug, number)
        with session.begin():
            outbox.tidy(session, dues(place)[0])
        with pytest.raises(UnknownMailing):
            move_reminder(session, place.slug, 2, NOON + timedelta(days=13), NOON)


def test_where_nobody_was_written_to_nobody_is_reminded(tmp_path):
    place = make_mailed_place(f"sqlite:///{tmp_path / 'headwind.db'}", tmp_path, (), by_mail=())
    with place.sessions() as session, pytest.raises(NobodyToRemind):
        add_reminder(session, place.slug, NOON + timedelta(days=1), NOON)
    place.end()


def test_a_reminder_names_the_first_mail_and_carries_neither_link_nor_code(place, tmp_path):
    first, second = Mailbox(), Mailbox()
    with place.sessions() as session:
        codes = set(session.scalars(sa.select(Letter.code)))
    with mail_server(first) as server, working(place, server, tmp_path) as postman:
        postman.once()
    with (
        mail_server(second) as server,
        working(place, server, tmp_path, dues(place)[0]) as postman,
    ):
        assert postman.once() == 12
    english, german = second.to("north0@example.org")[0], second.to("north2@example.org")[0]
    assert "“Your code to answer: Ready for handovers?”" in text_of(english)
    assert (
        first.to("north0@example.org")[0]["Subject"] == "Your code to answer: Ready for handovers?"
    )
    assert "2 November 2026" in text_of(english)
    assert "If you have answered, thank you" in text_of(english)
    assert str(first.to("north2@example.org")[0]["Subject"]) in text_of(german)
    assert "vielen Dank" in text_of(german)
    for mail in second.taken:
        told = mail.as_string()
        assert "http" not in told.replace("http-equiv", "")
        assert "href" not in told
        assert not [code for code in codes if str(code) in told]


def test_a_german_mail_has_no_english_in_it(place):
    """Every sentence that is ours differs between the two, but for names."""
    with place.sessions() as session:
        about = about_survey(session, place.slug, NOON, URL)
    for make in (
        lambda short: invitation(about, "Ana", short, "north", "CODE"),
        lambda short: reminder(about, "Ana", short),
    ):
        english, german = make("en"), make("de")
        assert german.language == "de"
        same = {p.text for p in english.parts if hasattr(p, "text")} & {
            p.text for p in german.parts if hasattr(p, "text")
        }
        assert same <= {"CODE", f"{URL}/s/{place.slug}", about.view.fingerprint}
        assert english.subject != german.subject


def test_a_mail_says_in_html_what_it_says_as_text(place):
    from html import unescape

    with place.sessions() as session:
        about = about_survey(session, place.slug, NOON, URL)
    text = invitation(about, "<b>Ana</b> & Co", "en", "north", "ABCDEF-000000-000000")
    shown = unescape(html(text))
    for line in plain(text).splitlines():
        told = line.strip().removesuffix(":") if line.endswith(":") else line.strip()
        assert told in shown.replace("<br>", "\n"), line
    assert "<b>Ana" not in html(text)


def test_the_result_and_spare_cards_are_named_only_where_there_are_any(tmp_path):
    place = make_mailed_place(
        f"sqlite:///{tmp_path / 'headwind.db'}", tmp_path, results_on=date(2026, 12, 1), spare=0
    )
    with place.sessions() as session:
        about = about_survey(session, place.slug, NOON, URL)
    told = plain(invitation(about, "", "en", "north", "CODE"))
    assert place.opened.result_words["north"] in told
    assert "1 December 2026" in told
    assert "spare card" not in told
    assert "spare card" not in plain(reminder(about, "", "en"))
    assert told.startswith("Hello,\n")
    place.end()


def test_who_added_a_language_that_is_not_spoken_gets_english(place):
    with place.sessions() as session:
        about = about_survey(session, place.slug, datetime(2026, 11, 3, tzinfo=UTC), URL)
    assert invitation(about, "", "fr", "north", "CODE").language == "en"


def test_what_would_come_on_a_weekend_comes_on_monday_while_there_is_time():
    opened = datetime(2026, 11, 22, 14, tzinfo=BERLIN)
    on_friday = datetime(2026, 12, 4, 18, tzinfo=BERLIN)
    on_sunday = datetime(2026, 11, 29, 18, tzinfo=BERLIN)
    times = usual_times(opened, on_friday, "Europe/Berlin")
    assert [f"{at:%a %d %b %H:%M}" for at in times] == ["Mon 30 Nov 09:00", "Wed 02 Dec 09:00"]
    times = usual_times(opened, on_sunday, "Europe/Berlin")
    assert [f"{at:%a %d %b %H:%M}" for at in times] == ["Thu 26 Nov 09:00", "Sat 28 Nov 09:00"]
