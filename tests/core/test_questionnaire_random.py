"""Whatever stands in a file: a questionnaire comes out, or a list of faults, and nothing else."""

import json
import string

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from survey.questionnaire.faults import DefinitionError
from survey.questionnaire.parse import parse
from survey.questionnaire.shipped import shipped_text

SHIPPED = shipped_text("environment")
LINES = SHIPPED.splitlines()
TOKENS = ["[[items]]", "[readiness]", "= 1", '= "x"', "= [", "= {", "}", "]", '"', "nan", "1e999"]
TOKENS += ["-1", "true", "1979-05-27", '{en = ""}', '["T1"]', "[]", "{}", "[[1]]", '"\\u0000"', "#"]
WORDS = st.text(string.ascii_letters + "äéñ漢 <>&'", min_size=1, max_size=30).map(
    lambda word: f"A {word}".replace("<", "< ").replace("&", "& ")
)


def ends_well(text: str) -> None:
    """Parse a text; anything but a questionnaire or a list of faults is an error of ours."""
    faults = None
    try:
        parse(text)
    except DefinitionError as error:
        faults = error.faults
    assert faults != ()
    assert all(str(fault).isprintable() for fault in faults or ())


@given(st.text())
def test_any_text_ends_in_faults_or_a_questionnaire(text):
    ends_well(text)


@given(st.lists(st.sampled_from([*LINES, *TOKENS]), max_size=30).map("\n".join))
def test_any_lines_in_any_order_end_in_faults_or_a_questionnaire(text):
    ends_well(text)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.sets(st.integers(0, len(LINES) - 1), min_size=1, max_size=40))
def test_the_shipped_file_with_lines_lost_ends_in_faults_or_a_questionnaire(lost):
    ends_well("\n".join(line for number, line in enumerate(LINES) if number not in lost))


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(st.integers(0, len(LINES) - 1), st.sampled_from(TOKENS) | st.text(max_size=5)),
        min_size=1,
        max_size=8,
    )
)
def test_the_shipped_file_with_other_values_ends_in_faults_or_a_questionnaire(changes):
    lines = list(LINES)
    for number, token in changes:
        lines[number] = f"{lines[number].split(' = ')[0]} = {token.removeprefix('= ')}"
    ends_well("\n".join(lines))


@st.composite
def files(draw):
    """A questionnaire file without a fault, with its languages, scales and items."""
    languages = draw(
        st.lists(st.sampled_from(["en", "de", "pt-BR", "ar"]), unique=True, min_size=1)
    )
    points = draw(st.integers(5, 9))
    sizes = draw(st.lists(st.integers(3, 6), min_size=1, max_size=5))

    def texts() -> str:
        words = {code: draw(WORDS) for code in languages}
        pairs = (f"{code} = {json.dumps(word, ensure_ascii=False)}" for code, word in words.items())
        return "{" + ", ".join(pairs) + "}"

    labels = [f"{code} = {json.dumps([str(n) for n in range(points)])}" for code in languages]
    lines = ['id = "made"', 'version = "2.1"', f"languages = {json.dumps(languages)}"]
    lines += [f"title = {texts()}", f"intro = {texts()}", "minutes = 3"]
    lines += ['source = "chance"', 'licence = "none"']
    lines += ["[[responses]]", 'id = "r"', "lo = 1", f"hi = {points}"]
    lines += [f"labels = {{{', '.join(labels)}}}", f"cant_say = {texts()}"]
    lines += ["[[sections]]", 'id = "page"', f"title = {texts()}"]
    for number, size in enumerate(sizes):
        lines += ["[[scales]]", f'id = "D{number}"', f"name = {texts()}", 'role = "dimension"']
        lines += [f"about = {texts()}", "reliability = 0.6", "prior_sd = 1"]
        for item in range(size):
            key = draw(st.sampled_from("+-"))
            lines += ["[[items]]", f'id = "i{number}_{item}"', f'scale = "D{number}"']
            lines += [f'key = "{key}"', 'response = "r"', 'section = "page"', f"text = {texts()}"]
    lines += ["[readiness]", f"min_dimensions = {draw(st.integers(1, len(sizes)))}"]
    return "\n".join(lines), languages, sizes


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(files())
def test_a_random_good_questionnaire_survives(made):
    text, languages, sizes = made
    questionnaire = parse(text)
    assert questionnaire.languages == tuple(languages)
    assert [len(questionnaire.items_of(d.id)) for d in questionnaire.dimensions] == sizes
    assert len(questionnaire.columns) == sum(sizes)
    assert all(set(item.text) == set(languages) for item in questionnaire.items)
