"""Questionnaire files: what is read from a good one, and what is told about a bad one."""

import json
from dataclasses import fields
from pathlib import Path

import pytest
from pydantic_core import ErrorDetails

from survey.questionnaire.cutoffs import ReadinessTable
from survey.questionnaire.definition import Readiness
from survey.questionnaire.faults import DefinitionError, Fault
from survey.questionnaire.parse import MOST_BYTES, UnreadableFile, load, parse
from survey.questionnaire.shape import ItemTable, json_schema
from survey.questionnaire.wording import sentence

FILES = Path(__file__).parents[1] / "questionnaires"
SHIPPED = Path(__file__).parents[2] / "questionnaires"
GOOD = sorted((FILES / "good").glob("*.toml"))
BAD = sorted((FILES / "bad").glob("*.toml"))


def text_of(kind: str, name: str) -> str:
    return (FILES / kind / f"{name}.toml").read_text(encoding="utf-8")


def faults_of(text: str) -> list[str]:
    with pytest.raises(DefinitionError) as told:
        parse(text)
    return [str(fault) for fault in told.value.faults]


def test_there_is_a_file_for_every_behaviour():
    assert len(GOOD) >= 10
    assert len(BAD) >= 90
    assert {path.stem for path in BAD} == {p.stem for p in (FILES / "bad").glob("*.txt")}


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_a_good_file_is_read_without_a_word(path):
    questionnaire = load(path)
    assert questionnaire.items


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_exactly_the_faults_of_a_bad_file_are_told(path):
    expected = path.with_suffix(".txt").read_text(encoding="utf-8").splitlines()
    assert faults_of(path.read_text(encoding="utf-8")) == expected


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_a_fault_is_one_line_without_the_words_of_a_library(path):
    for fault in faults_of(path.read_text(encoding="utf-8")):
        assert fault.isprintable()
        assert len(fault) < 250
        for jargon in (
            "pydantic",
            "Input should",
            "dict",
            "NoneType",
            "validation",
            "str ",
            "int ",
        ):
            assert jargon not in fault


def test_a_fault_reads_where_and_what():
    assert str(Fault("item T3: key", "must be + or -")) == "item T3: key: must be + or -"


def test_the_error_says_every_fault_in_one_sentence():
    with pytest.raises(DefinitionError) as told:
        parse(text_of("bad", "wrong_key"))
    assert str(told.value) == (
        "The questionnaire cannot be used. "
        "item H1: key: must be + or -; item H2: key: must be + or -"
    )


def test_what_nobody_foresaw_is_still_told_in_plain_words():
    error: ErrorDetails = {"type": "new_rule", "loc": ("text",), "msg": "jargon", "input": 3}
    assert sentence(error, ItemTable) == "is not what belongs here: the statement"


def test_one_wrong_key_hides_no_other_fault_of_the_same_item():
    text = text_of("good", "minimal").replace('key = "+"', 'key = "x"', 1)
    text = text.replace('scale = "HELP"', 'scale = "TRUST"', 1)
    text = text.replace('"People help each other."}\n\n', '"<b>"}\n\n', 1)
    assert faults_of(text) == [
        "item H1: key: must be + or -",
        'item H1: text.en: holds HTML ("<b>"); texts are plain, so take it out',
        'item H1: scale: there is no scale "TRUST"; known: HELP',
    ]


def test_everything_in_a_file_arrives():
    q = parse(text_of("good", "everything"))
    assert [scale.role for scale in q.scales] == ["dimension", "capacity", "resolve"]
    assert [scale.id for scale in q.dimensions] == ["HELP"]
    assert q.columns == ("H1", "H2", "H3", "K1", "K2", "K3", "R1", "KN01", "DO01")
    assert [item.key for item in q.items_of("HELP")] == [1, -1, 1]
    assert q.facets[0].items == ("H1", "H2", "H3")
    assert q.practice_block
    assert q.practice_block.section.id == "practices"
    assert q.practices[0].critical == ("HELP",)
    assert q.pick_list
    assert [choice.id for choice in q.pick_list.options] == ["time", "money"]
    assert q.open_questions[0].text == {"en": "What else?"}
    assert q.tenure
    assert (q.tenure.newcomer, q.tenure.veteran, q.tenure.scale) == ("lt1", "gt1", "HELP")
    assert q.readiness == Readiness(min_dimensions=1, harm_items=("H2",))
    assert q.range_of("H1") == q.range_of("KN01") == (1, 5)


def test_labels_come_one_by_one_in_every_language():
    agreement = parse(text_of("good", "two_languages")).responses["agreement"]
    assert agreement.labels[0] == {"en": "No", "de": "Nein"}
    assert len(agreement.labels) == agreement.hi - agreement.lo + 1


def test_critical_dimensions_stand_in_the_order_of_the_questionnaire():
    text = text_of("good", "two_pages_two_formats")
    block = text_of("good", "everything")
    block = block[block.index("[practice_block]") : block.index("[pick_list]")]
    block = block.replace('["HELP"]', '["WORK", "HELP"]')
    practice = parse(text.replace("[readiness]", f"{block}[readiness]")).practices[0]
    assert practice.critical == ("HELP", "WORK")


def test_a_text_over_several_lines_becomes_one_line():
    intro = parse(text_of("good", "text_over_lines")).intro
    assert intro == {"en": "Think of this team: the people you work with."}


def test_languages_may_stand_on_lines_of_their_own():
    q = parse(text_of("good", "languages_on_lines"))
    assert q.languages == ("en", "pt-BR")
    assert q.items[0].text["pt-BR"] == "As pessoas se ajudam."


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm():
    text = text_of("good", "minimal")
    assert parse("\ufeff" + text.replace("\n", "\r\n")) == parse(text)


def test_an_editor_may_leave_a_byte_order_mark_in_a_file(tmp_path):
    file = tmp_path / "marked.toml"
    file.write_bytes(b"\xef\xbb\xbf" + text_of("good", "minimal").encode())
    assert load(file).id == "tiny"


def test_a_file_in_another_encoding_is_told_with_its_line(tmp_path):
    file = tmp_path / "latin.toml"
    file.write_bytes(text_of("good", "minimal").replace("One page", "Öne page").encode("latin-1"))
    with pytest.raises(DefinitionError) as told:
        load(file)
    (fault,) = told.value.faults
    assert str(fault) == "line 19: is not in UTF-8; save the file with the encoding UTF-8"


def test_a_huge_file_is_refused_before_it_is_read(tmp_path):
    file = tmp_path / "huge.toml"
    file.write_bytes(b"# comment\n" * (MOST_BYTES // 5))
    with pytest.raises(DefinitionError, match=r"file: is larger than 512 KiB"):
        load(file)
    with pytest.raises(DefinitionError, match=r"file: is larger than 512 KiB"):
        parse("# comment\n" * (MOST_BYTES // 5))


@pytest.mark.parametrize("name", ["missing.toml", "."])
def test_what_cannot_be_read_is_told_in_a_sentence(tmp_path, name):
    with pytest.raises(UnreadableFile, match=r"cannot be read: "):
        load(tmp_path / name)


def test_brackets_may_not_be_nested_until_python_gives_up():
    assert faults_of("x = " + "{a=" * 1300) == ["file: brackets stand inside brackets too deeply"]


def test_a_number_of_thousands_of_digits_is_told():
    text = text_of("good", "minimal").replace("minutes = 1", "minutes = " + "9" * 4400)
    assert faults_of(text) == ["line 6: has 4410 characters; break it up"]


def test_every_cut_off_of_the_verdict_can_be_set():
    assert list(ReadinessTable.model_fields) == [field.name for field in fields(Readiness)]
    assert parse(text_of("good", "no_dimension")).readiness == Readiness()


def test_the_schema_for_editors_is_the_one_in_the_repository():
    exported = json.loads((SHIPPED / "schema.json").read_text(encoding="utf-8"))
    assert exported == json_schema(), "run: headwind check --schema > questionnaires/schema.json"


def test_the_schema_knows_every_table_and_takes_no_other_key():
    schema = json.loads(json.dumps(json_schema()))
    assert {"items", "scales", "practices", "readiness"} <= set(schema["properties"])
    assert schema["additionalProperties"] is False
    assert all(table["additionalProperties"] is False for table in schema["$defs"].values())


def test_the_example_in_the_readme_is_a_questionnaire():
    readme = (SHIPPED / "README.md").read_text(encoding="utf-8")
    (example,) = [part.split("```")[0] for part in readme.split("```toml\n")[1:]]
    assert [item.id for item in parse(example).items] == ["H1", "H2", "H3"]


def test_the_readme_names_every_table_and_every_key():
    readme = (SHIPPED / "README.md").read_text(encoding="utf-8")
    schema = json.loads(json.dumps(json_schema()))
    tables = [schema, *(v for k, v in schema["$defs"].items() if k != "ReadinessTable")]
    for name in {name for table in tables for name in table["properties"]}:
        assert f"`{name}`" in readme or f"[{name}]" in readme, name
