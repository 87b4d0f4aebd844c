"""Who learns what: one row for everybody from whom an answer should be safe, or is not.

Each row is true of the program as it is and of the settings of one survey. The respondents' page,
`/s/<survey>/who` and docs/anonymity.md are made from these rows. What is measured says so; what is
not measured says that.
"""

from dataclasses import dataclass

from survey.language import gettext as _
from survey.services.promises.beyond import beyond_protection, changed_program
from survey.services.promises.codes import with_codes
from survey.services.promises.host import at_the_server
from survey.services.promises.people import around_you
from survey.services.promises.row import Row
from survey.services.promises.settings import Settings
from survey.services.promises.writer import database_writer


@dataclass(frozen=True)
class Part:
    """The rows of people who are alike in what they have at hand."""

    title: str
    rows: tuple[Row, ...]


def parts(told: Settings) -> tuple[Part, ...]:
    """Return the table for one survey in its parts, from those who hold least to most."""
    return (
        Part(_("People around you"), (*around_you(told), *beyond_protection(told))),
        Part(_("People with codes"), tuple(with_codes(told))),
        Part(
            _("Whoever gets at the server"),
            (*at_the_server(told), database_writer(told), changed_program()),
        ),
    )


def rows(told: Settings) -> tuple[Row, ...]:
    """Return every row of the table for one survey."""
    return tuple(row for part in parts(told) for row in part.rows)


def meant(name: str, shown: tuple[Row, ...]) -> Row | None:
    """Return the row that a text calls by the beginning of its name, such as “The host”."""
    called = [row for row in shown if row.who.startswith(name)]
    whole = [row for row in called if row.who[len(name) :][:1] in ("", ":", ",")]
    return next(iter(whole + called), None)


def dangers(told: Settings) -> tuple[str, ...]:
    """Return what the first page says that this cannot protect against, the gravest first."""
    gravest_first = (row for part in reversed(parts(told)) for row in part.rows)
    return tuple(row.short for row in gravest_first if row.short)
