"""Packing answers and sealing them: one size, one unit, one code, and everything comes back."""

import random
import unicodedata
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey.ballots.layout import MAX_COMMENT, QuestionnaireTooLong, layout_of
from survey.ballots.payload import AnswerRefused, Response, clean_comment, join, pack, unpack
from survey.ballots.sealing import BOX_SIZE, PLAIN_SIZE, Opener, new_key_pair, seal
from survey.questionnaire.definition import OpenQuestion
from tests.factories import make_questionnaire

QUESTIONNAIRE = make_questionnaire()
LAYOUT = layout_of(QUESTIONNAIRE)
NULLIFIER = bytes(range(32))
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=MAX_COMMENT // 3)


@st.composite
def responses(draw):
    asked = st.sampled_from(LAYOUT.columns)
    return Response(
        answers=draw(st.dictionaries(asked, st.integers(1, 5))),
        tenure=draw(st.sampled_from([None, *LAYOUT.bands])),
        picks=tuple(draw(st.sets(st.sampled_from(LAYOUT.options), max_size=3))),
        comments=draw(st.dictionaries(st.just("O1"), texts)),
    )


def test_a_box_is_8192_bytes_long_whatever_was_written():
    _, public = new_key_pair()
    full = Response(
        answers={column: hi for column, (_, hi) in zip(LAYOUT.columns, LAYOUT.ranges, strict=True)},
        tenure="gt3",
        picks=LAYOUT.options[:3],
        comments={"O1": "🙂" * MAX_COMMENT},
    )
    for response in (Response(), full):
        sealed = seal(public, pack(LAYOUT, 0, response), "wave-1", "north", NULLIFIER)
        assert len(sealed) == BOX_SIZE == 8192


@given(st.lists(responses(), max_size=5))
@settings(max_examples=50)
def test_what_people_sent_comes_back(sent):
    batch = unpack(LAYOUT, [pack(LAYOUT, at, r) for at, r in enumerate(sent)], range(len(sent)))
    assert batch.spoiled == 0
    assert len(batch) == len(sent)
    for row, response in enumerate(sent):
        values = dict(zip(LAYOUT.columns, batch.values[row].tolist(), strict=True))
        assert {column: v for column, v in values.items() if v} == dict(response.answers)
        tenure = LAYOUT.bands.index(response.tenure) if response.tenure else -1
        assert batch.tenure[row] == tenure
        picked = [option for option, on in zip(LAYOUT.options, batch.picks[row], strict=True) if on]
        assert set(picked) == set(response.picks)
        assert batch.comments["O1"][row] == clean_comment(response.comments.get("O1", ""))
        assert batch.unit[row] == row


def test_answers_stand_in_the_order_of_the_questionnaire():
    batch = unpack(LAYOUT, [pack(LAYOUT, 3, Response({"T2": 4, "DO12": 1}))], [3])
    assert batch.answers.columns == QUESTIONNAIRE.columns
    assert batch.answers.values.dtype == np.uint8
    assert batch.answers.values[0, QUESTIONNAIRE.columns.index("T2")] == 4
    assert batch.answers.values[0, QUESTIONNAIRE.columns.index("DO12")] == 1
    assert batch.answers.team.tolist() == [3]
    assert batch.answers.tenure.tolist() == [-1]


def test_batches_are_joined_in_their_order():
    plains = [
        pack(LAYOUT, at, Response({"T1": at + 1}, comments={"O1": str(at)})) for at in range(4)
    ]
    parts = [unpack(LAYOUT, plains[:1], [0]), unpack(LAYOUT, plains[1:], [1, 2, 3])]
    whole = join(LAYOUT, parts)
    assert whole.unit.tolist() == [0, 1, 2, 3]
    assert whole.comments["O1"] == ("0", "1", "2", "3")
    assert len(join(LAYOUT, [])) == 0


def test_a_box_opens_only_for_its_survey_its_unit_and_its_code():
    private, public = new_key_pair()
    plain = pack(LAYOUT, 1, Response({"T1": 5}))
    sealed = seal(public, plain, "wave-1", "north", NULLIFIER)
    other_key, _ = new_key_pair()
    assert Opener(private, "wave-1").open(sealed, "north", NULLIFIER) == plain
    assert Opener(private, "wave-2").open(sealed, "north", NULLIFIER) is None
    assert Opener(private, "wave-1").open(sealed, "south", NULLIFIER) is None
    assert Opener(private, "wave-1").open(sealed, "north", bytes(32)) is None
    assert Opener(other_key, "wave-1").open(sealed, "north", NULLIFIER) is None


@given(st.integers(0, BOX_SIZE - 1), st.integers(1, 255))
@settings(max_examples=30)
def test_a_box_with_one_byte_changed_does_not_open(at, change):
    private, public = new_key_pair()
    sealed = bytearray(seal(public, bytes(PLAIN_SIZE), "wave-1", "north", NULLIFIER))
    sealed[at] ^= change
    assert Opener(private, "wave-1").open(bytes(sealed), "north", NULLIFIER) is None


def test_names_that_run_into_each_other_make_other_boxes():
    private, public = new_key_pair()
    sealed = seal(public, bytes(PLAIN_SIZE), "ab", "c", NULLIFIER)
    assert Opener(private, "a").open(sealed, "bc", NULLIFIER) is None


def test_the_same_answers_are_never_the_same_box():
    _, public = new_key_pair()
    plain = pack(LAYOUT, 0, Response())
    assert len({seal(public, plain, "wave-1", "north", NULLIFIER) for _ in range(5)}) == 5


@pytest.mark.parametrize(
    ("response", "told"),
    [
        (Response({"T1": 6}), "“Statement T1.”: choose one of the answers from 1 to 5, or none"),
        (Response({"T1": 0}), "“Statement T1.”"),
        (Response({"T1": True}), "“Statement T1.”"),
        (Response({"T1": "3"}), "“Statement T1.”"),  # type: ignore[dict-item]  # what must be refused
        (Response({"KN07": -1}), "“Practice 07”"),
        (Response({"T9": 3}), "“T9”: this survey does not ask that"),
        (Response(tenure="forever"), "Time in the team"),
        (Response(picks=("luck",)), "choose from what it offers"),
        (Response(comments={"O7": "hello"}), "“O7”: this survey does not ask that"),
        (Response(comments={"O1": "x" * 601}), "600 characters; it has 601"),
    ],
)
def test_what_the_survey_does_not_ask_is_refused_by_name(response, told):
    with pytest.raises(AnswerRefused) as refused:
        pack(LAYOUT, 0, response)
    assert told in str(refused.value)
    assert "not sent" in str(refused.value)


def test_more_picks_than_allowed_are_refused():
    assert QUESTIONNAIRE.pick_list
    fewer = replace(QUESTIONNAIRE, pick_list=replace(QUESTIONNAIRE.pick_list, most=2))
    with pytest.raises(AnswerRefused, match="choose 2 at most"):
        pack(layout_of(fewer), 0, Response(picks=("trust", "numbers", "time")))


def test_a_comment_loses_what_nobody_can_see():
    sent = "Zoe\u0301\u202e says\x00\r\nhello\ufeff\t!  "
    assert clean_comment(sent) == "Zo\u00e9 says\nhello !"


@given(st.text())
def test_a_clean_comment_is_clean(text):
    clean = clean_comment(text)
    assert clean_comment(clean) == clean
    assert unicodedata.is_normalized("NFC", clean)
    clean.encode()


def test_what_this_program_never_packs_is_left_out_and_counted():
    sound = pack(LAYOUT, 2, Response({"T1": 3}))
    wrong = [bytearray(sound) for _ in range(6)]
    wrong[0][0] = 9  # a version to come
    wrong[1][2] = 5  # another unit than the box's
    wrong[2][3] = 77  # an answer out of range
    wrong[3][LAYOUT.tenure_at] = 9
    wrong[4][LAYOUT.picks_at] = 0xFF
    wrong[5][LAYOUT.comments_at : LAYOUT.comments_at + 4] = b"\x00\x02\xff\xff"  # no UTF-8
    batch = unpack(LAYOUT, [sound, *map(bytes, wrong), sound], [2] * 8)
    assert batch.spoiled == 6
    assert batch.unit.tolist() == [2, 2]
    assert batch.comments["O1"] == ("", "")


def test_three_open_questions_fit_and_four_are_told():
    def asking(many):
        questions = tuple(OpenQuestion(f"O{n}", {"en": "?"}) for n in range(many))
        return replace(QUESTIONNAIRE, open_questions=questions)

    layout = layout_of(asking(3))
    longest = {f"O{n}": "🙂" * MAX_COMMENT for n in range(3)}
    assert len(pack(layout, 0, Response(comments=longest))) == PLAIN_SIZE
    with pytest.raises(QuestionnaireTooLong, match="three open questions"):
        layout_of(asking(4))


def test_many_boxes_are_unpacked_without_a_step_per_answer():
    rng = random.Random(1)
    plain = [
        pack(LAYOUT, 0, Response({c: rng.randint(1, 5) for c in LAYOUT.columns})) for _ in range(50)
    ]
    batch = unpack(LAYOUT, plain * 40, [0] * 2000)
    assert batch.values.shape == (2000, len(LAYOUT.columns))
    assert (batch.values[:50] == batch.values[50:100]).all()
