"""Preparing the next wave of a closed survey: the same questions, the same groups, other people.

The questionnaire is the text that the survey kept, not today's file. Groups are as they were, as
far as the client's tree still has their units: a survey does not say which units were joined, but
the id of joined units is made from theirs, so they are found again by trying.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import combinations, islice

from sqlalchemy.orm import Session

from survey.disclosure.values import Unit
from survey.errors import UserError
from survey.services.accounts import User
from survey.services.client_units import UnitLine, tree_of
from survey.services.clients import ClientView, client_view
from survey.services.draft_settings import JoinedUnits, Settings
from survey.services.drafts import add_draft, usual_settings
from survey.services.grouping import join_id
from survey.services.roster import NOW_CALLED
from survey.services.surveys import SurveyView, survey_view
from survey.storage.engine import reading
from survey.storage.models import Survey

MOST_TRIED = 100_000
"""Sets of units that are tried for one join: a tenth of a second."""


class NotClosed(UserError):
    """The next wave can be prepared once this one is closed."""


class OfNoClient(UserError):
    """Choose the client “{name}”, whose people are asked again. Add it first if it is not there."""


def start_next_wave(
    session: Session, user: User, slug: str, now: datetime, client: str | None = None
) -> str:
    """Begin a draft with what a closed survey had; return its name in addresses.

    Parameters
    ----------
    user
        Who prepares it.
    slug
        The closed survey.
    client
        Whose people are asked, for a survey that was opened for no client of this site.

    Raises
    ------
    NotClosed, OfNoClient
    """
    view = survey_view(session, slug, now)
    if view.state != "closed":
        raise NotClosed
    with reading(session):
        text = session.get_one(Survey, slug).questionnaire
    chosen = view.client_id or client
    if chosen is None:
        raise OfNoClient(name=view.client)
    of = client_view(session, chosen)
    if of.name.casefold() != view.client.casefold():
        raise OfNoClient(name=view.client)
    settings = wave_settings(view, text, of, tree_of(session, chosen), user)
    return add_draft(session, chosen, settings, now)


def wave_settings(
    view: SurveyView, text: str, client: ClientView, tree: Sequence[UnitLine], user: User
) -> Settings:
    """Return what the draft of a next wave begins with. Dates and rehearsal are made anew."""
    usual = usual_settings(client, user)
    first, second, third = (*view.holders, "", "", "")[:3]
    return Settings(
        title=view.title,
        questionnaire=view.questionnaire.id,
        questionnaire_text=text,
        comments=view.comments,
        practice=view.practice,
        unplanned=not view.practice,
        critical=view.critical,
        joins=tuple(joins_of(view.units, tree)),
        by_mail=view.by_mail,
        spare=str(view.spare),
        timezone=view.timezone,
        least=str(view.policy.scores),
        scheme=view.scheme,
        holder_1=first,
        holder_2=second,
        holder_3=third,
        organiser=view.organiser or usual.organiser,
        help_contact=view.help_contact or usual.help_contact,
        harm_role=view.harm_role or usual.harm_role,
        controller=view.controller or usual.controller,
        controller_contact=view.controller_contact or usual.controller_contact,
        privacy_notice=view.privacy_notice or usual.privacy_notice,
        introduction=view.introduction,
        sponsor=view.sponsor,
        previous=view.slug,
    )


@lru_cache(maxsize=16)
def groups_then(units: tuple[Unit, ...], tree: tuple[UnitLine, ...]) -> Mapping[str, str]:
    """Return in which group of an earlier wave the people of each of a client's units answered, as
    far as that can be told; leaders are left out.
    """
    asked = {unit.id for unit in units if unit.asked}
    own = {unit.id: NOW_CALLED.get(unit.id, unit.id) for unit in tree}
    then = {unit: group for unit, group in own.items() if group in asked}
    for join in joins_of(units, tree):
        then |= dict.fromkeys(join.units, join_id(sorted(join.units)))
    return then


def joins_of(units: Sequence[Unit], tree: Sequence[UnitLine]) -> Iterator[JoinedUnits]:
    """Yield which of a client's units were joined in a survey, as far as they can be found."""
    known = {unit.id for unit in tree}
    own = {unit.id for unit in units if unit.asked}
    names = {unit.id: unit.name for unit in tree}
    for unit in units:
        if unit.id in known or "-joined-" not in unit.id:
            continue
        found = _joined(unit, _candidates(unit, tree, own))
        if found:
            usual = " + ".join(names[one] for one in found)
            yield JoinedUnits(found, "" if unit.name == usual else unit.name)


def _candidates(unit: Unit, tree: Sequence[UnitLine], own: Collection[str]) -> list[str]:
    """Return the client's units that may be in a join: beside it, not asked by themselves."""
    beside = [one.id for one in tree if one.parent == unit.parent and one.id not in own]
    above = [one.id for one in tree if one.id == unit.parent and one.id not in own]
    return above + beside


def _joined(unit: Unit, candidates: Sequence[str]) -> tuple[str, ...] | None:
    sets = (
        some for size in range(2, len(candidates) + 1) for some in combinations(candidates, size)
    )
    tried = islice(sets, MOST_TRIED)
    return next((some for some in tried if join_id(sorted(some)) == unit.id), None)
