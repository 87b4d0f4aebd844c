"""Files of discussion guides: what is read, what is told, and what the shipped file may say."""

import json
import re
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from survey.cli.check import check
from survey.questionnaire.faults import DefinitionError, Fault
from survey.questionnaire.guide_files import check_guides, guides_for, speaks_of_guides
from survey.questionnaire.guide_shape import GuideFile
from survey.questionnaire.guides import JUDGEMENT, SITUATIONS, Guides, parse
from survey.questionnaire.parse import parse as parse_questionnaire
from survey.questionnaire.shape import json_schema
from survey.questionnaire.shipped import find
from tests.factories import make_questionnaire

FOLDER = Path(__file__).parents[2] / "questionnaires"
FILE = FOLDER / "guides" / "environment.toml"
TEXT = FILE.read_text(encoding="utf-8")
LINES = TEXT.splitlines()
SHIPPED = parse(TEXT)
TOKENS = ["= 1", '= "x"', "= [", "= {", "= []", "= {en = []}", "= {en = [1]}", "= nan", "= true"]
TOKENS += ['= "nobody"', "= 1e999", '= ["en", "de", "en"]', '= {fr = ["a"]}', '= ""', "= -1"]
LINE = 'text = {en = "Ask once a week.", de = "Fragen Sie einmal in der Woche."}'
SMALL = """
questionnaires = ["environment"]
version = "1.0"
languages = ["en", "de"]
source = "Made up"
licence = "CC0"
rules = {en = ["Name no person."], de = ["Nennen Sie keine Namen."]}
[[guides]]
id = "TRUST"
title = {en = "Trust", de = "Vertrauen"}
aim = {en = "Talk.", de = "Reden."}
minutes = 30
leads = "outsider"
steps = {en = ["Collect."], de = ["Sammeln Sie."]}
questions = {en = ["What helped?"], de = ["Was half?"]}
avoid = {en = ["Do not press."], de = ["Drängen Sie nicht."]}
[[actions]]
guide = "TRUST"
who = "team"
days = 14
text = {en = "Ask once a week.", de = "Fragen Sie einmal in der Woche."}
sign = {en = "Help comes.", de = "Hilfe kommt."}
source = "judgement"
"""

CLAIMS = re.compile(
    r"will improve|improves|proven|prove[sd]?\b|guarant|diagnos|toxic|ensure|always works|"
    r"best practice|boost|\bcauses?\b|predict|benchmark|above average|"
    r"garantier|bewiesen|nachgewiesen|diagnos|verbessert|toxisch|stellt sicher|sorgt dafür|"
    r"führt zu mehr|ursache",
    re.IGNORECASE,
)
"""What nobody may say of a talk that nobody has tested."""
HUNTING = re.compile(
    r"\bwho (said|answered|thinks|feels|wrote)|\bwer hat\b|\bwer (denkt|fühlt)", re.I
)
"""A question that asks for a person."""
SENTENCE = re.compile(r"[^.!?]+[.!?]")


def faults_of(text: str, find=None) -> list[str]:
    with pytest.raises(DefinitionError) as told:
        parse(text, find)
    return [str(fault) for fault in told.value.faults]


def changed(*changes: tuple[str, str]) -> str:
    text = SMALL
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text


def every_text(guides: Guides, language: str):
    """Every sentence that people read, with where it stands."""
    for rule in guides.rules[language]:
        yield "rules", rule
    for guide in guides.guides:
        for text in (guide.title, guide.aim, *([guide.note] if guide.note else [])):
            yield guide.id, text[language]
        for texts in (guide.steps, guide.questions, guide.avoid):
            yield from ((guide.id, text) for text in texts[language])
        for action in guide.actions:
            yield from ((guide.id, text[language]) for text in (action.text, action.sign))


# ---- Reading


def test_a_good_file_is_read_with_all_that_stands_in_it():
    guides = parse(SMALL)
    guide = guides.get("TRUST")
    assert guide
    assert guide.questions == {"en": ("What helped?",), "de": ("Was half?",)}
    assert [(a.who, a.days, a.source) for a in guide.actions] == [("team", 14, JUDGEMENT)]
    assert guides.get("SAFE") is None


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (('id = "TRUST"', 'id = "TRSUT"'), "there is no such scale, facet or situation; did you"),
        (('who = "team"', 'who = "Anna"'), "action no. 1: who: must be leader, team or sponsor"),
        (("days = 14", "days = 200"), "must be a whole number, at least 1 and at most 90, not 200"),
        (
            ('{en = ["What helped?"], de = ["Was half?"]}', '{en = ["What helped?"]}'),
            "no text in de",
        ),
        (('["What helped?"]', '["What?", "When?"]'), "questions: has 2 in en and 1 in de; every"),
        (
            ('["What helped?"]', "[]"),
            "guide TRUST: questions.en: is an empty list; name at least one",
        ),
        (('"What helped?"', f'"{"x" * 251}"'), "questions.en: is too long: 251 characters"),
        (('"What helped?"', '"<b>What</b>?"'), "holds HTML"),
        (('guide = "TRUST"', 'guide = "TRUTS"'), 'there is no guide "TRUTS"; did you mean TRUST?'),
        (('guide = "TRUST"', 'guide = "split"'), "guide TRUST: has no action; add [[actions]]"),
        (('["environment"]', '["weather"]'), "no such questionnaire"),
        ((LINE, f"{LINE}\nextra = 1"), "action no. 1: extra: is not known here"),
    ],
    ids=lambda value: None if isinstance(value, tuple) else value[:30],
)
def test_a_fault_is_told_with_where_it_stands_and_what_to_do(change, fault):
    def sought(name):
        if name != "environment":
            raise LookedInVain
        return make_questionnaire()

    told = faults_of(changed(change), sought)
    assert any(fault in one for one in told), told
    assert all(one.isprintable() for one in told)


class LookedInVain(DefinitionError):
    """There is no such questionnaire."""

    def __init__(self) -> None:
        super().__init__([Fault("weather", "no such questionnaire")])


def test_all_faults_are_told_at_once():
    text = changed(("minutes = 30", "minutes = 0"), ('leads = "outsider"', 'leads = "boss"'))
    told = faults_of(text.replace('who = "team"', 'who = "x"'))
    assert [one.split(":")[1].strip() for one in told] == ["minutes", "leads", "who"]


def test_the_same_guide_twice_is_a_fault():
    guide = SMALL[SMALL.index("[[guides]]") : SMALL.index("[[actions]]")]
    assert "guide TRUST: id: stands 2 times; one guide is enough for each" in faults_of(
        SMALL + guide
    )


def test_more_than_four_actions_are_too_many():
    action = SMALL[SMALL.index("[[actions]]") :]
    assert len(parse(SMALL + 3 * action).guides[0].actions) == 4
    assert "has 5 actions, 4 at most" in faults_of(SMALL + 4 * action)[0]


@settings(max_examples=40)
@given(st.text())
def test_any_text_ends_in_faults_or_guides(text):
    ends_well(text)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, len(LINES) - 1), st.sampled_from(TOKENS) | st.just("")),
        min_size=1,
        max_size=8,
    )
)
def test_the_shipped_file_with_lines_changed_or_lost_ends_in_faults_or_guides(changes):
    lines = list(LINES)
    for number, token in changes:
        lines[number] = f"{lines[number].split(' = ')[0]} {token}" if token else ""
    ends_well("\n".join(lines))


def ends_well(text: str) -> None:
    """Parse a text; anything but guides or a list of faults is an error of ours."""
    faults = None
    try:
        parse(text, lambda _: make_questionnaire())
    except DefinitionError as error:
        faults = error.faults
    assert faults != ()
    assert all(str(fault).isprintable() for fault in faults or ())


# ---- Which file


def test_shipped_guides_are_found_for_both_questionnaires_and_for_no_other():
    assert guides_for(find("environment")).guides == SHIPPED
    assert guides_for(find("climate")).guides == SHIPPED
    other = find(str(Path(__file__).parents[1] / "questionnaires" / "good" / "minimal.toml"))
    assert guides_for(other).guides.guides == ()


def test_a_file_of_ones_own_goes_before_the_shipped_one(tmp_path):
    (tmp_path / "mine.toml").write_text(SMALL, encoding="utf-8")
    assert guides_for(find("environment"), tmp_path).guides == parse(SMALL)
    assert guides_for(find("climate"), tmp_path).guides == SHIPPED


def test_a_file_with_faults_is_left_aside_and_named(tmp_path):
    (tmp_path / "broken.toml").write_text("[[guides]", encoding="utf-8")
    (tmp_path / "latin.toml").write_bytes(SMALL.encode("utf-16"))
    (tmp_path / "folder.toml").mkdir()
    found = guides_for(find("environment"), tmp_path)
    assert found.guides == SHIPPED
    assert found.unusable == ("broken.toml", "folder.toml", "latin.toml")


def test_a_folder_that_is_not_there_is_no_fault(tmp_path):
    assert guides_for(find("environment"), tmp_path / "nowhere").unusable == ()


# ---- The command


def headwind_check(*arguments):
    return CliRunner().invoke(check, [str(argument) for argument in arguments])


def test_the_command_knows_a_file_of_guides_and_says_what_is_in_it():
    told = headwind_check(FILE)
    assert told.exit_code == 0, told.stderr
    assert "for environment and climate, 14 guides" in told.stdout
    assert not speaks_of_guides((FOLDER / "environment.toml").read_text(encoding="utf-8"))


def test_the_command_looks_for_the_questionnaire_beside_the_file(tmp_path):
    file = tmp_path / "guides" / "mine.toml"
    file.parent.mkdir()
    file.write_text(SMALL.replace('"environment"', '"mine"'), encoding="utf-8")
    told = headwind_check(file)
    assert told.exit_code == 2
    assert 'guides: questionnaires: there is no questionnaire "mine"' in told.stderr
    own = (FOLDER / "climate.toml").read_text(encoding="utf-8")
    (tmp_path / "mine.toml").write_text(own.replace('id = "climate"', 'id = "mine"'), "utf-8")
    assert headwind_check(file).exit_code == 0
    (tmp_path / "mine.toml").write_text("id = 3", encoding="utf-8")
    assert "has faults of its own; check it first" in headwind_check(file).stderr


def test_the_schema_is_that_of_the_file_for_editors():
    written = json.loads((FOLDER / "guides" / "schema.json").read_text(encoding="utf-8"))
    run = "run: headwind check --guide-schema > questionnaires/guides/schema.json"
    assert written == json_schema(GuideFile), run
    assert json.loads(headwind_check("--guide-schema").stdout) == written


def test_the_example_in_the_readme_has_no_fault():
    small, guides = (
        (folder / "README.md").read_text(encoding="utf-8").split("```toml\n")[1].split("```")[0]
        for folder in (FOLDER, FOLDER / "guides")
    )
    small_one = parse_questionnaire(small)
    assert parse(guides, {small_one.id: small_one}.__getitem__).get("HELP")


def test_every_key_is_described_in_the_readme():
    described = (FOLDER / "guides" / "README.md").read_text(encoding="utf-8")
    raw = tomllib.loads(TEXT)
    keys = {*raw, *raw["guides"][0], *raw["actions"][0], "note"}
    assert {
        key for key in keys if f"`{key}`" not in described and f"[[{key}]]" not in described
    } == set()


# ---- What the shipped file says


def test_every_scale_facet_and_situation_has_a_guide():
    q = find("environment")
    assert {guide.id for guide in SHIPPED.guides} == (
        {scale.id for scale in q.scales} | {facet.id for facet in q.facets} | set(SITUATIONS)
    )
    assert check_guides(TEXT, FILE) == SHIPPED


@pytest.mark.parametrize("guide", SHIPPED.guides, ids=lambda guide: guide.id)
def test_a_guide_has_questions_two_or_three_actions_by_roles_and_what_not_to_do(guide):
    assert 3 <= len(guide.questions["en"]) <= 4
    assert 2 <= len(guide.actions) <= 3
    assert all(action.days <= 30 for action in guide.actions)
    assert all(question.endswith("?") for texts in guide.questions.values() for question in texts)
    assert guide.avoid["en"]


@pytest.mark.parametrize("name", ["TRUST", "TRUST_LEADERS", "CIVIL", "SAFE", "split"])
def test_where_the_finding_may_be_about_the_leader_somebody_from_outside_leads(name):
    guide = SHIPPED.get(name)
    assert guide
    assert guide.leads == "outsider"


@pytest.mark.parametrize("name", ["CIVIL", "SAFE"])
def test_signs_of_harm_go_to_the_role_that_was_named(name):
    guide = SHIPPED.get(name)
    assert guide
    assert "role that was named when the survey opened" in guide.note["en"]
    assert "Stelle, die bei der Öffnung der Befragung genannt wurde" in guide.note["de"]


def test_safety_is_no_channel_for_complaints():
    guide = SHIPPED.get("SAFE")
    assert guide
    assert "no channel for complaints" in guide.note["en"]
    assert "keine Beschwerdestelle" in guide.note["de"]


def test_nobody_is_asked_what_they_answered():
    assert "nobody is asked what they answered" in SHIPPED.rules["en"][0]
    assert "Niemand wird gefragt, was er oder sie geantwortet hat" in SHIPPED.rules["de"][0]


@pytest.mark.parametrize("language", ["en", "de"])
def test_no_text_claims_what_nobody_has_shown(language):
    claims = [(at, t) for at, t in every_text(SHIPPED, language) if CLAIMS.search(t)]
    assert claims == []


@pytest.mark.parametrize("language", ["en", "de"])
def test_no_question_asks_for_a_person(language):
    asked = [q for guide in SHIPPED.guides for q in guide.questions[language]]
    assert [question for question in asked if HUNTING.search(question)] == []


@pytest.mark.parametrize(("language", "most"), [("en", 20), ("de", 20)])
def test_sentences_are_short(language, most):
    sentences = [
        (at, sentence.strip())
        for at, text in every_text(SHIPPED, language)
        for sentence in SENTENCE.findall(text + ("" if text[-1] in ".!?" else "."))
    ]
    assert len(sentences) > 200
    assert [(at, s) for at, s in sentences if len(s.split()) > most] == []


def test_german_says_sie_and_writes_its_letters():
    german = " ".join(text for _, text in every_text(SHIPPED, "de"))
    assert not re.search(r"\b(du|dir|dich|dein\w*|euch|euer|eure\w*)\b", german, re.IGNORECASE)
    assert not re.search(r"\b(fuer|ueber|waere|koennen|muessen)\b", german)
    assert not re.search(r"[“”’]", german.replace("“", "", german.count("„"))), "„…“ in German"


def test_a_source_is_a_named_work_or_said_to_be_judgement():
    sources = {action.source for guide in SHIPPED.guides for action in guide.actions}
    named = re.compile(r"^[A-Z][\w, -]+ \((19|20)\d\d\), [A-Z][\w ,'-]+$")
    assert {source for source in sources if not named.match(source)} == {JUDGEMENT}
