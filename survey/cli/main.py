"""The command `headwind`: its list of commands, and how a fault is told.

A command lives in a module of its own in this package and is named in `COMMANDS`; it is imported
only when it is called, so that `headwind --help` does not wait for pandas. `main` turns every
error into one line.
"""

import os
import pkgutil
import sys
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from pathlib import Path
from traceback import extract_tb

import click

from survey.ballots.memory import keep_off_disks
from survey.errors import UserError

WRONG_INPUT = 2
OWN_FAULT = 1
INTERRUPTED = 130
LEFT_OUT = (
    "Its message is left out, since it can hold what people wrote. HEADWIND_DEBUG=1 shows it: never"
    " where real answers are."
)

# name -> (where it is, what it does in a few words)
COMMANDS: Mapping[str, tuple[str, str]] = {
    "run": ("survey.cli.run:run", "Serve the surveys of this instance."),
    "demo": ("survey.cli.demo:demo", "Serve an invented client to look at."),
    "user": ("survey.cli.user:user", "Add somebody who may sign in."),
    "open": ("survey.cli.surveys:open_", "Open a survey and print its codes, once."),
    "fingerprint": ("survey.cli.fingerprint:fingerprint", "Check the six words of a survey."),
    "close": ("survey.cli.surveys:close", "Open the answers of a survey that has ended."),
    "audit": ("survey.cli.audit:audit_", "Say what is stored of whom, and what is wrong."),
    "backup": ("survey.cli.backup:backup", "Write a consistent copy of this instance."),
    "restore": ("survey.cli.backup:restore_", "Bring an instance back from such a copy."),
    "where": ("survey.cli.where:where", "Say where this instance keeps its data."),
    "check": ("survey.cli.check:check", "Check a questionnaire file."),
    "analyse": ("survey.cli.analyse:analyse", "Statistics of answers that you already hold."),
}


class Commands(click.Group):
    """A group that imports a command when it is called, not when it is listed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, or None."""
        if cmd_name not in COMMANDS:
            return None
        command = pkgutil.resolve_name(COMMANDS[cmd_name][0])
        assert isinstance(command, click.Command)  # noqa: S101 -- a slip in the table above
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands from the table, importing none of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, about) for name, (_, about) in COMMANDS.items()])


@click.group(cls=Commands)
@click.version_option(version("headwind-survey"), message="headwind %(version)s")
def headwind() -> None:
    """Is this team's environment ready to carry a new practice? Ask it, in confidence."""


def main(arguments: list[str] | None = None) -> None:
    """Run a command; end with status 0, 2 for wrong usage or input, 1 for a fault of ours."""
    keep_off_disks()
    try:
        status = headwind.main(arguments, prog_name="headwind", standalone_mode=False)
    except Exception as fault:
        if os.environ.get("HEADWIND_DEBUG"):
            raise
        status = _tell(fault)
    except KeyboardInterrupt:
        status = INTERRUPTED
    sys.exit(status if isinstance(status, int) else 0)


def _tell(fault: Exception) -> int:
    """Say one line for each thing that is wrong, and return the exit status."""
    if isinstance(fault, click.exceptions.NoArgsIsHelpError):
        click.echo(fault.format_message(), err=True)
        return WRONG_INPUT
    if isinstance(fault, click.Abort):
        return INTERRUPTED
    if isinstance(fault, BrokenPipeError):
        return _quiet()
    known = isinstance(fault, UserError | click.ClickException) or _is_about_a_file(fault)
    for line in _lines(fault):
        click.echo(" ".join(line.split()), err=True)
    return WRONG_INPUT if known else OWN_FAULT


def _lines(fault: Exception) -> Iterable[str]:
    if isinstance(fault, UserError):
        return [str(one) for one in getattr(fault, "faults", ())] or [str(fault)]
    if isinstance(fault, click.UsageError):
        command = fault.ctx.command_path if fault.ctx else "headwind"
        return [f"{command}: {fault.format_message()} `{command} --help` says more."]
    if isinstance(fault, click.ClickException):
        return [fault.format_message()]
    if isinstance(fault, OSError) and _is_about_a_file(fault):
        return [f"{fault.filename}: {fault.strerror}"]
    return [_unforeseen(fault)]


def _unforeseen(fault: Exception) -> str:
    """Tell a fault without its message: a database names the row it refuses, with a comment in it.

    The code that a database gives with a fault (SQLSTATE) names the rule and not the row.
    """
    kind = type(fault).__name__
    if database := getattr(fault, "orig", None):
        state = getattr(database, "sqlstate", None)
        what = f"{kind}, {state}" if state else kind
        return (
            f"The database refused, or could not be reached ({what}). Look whether it runs, has"
            f" room, and is the one that the settings name. {LEFT_OUT}"
        )
    trace = extract_tb(fault.__traceback__)
    place = f" at {Path(trace[-1].filename).name}:{trace[-1].lineno}" if trace else ""
    return f"A fault of Headwind itself, not of yours: {kind}{place}. Please report it. {LEFT_OUT}"


def _is_about_a_file(fault: Exception) -> bool:
    return isinstance(fault, OSError) and fault.filename is not None


def _quiet() -> int:
    """The reader of our output has left, as `head` does: end without a word."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0
