"""Which units codes belong to, so that they can be printed on cards.

Codes are stored nowhere: the page that shows them once sends them back, and here it is looked up
whether they are codes of this survey at all. Nothing is written, and nothing of a box is read.
"""

from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from survey.ballots.codes import CodeMistyped, credential
from survey.errors import UserError
from survey.storage import models
from survey.storage.engine import reading
from survey.storage.queries import units_of

AT_ONCE = 500
"""So many codes are looked up with one query; databases take no endless ones."""


class ForeignCodes(UserError):
    """These are not the codes of this survey, so no cards were made. Cards can be printed only
    from the page that was shown when the survey was opened, as long as the survey is not closed.
    """


def units_of_codes(session: Session, slug: str, codes: Sequence[str]) -> tuple[str, ...]:
    """Return for each code the id of the unit that it was given out for.

    Raises
    ------
    ForeignCodes
        One of them is no code of this survey (any more), or there are none.
    """
    try:
        hashes = [credential(code, slug) for code in codes]
    except CodeMistyped as fault:
        raise ForeignCodes from fault
    with reading(session):
        found = dict(_looked_up(session, slug, hashes))
    if not hashes or found.keys() != set(hashes):
        raise ForeignCodes
    return tuple(found[hashed] for hashed in hashes)


def named_units(session: Session, slug: str) -> dict[str, tuple[str, str]]:
    """Return the name and the result word of each unit by its id, in the order of the roster."""
    with reading(session):
        return {unit.id: (unit.name, unit.result_word or "") for unit in units_of(session, slug)}


def _looked_up(session: Session, slug: str, hashes: Sequence[bytes]) -> Iterator[tuple[bytes, str]]:
    table = models.Credential
    for at in range(0, len(hashes), AT_ONCE):
        some = hashes[at : at + AT_ONCE]
        query = sa.select(table.hash, table.unit).where(table.survey == slug, table.hash.in_(some))
        yield from ((hashed, unit) for hashed, unit in session.execute(query))
