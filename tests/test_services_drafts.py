"""Drafts: kept at every step, by two people at once, from a client or from an earlier wave."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.services.accounts import User, add_user
from survey.services.client_units import tree_of
from survey.services.clients import change_client, client_view
from survey.services.draft_settings import (
    STEP_FIELDS,
    JoinedUnits,
    SavedBy,
    Settings,
    from_json,
    marks_of,
    to_json,
)
from survey.services.drafts import (
    DraftGone,
    SavedMeanwhile,
    add_draft,
    change_draft,
    draft_view,
    list_drafts,
    save_step,
    start_draft,
)
from survey.services.opening_drafts import open_draft
from survey.services.plan_faults import PlanError
from survey.services.rehearsing import delete_draft
from survey.services.reporting_groups import apart, groups_of, joined, with_ways
from survey.services.surveys import list_surveys, survey_view
from survey.services.unit_editing import delete_unit, going_with, rename_unit
from survey.storage.engine import engine_of, make_sessions
from survey.storage.migrate import migrate
from survey.storage.workspace import Letter
from tests.drafting import (
    FILLED,
    HERE,
    NAME,
    OWNER,
    add_people,
    grounds,
    make_client,
    make_draft,
    read,
    unit_ids,
)

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=2)
TEXTS = st.text(max_size=30)
MOMENTS = st.datetimes(timezones=st.just(UTC))


@pytest.fixture
def client(sessions):
    return make_client(sessions, NOW)


# --- what was filled in


SETTINGS = st.builds(
    Settings,
    title=TEXTS,
    practice=TEXTS,
    comments=st.booleans(),
    critical=st.tuples(TEXTS),
    joins=st.tuples(st.builds(JoinedUnits, st.tuples(TEXTS, TEXTS), TEXTS)),
    by_mail=st.tuples(TEXTS, TEXTS),
    previous=st.none() | TEXTS,
    introduction=TEXTS,
    saved=st.dictionaries(TEXTS, st.builds(SavedBy, TEXTS, MOMENTS), max_size=2),
    rehearsal_codes=st.tuples(st.tuples(TEXTS, TEXTS)),
    unknown=st.dictionaries(TEXTS.map("later_{}".format), TEXTS | st.integers(), max_size=2),
)


@given(SETTINGS)
def test_whatever_is_filled_in_comes_back_the_same(settings):
    assert from_json(to_json(settings)) == settings


def test_what_a_later_version_wrote_is_kept_and_nonsense_has_its_usual_value():
    read = from_json('{"version": 9, "colour": [1], "title": 5, "joins": {"a": 1}, "saved": [2]}')
    assert read == Settings(unknown={"colour": [1]})
    assert '"colour": [1]' in to_json(read)


def test_every_field_stands_on_one_page_and_has_a_label():
    from survey.web.draft_forms import FORMS, LABELS

    names = [name for names in STEP_FIELDS.values() for name in names]
    assert len(names) == len(set(names))
    assert set(names) <= vars(Settings()).keys()
    assert set(names) - {"joins", "by_mail"} == LABELS.keys()
    for step, form in FORMS.items():
        assert set(STEP_FIELDS[step]) <= set(dir(form))


# --- kept at every step


def test_a_draft_begins_with_what_client_and_account_say(sessions, client):
    with sessions() as session:
        told = replace(client_view(session, client), controller="Hafen AG", harm_role="the council")
        change_client(session, told, NOW)
        draft = start_draft(session, OWNER, client, NOW)
        settings = draft_view(session, draft).settings
    assert (settings.controller, settings.harm_role) == ("Hafen AG", "the council")
    assert (settings.timezone, settings.organiser) == ("Europe/Berlin", "Ana Lindqvist")
    assert settings.title == "How this team works together"


def test_drafts_are_listed_for_those_who_run_the_client_alone(sessions, client):
    with sessions() as session:
        bob = add_user(session, "bob@example.org", "Bob", "a password for tests", "consultant")
    theirs = make_client(sessions, NOW, "Tide", user=bob)
    with sessions() as session:
        mine, his = (start_draft(session, OWNER, one, NOW) for one in (client, theirs))
        assert {line.id for line in list_drafts(session, OWNER)} == {mine, his}
        assert [line.id for line in list_drafts(session, bob)] == [his]
        assert [line.client_name for line in list_drafts(session, OWNER, client)] == [NAME]


def test_a_deleted_draft_is_gone(sessions, keys, client):
    draft = make_draft(sessions, client, NOW)
    with sessions() as session:
        delete_draft(session, keys, draft)
        with pytest.raises(DraftGone):
            draft_view(session, draft)
        with pytest.raises(DraftGone):
            delete_draft(session, keys, draft)


def saving(sessions, draft, step="dates", was=None, who="Ana", at=LATER, **typed):
    with sessions() as session:
        marks = marks_of(was, STEP_FIELDS[step]) if was else {}
        return save_step(session, draft, step, typed, marks, who, at)


def test_what_is_wrong_is_kept_too(sessions, client):
    draft = make_draft(sessions, client, NOW)
    view = saving(sessions, draft, ends="tomorrow", least="few")
    assert (view.settings.ends, view.settings.least) == ("tomorrow", "few")
    assert view.settings.saved["dates"] == SavedBy("Ana", LATER)
    assert view.changed_at == LATER


def test_two_people_change_two_fields_of_one_page_and_both_are_kept(sessions, client):
    draft = make_draft(sessions, client, NOW)
    shown = FILLED
    saving(sessions, draft, was=shown, who="Bob", ends="2026-12-11T18:00", least=shown.least)
    view = saving(sessions, draft, was=shown, ends=shown.ends, least="7")
    assert (view.settings.ends, view.settings.least) == ("2026-12-11T18:00", "7")


def test_who_comes_second_with_the_same_field_is_told_and_nothing_is_overwritten(sessions, client):
    draft = make_draft(sessions, client, NOW)
    saving(sessions, draft, was=FILLED, who="Bob", ends="2026-12-11T18:00")
    with pytest.raises(SavedMeanwhile, match="Bob changed the same") as told:
        saving(sessions, draft, was=FILLED, ends="2026-12-12T18:00", least="7")
    assert told.value.fields == ("ends",)
    assert told.value.theirs.settings.ends == "2026-12-11T18:00"
    assert told.value.theirs.settings.least == "5"
    seen = told.value.theirs.settings
    assert saving(sessions, draft, was=seen, ends="2026-12-12T18:00").settings.ends.startswith(
        "2026-12-12"
    )


def test_both_typing_the_same_is_no_quarrel(sessions, client):
    draft = make_draft(sessions, client, NOW)
    saving(sessions, draft, was=FILLED, who="Bob", least="7")
    assert saving(sessions, draft, was=FILLED, least="7").settings.saved["dates"].name == "Bob"


# --- from a draft to a plan


def wrong(sessions, client, **changed):
    draft = make_draft(sessions, client, NOW, rehearsed=False, **changed)
    return {(f.step, f.field): f.sentence for f in read(sessions, draft, NOW).faults}


def test_a_filled_in_draft_has_no_fault_and_says_what_is_opened(sessions, client):
    ready = read(sessions, make_draft(sessions, client, NOW), NOW)
    assert ready.faults == ()
    assert ready.plan.client_id == client
    assert [(u.name, u.asked) for u in ready.plan.units] == [
        ("Hafen", 0), ("Night shift", 12), ("Day shift", 9),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "at", "told"),
    [
        ({"title": ""}, ("questions", "title"), "Fill in: title."),
        ({"title": "x" * 201}, ("questions", "title"), "Shorten this to 200"),
        ({"questionnaire": "none"}, ("questions", "questionnaire"), "Choose one"),
        ({"masked": "12345"}, ("questions", "masked"), "is no name"),
        ({"practice": ""}, ("practice", "practice"), "or tick that none is"),
        ({"critical": ("NONE",)}, ("practice", "critical"), "no dimension “NONE”"),
        ({"spare": "-1"}, ("people", "spare"), "from 0 to 1000"),
        ({"ends": ""}, ("dates", "ends"), "until when"),
        ({"ends": "tomorrow"}, ("dates", "ends"), "Write a date and a time"),
        ({"ends": "2026-11-22T18:00"}, ("dates", "ends"), "in the past"),
        ({"timezone": "Berlin"}, ("dates", "timezone"), "“Berlin” is no time zone"),
        ({"closable_from": "2026-12-11T18:00"}, ("dates", "closable_from"), "not be after"),
        ({"closable_from": "2026-11-23T18:00"}, ("dates", "closable_from"), "a day ahead"),
        ({"results_on": "2026-12-01"}, ("dates", "results_on"), "not before"),
        ({"least": "4"}, ("dates", "least"), "from 5 to 100"),
        ({"holder_2": ""}, ("dates", "holder_2"), "second opening code"),
        ({"scheme": "none"}, ("dates", "scheme"), "The way to open"),
        ({"organiser": ""}, ("answering", "organiser"), "who runs the survey"),
        ({"help_contact": ""}, ("answering", "help_contact"), "may ask"),
        ({"harm_role": ""}, ("answering", "harm_role"), "sign of harm"),
        ({"controller": " "}, ("answering", "controller"), "the controller"),
        ({"controller_contact": ""}, ("answering", "controller_contact"), "how to reach"),
        ({"privacy_notice": ""}, ("answering", "privacy_notice"), "privacy notice"),
        (
            {"privacy_notice": "Kept until [when]. Questions: [name]."},
            ("answering", "privacy_notice"),
            "square brackets: [when]",
        ),
        ({"introduction": "Why now."}, ("answering", "sponsor"), "who says these words"),
        (
            {"introduction": "x" * 801, "sponsor": "Eva"},
            ("answering", "introduction"),
            "800 characters; it has 801",
        ),
    ],
)
def test_each_fault_stands_on_its_page_at_its_field_alone(postgres_free, changed, at, told):
    sessions, client = postgres_free
    found = wrong(sessions, client, **changed)
    assert list(found) == [at]
    assert told in found[at]


@pytest.fixture(scope="module")
def postgres_free(tmp_path_factory):
    """What is wrong with a draft is found without the database's help: one engine is enough."""
    url = f"sqlite:///{tmp_path_factory.mktemp('faults') / 'headwind.db'}"
    migrate(url)
    made = make_sessions(url)
    yield made, make_client(made, NOW)
    engine_of(made).dispose()


def test_two_of_three_needs_three_different_holders(postgres_free):
    found = wrong(*postgres_free, scheme="two of three", holder_2="ana  LINDQVIST")
    assert set(found) == {("dates", "holder_3"), ("dates", "holder_2")}


def test_no_practice_is_no_fault_where_somebody_says_so(postgres_free):
    assert wrong(*postgres_free, practice="", critical=(), unplanned=True) == {}


def test_without_its_public_address_nothing_is_ready(postgres_free):
    sessions, client = postgres_free
    site = replace(HERE, public_url="")
    ready = read(sessions, make_draft(sessions, client, NOW, site=site), NOW, site)
    assert [(f.step, f.sentence[:14]) for f in ready.faults] == [("", "Set public_url")]


def test_nobody_to_ask_is_told_once(sessions):
    client = make_client(sessions, NOW, units=(("Hafen", "", 0),))
    ready = read(sessions, make_draft(sessions, client, NOW), NOW)
    assert [(f.step, f.field, f.missing) for f in ready.faults] == [("people", "groups", True)]


def test_every_fault_is_told_at_once(sessions, client):
    with sessions() as session:
        draft = add_draft(session, client, Settings(spare="x"), NOW)
    faults = read(sessions, draft, NOW).faults
    assert {fault.step for fault in faults} == set(STEP_FIELDS)
    assert len(faults) > 12
    wrong = [(fault.step, fault.field) for fault in faults if not fault.missing]
    assert wrong == [("dates", "timezone"), ("people", "spare")]


# --- who is asked


@pytest.fixture
def staffed(sessions, client):
    """Five with addresses and a leader in the night shift, besides those in no roster."""
    ids = unit_ids(sessions, client)
    people = [f"Person {letter}" for letter in "abcde"]
    add_people(sessions, client, ids["Night shift"], *people)
    add_people(sessions, client, ids["Night shift"], "Lea Roth", leads=True)
    return client


def test_leaders_answer_beside_the_people_they_lead(sessions, staffed):
    ready = read(sessions, make_draft(sessions, staffed, NOW), NOW)
    assert [(g.unit.name, g.unit.asked, g.leaders) for g in ready.groups.asking] == [
        ("Leaders of Hafen", 1, True), ("Night shift", 17, False), ("Day shift", 9, False),
    ]  # fmt: skip


def test_mail_asks_for_everybodys_address(sessions, staffed):
    night = unit_ids(sessions, staffed)["Night shift"]
    found = wrong(sessions, staffed, by_mail=(night,))
    assert "12 of 17 people have no address" in found["people", "groups"]


def test_reminders_follow_from_the_end_and_are_told_only_once_it_is_known(sessions, staffed):
    by_mail = ("leaders-of-hafen",)
    known = read(sessions, make_draft(sessions, staffed, NOW, by_mail=by_mail), NOW)
    assert [at.day for at in known.reminders] == [2, 7]
    unknown = make_draft(sessions, staffed, NOW, by_mail=by_mail, ends="")
    assert read(sessions, unknown, NOW).reminders == ()
    assert read(sessions, make_draft(sessions, staffed, NOW), NOW).reminders == ()


def test_mails_go_out_before_the_end(sessions, staffed):
    found = wrong(sessions, staffed, by_mail=("leaders-of-hafen",), mails_from="2026-12-10T19:00")
    assert list(found) == [("dates", "mails_from")]


def test_an_installation_without_mail_says_so(sessions, staffed):
    draft = make_draft(sessions, staffed, NOW, by_mail=("leaders-of-hafen",))
    no_mail = replace(HERE, mails=False)
    assert "sends no mails" in read(sessions, draft, NOW, no_mail).faults[0].sentence


def test_joined_groups_keep_a_way_that_all_of_them_had(sessions, staffed):
    on, ids = grounds(sessions, staffed, NOW), unit_ids(sessions, staffed)
    both = (ids["Night shift"], ids["Day shift"])
    settings = with_ways(Settings(), dict.fromkeys(both, True))
    together = joined(on, settings, both, "Shifts")
    (group,) = (g for g in groups_of(on, together).asking if g.joined)
    assert (group.unit.name, group.unit.asked, group.by_mail) == ("Shifts", 26, True)
    again = apart(on, together, group.unit.id)
    assert again.joins == ()
    assert set(again.by_mail) == set(both)
    half = joined(on, with_ways(Settings(), {both[0]: True}), both)
    assert half.by_mail == ()


def test_a_join_whose_unit_was_deleted_is_forgotten_and_nothing_breaks(sessions, staffed):
    ids = unit_ids(sessions, staffed)
    joins = (JoinedUnits((ids["Night shift"], ids["Day shift"])),)
    draft = make_draft(sessions, staffed, NOW, joins=joins)
    with sessions() as session:
        agreed = going_with(tree_of(session, staffed), ids["Day shift"])
        delete_unit(session, staffed, ids["Day shift"], agreed)
    ready = read(sessions, draft, NOW)
    assert ready.faults == ()
    assert not any(group.joined for group in ready.groups.asking)


def test_a_joined_name_that_a_unit_has_by_now_is_told(sessions, staffed):
    ids = unit_ids(sessions, staffed)
    joins = (JoinedUnits((ids["Night shift"], ids["Day shift"]), "Shifts"),)
    draft = make_draft(sessions, staffed, NOW, joins=joins)
    with sessions() as session:
        rename_unit(session, staffed, ids["Hafen"], "Shifts")
    (fault,) = read(sessions, draft, NOW).faults
    assert (fault.step, fault.field) == ("people", "groups")
    assert "“Shifts” is the name of another unit" in fault.sentence


def test_what_a_colleague_changed_meanwhile_stays_when_groups_are_joined(sessions, staffed):
    draft, on = make_draft(sessions, staffed, NOW), grounds(sessions, staffed, NOW)
    ids = unit_ids(sessions, staffed)
    both = (ids["Night shift"], ids["Day shift"])
    with sessions() as session:
        change_draft(
            session, draft, "people", lambda s: with_ways(s, {"leaders-of-hafen": True}), "Bob", NOW
        )
        view = change_draft(session, draft, "people", lambda s: joined(on, s, both), "Ana", LATER)
    assert view.settings.by_mail == ("leaders-of-hafen",)
    assert len(view.settings.joins) == 1


# --- opening


def test_a_draft_is_opened_once_and_is_gone(sessions, keys, staffed):
    draft = make_draft(sessions, staffed, NOW, by_mail=("leaders-of-hafen",), masked="Otto Kern")
    with sessions() as session:
        done = open_draft(session, keys, draft, NOW, HERE)
        with pytest.raises(DraftGone):
            open_draft(session, keys, draft, NOW, HERE)
        view = survey_view(session, done.opened.slug, NOW)
        assert len(list_surveys(session, NOW)) == 1
        letters = [letter.email for letter in session.query(Letter)]
    assert view.client_id == staffed
    assert view.controller == FILLED.controller
    assert view.by_mail == ("leaders-of-hafen",)
    assert letters == ["lea.roth@hafen.example"]
    assert {"Otto Kern", "Lea Roth", "Person a"} <= set(view.masked)
    assert len(done.opened.codes["night-shift"]) == 17


def test_two_who_press_the_button_together_open_one_survey(sessions, keys, client):
    draft = make_draft(sessions, client, NOW)

    def faster(session):
        with sessions() as other:
            open_draft(other, keys, draft, NOW, HERE)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("survey.services.opening_drafts.check_ready", lambda _: None)
        real = "survey.services.opening_drafts.people_of"
        from survey.services.rosters import people_of

        def slow(session, client):
            patch.setattr(real, people_of)
            session.rollback()
            faster(session)
            return people_of(session, client)

        patch.setattr(real, slow)
        with sessions() as session, pytest.raises(DraftGone):
            open_draft(session, keys, draft, NOW, HERE)
    with sessions() as session:
        (line,) = list_surveys(session, NOW)
    assert [file.stem for file in keys.path.glob("*.key")] == [line.slug]


def test_a_draft_that_was_not_tried_out_is_not_opened(sessions, keys, client):
    draft = make_draft(sessions, client, NOW, rehearsed=False)
    with sessions() as session, pytest.raises(PlanError, match="rehearsal is missing"):
        open_draft(session, keys, draft, NOW, HERE)


def test_changed_words_ask_for_another_rehearsal_and_changed_dates_do_not(sessions, keys, client):
    draft = make_draft(sessions, client, NOW)
    saving(sessions, draft, ends="2026-12-12T18:00")
    saving(sessions, draft, step="practice", practice="coaching")
    with sessions() as session, pytest.raises(PlanError, match="try it out again"):
        open_draft(session, keys, draft, NOW, HERE)
    saving(sessions, draft, step="practice", practice=FILLED.practice)
    with sessions() as session:
        open_draft(session, keys, draft, NOW, HERE)


def test_whatever_is_missing_is_told_and_nothing_is_opened(sessions, keys, client):
    draft = make_draft(sessions, client, NOW, controller="", ends="")
    with sessions() as session:
        with pytest.raises(PlanError) as told:
            open_draft(session, keys, draft, NOW, HERE)
        assert list_surveys(session, NOW) == ()
        assert draft_view(session, draft).id == draft
    assert len(told.value.faults) == 2


def test_somebody_without_a_client_gets_no_draft(sessions, client):
    stranger = User("eve@example.org", "Eve", "consultant", 99)
    with sessions() as session:
        start_draft(session, OWNER, client, NOW)
        assert list_drafts(session, stranger) == ()
