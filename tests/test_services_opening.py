"""From a list of units to a survey that takes answers."""

from dataclasses import replace
from datetime import timedelta

import pytest

from survey.ballots.codes import credential, nullifier, read_person_code
from survey.ballots.keys import KeyFolder
from survey.disclosure.values import Policy, Unit
from survey.services.opening import PlanError, check_plan, open_survey, parse_units
from survey.services.roster import UnitsError
from survey.services.surveys import UnknownSurvey, list_surveys, survey_view
from survey.storage.engine import engine_of, make_sessions
from survey.storage.migrate import migrate
from survey.storage.models import Survey
from survey.web.forms import tidy, tidy_lines
from tests.collecting import AFTER, END, NOON, TREE, make_place, make_plan


@pytest.fixture
def place(engine, originals, tmp_path):
    with originals(engine).copy(tmp_path) as place:
        yield place


# --- the list of units


def test_units_are_read_with_their_tree():
    text = (
        "\ufeffunit;parent;people\r\nHafen AG;;0\r\nNight shift;Hafen AG;12\r\nÄrzte;Hafen AG;9\r\n"
    )
    assert parse_units(text) == (
        Unit("hafen-ag", "Hafen AG", None, 0),
        Unit("night-shift", "Night shift", "hafen-ag", 12),
        Unit("arzte", "Ärzte", "hafen-ag", 9),
    )


def test_a_name_with_a_comma_stands_in_quotation_marks():
    assert parse_units('unit,parent,people\n"Sales, north",,8\n')[0].name == "Sales, north"


def test_names_that_make_the_same_id_or_none_are_kept_apart():
    units = parse_units("unit,parent,people\nTeam A,,5\nTeam-A,,5\n東京,,5\n")
    assert [unit.id for unit in units] == ["team-a", "team-a-2", "unit-3"]


def test_no_unit_has_the_id_of_all_groups_together():
    units = parse_units("unit,parent,people\nAll,,0\nall 2,All,9\nAll!,All,9\n")
    assert [(unit.id, unit.parent) for unit in units] == [
        ("all-2", None), ("all-2-2", "all-2"), ("all-3", "all-2"),
    ]  # fmt: skip


@pytest.mark.parametrize("never", ["\uffff", "\ufffe", "\ufdd0", "\U0001ffff", "\U0010fffe"])
def test_what_never_is_a_character_is_taken_out_of_names(never):
    (unit,) = parse_units(f"unit,parent,people\nNight{never}shift,,8\n")
    assert unit.name == "Night shift"
    assert tidy(f"Night{never}shift") == tidy_lines(f"Night{never}shift") == "Night shift"


@pytest.mark.parametrize("other", ["\U0001f600", "\u0378", "\ue000", "漢"])
def test_letters_that_this_python_does_not_know_stay(other):
    (unit,) = parse_units(f"unit,parent,people\nNight {other},,8\n")
    assert unit.name == tidy(f"Night {other}") == f"Night {other}"


def test_every_fault_is_told_at_once_with_its_row():
    text = "unit,parent,people\nNorth,Hafn,12\n,,x\nHafen,,0\nhafen,,-3\nA,B,1\nB,A,1\nC,C,1.5\n"
    with pytest.raises(UnitsError) as told:
        parse_units(text)
    faults = told.value.faults
    assert "Row 2: parent: no unit is called “Hafn”. Did you mean “Hafen”?" in faults
    assert "Row 3: unit: give the unit a name." in faults
    assert any(f.startswith("Row 3: people:") for f in faults)
    assert "Row 5: unit: “hafen” stands in row 4 already." in faults
    assert any(f.startswith("Row 5: people:") and "“-3”" in f for f in faults)
    assert {f for f in faults if "under itself" in f} == {
        f"Row {row}: parent: “{name}” would stand under itself."
        for row, name in ((6, "A"), (7, "B"), (8, "C"))
    }


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "header unit,parent,people"),
        ("name,parent\nA,\n", "header unit,parent,people"),
        ("unit,parent,people\n", "no unit under the header"),
        ("unit,parent,people\nA,,1,2\n", "Row 2: write three cells, not 4"),
        ('unit,parent,people\n"A,,1\n', "comma-separated"),
        ("unit,parent,people\n" + "A,,1\n" * 6000, "more than 5000"),
        ("x" * 2_000_000, "too long"),
        ("unit,parent,people\n" + "A" * 200 + ",,1\n", "100 characters"),
    ],
)
def test_what_is_no_list_of_units_is_told_in_a_sentence(text, told):
    with pytest.raises(UnitsError, match=told):
        parse_units(text)


# --- the plan


def faults_of(**changed):
    with pytest.raises(PlanError) as told:
        check_plan(make_plan(**changed), NOON, "https://survey.example.org", demo=False)
    return told.value.faults


def test_a_good_plan_has_no_fault():
    check_plan(make_plan(), NOON, "https://survey.example.org", demo=False)


def test_without_its_public_address_nothing_opens_but_the_demo():
    with pytest.raises(PlanError, match="public_url"):
        check_plan(make_plan(), NOON, "", demo=False)
    check_plan(make_plan(), NOON, "", demo=True)


def test_everything_that_is_wrong_with_a_plan_is_told_at_once():
    faults = faults_of(
        title=" ",
        organiser="",
        holders=(),
        harm_role="",
        critical=("LUCK",),
        timezone="Mars/Olympus",
        ends_at=NOON - timedelta(days=1),
    )
    for told in (
        "title",
        "who runs",
        "opening codes",
        "LUCK",
        "Mars",
        "past",
        "harm",
    ):
        assert any(told in fault for fault in faults), told


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"closable_from": NOON + timedelta(hours=23)}, "a day ahead"),
        ({"closable_from": END + timedelta(hours=1)}, "not be after the end"),
        ({"ends_at": END.replace(tzinfo=None)}, "need a time zone"),
        ({"ends_at": NOON + timedelta(days=500)}, "more than a year"),
        ({"units": ()}, "0 people would be asked"),
        ({"units": (Unit("a", "A", None, 4),)}, "fewer than 5"),
        ({"units": (Unit("a", "A", None, 1),)}, "1 person would be asked"),
        ({"units": (*TREE, Unit("n", "night shift NORTH", None, 9))}, "used twice"),
        ({"units": (*TREE, Unit("north", "Another", None, 9))}, "id “north” is used twice"),
        ({"units": (*TREE, Unit("x", "X", "nowhere", 9))}, "which is not there"),
        ({"units": (Unit("a", "A", "b", 9), Unit("b", "B", "a", 9))}, "under itself"),
        ({"units": (*TREE, Unit("x", "X", None, -1))}, "fewer than 0"),
        ({"questionnaire_text": "id = 3"}, "Questionnaire:"),
        ({"spare": -1}, "Spare codes"),
        ({"policy": Policy(scores=12)}, "Single items are shown from 12"),
        ({"policy": Policy(single=15)}, "Spread is shown from 15"),
        ({"holders": (" ",)}, "Name who holds the opening codes"),
        ({"scheme": "all of them"}, "“one of two” or “two of three”, not “all of them”"),
        ({"scheme": "two of three", "holders": ()}, "Name who holds the opening codes"),
        ({"scheme": "two of three", "holders": ("Ana",)}, "Name different holders"),
        ({"scheme": "two of three", "holders": ("Ana", " ", " ana ")}, "could open alone"),
        ({"scheme": "two of three", "holders": ("Ana", "Ben", "ANA")}, "could open alone"),
    ],
)
def test_each_fault_of_a_plan_is_told(changed, told):
    assert any(told in fault for fault in faults_of(**changed))


def test_a_tree_that_is_too_deep_is_told():
    chain = [Unit(f"u{n}", f"U{n}", f"u{n - 1}" if n else None, 9) for n in range(2000)]
    assert any("more than 20 levels" in fault for fault in faults_of(units=tuple(chain)))


def test_an_early_closing_may_be_told_a_day_ahead():
    plan = make_plan(closable_from=NOON + timedelta(hours=24))
    check_plan(plan, NOON, "https://survey.example.org", demo=False)


# --- opening


def test_an_opened_survey_is_what_was_planned(place):
    plan = make_plan()
    with place.sessions() as session:
        view = survey_view(session, place.slug, NOON)
    for name in (
        "title",
        "client",
        "practice",
        "critical",
        "units",
        "policy",
        "ends_at",
        "holders",
    ):
        assert getattr(view, name) == getattr(plan, name), name
    assert (view.state, view.revision, view.closed_at) == ("open", 1, None)
    assert view.questionnaire.id == "environment"
    assert view.asked == 25


def test_an_address_is_short_enough_to_be_typed_and_never_that_of_another_survey(
    place, monkeypatch
):
    names = iter(["aaaa", "aaaa", "bbbb"])
    monkeypatch.setattr("survey.services.opening._suffix", lambda: next(names))
    title = "Wie dieses Team zusammenarbeitet"
    with place.sessions() as session:
        opened = [open_survey(session, place.keys, make_plan(title=title), NOON) for _ in range(2)]
    assert [one.slug for one in opened] == ["wie-dieses-team-aaaa", "wie-dieses-team-bbbb"]


def test_there_is_one_code_for_each_person_and_spare_ones(database_url, tmp_path):
    place = make_place(database_url, tmp_path, spare=2)
    assert {unit: len(codes) for unit, codes in place.opened.codes.items()} == {
        "north": 14,
        "south": 11,
        "desk": 6,
    }
    assert len(set(place.codes)) == 31
    assert len(place.opened.opening_codes) == 2
    place.end()


def test_no_code_and_no_nullifier_is_stored_anywhere(place):
    rows = repr(place.tables())
    key = (place.keys.path / f"{place.slug}.key").read_bytes()
    for code in (*place.codes, *place.opened.opening_codes):
        for form in (code, code.replace("-", ""), code.lower()):
            assert form not in rows
            assert form.encode() not in key
    for code in place.codes:
        assert repr(nullifier(code, place.slug)) not in rows


def test_codes_are_kept_as_hashes_with_their_unit_and_in_no_order_of_people(place):
    kept = {row[0]: row[2] for row in place.tables()["credential"]}
    made = {
        credential(read_person_code(code), place.slug): unit
        for unit, codes in place.opened.codes.items()
        for code in codes
    }
    assert kept == made


def test_where_the_database_refuses_no_key_is_left_behind(place):
    with place.sessions() as session, pytest.raises(PlanError, match="earlier wave"):
        open_survey(session, place.keys, make_plan(previous="nothing"), NOON)
    assert [path.stem for path in place.keys.path.iterdir()] == [place.slug]


def test_a_faulty_plan_makes_neither_key_nor_survey(database_url, tmp_path):
    migrate(database_url)
    sessions = make_sessions(database_url)
    keys = KeyFolder(tmp_path / "keys")
    with sessions() as session, pytest.raises(PlanError):
        open_survey(session, keys, replace(make_plan(), title=""), NOON)
    with sessions() as session:
        assert list_surveys(session, NOON) == ()
    assert not keys.path.exists()
    engine_of(sessions).dispose()


def test_surveys_are_listed_newest_first_and_a_past_end_counts_as_ended(place):
    with place.sessions() as session:
        later = open_survey(
            session,
            place.keys,
            make_plan(title="Second", ends_at=END + timedelta(days=9), closable_from=END),
            NOON + timedelta(days=1),
        )
    with place.sessions() as session:
        lines = list_surveys(session, END)
    assert [line.slug for line in lines] == [later.slug, place.slug]
    assert [line.state for line in lines] == ["open", "ended"]
    assert [line.asked for line in lines] == [25, 25]


def test_an_unknown_survey_is_told(place):
    with place.sessions() as session, pytest.raises(UnknownSurvey):
        survey_view(session, "nothing", NOON)


def test_an_earlier_wave_of_another_client_of_other_questions_or_another_tree_is_refused(place):
    from survey.questionnaire.shipped import shipped_text
    from survey.services.closing import close_survey

    earlier = place.opened.slug
    close_survey(place.sessions, place.keys, earlier, place.opening_codes, AFTER)
    for changed, said in (
        ({"client": "Quite Another Ltd"}, "another client"),
        ({"questionnaire_text": shipped_text("climate")}, "other questions"),
        ({"units": (*TREE[:3], replace(TREE[3], parent="north"))}, "another unit: “Front desk”"),
        ({"policy": Policy(scores=8)}, "showed results from 5 answers on. Keep that"),
    ):
        plan = make_plan(previous=earlier, **changed)
        with place.sessions() as session, pytest.raises(PlanError, match=said):
            open_survey(session, place.keys, plan, NOON)


def test_a_unit_that_had_the_id_of_all_groups_has_not_moved_in_the_next_wave(place):
    """Surveys of before may have it; whoever stands below it stands where they stood."""
    before = (Unit("all", "All", None, 0), Unit("a", "A", "all", 9), Unit("b", "B", "all", 9))
    with place.sessions() as session:
        earlier = open_survey(session, place.keys, make_plan(units=before), NOON).slug
    with place.sessions.begin() as session:
        row = session.get_one(Survey, earlier)
        row.state, row.closed_at = "closed", AFTER
    units = parse_units("unit,parent,people\nAll,,0\nA,All,9\nB,All,9\n")
    assert units[0].id != "all"
    with place.sessions() as session:
        open_survey(session, place.keys, make_plan(units=units, previous=earlier), NOON)
    moved = (units[0], units[1], replace(units[2], parent="a"))
    with place.sessions() as session, pytest.raises(PlanError, match="another unit: “B”"):
        open_survey(session, place.keys, make_plan(units=moved, previous=earlier), NOON)
