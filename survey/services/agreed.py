"""What groups agreed to after they had seen their results: read as values, put into a report.

Writing it down stands in `survey.services.agreeing`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from survey.disclosure.values import Release
from survey.report.model import Commitment, CommitmentState, GroupReport, Report
from survey.storage import models

Agreed = Mapping[str, Sequence[Commitment]]
"""Key of a group, or EVERYBODY -> what it agreed to."""
EVERYBODY = "all"
"""Stands for all groups together, as in a report."""


def agreed_in(session: Session, slug: str) -> Agreed:
    """Return what was agreed after a survey, what is due first first; inside a transaction."""
    found: dict[str, list[Commitment]] = {}
    for row in commitments_of(session, slug):
        found.setdefault(row.group_key, []).append(commitment(row))
    return found


def commitments_of(session: Session, slug: str) -> Sequence[models.Commitment]:
    """Return the rows of a survey, what is due first first; inside a transaction."""
    table = models.Commitment
    query = sa.select(table).where(table.survey == slug).order_by(table.until, table.id)
    return session.scalars(query).all()


def commitment(row: models.Commitment) -> Commitment:
    """Return a row as the value that reports hold."""
    return Commitment(row.who, row.what, row.until, cast(CommitmentState, row.state))


def with_agreed(report: Report, before: Release, agreed: Agreed) -> Report:
    """Return a report with what each group agreed to after the wave before.

    A group of that wave is the same where the same units stand behind it, by their names, as in the
    comparison of waves. All groups together are the same client.
    """
    if not agreed:
        return report
    names = {unit.id: unit.name for unit in before.units}
    keys = {
        frozenset(names[unit] for unit in group.units): group.key
        for group in before.groups
        if group.kind != "wider"
    }

    def told(group: GroupReport) -> GroupReport:
        return replace(group, agreed=tuple(agreed.get(keys.get(frozenset(group.units), ""), ())))

    whole = report.organisation
    return replace(
        report,
        groups=tuple(told(group) for group in report.groups),
        organisation=whole and replace(whole, agreed=tuple(agreed.get(EVERYBODY, ()))),
    )
