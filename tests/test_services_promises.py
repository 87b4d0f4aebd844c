"""What is promised follows the settings, and says of each person in the table what is so."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from survey.services.promises.checks import checks
from survey.services.promises.page import said
from survey.services.promises.settings import WHOLE_PROMISE, Settings, listed, settings_of
from survey.services.promises.table import dangers, meant, rows
from tests.adversary.test_passive_host import LEARNS
from tools.anonymity_doc import DOCS, EXAMPLE, PAGE, PAPERS_FOLDER, page, papers

USUAL = Settings()
THREE = replace(USUAL, scheme="two of three", holders=("Ada", "Grace", "a spare"))
TOO_MUCH = (
    "100 %",
    "military",
    "guarantee",
    "impossible",
    "completely",
    "absolutely",
    "unbreakable",
)
CHECKOUT = Path(__file__).resolve().parents[1]


def row_of(key: str, told: Settings = USUAL):
    (found,) = [row for row in rows(told) if row.key == key]
    return found


def words_of(told: Settings) -> str:
    texts = [str(part) for row in rows(told) for part in vars(row).values()]
    texts += [str(part) for part in vars(said(told)).values()]
    texts += [part for check in checks(told) for part in (check.claim, check.yourself)]
    return " ".join(texts)


@pytest.mark.parametrize("told", [USUAL, THREE], ids=["one", "two"])
def test_everybody_of_the_table_stands_in_it_once_and_learns_something_or_nothing(told):
    keys = [row.key for row in rows(told)]
    assert len(keys) == len(set(keys)) >= 18
    for row in rows(told):
        assert row.who
        assert row.holding
        assert row.open.endswith(".")
        assert row.closed.endswith(".")
        assert row.brief.endswith(".")
        assert row.takes or row.helps or row.key == "harm"


@pytest.mark.parametrize("learns", [row for row in LEARNS if not row.archive], ids=str)
def test_the_host_is_said_to_read_answers_just_where_the_played_attack_reads_them(learns):
    told = USUAL if learns.scheme == "one of two" else THREE
    keys = {0: "host", 1: "host_one_code"}
    row = row_of(keys.get(learns.opening_codes, "host_all_codes"), told)
    assert ("without a name" in row.open) == learns.answers
    assert learns.answers or "Not what is in them" in row.open or "opens nothing" in row.open


def test_with_one_of_two_the_first_page_says_that_one_code_and_the_files_are_enough():
    assert any("one of the two opening codes could open" in line for line in dangers(USUAL))
    assert any("two of the three opening codes could open" in line for line in dangers(THREE))
    assert not any("one of the two" in line for line in dangers(THREE))


def test_the_numbers_are_those_of_the_survey():
    told = replace(USUAL, least=7, single=12)
    assert "groups of 7 or more answers" in said(told).first[1]
    assert "from 12" in said(told).first[1]
    assert "until there are 7" in said(told).groups
    assert "from 12 answers on" in row_of("style", told).holding


def test_without_questions_in_own_words_nothing_is_said_about_comments():
    told = replace(USUAL, comments=False)
    assert "style" not in [row.key for row in rows(told)]
    assert "comment" not in " ".join([*said(told).first, said(told).groups, *dangers(told)])
    assert "and comments" not in row_of("host_one_code", told).open


def test_without_a_question_about_harm_nobody_is_named_for_it():
    told = replace(USUAL, harm_role="")
    assert said(told).harm == ""
    assert "harm" not in [row.key for row in rows(told)]


def test_what_was_measured_on_small_groups_is_not_told_of_larger_ones():
    assert "5 people: 12 of 71" in row_of("two_colleagues").closed
    assert "5 people" not in row_of("two_colleagues", replace(USUAL, least=6)).closed
    assert "Not measured" in row_of("two_colleagues", replace(USUAL, least=9)).closed


def test_the_log_of_postgresql_is_told_where_there_is_one():
    assert "archive" in [row.key for row in rows(USUAL)]
    on_sqlite = replace(USUAL, postgresql=False)
    assert "archive" not in [row.key for row in rows(on_sqlite)]
    assert "comments" in row_of("archive").closed
    assert "comments" not in row_of("archive", replace(USUAL, comments=False, masked=False)).closed
    assert "list of names" in row_of("archive").open
    assert "names" not in row_of("archive", replace(USUAL, masked=False)).open
    assert "at what time" in row_of("host").open
    assert "at what time" not in row_of("host", on_sqlite).open
    assert "no time" not in said(USUAL).storage
    assert "no time" in said(on_sqlite).storage


@pytest.mark.parametrize("told", [USUAL, THREE], ids=["one", "two"])
def test_a_row_that_sends_on_to_another_names_one_that_is_there(told):
    shown = rows(told)
    texts = [text for row in shown for text in (row.open, row.closed, row.takes, row.helps)]
    named = [name for text in texts for name in re.findall("see “([^”]+)”", text)]
    assert len(named) > 4
    assert [name for name in named if not meant(name, shown)] == []


def test_a_name_with_a_comma_in_it_is_told_apart_from_two_names():
    assert listed(["Ada"]) == "Ada"
    assert listed(["Ada", "Grace", "a spare"]) == "Ada, Grace and a spare"
    assert listed(["Ada, Consulting", "Grace"]) == "Ada, Consulting; and Grace"
    assert listed(["Ada, Consulting", "Grace", "Eva"]) == "Ada, Consulting; Grace; and Eva"


def test_names_are_promised_to_be_taken_out_only_where_a_list_was_given():
    assert "names on a list, are taken out" in said(USUAL).comments
    assert "people’s names are not" in said(replace(USUAL, masked=False)).comments


def test_the_first_page_says_who_can_see_a_sign_of_harm():
    harm = said(USUAL).harm
    assert "whoever runs the survey should tell the works council" in harm
    assert "and the owners of the program, can see it" in harm


@pytest.mark.parametrize("told", [USUAL, THREE], ids=["one", "two"])
def test_nothing_is_promised_beyond_the_one_sentence(told):
    text = words_of(told)
    assert not [word for word in TOO_MUCH if word in text.lower()]
    assert text.count("anonymous") == text.count(WHOLE_PROMISE)


def test_the_settings_are_those_of_the_survey():
    told = settings_of(EXAMPLE, "Monday", postgresql=False)
    assert (told.scheme, told.least, told.single) == ("two of three", 5, 10)
    assert told.opens == "Monday"
    assert told.comments
    assert not told.masked
    assert settings_of(replace(EXAMPLE, masked=("Ada",)), "", postgresql=False).masked
    assert settings_of(replace(EXAMPLE, holders=()), "", postgresql=False).holders == (
        EXAMPLE.organiser,
    )


def test_every_test_and_file_that_is_named_as_a_proof_exists():
    named = [place for check in checks(USUAL) for place in check.expert]
    assert len(named) > 10
    for place in named:
        file, _, test = place.partition("::")
        if file.startswith(("headwind ", "curl ")):
            continue
        assert (CHECKOUT / file).is_file(), f"{file} is named as a proof and is not there"
        assert not test or f"def {test}(" in (CHECKOUT / file).read_text(), f"no {test} in {file}"


def test_the_page_on_anonymity_says_what_the_rows_say():
    text = PAGE.read_text(encoding="utf-8")
    assert page(text) == text, "run: python -m tools.anonymity_doc"
    assert text.count("| **") > len(rows(USUAL))


def test_the_example_papers_are_what_their_templates_make():
    assert {file.name for file in PAPERS_FOLDER.glob("*.md")} == {*papers(), "README.md"}
    for name, text in papers().items():
        assert (PAPERS_FOLDER / name).read_text(encoding="utf-8") == text, (
            "run: python -m tools.anonymity_doc"
        )


def test_links_of_these_documents_lead_to_files():
    for file in [PAGE, PAPERS_FOLDER / "README.md"]:
        for link in re.findall(r"\]\(([^)#:]+)\)", file.read_text(encoding="utf-8")):
            assert (file.parent / link).exists(), f"{file.relative_to(DOCS)}: {link}"
