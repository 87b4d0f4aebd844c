"""Hiding one comment of a report, and showing it again. Its words cannot be changed.

A hidden comment is left out when a release is read (`survey.storage.releases`), so it is on no page
of a report and in no export; these say only how many are hidden. Nobody's name and no time is kept
with it.
"""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from survey.errors import UserError
from survey.services.released import NotClosedYet
from survey.services.surveys import UnknownSurvey
from survey.storage import models
from survey.storage.engine import reading
from survey.storage.releases import comments_marked, mark_of

__all__ = ["Comment", "UnknownComment", "find_comment", "mark_of", "set_hidden"]


class UnknownComment(UserError):
    """There is no such comment in this report."""


@dataclass(frozen=True)
class Comment:
    """One comment of a closed survey; `many` people wrote it in the very same words."""

    text: str
    hidden: bool
    many: int
    group: str | None
    """Key of the group on whose page it stands; None: on the page of all groups."""


def find_comment(session: Session, slug: str, mark: str) -> Comment:
    """Return a comment, hidden or not.

    Raises
    ------
    UnknownSurvey, NotClosedYet, UnknownComment
    """
    with reading(session):
        rows = _marked(session, slug, mark)
        group = session.get_one(models.ReleasedGroup, (slug, rows[0].group_key))
        return Comment(
            text=rows[0].text,
            hidden=rows[0].hidden,
            many=len(rows),
            group=None if group.kind == "wider" else group.key,
        )


def set_hidden(session: Session, slug: str, mark: str, hidden: bool) -> None:
    """Hide a comment, or show it again; those with the very same words go with it.

    Raises
    ------
    UnknownSurvey, NotClosedYet, UnknownComment
        Nothing was changed.
    """
    with session.begin():
        for row in _marked(session, slug, mark):
            row.hidden = hidden


def _marked(session: Session, slug: str, mark: str) -> list[models.ReleasedComment]:
    survey = session.get(models.Survey, slug)
    if survey is None:
        raise UnknownSurvey
    if survey.state != "closed":
        raise NotClosedYet
    rows = list(comments_marked(session, slug, mark))
    if not rows:
        raise UnknownComment
    return rows
