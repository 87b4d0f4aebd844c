"""The closing record: receipts of the boxes that were opened, in a list that tells no number.

Written while a survey is closed, in the transaction that deletes its boxes. Looked up by people who
kept their receipt, on a page of their own (`survey.web.record`).
"""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from survey.ballots.codes import padded
from survey.storage.models import Unit
from survey.storage.releases import write_receipts


def write_record(session: Session, slug: str, receipts: Iterable[str]) -> None:
    """Write the receipts among made-up ones: as many in all as people were asked.

    The number of boxes, less the answers in the report, would tell how many answered in groups that
    are too small to appear. So the length of the list follows from the roster, which everybody
    knows.
    """
    asked = session.scalar(sa.select(sa.func.sum(Unit.asked)).where(Unit.survey == slug))
    write_receipts(session, slug, padded(receipts, asked or 0))
