"""`headwind open` and `headwind close`: a survey from the command line, for scripts."""

import json
import os
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

import click

from survey.ballots.keys import KeyFolder
from survey.ballots.wrapping import NEEDED, SCHEMES, Scheme
from survey.config import Config, instance_folder, load_config
from survey.disclosure.values import Policy
from survey.errors import UserError
from survey.questionnaire.shipped import text_of
from survey.services.clients import client_named
from survey.services.closing import close_survey, resume_closing, share_done
from survey.services.names import parse_names
from survey.services.opening import (
    Opened,
    Plan,
    check_plan,
    open_survey,
    parse_units,
)
from survey.services.plan import usual_results_on
from survey.services.starting import database
from survey.services.surveys import survey_view


class NotATime(UserError):
    """No date and time: “{value}”. Write it as 2027-03-31T18:00."""


class NotADay(UserError):
    """No day: “{value}”. Write it as 2027-04-14."""


class NotUtf8(UserError):
    """{file}, row {row}: must be saved as UTF-8, which spreadsheets call “CSV UTF-8”."""


class UnknownZone(UserError):
    """No time zone: “{name}”. Write one such as Europe/Berlin."""


@click.command(name="open")
@click.argument("units", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--title", required=True, help="What the survey is called.")
@click.option("--client", required=True, help="Whose people are asked.")
@click.option("--questionnaire", default="environment", show_default=True, help="Name or file.")
@click.option("--practice", default="", help="The practice that is planned.")
@click.option("--critical", default="", help="Dimensions it hangs on, such as COOP,VISION.")
@click.option("--ends", required=True, help="Last moment, such as 2027-03-31T18:00.")
@click.option("--closable-from", default="", help="Earliest closing, at least a day from now.")
@click.option(
    "--results-on",
    default="",
    help="Day from which on each group sees its result, such as 2027-04-14; it cannot be moved."
    " Otherwise two weeks after the end.",
)
@click.option("--timezone", default="UTC", show_default=True)
@click.option("--organiser", required=True, help="Who runs the survey.")
@click.option(
    "--holder",
    "holders",
    multiple=True,
    required=True,
    help="Who holds an opening code; once for each holder, in the order of the codes.",
)
@click.option(
    "--scheme",
    default="one-of-two",
    show_default=True,
    type=click.Choice([scheme.replace(" ", "-") for scheme in SCHEMES]),
    help="one-of-two: each of two codes opens by itself. two-of-three: any two of three open, one"
    " alone opens nothing; if two are lost nobody can ever open.",
)
@click.option("--contact", required=True, help="Whom respondents may ask.")
@click.option("--harm-role", default="", help="Who receives a sign of harm.")
@click.option(
    "--mask",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File with names to take out of comments, one a line.",
)
@click.option("--least", default=5, show_default=True, help="Answers from which on scores appear.")
@click.option("--previous", default=None, help="The earlier wave that it is compared with.")
def open_(units: Path, **told: object) -> None:
    """Open a survey over the units of a CSV file (unit,parent,people) and print its codes as JSON.

    The codes are printed once and stored nowhere. Keep the opening codes apart from each other.
    """
    config = load_config(instance_folder(os.environ), os.environ)
    now = datetime.now(UTC)
    plan = _plan(units, told)
    check_plan(plan, now, config.public_url, config.demo)
    with database(config.database_url) as sessions, sessions() as session:
        # Its consultants see it then; a survey of no client is seen by the owners alone.
        plan = replace(plan, client_id=client_named(session, plan.client))
        opened = open_survey(session, KeyFolder(config.keys), plan, now)
    click.echo(json.dumps(_shown_once(opened, plan, config), indent=2, ensure_ascii=False))


@click.command()
@click.argument("survey")
def close(survey: str) -> None:
    """Open the answers of SURVEY (the last part of its address), once.

    It asks for the opening code, or for two of them where the survey takes two. Where standard
    input is no terminal, they are read from it, one a line. A closing that was interrupted after
    the answers were counted is finished without a code.
    """
    config = load_config(instance_folder(os.environ), os.environ)
    keys, now = KeyFolder(config.keys), datetime.now(UTC)
    with database(config.database_url) as sessions:
        with sessions() as session:
            view = survey_view(session, survey, now)
        if view.state == "destroying":
            resume_closing(sessions, keys, survey, now, _progress)
        else:
            codes = _codes(NEEDED[view.scheme])
            close_survey(sessions, keys, survey, codes, now, _progress)
    click.echo(f"{survey} is closed; its report is ready.")


def _codes(needed: int) -> list[str]:
    """Ask for as many opening codes as it takes, unseen; or read as many lines."""
    if not sys.stdin.isatty():
        return [sys.stdin.readline().strip() for _ in range(needed)]
    names = ["Opening code"] if needed == 1 else ["First opening code", "Second opening code"]
    return [click.prompt(name, hide_input=True).strip() for name in names]


def _plan(units: Path, told: dict[str, object]) -> Plan:
    text = {name: str(value or "") for name, value in told.items()}
    holders = told["holders"]
    ends_at = _moment(text["ends"], text["timezone"])
    return Plan(
        title=text["title"],
        client=text["client"],
        practice=text["practice"],
        critical=tuple(filter(None, text["critical"].replace(" ", "").split(","))),
        questionnaire_text=text_of(text["questionnaire"]),
        units=parse_units(_text(units)),
        policy=_policy(int(text["least"])),
        ends_at=ends_at,
        closable_from=_moment(text["closable_from"] or text["ends"], text["timezone"]),
        timezone=text["timezone"],
        organiser=text["organiser"],
        holders=tuple(map(str, holders)) if isinstance(holders, tuple) else (),
        help_contact=text["contact"],
        harm_role=text["harm_role"],
        previous=text["previous"] or None,
        scheme=cast(Scheme, text["scheme"].replace("-", " ")),
        masked=parse_names(_text(Path(text["mask"]))) if text["mask"] else (),
        results_on=_results_on(text["results_on"], ends_at, text["timezone"]),
    )


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as fault:
        raise NotUtf8(file=file, row=fault.object[: fault.start].count(b"\n") + 1) from fault


def _policy(least: int) -> Policy:
    usual = Policy()
    return Policy(least, max(usual.single, least), max(usual.spread, least))


def _results_on(value: str, ends_at: datetime, zone: str) -> date:
    if not value:
        try:
            return usual_results_on(ends_at, zone)
        except (KeyError, ValueError, OSError) as fault:
            raise UnknownZone(name=zone[:40]) from fault
    try:
        return date.fromisoformat(value)
    except ValueError as fault:
        raise NotADay(value=value[:40]) from fault


def _moment(value: str, zone: str) -> datetime:
    try:
        at = datetime.fromisoformat(value)
    except ValueError as fault:
        raise NotATime(value=value[:40]) from fault
    if not 2000 <= at.year < 3000:
        raise NotATime(value=value[:40])
    try:
        return at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))
    except (KeyError, ValueError, OSError) as fault:
        raise UnknownZone(name=zone[:40]) from fault


def _shown_once(opened: Opened, plan: Plan, config: Config) -> dict[str, object]:
    names = {unit.id: unit.name for unit in plan.units}
    return {
        "survey": opened.slug,
        "address": f"{config.public_url}/s/{opened.slug}",
        "fingerprint": opened.fingerprint,
        "scheme": plan.scheme,
        "opening_codes": list(opened.opening_codes),
        "codes": {names[unit]: list(codes) for unit, codes in opened.codes.items()},
        "results_on": plan.results_on.isoformat() if plan.results_on else None,
        "result_words": {names[unit]: word for unit, word in opened.result_words.items()},
    }


def _progress(stage: str, done: int, total: int) -> None:
    click.echo(f"{stage}: {share_done(done, total)} %", err=True)
