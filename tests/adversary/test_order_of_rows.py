"""The order in which rows lie in the file, against the order in which people came.

Measured as Kendall's tau, mean of 200 surveys, on the bytes of the file and by a reader of our own:
1 means that the file gives back who came when, 0 that it tells nothing. Receipts are followed by
the person who was given them, comments by their words.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa
from scipy.stats import kendalltau

from survey.ballots.codes import credential, nullifier, receipt
from survey.ballots.layout import layout_of
from survey.ballots.payload import Response, pack
from survey.ballots.sealing import seal
from survey.disclosure.release import release
from survey.disclosure.values import Policy
from survey.scoring import Answers
from survey.services.opening import open_survey
from survey.storage.engine import engine_of
from survey.storage.models import Base
from survey.storage.queries import put_box
from survey.storage.releases import write_receipts, write_release
from survey.storage.scrub import rewrite
from tests.adversary.sqlite_pages import Pages, Row
from tests.adversary.staging import close
from tests.collecting import NOON, TREE, Place, environment, make_place, make_plan

LETTERS = "abcdefghijklmnopqrstuvwxyz"
SEEDS = 200
SURVEYS_A_FILE = 20
NEAR_NOTHING = 0.05

Lie = Callable[[Row], tuple[int, ...]]
ORDERS: dict[str, Lie] = {
    "by page and byte": lambda row: (row.page, row.byte),
    "by page, from its end": lambda row: (row.page, -row.byte),
}
"""SQLite fills a page from its end, so the first row that came has the highest byte."""


def file_of(place: Place) -> Pages:
    """Close the database, so that all of it lies in one file, and read that file."""
    place.end()
    main, *beside = place.files()
    assert not [path for path in beside if path.stat().st_size]
    return Pages.of(main)


# --- the reader


def test_the_reader_sees_every_row_as_sqlite_does(place_in_sqlite):
    place = place_in_sqlite
    arrive(place, random.Random(1))
    rows = place.tables()
    pages = file_of(place)
    for name in ("credential", "box", "unit", "survey"):
        mine = sorted(row.values for row in pages.rows(name))
        assert len(mine) == len(rows[name]) > 0
        texts = {v for row in rows[name] for v in row if isinstance(v, str | bytes)}
        assert {v for row in mine for v in row if isinstance(v, bytes)} <= texts
        if name in ("credential", "box"):
            assert mine == sorted(rows[name])


@pytest.fixture
def place_in_sqlite(tmp_path) -> Iterator[Place]:
    place = make_place(f"sqlite:///{tmp_path / 'headwind.db'}", tmp_path)
    yield place
    place.end()


# --- after closing


def arrive(place: Place, rng: random.Random) -> tuple[list[str], list[str]]:
    """Let everybody answer in an order of chance, at one go; receipts and words by arrival."""
    order = [(unit.id, code) for unit in TREE for code in place.opened.codes.get(unit.id, ())]
    rng.shuffle(order)
    layout = layout_of(environment())
    receipts, words = [], []
    with place.sessions() as session, session.begin():
        query = sa.text("SELECT public_key FROM survey WHERE slug = :slug")
        key = session.scalar(query, {"slug": place.slug})
        for unit, code in order:
            said = some_words(rng)
            packed = pack(layout, [u.id for u in TREE].index(unit), answers(rng, said))
            spent = nullifier(code, place.slug)
            sealed = seal(key, packed, place.slug, unit, spent)
            assert put_box(session, place.slug, unit, spent, sealed, NOON)
            receipts.append(receipt(sealed))
            words.append(said)
    return receipts, words


def some_words(rng: random.Random) -> str:
    return "".join(rng.choices(LETTERS, k=20)) + " is what we need"


def answers(rng: random.Random, said: str) -> Response:
    q = environment()
    return Response({c: rng.randint(*q.range_of(c)) for c in q.columns}, comments={"O1": said})


def taus(rows: Sequence[Row], came: Sequence[str], at: int) -> dict[str, float]:
    """How far the order of the rows, in each way of reading it, is the order of arrival."""
    found = {}
    for name, lie in ORDERS.items():
        lying = [row.values[at] for row in sorted(rows, key=lie)]
        ranks = [came.index(value) for value in lying]
        found[name] = float(kendalltau(range(len(ranks)), ranks).statistic)
    return found


@pytest.fixture(scope="module")
def measured(tmp_path_factory) -> dict[str, list[float]]:
    """The taus of 200 surveys, 20 in each file, in each way of reading.

    Those of the first file are answered and closed in full. Of the others only the end is played,
    to save minutes: what was opened is written in the order of arrival, and the file rewritten.
    """
    found: dict[str, list[float]] = {}
    for first in range(0, SEEDS, SURVEYS_A_FILE):
        folder = tmp_path_factory.mktemp("order")
        seeds = range(first, first + SURVEYS_A_FILE)
        for name, values in in_one_file(folder, seeds, arrive_and_close if not first else end):
            found.setdefault(name, []).extend(values)
    return found


Came = tuple[list[str], list[str]]
Play = Callable[[Place, random.Random], Came]


def arrive_and_close(place: Place, rng: random.Random) -> Came:
    came = arrive(place, rng)
    close(place)
    return came


def end(place: Place, rng: random.Random) -> Came:
    """Write the end of a survey as if its boxes had been opened in the order of their arrival."""
    q = environment()
    teams = [at for at, unit in enumerate(TREE) for _ in place.opened.codes.get(unit.id, ())]
    rng.shuffle(teams)
    words = [some_words(rng) for _ in teams]
    receipts = [receipt(rng.randbytes(64)) for _ in teams]
    values = np.array([[rng.randint(1, 5) for _ in q.columns] for _ in teams], dtype=np.uint8)
    given = Answers(q.columns, values, np.array(teams), np.full(len(teams), -1, dtype=np.int8))
    figures = release(q, given, None, {"O1": words}, TREE, Policy())
    with place.sessions() as session, session.begin():
        write_release(session, place.slug, figures)
        write_receipts(session, place.slug, receipts)
    return receipts, words


def in_one_file(
    folder: Path, seeds: Sequence[int], play: Play
) -> Iterator[tuple[str, list[float]]]:
    place = make_place(f"sqlite:///{folder / 'headwind.db'}", folder)
    came: dict[str, Came] = {}
    for seed in seeds:
        with place.sessions() as session:
            opened = open_survey(session, place.keys, make_plan(), NOON)
        came[opened.slug] = play(replace(place, opened=opened), random.Random(seed))
    rewrite(engine_of(place.sessions))
    pages = file_of(place)
    for slug, (receipts, words) in came.items():
        record = [row for row in pages.rows("closing_receipt") if row.values[0] == slug]
        record = [row for row in record if row.values[1] in receipts]  # others may be made up
        assert len(record) == len(receipts)
        said = [row for row in pages.rows("released_comment") if row.values[0] == slug]
        assert len(said) >= 10
        yield from ((f"receipts {n}", [tau]) for n, tau in taus(record, receipts, 1).items())
        yield from ((f"comments {n}", [tau]) for n, tau in taus(said, words, 4).items())


def test_where_a_receipt_or_a_comment_lies_tells_nothing_about_when_it_came(measured):
    assert {name.split()[0] for name in measured} == {"receipts", "comments"}
    for name, values in measured.items():
        assert len(values) == SEEDS
        mean = sum(values) / len(values)
        assert abs(mean) <= NEAR_NOTHING, f"{name}: mean tau {mean:.3f}"
        assert max(map(abs, values)) < 0.8, f"{name}: one survey is nearly told"


def test_figures_lie_in_the_order_of_their_names_whoever_came_first(place_in_sqlite):
    place = place_in_sqlite
    arrive(place, random.Random(3))
    close(place)
    pages = file_of(place)
    for name in ("released_figure", "released_group", "closing_receipt", "released_comment"):
        keys = len(Base.metadata.tables[name].primary_key.columns)
        rows = pages.rows(name)
        in_tree = [row.values[:keys] for row in rows]
        assert in_tree == sorted(in_tree)
        for page in {row.page for row in rows}:
            here = [row.values[:keys] for row in rows if row.page == page]
            lying = [r.values[:keys] for r in sorted(rows, key=lambda r: -r.byte) if r.page == page]
            assert here in (lying, lying[::-1]), f"{name}: page {page} keeps another order"


# --- while open: the limit, told as it is


def test_while_open_pages_give_back_the_order_of_arrival_of_ciphertext_and_no_more(place_in_sqlite):
    """Known and written down (`storage/models.py`): which box came first can be read from the file.

    What is put in order by it is ciphertext under a name that leads to nobody.
    """
    place = place_in_sqlite
    receipts, words = arrive(place, random.Random(5))
    pages = file_of(place)
    boxes = pages.rows("box")
    came = [receipt(row.values[3]) for row in sorted(boxes, key=lambda row: row.overflow)]
    ranks = [receipts.index(one) for one in came]
    assert kendalltau(range(len(ranks)), ranks).statistic > 0.9
    assert {len(row.values) for row in boxes} == {4}
    assert {len(row.values[3]) for row in boxes} == {8192}
    credentials = {credential(code, place.slug) for code in place.codes}
    for row in boxes:
        spent, slug, unit, sealed = row.values
        assert slug == place.slug
        assert unit in place.opened.codes
        assert spent not in credentials
        assert not any(said.encode() in sealed for said in words)
    hashes = [row.values for row in pages.rows("credential")]
    assert hashes == sorted(hashes)
