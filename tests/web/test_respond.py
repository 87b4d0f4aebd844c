"""A respondent's way: the page of a survey, the submission, the thanks."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from survey.ballots.codes import person_code
from survey.disclosure.values import Policy, Unit
from survey.questionnaire.shipped import find, shipped_text
from survey.services.opening import Opened
from survey.web.asking import COMMENT_LENGTH
from tests.web.checking import text_of

RECEIPT = re.compile(r"/s/[a-z0-9-]+/thanks#([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4})")
ENVIRONMENT = find("environment")
assert ENVIRONMENT.pick_list
PICKS = [option.id for option in ENVIRONMENT.pick_list.options]
EVERYTHING: dict[str, Any] = dict.fromkeys(ENVIRONMENT.columns, "4") | {
    "tenure": "1to3",
    "pick": [PICKS[0], PICKS[2]],
    "open-O1": "More time for each other.",
}


@pytest.fixture
def address(opened: Opened) -> str:
    return f"/s/{opened.slug}"


@pytest.fixture
def code(opened: Opened) -> str:
    return opened.codes["north"][0]


@pytest.fixture
def boxes(sessions):
    def count():
        with sessions() as session, session.begin():
            return session.scalar(text("select count(*) from box"))

    return count


@pytest.fixture
def send(page, address):
    """Send answers that are taken; return the receipt."""

    def send(data):
        page.post(address, data, status=200)
        link = RECEIPT.fullmatch(page.html.one("a").get("href"))
        assert link, page.html.text
        return link[1]

    return send


@pytest.fixture
def refused(page, address):
    """Send answers with a bad code; return what is said."""

    def send(data):
        page.post(address, data, status=200)
        assert page.html.h1 == "Please check your code"
        return text_of(page.html.one("div", class_="errsum"))

    return send


def test_the_page_asks_every_question_of_the_questionnaire(page, address):
    page.get(address)
    asked = {field.get("name") for field in page.html.all("input")}
    assert set(ENVIRONMENT.columns) <= asked
    assert {"tenure", "pick", "code"} <= asked
    assert {field.get("name") for field in page.html.all("textarea")} == {
        f"open-{question.id}" for question in ENVIRONMENT.open_questions
    }


def test_answers_stand_in_full_words_disagreement_first_and_the_way_out_last(page, address):
    page.get(address)
    rows = [
        text_of(row)
        for row in page.html.all("label")
        if any(field.get("name") == "T1" for field in row.iter("input"))
    ]
    agreement = ENVIRONMENT.responses["agreement"]
    assert rows == [label["en"] for label in agreement.labels] + [agreement.cant_say["en"]]


def test_nothing_is_chosen_beforehand_and_nothing_is_forced(page, address):
    page.get(address)
    fields = [*page.html.all("input"), *page.html.all("textarea")]
    assert not [f for f in fields if f.get("checked") is not None or f.get("required") is not None]


def test_a_practice_is_shown_with_both_its_questions(page, address):
    page.get(address)
    group = page.html.one("div", **{"aria-labelledby": "practice-01"})
    assert text_of(next(group.iter("h3"))) == ENVIRONMENT.practices[0].statement["en"]
    legends = [text_of(legend) for legend in group.iter("legend")]
    block = ENVIRONMENT.practice_block
    assert block
    assert legends == [block.know["en"], block.do["en"]]


def test_the_planned_practice_is_named_in_the_questions_about_it(page, surveys):
    survey = surveys.open(practice="<selling> & together")
    page.get(f"/s/{survey.slug}")
    assert "<selling> & together" in page.html.text
    assert "[PRACTICE]" not in page.html.source


def test_without_a_planned_practice_nothing_is_asked_about_it(page, surveys):
    survey = surveys.open(practice="")
    page.get(f"/s/{survey.slug}")
    asked = {field.get("name") for field in page.html.all("input")}
    assert "R1" not in asked
    assert "R2" not in asked
    assert "[PRACTICE]" not in page.html.source


def test_the_promise_follows_the_settings_of_the_survey(page, surveys):
    survey = surveys.open(policy=Policy(scores=7), holders=("Ada", "Grace", "the works council"))
    page.get(f"/s/{survey.slug}")
    seen = page.html.text
    assert "only for groups of 7 or more answers" in seen
    assert "Ada, Grace and the works council" in seen
    assert "Saturday 5 December 2026, 09:00 (Europe/Berlin)" in seen
    assert "Confidential while the survey is open, anonymous once it is closed." in seen


def test_a_survey_that_may_be_closed_early_says_so_on_its_first_page(page, surveys, clock):
    page.get(f"/s/{surveys.open().slug}")
    assert "closed, which may be" not in page.html.text
    page.get(f"/s/{surveys.open(closable_from=clock() + timedelta(days=2)).slug}")
    assert "which may be from Wednesday 25 November 2026, 09:00 (Europe/Berlin)" in page.html.text


def test_the_detail_lists_every_group_with_its_people_and_spare_codes(page, surveys):
    units = (
        Unit("a", "Northgate", None, 0),
        Unit("b", "One & only", "a", 1),
        Unit("c", "Many", "a", 9),
    )
    page.get(f"/s/{surveys.open(units=units).slug}")
    lines = [text_of(line) for line in page.html.one("ul", class_="units").iter("li")]
    assert lines == ["Northgate", "One & only: 1 person", "Many: 9 people"]
    assert "spare" not in text_of(page.html.one("section", id="start"))
    page.get(f"/s/{surveys.open(units=units, spare=2).slug}")
    lines = [text_of(line) for line in page.html.one("ul", class_="units").iter("li")]
    assert lines[1:] == ["One & only: 1 person, 2 spare codes", "Many: 9 people, 2 spare codes"]


def test_the_page_is_the_same_for_everyone_and_before_and_after_a_submission(
    page, address, code, boxes, send
):
    before = page.get(address).data
    send(EVERYTHING | {"code": code})
    assert page.get(address, headers={"User-Agent": "another"}).data == before
    assert boxes() == 1


def test_looking_at_the_page_writes_nothing(page, address, code, sessions, send, refused):
    with sessions.kw["bind"].connect().execution_options(read_only=True) as watcher:
        changed = text("pragma data_version")  # moves when another connection writes
        before = watcher.scalar(changed)
        page.get(address)
        page.get(address + "/thanks")
        page.client.open(address, method="OPTIONS")
        refused({"code": "wrong"})
        watcher.rollback()
        assert watcher.scalar(changed) == before
        watcher.rollback()
        send({"code": code})
        assert watcher.scalar(changed) != before


def test_sent_answers_are_sealed_and_thanked_for_with_a_receipt(page, address, code, boxes, send):
    receipt = send(EVERYTHING | {"code": code})
    onward = page.html.one("meta", **{"http-equiv": "refresh"}).get("content")
    assert onward == f"0; url={address}/thanks#{receipt}"
    assert boxes() == 1


def test_answering_twice_with_a_code_keeps_the_later_answers_alone(code, boxes, send):
    first = send(EVERYTHING | {"code": code})
    assert send({"T1": "1", "code": code.lower().replace("-", " ")}) != first
    assert boxes() == 1


def test_an_empty_form_is_taken_as_it_is(code, boxes, send):
    send({"code": code})
    assert boxes() == 1


def test_the_thanks_are_the_same_page_for_everyone(page, address, code, send):
    send(EVERYTHING | {"code": code})
    thanks = page.get(address + "/thanks")
    assert page.html.h1 == "Thank you"
    assert thanks.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert page.get("/s/no-such-survey/thanks").data == thanks.data


BAD = {
    "": "Your code is missing",
    "K7M2QX-ABCDEF-123456": "typing mistake",
    "hello": "typing mistake",
    person_code(): "does not belong to this survey",
}


def test_whoever_is_stuck_with_a_code_is_told_whom_to_ask(page, refused):
    refused({"code": "nonsense"})
    assert "is your code lost? Ask Eva Lindqvist, eva@example.org." in page.html.text


@pytest.mark.parametrize(("typed", "sentence"), BAD.items(), ids=range(len(BAD)))
def test_a_code_that_is_not_taken_keeps_every_answer_but_not_the_code(
    page, code, boxes, send, refused, sessions, typed, sentence
):
    told = refused(EVERYTHING | {"code": typed, "T2": "0"})
    assert sentence in told
    assert "Nothing was stored yet" in told
    assert page.html.one("input", name="code").get("value") == ""
    assert not typed or typed not in page.html.source
    assert boxes() == 0
    form = page.html.one("form")
    carried = [(f.get("name"), f.get("value")) for f in form.iter("input") if f.get("type")]
    answers = {(column, "4") for column in ENVIRONMENT.columns if column != "T2"}
    picks = {("pick", option) for option in EVERYTHING["pick"]}
    words = {("tenure", "1to3"), ("open-O1", "More time for each other.")}
    assert sorted(carried) == sorted(answers | picks | words)
    send({**dict(carried), "pick": EVERYTHING["pick"], "code": code})
    assert boxes() == 1


def test_a_code_of_another_survey_is_not_taken(surveys, boxes, refused):
    other = surveys.open()
    told = refused(EVERYTHING | {"code": other.codes["north"][0]})
    assert "does not belong to this survey" in told
    assert boxes() == 0


def test_more_picks_than_allowed_are_told_beside_the_list(page, address, code, boxes):
    page.post(address, {"code": code, "pick": PICKS[:4]}, status=422)
    assert "Choose at most 3 answers: you ticked 4" in text_of(page.html.one("p", id="pick-fault"))
    assert len(page.html.all("input", checked="")) == 4
    assert boxes() == 0


def test_a_long_comment_is_told_and_kept(page, address, code, boxes):
    long = "ä" * (COMMENT_LENGTH + 1)
    page.post(address, {"code": code, "open-O1": long}, status=422)
    assert "Shorten your answer" in page.html.text
    assert text_of(page.html.one("textarea", id="open-O1")) == long
    assert boxes() == 0


def test_line_breaks_of_a_browser_do_not_make_a_comment_longer(page, code, send, refused):
    lines = "\r\n".join(["x" * 59] * 10)
    send({"code": code, "open-O1": lines})
    refused({"code": "", "open-O1": lines})
    carried = page.html.one("input", name="open-O1").get("value")
    assert carried == lines.replace("\r\n", "\n")


@pytest.mark.parametrize("known", [True, False])
def test_faults_in_answers_are_told_all_at_once_and_alike_for_every_code(
    page, address, code, known, boxes
):
    sent = code if known else "K7M2QX-ABCDEF-123456"
    faults = {"code": sent, "pick": PICKS[:4], "open-O1": "x" * 601, "T1": "9"}
    page.post(address, faults, status=422)
    assert len(list(page.html.one("div", class_="errsum").iter("li"))) == 3
    assert "code" not in text_of(page.html.one("div", class_="errsum"))
    assert page.html.one("input", name="code").get("value") == sent
    assert boxes() == 0


# In normal form this character is two.
@pytest.mark.parametrize("known", [True, False])
def test_a_comment_that_grows_too_long_in_normal_form_is_told_alike(page, address, code, known):
    text = "\u0958" * COMMENT_LENGTH
    page.post(address, {"code": code if known else "", "open-O1": text}, status=422)
    assert "it has 1200" in page.html.text


@pytest.mark.parametrize("sent", ["6", "-1", "x", "4.0", "٤", "4 "])
def test_an_answer_that_is_not_offered_is_refused(page, address, code, sent, boxes):
    page.post(address, {"code": code, "T1": sent}, status=422)
    assert boxes() == 0


def test_what_was_typed_is_shown_as_text_never_as_html(page, address, refused):
    nasty = '"><script>alert(1)</script>'
    page.post(address, {"code": nasty, "open-O1": nasty, "T1": "9"}, status=422)
    assert page.html.one("input", name="code").get("value") == nasty
    assert len(page.html.all("script")) == 1
    refused({"code": nasty, "open-O1": nasty})
    assert page.html.one("input", name="open-O1").get("value") == nasty
    assert len(page.html.all("script")) == 1


def test_a_survey_that_has_ended_takes_no_answer_and_says_so(page, address, code, clock, boxes):
    page.get(address)
    clock.pass_(days=12)
    page.get(address)
    assert page.html.h1 == "This survey has ended"
    assert not page.html.all("form")
    same = {
        page.post(address, EVERYTHING | {"code": sent}, status=410).data
        for sent in (code, "", "hello", person_code())
    }
    assert len(same) == 1
    assert "were not taken" in page.html.text
    assert boxes() == 0


@pytest.mark.parametrize("slug", ["no-such-survey", "UPPER", "a%00b", "x" * 500, "%E2%80%AE"])
def test_an_address_without_a_survey_says_what_to_do(page, slug):
    page.get(f"/s/{slug}", status=404)
    page.post(f"/s/{slug}", {"code": "x"}, status=404)


def test_the_short_questionnaire_is_a_page_too(page, surveys):
    survey = surveys.open(questionnaire_text=shipped_text("climate"), critical=())
    page.get(f"/s/{survey.slug}")
    assert not page.html.all("textarea")
    assert "One last question" in page.html.text


def test_the_parts_count_down_the_minutes(page, address):
    page.get(address)
    told = [s.get("data-where") for s in page.html.all("section") if s.get("data-where")]
    for number, where in enumerate(told, 1):
        assert where.startswith(f"Part {number} of {len(told)}, ")
    minutes = [int(minute) for minute in re.findall(r"about (\d+) min", " ".join(told))]
    assert minutes == sorted(minutes, reverse=True)
    assert minutes[0] == ENVIRONMENT.minutes
