"""Who is asked: the groups of a draft, with what each will be good for, and the way of each.

One form around one table, so that everything works without a script: ticked groups are joined,
ticks in another column choose mail. It says what the page showed, so that only what this person
changed is changed, whatever a colleague saved meanwhile.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as Reply

from survey.language import gettext as _
from survey.report.forecast import PERCENTS, PLANNED, Forecast
from survey.report.forecast_words import ASSUMED, COUNTED, join_line
from survey.services.comparable import compared
from survey.services.draft_settings import Settings
from survey.services.drafts import DraftView, SavedMeanwhile, change_draft, save_step
from survey.services.expectations import Expectations, expect
from survey.services.plan import counted
from survey.services.reporting_groups import (
    Group,
    NotJoinable,
    apart,
    joined,
    mail_where_possible,
    with_ways,
)
from survey.web.draft_forms import LABELS, WAS, read_was, was_shown
from survey.web.draft_pages import Open, ago, me, opened_draft, read_draft, render
from survey.web.forms import tidy
from survey.web.paging import fits, page_of, searched_for
from survey.web.site import site
from survey.web.steps import onward

blueprint = Blueprint("asked", __name__)

STEP = "people"
MOST_SUGGESTED = 3
MOST_TICKED = 100
ALL = "all"


@dataclass(frozen=True)
class Row:
    """A line of the table; a mere heading has no forecast."""

    group: Group
    forecast: Forecast | None


@dataclass(frozen=True)
class Suggestion:
    """Groups that had better be joined."""

    ids: str
    told: str


@dataclass(frozen=True)
class Refused:
    """What was not done, and what was typed for it."""

    faults: Sequence[tuple[str, str]] = ()
    ticked: frozenset[str] = frozenset()
    name: str = ""
    spare: str | None = None
    meanwhile: Mapping[str, object] | None = None


@blueprint.get("/drafts/<draft>/people")
def show(draft: str) -> Response:
    """Show the groups, 50 at a time; what was ticked on other pages stays ticked."""
    ticked = frozenset(request.args.getlist("tick")[:MOST_TICKED])
    return _page(opened_draft(draft), Refused((), ticked))


@blueprint.post("/drafts/<draft>/people")
def change(draft: str) -> Response | Reply:
    """Save the ways and the spare cards, then do what the button says."""
    opened = opened_draft(draft)
    ticked = tuple(dict.fromkeys(request.form.getlist("tick")))
    name, spare = tidy(request.form.get("name")), tidy(request.form.get("spare"))
    typed = Refused((), frozenset(ticked), name, spare)
    try:
        opened = read_draft(_save_spare(draft, spare), opened.grounds)
        with site().sessions() as database:
            view = change_draft(
                database,
                draft,
                STEP,
                lambda settings: _changed(opened, settings, ticked, name),
                me(),
                site().clock(),
            )
    except SavedMeanwhile as error:
        return _meanwhile(read_draft(error.theirs, opened.grounds), typed, error)
    except NotJoinable as error:
        faults = [("groups", fault) for fault in error.faults]
        return _page(opened, Refused(faults, typed.ticked, name, spare), 422)
    return _after(read_draft(view, opened.grounds), ticked)


def _save_spare(draft: str, spare: str) -> DraftView:
    was = read_was(request.form.get(WAS, ""))
    with site().sessions() as database:
        return save_step(database, draft, STEP, {"spare": spare}, was, me(), site().clock())


def _changed(opened: Open, settings: Settings, ticked: Sequence[str], name: str) -> Settings:
    """Return settings with the ways that were changed on the page, and what the button does."""
    grounds = opened.grounds
    settings = with_ways(settings, _ways())
    do, _colon, what = request.form.get("do", "").partition(":")
    if do == "join":
        return joined(grounds, settings, ticked, name)
    if do == "apart":
        return apart(grounds, settings, what)
    if do == "mail":
        return with_ways(settings, mail_where_possible(opened.ready.groups))
    if do == "cards":
        return with_ways(settings, {g.unit.id: False for g in opened.ready.groups.asking})
    if do == "follow":
        for ids in _followed(opened, what):
            settings = joined(grounds, settings, ids)
    return settings


def _followed(opened: Open, what: str) -> list[tuple[str, ...]]:
    """Return the groups to join, as one suggestion says or as all of them do."""
    if what != ALL:
        return [tuple(what.split())]
    joins = expected(opened).joins
    return [tuple(unit.id for unit in join.units) for join in joins if join.enough]


def _ways() -> dict[str, bool]:
    """Return the groups whose tick for mail was changed on the page."""
    ticked = set(request.form.getlist("mail"))
    shown = [row.rpartition(":") for row in request.form.getlist("row")]
    return {one: one in ticked for one, _colon, was in shown if (was == "mail") != (one in ticked)}


def expected(opened: Open) -> Expectations:
    """Return what the survey of a draft will be able to say."""
    plan, groups = opened.ready.plan, opened.ready.groups
    return expect(
        counted(plan),
        plan.questionnaire_text,
        plan.policy,
        sorted(groups.grouping.of_leaders),
        plan.spare,
    )


def _after(opened: Open, ticked: Sequence[str]) -> Response | Reply:
    """Go on, or show the page again: after a change of groups, and where something is wrong."""
    draft, do = opened.draft.id, request.form.get("do", "")
    wrong = any(not fault.missing for fault in opened.ready.faults_of(STEP))
    if not do and not wrong:
        return redirect(onward(draft, STEP), 303)
    verb, _colon, page = do.partition(":")
    told: dict[str, object] = {"q": request.form.get("q", "")}
    told["page"] = page if verb == "page" else request.form.get("at", "") if verb != "find" else ""
    told["tick"] = ticked[:MOST_TICKED] if verb in ("find", "page") else ()
    query = urlencode({name: value for name, value in told.items() if value}, doseq=True)
    return redirect(f"/drafts/{draft}/people?{query}".rstrip("?"), 303)


def _meanwhile(opened: Open, typed: Refused, error: SavedMeanwhile) -> Response:
    theirs = [{"label": _(LABELS["spare"]), "value": error.theirs.settings.spare}]
    told = {"who": error.by.name, "when": ago(error.by.at, site().clock()), "theirs": theirs}
    return _page(opened, Refused((), typed.ticked, typed.name, typed.spare, told), 409)


def _page(opened: Open, refused: Refused, status: int = 200) -> Response:
    ready, told = opened.ready, expected(opened)
    forecasts = {one.unit.id: one for one in told.forecasts}
    wanted = searched_for() or tidy(request.form.get("q"))
    rows = [Row(group, forecasts.get(group.unit.id)) for group in ready.groups.lines]
    fitting = [row for row in rows if not wanted or fits(_searched(row.group), wanted)]
    lines = page_of(fitting, len(rows))
    shown = {row.group.unit.id for row in lines.lines}
    page = render(
        "people",
        STEP,
        opened,
        page=lines,
        wanted=wanted,
        percents=PERCENTS,
        planned=PLANNED,
        expected=told,
        suggestions=_suggestions(told),
        more=sum(join.enough for join in told.joins),
        people=sum(group.unit.asked for group in ready.groups.asking),
        faults=[*refused.faults, *_told(opened)],
        refused=refused,
        meanwhile=refused.meanwhile,
        spare=opened.draft.settings.spare if refused.spare is None else refused.spare,
        spare_faults=[f.sentence for f in ready.faults_of(STEP) if f.field == "spare"],
        was=was_shown(STEP, opened.draft.settings),
        labels=LABELS,
        assumed=_(ASSUMED),
        counted=_(COUNTED),
        shown=shown,
        away=len(refused.ticked - shown),
        could_mail=_could_mail(opened),
        compared=compared(opened.grounds, ready.groups) if opened.grounds.before else None,
    )
    return Response(page, status)


def _could_mail(opened: Open) -> int:
    """Return in how many groups everybody can be written to, where all draw cards so far.

    Whoever brought addresses may expect mails, and goes on.
    """
    groups = opened.ready.groups
    if groups.by_mail or not site().config.mail_set_up:
        return 0
    return sum(not group.unaddressed for group in groups.asking)


def _told(opened: Open) -> list[tuple[str, str]]:
    """Return the faults of the page, as its summary lists them."""
    return [
        (fault.field, fault.sentence)
        for fault in opened.ready.faults_of(STEP)
        if not fault.missing or "check" in request.args
    ]


def _suggestions(told: Expectations) -> list[Suggestion]:
    worthwhile = sorted(told.joins, key=lambda join: not join.enough)
    return [
        Suggestion(" ".join(unit.id for unit in join.units), join_line(join))
        for join in worthwhile[:MOST_SUGGESTED]
    ]


def _searched(group: Group) -> str:
    return " ".join((group.unit.name, *group.parts))
