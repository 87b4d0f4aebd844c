"""Opening a block of boxes: from sealed rows to answers side by side, and their receipts.

Pure work in memory: no database, no file, no other process. Who opens which block stands in
`survey.ballots.workers`; how one box opens, in `sealing`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from survey.ballots.codes import receipt
from survey.ballots.layout import Layout
from survey.ballots.payload import Batch, unpack
from survey.ballots.sealing import Opener


class Box(NamedTuple):
    """One sealed response, with the place of its unit in the roster."""

    nullifier: bytes
    unit: str
    place: int
    sealed: bytes


@dataclass(frozen=True)
class Contents:
    """What was in a block of boxes, in the order of the boxes."""

    batch: Batch
    receipts: tuple[str, ...]
    """Of the boxes that opened."""
    damaged: int
    """Boxes that did not open: tampered with, or moved."""


def open_block(opener: Opener, layout: Layout, block: Sequence[Box]) -> Contents:
    """Open and unpack some boxes.

    Parameters
    ----------
    opener
        With the private key of the survey.
    layout
        Of the questionnaire that the survey asks.
    block
        A few hundred boxes: all their plaintexts are held at once.

    Returns
    -------
    Contents
        Boxes that do not open are counted and left out.
    """
    plains = [opener.open(box.sealed, box.unit, box.nullifier) for box in block]
    whole = [(plain, box) for plain, box in zip(plains, block, strict=True) if plain is not None]
    return Contents(
        batch=unpack(layout, [plain for plain, _ in whole], [box.place for _, box in whole]),
        receipts=tuple(receipt(box.sealed) for _, box in whole),
        damaged=len(block) - len(whole),
    )
