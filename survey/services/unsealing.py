"""Opening every box of a survey, into memory: the first half of a closing.

Here the rows of the database meet the workers that open them. Nothing is written. When it happens,
and what becomes of the answers, is decided in `survey.services.closing`.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from hashlib import blake2b

import sqlalchemy as sa
from sqlalchemy.orm import Session

from survey.ballots.layout import layout_of
from survey.ballots.opening import Box, Contents
from survey.ballots.payload import Batch
from survey.ballots.workers import open_blocks, workers_for
from survey.services.surveys import SurveyView
from survey.storage import queries
from survey.storage.engine import Sessions, reading
from survey.storage.models import Credential
from survey.storage.traces import NEEDLE

PARTS = 10
Told = Callable[[int, int], None]
"""Called with 0, 1, 2 … `PARTS`, each of them once, and `PARTS`: the same calls for any number of
boxes. Only how long it takes depends on it.
"""


@dataclass
class Opened:
    """The answers of a survey, open, for as long as they are tallied."""

    batches: list[Batch] = field(default_factory=list)
    ends: deque[int] = field(default_factory=deque)
    """Of the blocks that were read and are not open yet: at which part of all keys each ends."""
    receipts: list[str] = field(default_factory=list)
    traces: list[bytes] = field(default_factory=list)
    """Beginnings of everything that is deleted, to be searched for afterwards."""
    digest: bytes = b""
    damaged: int = 0

    def add(self, contents: Contents) -> None:
        """Put what was in a block to the rest."""
        self.batches.append(contents.batch)
        self.receipts += contents.receipts
        self.damaged += contents.damaged


def open_all(
    sessions: Sessions,
    view: SurveyView,
    private_key: bytes,
    told: Told,
    workers: int | None = None,
) -> Opened:
    """Open all boxes of a survey, in one view of the database.

    `workers` is the number of processes; None: as many as it is worth. The answers are the same,
    and in the same order, whatever their number.
    """
    opened, layout = Opened(), layout_of(view.questionnaire)
    with sessions() as session, reading(session):
        total = sum(queries.boxes_per_unit(session, view.slug).values())
        many = workers_for(total) if workers is None else workers
        told(0, PARTS)
        reached = 0
        blocks = _read(session, view.slug, opened)
        with closing(open_blocks(private_key, view.slug, layout, blocks, many)) as contents:
            for of_block in contents:
                opened.add(of_block)
                reached = _tell(told, reached, opened.ends.popleft())
        _tell(told, reached, PARTS)
        hashes = session.scalars(sa.select(Credential.hash).where(Credential.survey == view.slug))
        opened.traces += [hashed[:NEEDLE] for hashed in hashes]
    return opened


def _tell(told: Told, reached: int, part: int) -> int:
    """Tell every part up to this one that was not told before; return where that leads."""
    for at in range(reached + 1, part + 1):
        told(at, PARTS)
    return max(reached, part)


def _part(nullifier: bytes) -> int:
    """Say at which part of all possible keys one stands: boxes are read in the order of their keys.

    Keys are hashes, spread evenly, so this is a fair guess at how much is done, made without the
    number of boxes. (The number of blocks would tell whether there are more than so many boxes;
    that, less those in the report, how many of a group answered that is too small to appear.)
    """
    return PARTS * nullifier[0] // 256


def _read(session: Session, slug: str, opened: Opened) -> Iterator[Sequence[Box]]:
    """Yield the boxes in blocks; note what they were, to be compared and searched for later."""
    digest = blake2b(digest_size=32)
    for block in queries.boxes(session, slug):
        for row in block:
            queries.add_to_digest(digest, row)
            opened.traces += (row.nullifier[:NEEDLE], row.sealed[:NEEDLE])
        opened.ends.append(_part(block[-1].nullifier))
        yield [Box(*row) for row in block]
    opened.digest = digest.digest()
