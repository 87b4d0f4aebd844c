"""Opening a survey: from a plan to a survey that takes answers.

From here on roster, questionnaire, planned practice and policy are frozen. The codes, for people
and for opening, are returned once and stored nowhere. What a plan must be stands in
`survey.services.plan_faults`.
"""

import secrets
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from survey.ballots.codes import ALPHABET, credential, person_code, result_words
from survey.ballots.keys import KeyFolder
from survey.language import gettext as _
from survey.services.frozen import fingerprint_of
from survey.services.inviting import Dealt, Invited, deal, invited_faults, put_invitations
from survey.services.plan import Plan, counted
from survey.services.plan_faults import PlanError, check_plan, other_least
from survey.services.reminding import put_usual_reminders
from survey.services.roster import NOW_CALLED, depths_of, parse_units, short_name
from survey.services.surveys import policy_of, questionnaire_of
from survey.storage import models, queries
from survey.storage.engine import reading

__all__ = ["Invited", "Opened", "Plan", "PlanError", "check_plan", "open_survey", "parse_units"]

LONGEST_BEGINNING = 15
"""Characters of the title in the name of a survey."""


@dataclass(frozen=True)
class Opened:
    """What is shown once, after opening."""

    slug: str
    opening_codes: tuple[str, ...]
    codes: Mapping[str, tuple[str, ...]]
    """Unit id -> the codes of its people, spare ones included, without those that go by mail."""
    fingerprint: str
    """Six words that every respondent's page shows."""
    result_words: Mapping[str, str]
    """Unit id -> what leads its people to their group's result; for each unit that asks anybody."""
    mailed: Mapping[str, int] = field(default_factory=dict)
    """Unit id -> how many of its codes go by mail."""


def open_survey(
    session: Session,
    keys: KeyFolder,
    plan: Plan,
    now: datetime,
    invited: Sequence[Invited] = (),
    mails_from: datetime | None = None,
    also: Callable[[Session], object] = bool,
) -> Opened:
    """Open a survey and return its codes, for the only time.

    Whoever is invited gets one of their unit's codes by mail, from `mails_from` on, or at once;
    these codes are not returned. `also` is done first in the same transaction: what it raises
    leaves no survey.

    The key is written before the survey, so that a crash leaves a key without a survey, which harms
    nobody, and never a survey that cannot be opened.

    Raises
    ------
    PlanError
        With every fault of the plan. (`check_plan` also asks for the public address.)
    """
    check_plan(plan, now, "", demo=True)
    _check_invited(plan, invited)
    slug = _name(session, plan.title)
    codes = _codes(plan)
    leading = dict(zip(codes, result_words(len(codes)), strict=True))
    dealt, left = deal(codes, invited)
    key = keys.create(slug, plan.scheme)
    try:
        row = _survey_row(plan, slug, key.public_key, now)
        words = fingerprint_of(models.Survey(**row), counted(plan), plan.by_mail)
        with session.begin():
            also(session)
            _check_previous(session, plan)
            session.execute(sa.insert(models.Survey), row | {"fingerprint": words})
            session.execute(sa.insert(models.Unit), _unit_rows(slug, plan, leading))
            session.execute(sa.insert(models.Credential), _credential_rows(slug, codes))
            _write_to(session, slug, plan, dealt, max(now, mails_from or now))
    except BaseException:
        keys.destroy(slug)
        raise
    mailed = Counter(one.invited.unit for one in dealt)
    return Opened(slug, key.opening_codes, left, words, leading, mailed)


def _check_invited(plan: Plan, invited: Sequence[Invited]) -> None:
    if faults := tuple(invited_faults(plan.units, plan.by_mail, invited)):
        raise PlanError(faults)


def _write_to(
    session: Session, slug: str, plan: Plan, dealt: Sequence[Dealt], due: datetime
) -> None:
    if dealt:
        put_invitations(session, slug, dealt, due)
        put_usual_reminders(session, slug, due, plan.ends_at, plan.timezone)


def _name(session: Session, title: str) -> str:
    """Return a name for addresses that no survey has: people type it from a card.

    The first words of the title, and four characters of chance. Two of a million are alike.
    """
    first, *words = (short_name(title) or "survey").split("-")
    begins = first[:LONGEST_BEGINNING]
    for word in words:
        if len(begins) + 1 + len(word) > LONGEST_BEGINNING:
            break
        begins += f"-{word}"
    while True:
        name = f"{begins}-{_suffix()}"
        with reading(session):
            if session.get(models.Survey, name) is None:
                return name


def _suffix() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(4)).lower()


def _codes(plan: Plan) -> Mapping[str, tuple[str, ...]]:
    return {
        unit.id: tuple(person_code() for _ in range(unit.asked))
        for unit in counted(plan)
        if unit.asked
    }


def _check_previous(session: Session, plan: Plan) -> None:
    """Refuse an earlier wave that cannot be compared with: another client's, or other questions."""
    if plan.previous is None:
        return
    earlier = session.get(models.Survey, plan.previous)
    if earlier is None or earlier.state != "closed":
        raise PlanError([_("The earlier wave is not there or not closed yet.")])
    if earlier.client.casefold() != plan.client.strip().casefold():
        told = _("The earlier wave is one of another client, {client}.", client=earlier.client)
        raise PlanError([told])
    before, now = map(questionnaire_of, (earlier.questionnaire, plan.questionnaire_text))
    if (before.scales, before.items, before.responses) != (now.scales, now.items, now.responses):
        told = _("The earlier wave asked other questions, so it cannot be compared with.")
        raise PlanError([told])
    if policy_of(earlier) != plan.policy:
        raise PlanError([other_least(earlier.policy_scores)])
    _check_regrouped(session, plan, plan.previous)


def _check_regrouped(session: Session, plan: Plan, previous: str) -> None:
    """Refuse units that have moved: the same people grouped otherwise tell of fewer, by difference.

    For example: where units b and c were taken together as too small, and d and e, a wave that
    takes c and d together would tell of b and e alone (tests/adversary/test_row_space.py).
    """
    renamed = {} if any(unit.id in NOW_CALLED for unit in plan.units) else NOW_CALLED
    parents = {
        renamed.get(unit.id, unit.id): renamed.get(unit.parent or "", unit.parent)
        for unit in queries.units_of(session, previous)
    }
    moved = [u.name for u in plan.units if u.id in parents and parents[u.id] != u.parent]
    if moved:
        names = ", ".join(_("“{name}”", name=name) for name in moved[:5])
        if len(moved) > 5:
            names = _("{names} and others", names=names)
        told = _(
            "In the earlier wave these stood under another unit: {names}. People who are grouped"
            " anew could be told apart by comparing both reports. Keep the tree as it was, or give"
            " a unit that was really made anew a name of its own.",
            names=names,
        )
        raise PlanError([told])


def _survey_row(plan: Plan, slug: str, public_key: bytes, now: datetime) -> dict[str, object]:
    return {
        "slug": slug,
        "title": plan.title.strip(),
        "client": plan.client.strip(),
        "practice": plan.practice.strip(),
        "critical": plan.critical,
        "questionnaire": plan.questionnaire_text,
        "policy_scores": plan.policy.scores,
        "policy_single": plan.policy.single,
        "policy_spread": plan.policy.spread,
        "opened_at": now,
        "ends_at": plan.ends_at,
        "closable_from": plan.closable_from,
        "timezone": plan.timezone,
        "organiser": plan.organiser.strip(),
        "holders": tuple(holder.strip() for holder in plan.holders if holder.strip()),
        "help_contact": plan.help_contact.strip(),
        "harm_role": plan.harm_role.strip(),
        "previous": plan.previous,
        "state": "open",
        "public_key": public_key,
        "revision": 1,
        "scheme": plan.scheme,
        "spare": plan.spare,
        "fingerprint": "",
        "masked": tuple(name.strip() for name in plan.masked if name.strip()),
        "results_on": plan.results_on,
        "client_id": plan.client_id,
        "controller": plan.controller.strip(),
        "controller_contact": plan.controller_contact.strip(),
        "privacy_notice": plan.privacy_notice.strip(),
        "introduction": plan.introduction.strip(),
        "sponsor": plan.sponsor.strip(),
        "comments": plan.comments,
        "rehearsal": plan.rehearsal,
        "asked_before": plan.asked_before,
    }


def _unit_rows(slug: str, plan: Plan, leading: Mapping[str, str]) -> list[dict[str, object]]:
    """Return the rows with each parent before its children, as its reference asks."""
    units = counted(plan)
    depths = depths_of(units)
    rows: list[dict[str, object]] = [
        {
            "survey": slug,
            "id": unit.id,
            "name": unit.name,
            "parent": unit.parent,
            "asked": unit.asked,
            "place": place,
            "result_word": leading.get(unit.id),
            "way": "mail" if unit.id in plan.by_mail else "cards",
            "parts": plan.parts.get(unit.id, ()),
        }
        for place, unit in enumerate(units)
    ]
    return sorted(rows, key=lambda row: depths[str(row["id"])])


def _credential_rows(slug: str, codes: Mapping[str, Sequence[str]]) -> list[dict[str, object]]:
    """Return the rows in the order of the hashes, so that nothing tells who stood where."""
    rows = [(credential(code, slug), unit) for unit, of_unit in codes.items() for code in of_unit]
    return [{"hash": hashed, "survey": slug, "unit": unit} for hashed, unit in sorted(rows)]
