"""The two questionnaires that come with Headwind."""

import re
import tomllib

import pytest

from survey.questionnaire import shipped
from survey.questionnaire.definition import Readiness
from survey.questionnaire.shipped import (
    UnknownQuestionnaire,
    find,
    shipped_folder,
    shipped_ids,
    shipped_text,
)

DIMENSIONS = {"TRUST": 6, "COOP": 4, "OPEN": 5, "CIVIL": 4, "SAFE": 4, "PAST": 5, "VISION": 4}
NEGATIONS = {
    "en": re.compile(r"\b(not|never|nobody|none|cannot|without)\b|n't\b|n’t\b", re.IGNORECASE),
    "de": re.compile(r"\b(nicht|nichts|nie|niemals|niemand\w*|kein\w*|ohne)\b", re.IGNORECASE),
}
LANGUAGES = ["en", "de"]


def text_of(asked):
    return asked.text if hasattr(asked, "text") else asked.title


@pytest.fixture(scope="module")
def environment():
    return find("environment")


@pytest.fixture(scope="module")
def climate():
    return find("climate")


def test_two_questionnaires_are_shipped():
    assert shipped_ids() == ("climate", "environment")


@pytest.mark.parametrize("name", ["climate", "environment"])
def test_a_shipped_questionnaire_carries_its_version_source_and_licence(name):
    q = find(name)
    assert q.id == name
    assert q.version == "1.0"
    assert q.licence == "CC BY 4.0, Headwind contributors"
    assert "Not validated" in q.source["en"]
    assert "Nicht validiert" in q.source["de"]


def test_environment_has_thirty_two_items_in_seven_dimensions(environment):
    assert {d.id: len(environment.items_of(d.id)) for d in environment.dimensions} == DIMENSIONS
    assert len(environment.items_of("CAPACITY")) == 3
    assert len(environment.items_of("RESOLVE")) == 2


def test_environment_keeps_the_ids_that_answer_files_use(environment):
    groups = [("T", 6), ("C", 4), ("P", 5), ("I", 4), ("S", 4), ("B", 5), ("V", 4), ("K", 3)]
    items = {f"{letter}{n}" for letter, most in [*groups, ("R", 2)] for n in range(1, most + 1)}
    practices = {f"{pair}{n:02}" for pair in ("KN", "DO") for n in range(1, 13)}
    assert set(environment.columns) == items | practices
    assert environment.tenure
    assert [band.id for band in environment.tenure.bands] == ["lt1", "1to3", "gt3"]


def test_trust_also_stands_in_colleagues_and_in_leaders(environment):
    assert [(f.id, f.scale, f.items) for f in environment.facets] == [
        ("TRUST_PEERS", "TRUST", ("T1", "T2", "T3")),
        ("TRUST_LEADERS", "TRUST", ("T4", "T5", "T6")),
    ]


def test_agreement_is_balanced_and_frequency_asks_mostly_for_trouble(environment):
    index = [i for i in environment.items if i.scale in DIMENSIONS]
    keys = {r: [i.key for i in index if i.response == r] for r in ("agreement", "frequency")}
    assert (keys["agreement"].count(1), keys["agreement"].count(-1)) == (9, 10)
    assert (keys["frequency"].count(1), keys["frequency"].count(-1)) == (3, 10)


def test_every_page_has_four_to_six_statements_and_both_keys(environment):
    for section in environment.sections:
        items = [item for item in environment.items if item.section == section.id]
        assert 4 <= len(items) <= 6
        if section.id != "room":
            assert {item.key for item in items} == {1, -1}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_heading_names_what_is_measured(environment, language):
    names = [scale.name[language].lower() for scale in environment.scales]
    for section in environment.sections:
        assert not any(name in section.title[language].lower() for name in names)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["climate", "environment"])
def test_statements_are_short_and_hold_no_negation(name, language):
    for item in find(name).items:
        assert len(item.text[language].split()) <= 20, item.id
        assert not NEGATIONS[language].search(item.text[language]), item.id


@pytest.mark.parametrize("name", ["climate", "environment"])
def test_a_shipped_questionnaire_says_nothing_in_german_in_the_words_of_its_english(name):
    q = find(name)
    assert q.languages == ("en", "de")
    texts = {i.id: i.text for i in q.items} | {s.id: s.title for s in q.sections}
    same = [name for name, text in texts.items() if text["en"] == text["de"]]
    assert same == []


@pytest.mark.parametrize("name", ["climate", "environment"])
def test_the_planned_practice_stands_in_quotation_marks_in_german_so_that_any_name_fits(name):
    for item in find(name).items_of("RESOLVE"):
        assert "„[PRACTICE]“" in item.text["de"]


def test_both_questionnaires_and_the_guides_call_the_same_things_by_the_same_names(
    environment, climate
):
    with (shipped_folder("questionnaires") / "guides/environment.toml").open("rb") as file:
        titles = {g["id"]: g["title"] for g in tomllib.load(file)["guides"]}
    for q in (environment, climate):
        for named in (*q.scales, *q.facets):
            assert dict(named.name) == titles[named.id]
    both = {item.id: item.text for item in environment.items}
    assert all(both[item.id] == item.text for item in climate.items)


def test_frequency_says_its_window(environment):
    assert environment.responses["frequency"].stem["en"].startswith("In the last three months")


def test_twelve_practices_each_rest_on_dimensions(environment):
    assert [practice.id for practice in environment.practices] == [f"{n:02}" for n in range(1, 13)]
    assert environment.practices[7].critical == ("TRUST", "CIVIL", "SAFE")
    assert environment.practices[10].critical == ("TRUST", "OPEN", "PAST")


def test_environment_ends_with_a_pick_list_and_three_open_questions(environment):
    assert environment.pick_list
    assert environment.pick_list.most == 3
    assert len(environment.pick_list.options) == 11
    assert [question.id for question in environment.open_questions] == ["O1", "O2", "O3"]


def test_climate_asks_the_same_statements_and_nothing_of_practices(environment, climate):
    same = ("items", "sections", "scales", "facets", "tenure", "readiness", "intro")
    assert all(getattr(climate, part) == getattr(environment, part) for part in same)
    assert climate.practices == climate.open_questions == ()
    assert climate.practice_block is None
    assert climate.pick_list is None
    assert (climate.minutes, environment.minutes) == (6, 10)


@pytest.mark.parametrize("name", ["climate", "environment"])
def test_every_cut_off_is_written_down_with_a_comment(name):
    table = shipped_text(name).split("[readiness]\n")[1]
    lines = [line for line in table.splitlines() if line.strip()]
    assert [line.split(" = ")[0] for line in lines] == list(Readiness.__dataclass_fields__)
    assert all(" # " in line for line in lines)
    assert find(name).readiness == Readiness(harm_items=("S1", "S3"))


def test_a_questionnaire_is_found_by_name_or_by_path(tmp_path):
    copy = tmp_path / "copy.toml"
    copy.write_text(shipped_text("climate"), encoding="utf-8")
    assert find(str(copy)) == find("climate")


@pytest.mark.parametrize("name", ["enviroment", "../climate", "", "a\0b", "x" * 5000])
def test_an_unknown_name_is_told_with_those_that_exist(name):
    with pytest.raises(UnknownQuestionnaire, match="climate and environment"):
        find(name)
    with pytest.raises(UnknownQuestionnaire, match="climate and environment"):
        shipped_text(name)


def test_inside_a_wheel_the_folder_lies_in_the_package(tmp_path, monkeypatch):
    package = tmp_path / "survey"
    (package / "questionnaires").mkdir(parents=True)
    (package / "questionnaires" / "climate.toml").write_text(shipped_text("climate"), "utf-8")
    monkeypatch.setattr(shipped, "PACKAGE", package)
    assert shipped_folder("questionnaires") == package / "questionnaires"
    assert shipped_ids() == ("climate",)
    assert find("climate").id == "climate"
