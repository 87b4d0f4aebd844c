"""The papers of a survey: filled in from its settings, and blank where these say nothing."""

import re
from dataclasses import replace

import pytest

from survey.disclosure.values import Policy, Unit
from survey.exports.markdown import as_text, blocks, inline
from survey.exports.papers import LANGUAGES, PAPERS, render_paper
from survey.language import speaking
from survey.questionnaire.shipped import find
from survey.services.promises.settings import settings_of
from survey.services.unopened import DESTROYED
from tools.anonymity_doc import EXAMPLE

EVERY = [(paper.key, language) for paper in PAPERS for language in LANGUAGES]


def made(key, language, **changed) -> str:
    view = replace(EXAMPLE, **changed)
    return render_paper(key, language, view, settings_of(view, "", postgresql=True))


@pytest.fixture(params=EVERY, ids="-".join)
def which(request) -> tuple[str, str]:
    key, language = request.param
    return key, language


def test_a_paper_says_at_its_top_that_it_is_a_model_and_no_advice(which):
    heading, first = list(blocks(made(*which)))[:2]
    assert heading.level == 1
    assert re.search(r"no legal advice|keine Rechtsberatung", first.text)


def test_what_no_setting_tells_is_a_visible_blank_with_who_fills_it_in(which):
    whole = made(*which)
    to_fill = (
        "________ (to be filled in by " if which[1] == "en" else "________ (auszufüllen durch "
    )
    assert whole.count("________") == whole.count(to_fill) >= 3


@pytest.mark.parametrize("asking", LANGUAGES)
def test_dates_are_written_in_the_language_of_the_paper_whoever_asks_for_it(asking):
    with speaking(asking):
        assert "15 March 2027, 18:00 (Europe/Berlin)" in made("agreement", "en")
        assert "15. März 2027, 18:00 Uhr (Europe/Berlin)" in made("agreement", "de")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_scheme_of_the_opening_codes_changes_what_is_said_of_them(language):
    for key in ("agreement", "privacy", "record"):
        one, two = (made(key, language, scheme=scheme) for scheme in ("one of two", "two of three"))
        assert one != two
        assert re.search(r"[Tt]wo of three|[Zz]wei von drei", two)
        assert not re.search(r"[Tt]wo of three|[Zz]wei von drei", one)


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_comments_none_are_spoken_of(language):
    asked = replace(find("environment"), open_questions=())
    for key in ("agreement", "privacy", "record"):
        text = made(key, language, questionnaire=asked)
        assert not re.search(r"[Cc]omments|Kommentar", text), key


def test_the_smallest_groups_are_those_of_the_survey():
    text = made("record", "en", policy=Policy(scores=7, single=12))
    assert "Results from 7 answers on" in text
    assert "from 12 on" in text


def test_what_becomes_of_unopened_answers_and_that_an_end_only_moves_back_is_said():
    days = str(DESTROYED.days)
    for key in ("agreement", "privacy", "record"):
        english, german = made(key, "en"), made(key, "de")
        assert f"{days} days after the end" in english
        assert f"{days} Tage nach dem Ende" in german
        if key == "record":
            continue
        assert "never brought forward" in english
        assert "hinausgeschoben" in german
    assert "people can be added to a group that is asked" in made("agreement", "en")


def test_names_that_look_like_markdown_stay_names(which):
    nasty = "**Ada** <b> [x](y) `z` # |\n- a\n\n# b"
    text = made(
        *which, title=nasty, client=nasty, organiser=nasty, holders=(nasty,), harm_role=nasty,
        practice=nasty, help_contact=nasty, units=(Unit("a", nasty, None, 9),),
    )  # fmt: skip
    plain = made(*which, units=(Unit("a", "x", None, 9),), holders=("x",))
    shape = [(block.kind, block.level, len(block.points)) for block in blocks(plain)]
    assert [(block.kind, block.level, len(block.points)) for block in blocks(text)] == shape
    shown = " ".join(
        [b.text for b in blocks(text)] + [p.text for b in blocks(text) for p in b.points]
    )
    assert "**Ada** &lt;b&gt; [x](y) `z` # | - a # b" in shown
    assert "<b>" not in shown


@pytest.mark.parametrize("text", ["a*b", "\\", "**", "a_b@c", "`", "<script>", "\\*", "|#|"])
def test_any_text_comes_back_as_it_was(text):
    from html import unescape

    assert unescape(str(inline(as_text(text)))) == text


def test_points_below_points_are_kept_apart():
    (block,) = blocks("- a\n    - b\n    - c\n- d")
    assert [(p.text, p.below) for p in block.points] == [("a", ("b", "c")), ("d", ())]


def test_the_languages_have_the_same_headings_points_and_blanks():
    for paper in PAPERS:
        shapes = [
            [(b.kind, b.level, len(b.points)) for b in blocks(made(paper.key, language))]
            for language in LANGUAGES
        ]
        assert shapes[0] == shapes[1], paper.key
        blanks = [made(paper.key, language).count("________") for language in LANGUAGES]
        assert blanks[0] == blanks[1], paper.key
