"""What the pages of a draft share: the draft as it stands, its check list, who saved it when.

Each page stands in a module of its own: `preparing` begins and lists, `steps` fills in, `asked` has
the groups, `rehearsing` tries out, `opening` opens.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import g, render_template, request
from werkzeug.exceptions import NotFound

from survey.language import gettext as _
from survey.language import mark, ngettext
from survey.services.draft_grounds import Grounds, Site, grounds_of
from survey.services.draft_settings import SavedBy
from survey.services.drafts import DraftGone, DraftView, draft_view
from survey.services.preparing import Fault, Prepared, prepared
from survey.web.site import site

NAME = re.compile(r"[0-9a-f]{1,40}")
"""What the name of a draft can be."""
HEADINGS = {
    "questions": mark("Questions"),
    "practice": mark("The planned practice"),
    "people": mark("Who is asked"),
    "dates": mark("When and how"),
    "answering": mark("Who answers for it"),
    "rehearsal": mark("Rehearsal"),
    "open": mark("Open the survey"),
}
"""Every page of a draft in the order of the work -> its heading."""


@dataclass(frozen=True)
class Step:
    """A line of the check list."""

    name: str
    heading: str
    done: bool
    faults: tuple[Fault, ...] = ()
    told: str = ""
    """What is still to be done, where no fault says it."""


@dataclass(frozen=True)
class Open:
    """A draft as it stands at this moment, read."""

    draft: DraftView
    grounds: Grounds
    ready: Prepared

    @property
    def steps(self) -> tuple[Step, ...]:
        """The check list, the opening itself left out."""
        names = [name for name in HEADINGS if name not in ("rehearsal", "open")]
        steps = [
            Step(name, _(HEADINGS[name]), not faults, faults)
            for name in names
            for faults in [self.ready.faults_of(name)]
        ]
        told = self.rehearsal_told
        return (*steps, Step("rehearsal", _(HEADINGS["rehearsal"]), not told, told=told))

    @property
    def rehearsal_told(self) -> str:
        """What the rehearsal still lacks; empty: nothing."""
        if self.draft.rehearsal is not None:
            return _("A rehearsal is going on. Wipe it when everybody has tried.")
        if not self.draft.rehearsed:
            return _("Try the survey out before anybody gets a code.")
        if self.draft.rehearsed != self.ready.digest:
            return _("What people read was changed after the rehearsal: try it out again.")
        return ""

    @property
    def complete(self) -> bool:
        """Whether nothing is missing."""
        return not self.ready.faults and not self.rehearsal_told


def opened_draft(draft: str) -> Open:
    """Return a draft as it stands; not found where there is none of this name."""
    if not NAME.fullmatch(draft):
        raise NotFound
    with site().sessions() as database:
        try:
            view = draft_view(database, draft)
        except DraftGone as error:
            raise NotFound from error
        now, earlier = site().clock(), view.settings.previous
        grounds = grounds_of(database, view.client, now, this_site(), earlier)
    return read_draft(view, grounds)


def read_draft(view: DraftView, grounds: Grounds) -> Open:
    """Return a draft, read on its grounds."""
    return Open(view, grounds, prepared(view.settings, grounds))


def this_site() -> Site:
    """Return what this installation can do."""
    config = site().config
    return Site(config.public_url, config.demo, config.mail_set_up)


def render(template: str, here: str, opened: Open, **told: object) -> str:
    """Make a page of a draft; `here` is its step."""
    saved = opened.draft.settings.saved.get(here)
    return render_template(
        f"prepare/{template}.html",
        draft=opened.draft,
        client=opened.grounds.client,
        ready=opened.ready,
        plan=opened.ready.plan,
        steps=opened.steps,
        complete=opened.complete,
        here=here,
        heading=_(HEADINGS.get(here, "")) if here else "",
        saved=saved_words(saved) if saved else "",
        checking="check" in request.args,
        **told,
    )


def me() -> str:
    """Return the name of whoever sends this request, as colleagues are told it."""
    return str(g.user.name)


def saved_words(saved: SavedBy) -> str:
    """Return who saved a page when, in words."""
    return _("Saved by {name}, {when}.", name=saved.name, when=ago(saved.at, site().clock()))


def ago(then: datetime, now: datetime) -> str:
    """Return how long ago something was, in words."""
    passed = max(timedelta(), now - then)
    if passed < timedelta(minutes=1):
        return _("just now")
    if passed < timedelta(hours=1):
        many = passed // timedelta(minutes=1)
        return ngettext("a minute ago", "{many} minutes ago", many, many=many)
    if passed < timedelta(days=1):
        many = passed // timedelta(hours=1)
        return ngettext("an hour ago", "{many} hours ago", many, many=many)
    return ngettext("a day ago", "{many} days ago", passed.days, many=passed.days)
