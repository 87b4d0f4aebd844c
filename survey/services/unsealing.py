"""Opening every box of a survey, into memory: the first half of a closing.

Here the rows of the database meet the workers that open them. Nothing is written. When it happens,
and what becomes of the answers, is decided in `survey.services.closing`.
"""

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

Told = Callable[[int, int], None]
"""Called with how many boxes are open, and of how many."""


@dataclass
class Opened:
    """The answers of a survey, open, for as long as they are tallied."""

    batches: list[Batch] = field(default_factory=list)
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
        told(0, total)
        blocks = _read(session, view.slug, opened)
        with closing(open_blocks(private_key, view.slug, layout, blocks, many)) as contents:
            for of_block in contents:
                opened.add(of_block)
                told(_counted(opened), total)
        hashes = session.scalars(sa.select(Credential.hash).where(Credential.survey == view.slug))
        opened.traces += [hashed[:NEEDLE] for hashed in hashes]
    return opened


def _counted(opened: Opened) -> int:
    return len(opened.receipts) + opened.damaged


def _read(session: Session, slug: str, opened: Opened) -> Iterator[Sequence[Box]]:
    """Yield the boxes in blocks; note what they were, to be compared and searched for later."""
    digest = blake2b(digest_size=32)
    for block in queries.boxes(session, slug):
        for row in block:
            queries.add_to_digest(digest, row)
            opened.traces += (row.nullifier[:NEEDLE], row.sealed[:NEEDLE])
        yield [Box(*row) for row in block]
    opened.digest = digest.digest()
