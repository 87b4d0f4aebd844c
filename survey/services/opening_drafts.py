"""Opening the survey that a draft has become: once, with everybody of the roster.

Here belongs what is read at that moment and no earlier (names, addresses), and that the draft goes
in the transaction that makes the survey: two people who press the button open one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from survey.ballots.keys import KeyFolder
from survey.language import gettext as _
from survey.services.across import others_of
from survey.services.draft_grounds import Grounds, Site, grounds_of
from survey.services.drafts import DraftView, draft_row, draft_view
from survey.services.inviting import Invited
from survey.services.names import with_people
from survey.services.next_wave import places_of
from survey.services.opening import Opened, Plan, PlanError, open_survey
from survey.services.plan_faults import check_ready
from survey.services.preparing import Prepared, prepared
from survey.services.reporting_groups import Groups
from survey.services.rosters import PersonLine, people_of
from survey.storage.workspace import Client


@dataclass(frozen=True)
class OpenedDraft:
    """What was opened, and the plan it was opened with."""

    plan: Plan
    opened: Opened


def open_draft(
    session: Session, keys: KeyFolder, draft: str, now: datetime, site: Site, *, told: bool = False
) -> OpenedDraft:
    """Open the survey of a draft, which is gone then.

    `told`: whether it was said that people are told of surveys that grouped them otherwise.

    Raises
    ------
    PlanError
        With everything that is missing; nothing was opened.
    DraftGone
        Somebody else was faster.
    """
    view = draft_view(session, draft)
    grounds = grounds_of(session, view.client, now, site, view.settings.previous)
    ready = prepared(view.settings, grounds)
    faults = missing(view, ready)
    if ready.beside and not told:
        faults.append(
            _("Another survey asked the same people in other groups. Tick that they are told.")
        )
    if faults:
        raise PlanError(faults)
    check_ready(ready.plan)
    people = people_of(session, view.client)
    plan = with_names(ready.plan, people)
    invited = to_invite(ready.groups, people, grounds)

    def take(session: Session) -> None:
        row = draft_row(session, draft)
        if view_changed(row.changed_at, view):
            raise PlanError([_("Somebody changed the draft a moment ago. Look at it once more.")])
        session.delete(row)
        session.flush()
        _check_others(session, grounds)

    opened = open_survey(session, keys, plan, now, invited, ready.mails_from, take)
    return OpenedDraft(plan, opened)


def _check_others(session: Session, grounds: Grounds) -> None:
    """Refuse where a survey of the client was opened or closed since; of two, one waits here."""
    key, name = grounds.client.id, grounds.client.name
    session.execute(sa.select(Client.id).where(Client.id == key).with_for_update())
    if others_of(session, key, name, grounds.now, places_of(grounds.units)) != grounds.others:
        told = _("A survey of this client was opened or closed a moment ago. Look once more.")
        raise PlanError([told])


def missing(view: DraftView, ready: Prepared) -> list[str]:
    """Return what keeps a draft from being opened, in sentences."""
    faults = [fault.sentence for fault in ready.faults]
    if view.rehearsal is not None:
        faults.append(_("A rehearsal is going on: wipe it first."))
    elif not view.rehearsed:
        faults.append(_("Try it out first: the rehearsal is missing."))
    elif view.rehearsed != ready.digest:
        faults.append(_("What people read was changed after the rehearsal: try it out again."))
    return faults


def view_changed(changed_at: datetime, view: DraftView) -> bool:
    """Say whether a draft was saved after it was read."""
    return changed_at != view.changed_at


def with_names(plan: Plan, people: Iterable[PersonLine]) -> Plan:
    """Return the plan with the names of the roster among those that are taken out of comments."""
    return replace(plan, masked=with_people(plan.masked, (person.name for person in people)))


def to_invite(
    groups: Groups, people: Sequence[PersonLine], grounds: Grounds
) -> tuple[Invited, ...]:
    """Return everybody who is written to, each with the group in which they answer."""
    mail = set(groups.by_mail)
    placed = [(groups.at((person.unit, person.leads)), person) for person in people]
    return tuple(
        Invited(unit, person.name, person.email, person.language or grounds.client.language)
        for unit, person in placed
        if unit is not None and unit in mail
    )
