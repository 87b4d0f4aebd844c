"""Comments from the box to the report, on both databases: masked, in no order, hidden and shown."""

import random
from collections import Counter

import pytest
import sqlalchemy as sa

from survey.ballots.payload import Response
from survey.disclosure.values import Unit
from survey.services.closing import close_survey
from survey.services.hiding import UnknownComment, find_comment, mark_of, set_hidden
from survey.services.released import NotClosedYet, load_release, load_report
from survey.services.surveys import UnknownSurvey, survey_view
from survey.storage.engine import engine_of
from survey.storage.models import ReleasedComment
from tests.collecting import AFTER, NOON, environment, make_place

TREE = (
    Unit("firm", "Hafen AG", None, 0),
    Unit("north", "Night shift north", "firm", 12),
    Unit("south", "Day shift south", "firm", 9),
    Unit("desk", "Front desk", "firm", 6),
)
ANSWERING = {"north": 12, "south": 7, "desk": 5}
NAMES = ("Anna Meier", "Thomas Koch")


@pytest.fixture
def place(database_url, tmp_path):
    place = make_place(database_url, tmp_path, units=TREE, masked=NAMES)
    yield place
    place.end()


def answer(place, texts):
    """Let people answer; `texts` gives what the nth of a unit writes."""
    rng = random.Random(2)
    for unit, many in ANSWERING.items():
        for at, code in enumerate(place.opened.codes[unit][:many]):
            full = {column: rng.randint(2, 4) for column in environment().columns}
            text = texts(unit, at)
            said = {"O1": text} if text else {}
            place.answer(code, Response(full, None, (), said))


def close(place):
    codes = place.opened.opening_codes[:1]
    close_survey(place.sessions, place.keys, place.slug, codes, AFTER, workers=1)


def released(place):
    with place.sessions() as session:
        return {group.key: group for group in load_release(session, place.slug).groups}


def hide(place, text, hidden=True):
    with place.sessions() as session:
        set_hidden(session, place.slug, mark_of(text), hidden)


def test_names_are_taken_out_before_anything_is_written(place):
    told = {0: "Ask Anna, a@b.de or 030 1234567.", 1: "At Hafen AG, Koch decides alone."}
    answer(place, lambda unit, at: told.get(at) if unit == "north" else "")
    with place.sessions() as session:
        assert survey_view(session, place.slug, NOON).masked == NAMES
    close(place)
    assert set(released(place)["north"].comments["O1"]) == {
        "Ask [name], [e-mail] or [phone].",
        "At [company], [name] decides alone.",
    }
    rows = repr(place.tables())
    for name in ("Anna", "Meier", "Koch", "a@b.de"):
        assert name not in rows


def test_comments_stand_with_the_smallest_group_of_ten(place):
    answer(place, lambda unit, at: f"{unit} {'abcdefghijkl'[at]}")
    close(place)
    groups = released(place)
    assert Counter(t.split()[0] for t in groups["north"].comments["O1"]) == {"north": 12}
    assert not groups["south"].comments
    assert not groups["desk"].comments
    (wider,) = [group for group in groups.values() if group.kind == "wider"]
    assert Counter(t.split()[0] for t in wider.comments["O1"]) == {"south": 7, "desk": 5}


def test_nine_answers_are_too_few_for_a_comment(database_url, tmp_path):
    place = make_place(database_url, tmp_path, units=TREE[:3])
    rng = random.Random(3)
    for code in place.opened.codes["south"]:
        full = {column: rng.randint(2, 4) for column in environment().columns}
        place.answer(code, Response(full, None, (), {"O1": "only nine"}))
    close(place)
    assert released(place)["south"].n == 9
    assert "only nine" not in repr(place.tables())
    place.end()


def test_a_hidden_comment_leaves_the_release_and_is_counted(place):
    answer(place, lambda unit, at: f"remark {at % 6}" if unit == "north" else "from a small group")
    close(place)
    before = released(place)
    hide(place, "remark 3")
    hide(place, "from a small group")
    after = released(place)
    assert Counter(before["north"].comments["O1"]) - Counter(after["north"].comments["O1"]) == {
        "remark 3": 2
    }
    assert after["north"].hidden == (mark_of("remark 3"),) * 2
    with place.sessions() as session:
        report = load_report(session, place.slug, AFTER)
    assert report.organisation
    assert (report.organisation.comments, len(report.organisation.hidden)) == ((), 12)
    for text in ("remark 3", "from a small group"):
        hide(place, text, hidden=False)
    assert released(place) == before


def test_hiding_changes_one_column_and_no_word(place):
    answer(place, lambda unit, at: f"remark {at}" if unit == "north" else "")
    close(place)
    before = place.tables()
    hide(place, "remark 4")
    after = place.tables()
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"released_comment"}
    words = sa.select(ReleasedComment.place, ReleasedComment.text).order_by(ReleasedComment.place)
    with engine_of(place.sessions).connect() as connection:
        assert {text for _, text in connection.execute(words)} == {f"remark {n}" for n in range(12)}


def test_only_a_comment_of_a_closed_survey_can_be_hidden(place):
    answer(place, lambda unit, _: "a remark" if unit == "north" else "")
    with place.sessions() as session:
        with pytest.raises(NotClosedYet):
            find_comment(session, place.slug, mark_of("a remark"))
        with pytest.raises(UnknownSurvey):
            set_hidden(session, "nothing", mark_of("a remark"), hidden=True)
    close(place)
    with place.sessions() as session:
        comment = find_comment(session, place.slug, mark_of("a remark"))
        assert (comment.many, comment.hidden, comment.group) == (12, False, "north")
        with pytest.raises(UnknownComment):
            set_hidden(session, place.slug, "", hidden=True)
