"""Drafts: surveys that are being prepared, kept at every step, so that a colleague can go on.

Here belong their rows: begun, saved, listed. Two people who save at once lose nothing: a page says
which fields it was shown, a field that only one of them changed is changed, and where both changed
the same one, whoever comes second is told first. What fields mean stands in `preparing`, rehearsals
in `rehearsing`, beginning from an earlier wave in `next_wave`.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from survey.errors import UserError
from survey.language import gettext as _
from survey.questionnaire.shipped import find
from survey.services.accounts import User
from survey.services.clients import ClientView, client_view
from survey.services.draft_settings import (
    DEFAULT,
    SavedBy,
    Settings,
    from_json,
    mark_of,
    to_json,
)
from survey.services.rights import clients_of
from survey.storage.engine import reading
from survey.storage.workspace import Client, Draft


class DraftGone(UserError):
    """The draft is there no more: its survey was opened, or somebody deleted it."""


@dataclass(frozen=True)
class DraftView:
    """A draft as it stands."""

    id: str
    client: str
    title: str
    settings: Settings
    changed_at: datetime
    rehearsal: str | None
    """Survey of a rehearsal that is going on."""
    rehearsed: str
    """Digest of what was rehearsed last; empty: nothing yet."""


@dataclass(frozen=True)
class DraftLine:
    """A draft in a list."""

    id: str
    client: str
    client_name: str
    title: str
    changed_at: datetime


class SavedMeanwhile(UserError):
    """{who} changed the same at {when}. Nothing was saved yet: compare, then save yours or leave
    theirs.
    """

    def __init__(self, theirs: DraftView, names: tuple[str, ...], by: SavedBy) -> None:
        self.theirs, self.fields, self.by = theirs, names, by
        super().__init__(who=by.name, when=by.at.isoformat(timespec="minutes"))


def start_draft(session: Session, user: User, client: str, now: datetime) -> str:
    """Begin to prepare a survey of a client; return the draft's name in addresses.

    What client and account already say is filled in.
    """
    return add_draft(session, client, usual_settings(client_view(session, client), user), now)


def usual_settings(client: ClientView, user: User) -> Settings:
    """Return what a draft of a client begins with."""
    return Settings(
        title=find(DEFAULT).title.get(client.language, ""),
        timezone=client.timezone,
        holder_1=user.name,
        organiser=user.name,
        help_contact=client.help_contact,
        harm_role=client.harm_role,
        controller=client.controller,
        controller_contact=client.controller_contact,
        privacy_notice=client.privacy_notice,
    )


def add_draft(session: Session, client: str, settings: Settings, now: datetime) -> str:
    """Keep a new draft; return its name in addresses."""
    draft = Draft(
        id=secrets.token_hex(8),
        client=client,
        title=_listed(settings),
        settings=to_json(settings),
        changed_at=now,
        rehearsal=None,
        rehearsed="",
    )
    with session.begin():
        session.add(draft)
        session.flush()
        return draft.id


def draft_view(session: Session, draft: str) -> DraftView:
    """Return a draft; `DraftGone` where there is none."""
    with reading(session):
        return view_of_draft(_row(session, draft))


def list_drafts(session: Session, user: User, client: str | None = None) -> tuple[DraftLine, ...]:
    """Return the drafts that somebody may go on with, of one client or of all, the latest first."""
    mine = clients_of(session, user)
    query = (
        sa.select(Draft.id, Draft.client, Client.name, Draft.title, Draft.changed_at)
        .join(Client, Client.id == Draft.client)
        .order_by(Draft.changed_at.desc(), Draft.id)
    )
    if client is not None:
        query = query.where(Draft.client == client)
    with reading(session):
        rows = [DraftLine(*row) for row in session.execute(query)]
    return tuple(row for row in rows if mine is None or row.client in mine)


def save_step(
    session: Session,
    draft: str,
    step: str,
    typed: Mapping[str, object],
    was: Mapping[str, str],
    who: str,
    now: datetime,
) -> DraftView:
    """Save what somebody filled in on a page, right or wrong.

    Parameters
    ----------
    draft, step
        Whose page.
    typed
        Fields of the step and their new values.
    was
        The marks of the fields as the page was made with them; without one a field counts as
        unchanged until now.
    who, now
        Told to whoever saves the same page next.

    Raises
    ------
    SavedMeanwhile
        Somebody else changed the same field to something else; nothing was saved.
    """
    with session.begin():
        row = _row(session, draft, writing=True)
        theirs = view_of_draft(row)
        changed = _changed(theirs.settings, typed, was)
        both = tuple(name for name in changed if _by_another(theirs.settings, name, was))
        if both:
            by = theirs.settings.saved.get(step) or SavedBy(_("Somebody"), theirs.changed_at)
            raise SavedMeanwhile(theirs, both, by)
        if not changed:
            return theirs
        saved = {**theirs.settings.saved, step: SavedBy(who, now)}
        return _kept(row, replace(theirs.settings, **changed, saved=saved), now)


def change_draft(
    session: Session,
    draft: str,
    step: str,
    how: Callable[[Settings], Settings],
    who: str,
    now: datetime,
) -> DraftView:
    """Change a draft as it stands at this moment: what others saved meanwhile stays."""
    with session.begin():
        row = _row(session, draft, writing=True)
        before = from_json(row.settings)
        changed = how(before)
        if changed == before:
            return view_of_draft(row)
        saved = {**before.saved, step: SavedBy(who, now)}
        return _kept(row, replace(changed, saved=saved), now)


def view_of_draft(row: Draft) -> DraftView:
    """Return the draft that was read as this row."""
    settings = from_json(row.settings)
    return DraftView(
        row.id, row.client, row.title, settings, row.changed_at, row.rehearsal, row.rehearsed
    )


def draft_row(session: Session, draft: str) -> Draft:
    """Return the row of a draft, held until this transaction ends; `DraftGone` without one."""
    return _row(session, draft, writing=True)


def _changed(
    theirs: Settings, typed: Mapping[str, object], was: Mapping[str, str]
) -> dict[str, Any]:
    """Return the fields that this person has changed: to what is neither there nor was shown."""
    return {
        name: value
        for name, value in typed.items()
        if value != getattr(theirs, name) and mark_of(value) != was.get(name)
    }


def _by_another(theirs: Settings, name: str, was: Mapping[str, str]) -> bool:
    return name in was and was[name] != mark_of(getattr(theirs, name))


def _kept(row: Draft, settings: Settings, now: datetime) -> DraftView:
    row.settings, row.title, row.changed_at = to_json(settings), _listed(settings), now
    return view_of_draft(row)


def _listed(settings: Settings) -> str:
    return settings.title or settings.practice


def _row(session: Session, draft: str, *, writing: bool = False) -> Draft:
    row = session.get(Draft, draft, with_for_update=writing or None, populate_existing=True)
    if row is None:
        raise DraftGone
    return row
