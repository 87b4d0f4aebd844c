"""What may be changed of a survey while it is open, on both databases: its end, and more people."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from survey.ballots.payload import Response
from survey.language import speaking
from survey.services.answering import SurveyOver, submit
from survey.services.changes_words import told_changes
from survey.services.closing import close_survey
from survey.services.frozen import check_fingerprint, frozen_text, look
from survey.services.invitation_text import about
from survey.services.inviting import Invited
from survey.services.opening import open_survey
from survey.services.released import load_receipts, load_release
from survey.services.reminding import reminder
from survey.services.running import (
    ChangedMeanwhile,
    ContactMissing,
    ContactSame,
    HalfTimeOver,
    InvitedBefore,
    NotLater,
    NotRunning,
    NotToInvite,
    OtherWay,
    RunsTooLong,
    TooManyPeople,
    UnknownGroup,
    add_cards,
    add_invited,
    change_contact,
    half_time,
    put_off,
)
from survey.services.surveys import UnknownSurvey, survey_view
from survey.services.waiting import participation
from survey.storage.models import Amendment, Credential
from survey.storage.workspace import Invitee, Letter, Mailing
from tests.collecting import END, NOON, make_plan, responses_for

LATER = NOON + timedelta(days=1)
NEW_END = END + timedelta(days=3)
KIM = Invited("south", "Kim Adler", "kim@example.org", "de")


@pytest.fixture(autouse=True)
def english():
    """Whatever a test before this one spoke."""
    with speaking("en"):
        yield


@pytest.fixture
def place(engine, originals, tmp_path):
    with originals(engine).copy(tmp_path) as place:
        yield place


@pytest.fixture
def by_mail(place):
    """A survey beside it whose southern shift is written to."""
    plan = make_plan(title="By mail", by_mail=("south",), spare=1)
    people = [Invited("south", f"P {n}", f"p{n}@example.org", "en") for n in range(8)]
    with place.sessions() as session:
        return open_survey(session, place.keys, plan, NOON, people)


def view_of(place, slug="", now=LATER):
    with place.sessions() as session:
        return survey_view(session, slug or place.slug, now)


def put_off_to(place, end, now=LATER, revision=1, slug=""):
    with place.sessions() as session:
        put_off(session, slug or place.slug, end, now, revision)


def add(place, unit="north", many=2, now=LATER, revision=1):
    with place.sessions() as session:
        return add_cards(session, place.slug, unit, many, now, revision)


def invite(place, slug, people, unit="south", now=LATER, revision=1):
    with place.sessions() as session:
        return add_invited(session, slug, unit, people, now, revision)


def fits(place, slug="") -> bool:
    with place.sessions() as session:
        seen = look(session, slug or place.slug, LATER)
        return seen.fits and check_fingerprint(session, slug or place.slug).fits


# --- the end


def test_an_end_that_is_put_off_is_told_and_has_words_of_its_own(place):
    old = place.opened.fingerprint
    put_off_to(place, NEW_END)
    view = view_of(place)
    assert (view.ends_at, view.closable_from, view.revision) == (NEW_END, NEW_END, 2)
    assert view.fingerprint != old
    assert fits(place)
    assert [change.kind for change in view.changes] == ["end"]
    (change,) = view.changes
    assert (change.ends, change.day, change.number) == ((END, NEW_END), date(2026, 11, 3), 2)
    assert (change.words_before, change.words_after) == (old, view.fingerprint)
    (told,) = told_changes(view)
    assert " ".join(told.what) == (
        "The end was put off from Monday 16 November 2026, 13:00 (Europe/Berlin) to"
        " Thursday 19 November 2026, 13:00 (Europe/Berlin)."
    )


def test_answers_are_taken_until_the_new_end(place):
    code, other = place.codes[:2]
    with pytest.raises(SurveyOver):
        place.answer(code, Response({"T1": 3}), END)
    put_off_to(place, NEW_END)
    place.answer(code, Response({"T1": 3}), END + timedelta(hours=1))
    with pytest.raises(SurveyOver):
        place.answer(other, Response({"T1": 3}), NEW_END)


def test_an_end_is_never_brought_forward(place):
    for end in (END, END - timedelta(minutes=1), LATER):
        with pytest.raises(NotLater, match="16 November"):
            put_off_to(place, end)
    assert view_of(place).changes == ()


def test_a_survey_runs_for_a_year_at_most(place):
    with pytest.raises(RunsTooLong):
        put_off_to(place, NOON + timedelta(days=366, minutes=1))
    put_off_to(place, NOON + timedelta(days=366))


def test_a_survey_that_has_ended_is_not_opened_again(place):
    with pytest.raises(NotRunning):
        put_off_to(place, NEW_END, now=END)
    with pytest.raises(UnknownSurvey):
        put_off_to(place, NEW_END, slug="nothing")


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_what_would_come_before_the_new_end_moves_along(place):
    early = END - timedelta(days=2)
    plan = make_plan(results_on=date(2026, 11, 18), closable_from=early)
    with place.sessions() as session:
        slug = open_survey(session, place.keys, plan, NOON).slug
    put_off_to(place, END + timedelta(days=1), slug=slug)
    assert view_of(place, slug).results_on == date(2026, 11, 18), "there is room; it stays"
    put_off_to(place, END + timedelta(days=6), slug=slug, revision=2)
    view = view_of(place, slug)
    assert view.results_on == date(2026, 11, 23)
    assert view.closable_from == early, "told at opening, and still before the end"
    assert view.changes[1].results == (date(2026, 11, 18), date(2026, 11, 23))
    assert "from 23 November 2026 on, not from 18 November" in told_changes(view)[1].what[1]


# --- people


def test_people_who_are_added_can_answer_and_everybody_is_told(place):
    before = place.tables()
    added = add(place)
    assert (added.unit, added.name, len(set(added.codes)), added.mailed) == (
        "north", "Night shift north", 2, 0
    )  # fmt: skip
    assert added.word == place.opened.result_words["north"]
    view = view_of(place)
    assert {u.id: u.asked for u in view.units}["north"] == 14
    assert view.added == {"north": 2}
    assert added.fingerprint == view.fingerprint != place.opened.fingerprint
    assert fits(place)
    (told,) = told_changes(view)
    assert told.what == ("2 people were added to Night shift north.",)
    for code in (*added.codes, place.codes[0]):
        place.answer(code, Response({"T1": 3}), LATER)
    after = place.tables()
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"survey", "unit", "credential", "amendment", "box"}


def test_one_person_is_told_as_one(place):
    add(place, many=1)
    assert told_changes(view_of(place))[0].what == ("One person was added to Night shift north.",)


def test_nobody_is_taken_out_moved_or_renamed_by_an_addition(place):
    before = place.tables()
    add(place)
    after = place.tables()
    assert set(before["credential"]) < set(after["credential"])
    assert len(after["credential"]) == len(before["credential"]) + 2
    others = {name: rows for name, rows in after.items() if before[name] != rows}
    (old,), (new,) = before["survey"], after["survey"]
    assert sum(a != b for a, b in zip(old, new, strict=True)) == 2, "revision and words alone"
    assert len(set(before["unit"]) ^ set(after["unit"])) == 2, "how many are asked in one unit"
    assert others.keys() == {"survey", "unit", "credential", "amendment"}


def test_people_can_be_added_until_half_of_the_time_told_first(place):
    half = NOON + timedelta(days=7)
    assert half_time(view_of(place)) == half
    add(place, now=half - timedelta(seconds=1))
    put_off_to(place, END + timedelta(days=30), revision=2)
    assert half_time(view_of(place)) == half, "an end that is put off opens no door again"
    with pytest.raises(HalfTimeOver, match="9 November"):
        add(place, now=half, revision=3)


def test_only_groups_that_were_asked_can_be_joined_and_only_their_own_way(place, by_mail):
    for unit in ("firm", "nothing"):
        with pytest.raises(UnknownGroup):
            add(place, unit)
    with pytest.raises(OtherWay):
        invite(place, place.slug, [KIM])
    with place.sessions() as session, pytest.raises(OtherWay):
        add_cards(session, by_mail.slug, "south", 1, LATER, 1)
    for many in (0, -1, 1001):
        with pytest.raises(TooManyPeople):
            add(place, many=many)


def test_who_is_added_by_mail_gets_one_code_in_one_mail_and_no_other(place, by_mail):
    added = invite(place, by_mail.slug, [KIM])
    assert (added.codes, added.mailed) == ((), 1)
    with place.sessions() as session:
        (letter,) = session.scalars(sa.select(Letter).where(Letter.email == KIM.email))
        mailing = session.get(Mailing, (by_mail.slug, letter.mailing))
        assert (letter.kind, letter.unit, mailing.kind, mailing.total) == (
            "invitation", "south", "invitation", 1
        )  # fmt: skip
        assert mailing.number > 1
        assert session.get(Invitee, (by_mail.slug, KIM.email)).added_on == date(2026, 11, 3)
        code = letter.code
    assert fits(place, by_mail.slug)
    assert view_of(place, by_mail.slug).added == {"south": 1}
    with place.sessions() as session:
        assert submit(session, by_mail.slug, code, Response({"T1": 4}), LATER)


def test_nobody_is_invited_twice_and_a_wrong_address_adds_nobody(place, by_mail):
    before = place.tables()
    twice = Invited("south", "", "P3@example.org", "en")
    with pytest.raises(InvitedBefore, match="P3@example"):
        invite(place, by_mail.slug, [KIM, twice])
    for wrong in ([KIM, KIM], [Invited("south", "", "kim at home", "en")]):
        with pytest.raises(NotToInvite):
            invite(place, by_mail.slug, wrong)
    assert place.tables() == before


# --- whom to ask


def test_who_is_to_be_asked_can_be_another_and_nothing_else_of_the_survey_changes(place):
    def ask(contact, revision=1, now=LATER):
        with place.sessions() as session:
            change_contact(session, place.slug, contact, now, revision)

    before = view_of(place)
    for contact, wrong in ((" ", ContactMissing), (before.help_contact, ContactSame)):
        with pytest.raises(wrong):
            ask(contact)
    ask(" Bea Ruiz,  bea@example.org ")
    after = view_of(place)
    assert after.help_contact == "Bea Ruiz, bea@example.org"
    assert (after.harm_role, after.ends_at, after.units) == (
        before.harm_role,
        before.ends_at,
        before.units,
    )
    assert after.fingerprint != before.fingerprint
    assert fits(place)
    (told,) = told_changes(after)
    assert told.what == (
        f"Whom you may ask: Bea Ruiz, bea@example.org. Before it was: {before.help_contact}.",
    )
    add(place, revision=2)  # what is told of others is not mixed up with it
    assert [change.kind for change in view_of(place).changes] == ["contact", "people"]
    with pytest.raises(ChangedMeanwhile):
        ask("Kim")
    with pytest.raises(NotRunning):
        ask("Kim", 3, END + timedelta(days=1))


# --- all of them


def test_each_change_keeps_the_words_of_the_one_before_and_the_text_holds_them_all(place):
    first = place.opened.fingerprint
    second = add(place).fingerprint
    put_off_to(place, NEW_END, revision=2)
    third = view_of(place).fingerprint
    pairs = [(c.words_before, c.words_after) for c in view_of(place).changes]
    assert pairs == [(first, second), (second, third)]
    with place.sessions() as session:
        text = frozen_text(session, place.slug).decode()
    lines = [line for line in text.splitlines() if line.startswith("changed ")]
    assert len(lines) == 2
    assert first in lines[0]
    assert second in lines[1]


def test_a_change_that_is_hidden_or_altered_no_longer_fits_the_words(place):
    add(place)
    with place.sessions() as session, session.begin():
        session.execute(sa.update(Amendment).values(told=("north", "1", place.opened.fingerprint)))
    assert not fits(place)
    with place.sessions() as session, session.begin():
        session.execute(sa.delete(Amendment))
    assert not fits(place)


def test_an_end_that_is_moved_behind_the_back_of_the_program_fits_no_words(place):
    with place.sessions() as session, session.begin():
        session.execute(sa.text("UPDATE survey SET revision = 2"))
    assert not fits(place)


def test_of_two_consultants_at_once_one_is_told_of_the_other(place):
    def try_it(many):
        try:
            return add(place, many=many).fingerprint
        except ChangedMeanwhile:
            return None

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(try_it, (1, 2)))
    assert sorted(result is None for result in results) == [False, True]
    view = view_of(place)
    assert view.revision == 2
    assert view.fingerprint in results
    assert fits(place)
    with pytest.raises(ChangedMeanwhile):
        put_off_to(place, NEW_END, revision=1)


def test_whoever_looks_while_it_is_changed_sees_all_of_it_or_nothing(place):
    """A page that read the survey before and its groups after would call the survey tampered."""
    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(lambda: [add(place, many=1, revision=n) for n in (1, 2, 3)])
        looks = 0
        while not done.done() or looks < 3:
            with place.sessions() as session:
                assert look(session, place.slug, LATER).fits
            looks += 1
        done.result()


def test_a_survey_that_was_changed_is_closed_like_any_other(place):
    added = add(place)
    put_off_to(place, NEW_END, revision=2)
    for code, response in responses_for((*place.codes[:6], *added.codes)).items():
        place.answer(code, response, LATER)
    after = NEW_END + timedelta(minutes=1)
    close_survey(place.sessions, place.keys, place.slug, place.opening_codes[:1], after)
    with place.sessions() as session:
        release = load_release(session, place.slug)
        assert len(load_receipts(session, place.slug)) == 27
    assert {group.key: group.asked for group in release.groups}["north"] == 14
    view = view_of(place, now=after)
    assert [change.kind for change in view.changes] == ["people", "end"]
    assert fits(place)
    assert place.tables()["credential"] == []


# --- participation


def test_a_step_never_moves_because_people_are_added(place):
    """Eight of twelve are 60 %, and of fourteen they are not: the day on which the step fell would
    tell how many it were.
    """
    for code in place.opened.codes["north"][:8]:
        place.answer(code, Response({"T1": 3}), NOON)
    seen = []
    for day in range(1, 6):
        now = NOON + timedelta(days=day)
        with place.sessions() as session:
            (north,) = [
                line
                for line in participation(session, place.slug, now)
                if line.unit_name == "Night shift north"
            ]
        seen.append((north.step, north.least, north.below, north.asked))
        add(place, many=1, now=now, revision=day)
    assert seen == [("from_60", 8, 10, 12 + day) for day in range(5)]


def test_a_small_unit_does_not_become_a_group_of_its_own_by_an_addition(place):
    def groups(day):
        with place.sessions() as session:
            return {
                line.unit_name: line.units
                for line in participation(session, place.slug, NOON + timedelta(days=day))
            }

    before = groups(1)
    assert "Front desk" not in before
    add(place, "desk", many=6)
    assert groups(2) == before


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
@pytest.mark.postgres
def test_codes_of_an_addition_lie_in_the_order_of_their_hashes_under_one_transaction(place):
    with place.sessions() as session:
        known = set(session.scalars(sa.select(Credential.hash)))
    add(place, many=40)
    with place.sessions() as session:
        rows = session.execute(sa.text("SELECT hash, xmin::text FROM credential ORDER BY ctid"))
        new = [(bytes(row[0]), row[1]) for row in rows if bytes(row[0]) not in known]
    hashes = [hashed for hashed, _ in new]
    assert len(hashes) == 40
    assert hashes == sorted(hashes)
    assert len({writer for _, writer in new}) == 1


def test_a_reminder_names_no_day_of_a_mail_that_some_got_later(place, by_mail):
    def words():
        with place.sessions() as session:
            told = about(session, by_mail.slug, LATER, "https://survey.example.org")
        return str(reminder(told, "Kim Adler", "en").parts)

    assert "in the mail of 2 November 2026" in words()
    invite(place, by_mail.slug, [KIM])
    assert "in an earlier mail" in words()
    assert "2 November" not in words()
