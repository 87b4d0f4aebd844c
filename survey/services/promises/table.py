"""Who learns what: one row for everybody from whom an answer should be safe, or is not.

Each row is true of the program as it is and of the settings of one survey. The respondents' page,
`/s/<survey>/who` and docs/anonymity.md are made from these rows. What is measured says so; what is
not measured says that.
"""

from survey.services.promises.beyond import beyond_protection
from survey.services.promises.codes import with_codes
from survey.services.promises.host import at_the_server
from survey.services.promises.people import around_you
from survey.services.promises.row import Row
from survey.services.promises.settings import Settings


def rows(told: Settings) -> tuple[Row, ...]:
    """Return the table for one survey, from those who hold least to those who hold most."""
    parts = (around_you, with_codes, at_the_server, beyond_protection)
    return tuple(row for part in parts for row in part(told))


def dangers(told: Settings) -> tuple[str, ...]:
    """Return what the first page says that this cannot protect against."""
    return tuple(row.short for row in rows(told) if row.short)
