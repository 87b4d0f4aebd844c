"""`make leaks`: plant every known leak, one at a time; exit 1 where the tests miss one."""

import sys
import time
from collections.abc import Sequence

import click

from tests.leaks.gate import Verdict, try_all
from tests.leaks.known.every import LEAKS
from tests.leaks.leak import Leak


@click.command()
@click.option("--list", "listed", is_flag=True, help="Only say which leaks there are.")
@click.option("--only", metavar="NAME", multiple=True, help="Those with this in their name.")
@click.option("--half", metavar="COMMIT", default="", help="Every other one, as a commit has it.")
def main(listed: bool, only: tuple[str, ...], half: str) -> None:
    """Plant every known leak, one at a time: the tests that name it must fail.

    Exit status 1: a leak was not noticed, or does not fit the code any more.
    """
    leaks = [leak for leak in LEAKS if not only or any(part in leak.name for part in only)]
    if half:
        leaks = leaks[int(half, 16) % 2 :: 2]
    if not leaks:
        raise click.BadParameter("no leak has such a name; --list shows them all")
    if listed:
        click.echo("\n".join(f"{leak.name}\n    {leak.tells}" for leak in leaks))
        return
    sys.exit(_try(leaks))


def _try(leaks: Sequence[Leak]) -> int:
    begun = time.monotonic()
    found = []
    for verdict in try_all(leaks):
        found.append(verdict)
        click.echo(_line(verdict))
    faults = [verdict for verdict in found if verdict.fault]
    result = f"{len(faults)} are not as they must be." if faults else "every one was noticed."
    click.echo(f"\n{len(leaks)} leaks in {time.monotonic() - begun:.0f} s: {result}")
    for verdict in faults:
        click.echo(f"\n{verdict.leak.name}: {verdict.fault}")
    if survivors := [verdict.leak.name for verdict in faults if verdict.survived]:
        click.echo(f"\nSurvived: {', '.join(survivors)}.")
    return 1 if faults else 0


def _line(verdict: Verdict) -> str:
    by = verdict.caught_by.rpartition("/")[2] or "NOT CAUGHT"
    return f"{verdict.seconds:5.1f} s  {verdict.leak.name:<48}  {by}"


if __name__ == "__main__":
    main()
