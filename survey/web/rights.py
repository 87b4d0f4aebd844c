"""Who may see which page: one table, and the one hook that asks it before any page is made.

A page that is not in the table is seen by nobody, and a test fails. What is not yours answers as
what is not there: nobody learns from an address which surveys exist.
"""

from collections.abc import Callable, Mapping
from enum import Enum, auto

from flask import Flask, g, redirect, request, session, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as Reply

from survey.language import best, speak
from survey.services import rights
from survey.services.accounts import User
from survey.services.sessions import who
from survey.services.surveys import UnknownSurvey
from survey.web.resending import asked_again
from survey.web.site import site

TOKEN = "token"  # noqa: S105 -- the name under which the cookie holds it


class Need(Enum):
    """What somebody must be to see a page."""

    ANYBODY = auto()
    PERSON = auto()
    """Signed in, whoever it is."""
    CONSULTANT = auto()
    """A consultant or an owner; which clients are listed is asked again there."""
    OWNER = auto()
    CLIENT = auto()
    """Runs surveys for the client in the address, `<client>`."""
    DRAFT = auto()
    """Runs surveys for the client of the draft in the address, `<draft>`."""
    SURVEY = auto()
    """Runs the survey in the address, `<slug>`."""
    REPORT = auto()
    """Was given the report of `<slug>`, or the group `<key>` of it; or runs the survey."""


NEEDS: Mapping[Need, str] = {
    Need.ANYBODY: """
        assets.file landing.first landing.healthy login.show login.enter login.second
        login.leave
        about.show promises.who record.frozen record.record respond.answer respond.ask
        respond.thanks result.ask result.show
        share.show share.enter share.month share.group share.group_month share.method share.logo
        share.take share.group_take
        setup.show setup.make setup.welcome setup.come_in
        setup.ask setup.send setup.choose setup.chosen
    """,
    Need.PERSON: """
        account.show account.change account.password account.end account.told account.read
        reading.every
        second_factor.show second_factor.switch_on second_factor.renew second_factor.take_off
    """,
    Need.CONSULTANT: """
        clients.every clients.ask clients.add
        console.surveys preparing.choose
        opening.open_
        leaving.done
    """,
    Need.CLIENT: """
        clients.one clients.details clients.change
        exporting.watch exporting.start exporting.fetch
        leaving.ask_roster leaving.roster
        preparing.start
        roster_people.every roster_people.ask roster_people.add roster_people.one
        roster_people.change roster_people.delete roster_people.take
        roster_upload.ask roster_upload.upload roster_upload.show roster_upload.watched
        roster_upload.again roster_upload.save roster_upload.cancel roster_upload.rows
        roster_upload.faulty
        tree.show tree.add tree.one tree.change tree.shift tree.ask_delete tree.delete
    """,
    Need.DRAFT: """
        asked.show asked.change
        opening.ask
        preparing.overview preparing.ask_delete preparing.delete preview.show
        rehearsing.show rehearsing.change steps.show steps.save
    """,
    Need.OWNER: """
        leaving.ask_client leaving.client_
        people.every people.ask people.invite_ people.one people.change_ people.switch_ people.link
        people.ask_remove people.remove_ helping.factor helping.way_back
        viewed.every viewed.file
    """,
    Need.REPORT: """
        reading.show reading.method reading.logo reading.take
        reading.group reading.group_month reading.group_method reading.group_logo
        reading.group_take
    """,
    Need.SURVEY: """
        adding.groups adding.ask adding.add
        agreeing.ask agreeing.add agreeing.change
        cards.cards cards.sheets
        closing.ask closing.close closing.watch closing.watched
        console.survey giving.add giving.again giving.end guiding.questions hiding.ask hiding.hide
        leaving.ask_survey leaving.survey
        letterhead.show letterhead.change letterhead.logo
        links.every links.make links.ask links.revoke
        opening.ask_check opening.check
        outcomes.every outcomes.ask outcomes.record
        mailing.show mailing.watched mailing.preview mailing.change mailing.add
        mailing.letters mailing.all_again mailing.decide
        papers.every papers.one papers.file parcel.watch parcel.start parcel.fetch
        preparing.ask_next preparing.start_next
        running.show running.ask_end running.put_off_ running.ask_contact running.change_contact_
        reports.organisation reports.file reports.team reports.month reports.method reports.harm
        takeaway.everything takeaway.whole takeaway.group
    """,
}
"""Need -> the endpoints that have it, in the order of their modules."""

NEED_OF = {endpoint: need for need, names in NEEDS.items() for endpoint in names.split()}


def guard(app: Flask) -> None:
    """Ask before every page of an app whether this one may see it."""
    app.before_request(_ask)


def signed_in() -> User | None:
    """Return who sent this request, or None."""
    token = session.get(TOKEN)
    if not isinstance(token, str):
        return None
    with site().sessions() as database:
        return who(database, token, site().clock())


def home(user: User) -> str:
    """Return where somebody begins who is signed in."""
    return url_for("reading.every" if user.role == "reader" else "console.surveys")


def _ask() -> Reply | None:
    """Let the request pass, lead to the sign-in page and back, or say that nothing is there."""
    speak(best(request.headers.get("Accept-Language", "")))
    if request.endpoint is None:
        return None
    named = (request.view_args or {}).items()  # of the token of a link only a hash is looked up
    if any("\0" in str(value) for name, value in named if name != "token"):
        raise _nothing_there()  # PostgreSQL takes no such text, not even to look for it
    need = NEED_OF.get(request.endpoint)
    if need is Need.ANYBODY:
        return None
    user = signed_in()
    if user is None and (page := asked_again()):
        return page
    if user is None:
        return redirect(url_for("login.show", next=_here()), 303)
    g.user = user
    speak(user.language)
    if need is None or not _meets(user, need):
        raise _nothing_there()
    return None


def _nothing_there() -> Exception:
    return UnknownSurvey() if "slug" in (request.view_args or {}) else NotFound()


def _meets(user: User, need: Need) -> bool:
    if need in _ROLES:
        return user.role in _ROLES[need]
    named = {name: str(value) for name, value in (request.view_args or {}).items()}
    with site().sessions() as database:
        ask: Callable[[], bool] = {
            Need.CLIENT: lambda: rights.runs_client(database, user, named["client"]),
            Need.DRAFT: lambda: rights.runs_draft(database, user, named["draft"]),
            Need.SURVEY: lambda: rights.runs_survey(database, user, named["slug"]),
            Need.REPORT: lambda: rights.reads_report(
                database, user, named["slug"], named.get("key", rights.WHOLE)
            ),
        }[need]
        return ask()


_ROLES = {
    Need.PERSON: ("owner", "consultant", "reader"),
    Need.CONSULTANT: ("owner", "consultant"),
    Need.OWNER: ("owner",),
}


def _here() -> str:
    """Where to lead back to: the page itself, or for a sent form the page that holds it."""
    if request.method == "POST":
        return request.path
    return request.full_path.rstrip("?")
