"""What an invitation by mail says, and all that the mails of a survey need to know of it.

The body of an invitation is made when it is sent and stored nowhere. Whom to invite, and with which
code, stands in `survey.services.inviting`, reminders in `reminding`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from survey.language import LANGUAGES, day, language, moment, speaking
from survey.language import gettext as _
from survey.services.inviting import FIRST
from survey.services.letters import Heading, Part, Quoted, Said, Shown, Text, Way
from survey.services.promises.settings import WHOLE_PROMISE
from survey.services.surveys import SurveyView, view_of
from survey.storage import queries
from survey.storage.engine import reading
from survey.storage.workspace import Mailing


@dataclass(frozen=True)
class About:
    """All that the mails of a survey say of it."""

    view: SurveyView
    words: Mapping[str, str]
    """Unit -> what leads its people to their group's result."""
    address: str
    """Of the survey, without a code."""
    first_sent: datetime
    """When the invitations began to be sent."""


def about(session: Session, slug: str, now: datetime, public_url: str) -> About:
    """Return what the mails of a survey say of it, inside a transaction of the caller's."""
    sent = sa.select(Mailing.due).where(Mailing.survey == slug, Mailing.number == FIRST)
    view = view_of(session, slug, now)
    return About(
        view=view,
        words={unit.id: unit.result_word or "" for unit in queries.units_of(session, slug)},
        address=f"{public_url}/s/{slug}",
        first_sent=session.scalar(sent) or view.opened_at,
    )


def about_survey(session: Session, slug: str, now: datetime, public_url: str) -> About:
    """Return the same in a transaction of its own."""
    with reading(session):
        return about(session, slug, now, public_url)


def subject_of(view: SurveyView) -> str:
    """Return the subject of the invitations, in the language of this moment."""
    return _("Your code to answer: {title}", title=view.title_in(language()))


def greeting(name: str) -> Said:
    """Return the first line of a mail."""
    return Said(_("Hello {name},", name=name) if name else _("Hello,"))


def invitation(about: About, name: str, language: str, unit: str, code: str) -> Text:
    """Return what an invitation says to one person."""
    with speaking(language):
        return Text(
            language if language in LANGUAGES else LANGUAGES[0],
            subject_of(about.view),
            (
                *_who_asks(about, name),
                *_way_in(about, code),
                *_what_happens(about.view),
                *_afterwards(about, unit),
                *_whom_to_ask(about.view),
            ),
        )


def _who_asks(about: About, name: str) -> Iterator[Part]:
    view = about.view
    yield greeting(name)
    yield Said(
        _(
            "{organiser} invites you to a survey of {client}: “{title}”.",
            organiser=view.organiser,
            client=view.client,
            title=view.title_in(language()),
        )
    )
    if view.practice:
        yield Said(_("The reason: it is planned to introduce “{what}”.", what=view.practice))
    if view.introduction:
        yield Quoted(view.introduction, view.sponsor)
    yield Said(
        _(
            "It takes about {minutes} minutes. You can answer until {end}. Taking part is"
            " voluntary.",
            minutes=view.questionnaire.minutes,
            end=moment(view.ends_at, view.timezone),
        )
    )


def _way_in(about: About, code: str) -> Iterator[Part]:
    yield Way(_("Answer the survey"), f"{about.address}#{code}")
    yield Said(_("Or open this address, on a device of your own if you like, and type your code:"))
    yield Said(about.address)
    yield Shown(_("Your code"), code)
    yield Said(
        _("This mail is for you alone. Whoever has the code can answer with it: do not pass it on.")
    )


def _what_happens(view: SurveyView) -> Iterator[Part]:
    yield Heading(_("What happens to your answers"))
    yield Said(
        f"{_(WHOLE_PROMISE)} "
        + _(
            "Results are shown only for groups of {least} or more answers.",
            least=view.policy.scores,
        )
    )
    yield Said(
        _(
            "Your code came by mail. So whoever can read your mail, or the mail server, could have"
            " it too, and could answer in your place; the receipt that you get when you answer"
            " would then be missing from the closing record. Together with the stored data a code"
            " tells which sealed answers are yours. The first page of the survey says who learns"
            " what."
        )
    )
    if view.fingerprint:
        yield Shown(_("Six words of this survey"), view.fingerprint)
        yield Said(
            _(
                "They stand on the survey’s first page. The end may have been put off since, people"
                " added, or somebody else named to ask: then that page shows others, and leads to"
                " a list of every change with the words before it. If these stand in neither"
                " place, send nothing."
            )
        )


def _afterwards(about: About, unit: str) -> Iterator[Part]:
    view, words = about.view, about.words.get(unit, "")
    if not view.results_on or not words:
        return
    yield Heading(_("Your group’s result"))
    yield Said(
        _(
            "From {results} on these two words lead to it, at {address}. They are the same for all"
            " of your group, so keep this mail until then.",
            results=day(view.results_on),
            address=f"{about.address}/result",
        )
    )
    yield Shown(_("Two words of your group"), words)


def _whom_to_ask(view: SurveyView) -> Iterator[Part]:
    yield Heading(_("Questions"))
    yield Said(_("Please ask {contact}.", contact=view.help_contact))
    if view.spare:
        yield Said(
            _(
                "If you would rather use a code that was not sent to you by name, ask there for a"
                " spare card. Use one of the two codes, not both."
            )
        )
    yield Said(_("This mail was sent by a program. It cannot see whether you have read it."))
