"""What there is of a client to take along, gathered for the file with everything.

Here belong what of a survey is given besides its report, and how it is seen that something has
changed since. Answers are in none of it: of a closed survey they exist nowhere, of an open one they
lie sealed and stay where they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from sqlalchemy.orm import Session

from survey.services.adoption import Outcome, outcomes
from survey.services.agreed import commitment, commitments_of
from survey.services.editions import edition_of
from survey.services.frozen import frozen_text
from survey.services.letterheads import load_letterhead
from survey.services.mailings import MailingLine, mailings_of
from survey.services.released import load_receipts
from survey.services.rosters import edition_of_roster
from survey.services.surveys import SurveyLine, list_surveys, survey_view
from survey.storage.engine import reading
from survey.storage.models import ReleasedGroup, Survey


@dataclass(frozen=True)
class Agreed:
    """A commitment, by the name of its group; empty: every group together."""

    group: str
    who: str
    what: str
    until: str
    state: str


@dataclass(frozen=True)
class Became:
    """What became of the practice in a group."""

    group: str
    months: int
    outcome: Outcome


@dataclass(frozen=True)
class Holding:
    """What is kept of a survey besides its report."""

    line: SurveyLine
    has_report: bool
    questionnaire: str
    frozen: bytes
    receipts: tuple[str, ...]
    mailings: tuple[MailingLine, ...]
    agreed: tuple[Agreed, ...]
    became: tuple[Became, ...]


def surveys_of(session: Session, client: str, now: datetime) -> tuple[SurveyLine, ...]:
    """Return the surveys of a client, the newest first."""
    return list_surveys(session, now, (client,))


def holding_of(session: Session, line: SurveyLine, now: datetime) -> Holding:
    """Return what is kept of one survey."""
    view = survey_view(session, line.slug, now)
    has_report = view.state == "closed" and view.left_out is not None
    with reading(session):
        questionnaire = session.get_one(Survey, line.slug).questionnaire
        rows = session.query(ReleasedGroup).filter_by(survey=line.slug)
        names = {row.key: row.name for row in rows}
        agreed = [(row.group_key, commitment(row)) for row in commitments_of(session, line.slug)]
    return Holding(
        line,
        has_report,
        questionnaire,
        frozen_text(session, line.slug),
        load_receipts(session, line.slug) if has_report else (),
        mailings_of(session, line.slug),
        tuple(
            Agreed(names.get(key, ""), one.who, one.what, one.until.isoformat(), one.state)
            for key, one in agreed
        ),
        tuple(
            Became(names.get(key, key), months, told)
            for (key, months), told in sorted(outcomes(session, line.slug).items())
        ),
    )


def edition_of_holdings(session: Session, client: str, lines: Sequence[SurveyLine]) -> str:
    """Return what changes whenever something of a file with everything would be another."""
    digest = blake2b(edition_of_roster(session, client).encode(), digest_size=16)
    for line in lines:
        report = edition_of(session, line.slug), load_letterhead(session, line.slug)
        became = sorted(outcomes(session, line.slug).items())
        digest.update(repr((line.state, line.ends_at, report, became)).encode())
    return digest.hexdigest()
