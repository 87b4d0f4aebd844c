"""What a row of a roster must be: the columns, and each cell by itself.

Here belong the names of columns, how a cell is read, and the sentences for what is wrong with one.
Rows beside each other, and units, are judged in `roster_checking`. The same rules hold for a person
who is typed in by hand.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from survey.language import LANGUAGES, mark
from survey.language import gettext as _
from survey.services.roster import LONGEST_NAME as LONGEST_UNIT
from survey.services.roster import MOST_LEVELS, is_noncharacter

COLUMNS = mark("unit"), mark("name"), mark("mail"), mark("language"), mark("leads")
LONGEST_PERSON = 100
LONGEST_MAIL = 254
STEP = ">"
"""Parts the units of a path from the top down."""
EXAMPLES = frozenset({"first.example@example.com", "second.example@example.com"})
"""Addresses of the people in the template, who are nobody."""

CALLED: Mapping[str, str] = {
    "unit": "unit units team department dept group orgunit organisationalunit organizationalunit "
    "einheit einheiten abteilung bereich gruppe organisationseinheit",
    "name": "name fullname person employee displayname mitarbeiter mitarbeiterin mitarbeitende "
    "vollername vorundnachname namevorname",
    "mail": "mail email emailaddress mailaddress workemail emailadresse mailadresse",
    "language": "language lang sprache",
    "leads": "leads leader lead leadsunit leadstheunit manager leitet leitung fuehrt führt "
    "führungskraft fuehrungskraft leitetdieeinheit",
}
_COLUMN = {word: column for column, words in CALLED.items() for word in words.split()}
_LANGUAGE = {
    "en": "en", "eng": "en", "english": "en", "englisch": "en",
    "de": "de", "deu": "de", "ger": "de", "german": "de", "deutsch": "de",
}  # fmt: skip
_YES = frozenset("yes y ja j x 1 true wahr leads leader leitet leitung führt ✓ ✔".split())
_NO = frozenset(("", *"no n nein 0 false falsch - –".split()))
_MAIL = re.compile(r"[^@\s,;:<>()\[\]\"\\]{1,64}@[^@\s,;:<>()\[\]\"\\]{1,190}")
_UNSEEN = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"))
"""Marks that come along when text is copied, and mean nothing."""
_SIGNS = tuple("=+-@＝＋－＠")
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Marks that turn the direction of what follows: a name could show as another."""

HEADINGS: Mapping[str, str] = {
    "unit_missing": mark("No unit"),
    "unit_long": mark("The name of a unit is too long"),
    "unit_deep": mark("Too many units under each other"),
    "unit_unknown": mark("No unit is called “{value}”"),
    "unit_meant": mark("No unit is called “{value}”"),
    "unit_twofold": mark("More than one unit is called “{value}”"),
    "name_long": mark("The name is too long"),
    "mail_bad": mark("No mail address"),
    "mail_long": mark("The mail address is too long"),
    "mail_twice": mark("The same mail address twice"),
    "two_units": mark("The same person in two units"),
    "language_unknown": mark("The language “{value}” is not known"),
    "leads_unknown": mark("“{value}” is neither yes nor no"),
    "control": mark("Characters that cannot be seen"),
    "example": mark("An example of the template"),
}
"""Kind of a fault -> its heading."""
WHAT_TO_DO: Mapping[str, str] = {
    "unit_missing": mark("Write the unit of the person, or leave the row out."),
    "unit_long": mark("Shorten it to {most} characters."),
    "unit_deep": mark("Write at most {most} units in a path."),
    "unit_unknown": mark(
        "Correct the name, or write where the unit belongs, such as Sales > Field > {value}. "
        "If all units of the file shall be made, say so below."
    ),
    "unit_meant": mark(
        "Did you mean “{other}”? Correct the name, or write where the unit belongs, such as "
        "Sales > Field > {value}. If all units of the file shall be made, say so below."
    ),
    "unit_twofold": mark("Write which one you mean, such as {other}."),
    "name_long": mark("Shorten it to {most} characters."),
    "mail_bad": mark("Write one address such as anna.meier@firm.example, and nothing else."),
    "mail_long": mark("An address has {most} characters at most."),
    "mail_twice": mark("It stands in row {other} already. Keep one of the rows."),
    "two_units": mark("Row {other} has the same mail address. Everybody answers once: keep one."),
    "language_unknown": mark("Write one of these: {other}. Empty: the language of the client."),
    "leads_unknown": mark("Write yes or no. Empty: no."),
    "control": mark("Type the cell anew."),
    "example": mark("Delete the row: it only shows what a row looks like."),
}
"""Kind of a fault -> what to do about it."""
LIMITS = {
    "unit_long": LONGEST_UNIT,
    "unit_deep": MOST_LEVELS + 1,
    "name_long": LONGEST_PERSON,
    "mail_long": LONGEST_MAIL,
}
BY_VALUE = frozenset(
    {"unit_unknown", "unit_meant", "unit_twofold", "language_unknown", "leads_unknown"}
)
"""Kinds of which each value is told by itself."""


@dataclass(frozen=True)
class Fault:
    """What is wrong with a cell: in which row and column, which kind, and what stands there."""

    row: int
    column: str
    kind: str
    value: str = ""
    other: str = ""

    def heading(self) -> str:
        """Return what is wrong, in the language of this moment."""
        return _(HEADINGS[self.kind], value=self.value)

    def advice(self) -> str:
        """Return what to do."""
        most = LIMITS.get(self.kind, 0)
        return _(WHAT_TO_DO[self.kind], value=self.value, other=self.other, most=most)


@dataclass(frozen=True)
class Entry:
    """Somebody as a row tells: the unit as a path of names, one alone for any unit of that name."""

    row: int
    unit: tuple[str, ...]
    name: str
    email: str
    language: str
    leads: bool


@lru_cache(maxsize=4096)
def column_of(head: str) -> str:
    """Return which column a heading names; empty for one that is not asked for."""
    plain = unicodedata.normalize("NFKC", head).casefold().partition("(")[0]
    return _COLUMN.get("".join(c for c in plain if c.isalnum()), "")


def cleaned(cell: str) -> str:
    """Return a cell with single spaces, and without marks that mean nothing.

    So is an apostrophe before the sign of a formula: our own files have one, against spreadsheets.
    """
    if cell.isascii() and cell.isprintable() and "  " not in cell:
        told = cell.strip()
    else:
        told = " ".join(unicodedata.normalize("NFC", cell.translate(_UNSEEN)).split())
    return told[1:] if told[:1] == "'" and told[1:2] in _SIGNS else told


def unseen(cell: str) -> bool:
    """Say whether a cell has characters that nobody sees and that may do something."""
    if cell.isprintable():
        return any(is_noncharacter(c) for c in cell) if not cell.isascii() else False
    return any(
        unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") or c in _TURNING or is_noncharacter(c)
        for c in cell
    )


@lru_cache(maxsize=4096)
def path(cell: str) -> tuple[str, ...]:
    """Return the units of a cell from the top down: “Sales > North”, or one alone."""
    return tuple(part for part in map(str.strip, cell.split(STEP)) if part)


def mail_fault(mail: str) -> str:
    """Return the kind of fault of a mail address; empty where mail can be sent to it."""
    if len(mail) > LONGEST_MAIL:
        return "mail_long"
    labels = mail.rpartition("@")[2].split(".")
    seen = mail.isprintable() and not unseen(mail)
    good = _MAIL.fullmatch(mail) and seen and len(labels) > 1 and all(labels)
    return "" if good else "mail_bad"


def language_of(cell: str) -> str | None:
    """Return the language a cell names; None for one that is not spoken here."""
    short = re.split(r"[-_]", cell.casefold())[0]
    found = _LANGUAGE.get(cell.casefold()) or _LANGUAGE.get(short)
    return found if found in LANGUAGES else None


def leads_of(cell: str) -> bool | None:
    """Return whether a cell says yes; None where it says neither yes nor no."""
    plain = cell.casefold()
    return True if plain in _YES else False if plain in _NO else None


def read_entry(row: int, cells: Mapping[str, str], otherwise: str) -> tuple[Entry, Sequence[Fault]]:
    """Read the cells of a row; `otherwise` is the language of whom the row tells none.

    The entry is as good as it can be made; it counts where there is no fault.
    """
    told = {column: cleaned(cells.get(column, "")) for column in COLUMNS}
    hidden = [column for column, cell in told.items() if unseen(cell)]
    faults = [Fault(row, column, "control", _shown(told[column])) for column in hidden]
    units = path(told["unit"])
    language = language_of(told["language"]) if told["language"] else otherwise
    leads = leads_of(told["leads"])
    faults += [
        Fault(row, column, kind, told[column][:LONGEST_UNIT], other)
        for column, kind, other in (
            ("unit", _unit_fault(units), ""),
            ("name", "name_long" if len(told["name"]) > LONGEST_PERSON else "", ""),
            ("mail", mail_fault(told["mail"]) if told["mail"] else "", ""),
            ("language", "" if language else "language_unknown", ", ".join(LANGUAGES)),
            ("leads", "" if leads is not None else "leads_unknown", ""),
        )
        if kind and column not in hidden
    ]
    if told["mail"].casefold() in EXAMPLES:
        faults = [Fault(row, "mail", "example", told["mail"])]
    entry = Entry(row, units, told["name"], told["mail"], language or otherwise, bool(leads))
    return entry, faults


def _unit_fault(units: Sequence[str]) -> str:
    if not units:
        return "unit_missing"
    if any(len(unit) > LONGEST_UNIT for unit in units):
        return "unit_long"
    return "unit_deep" if len(units) > MOST_LEVELS + 1 else ""


def _shown(cell: str) -> str:
    """Return a cell with what cannot be seen made visible."""
    return "".join("�" if unseen(c) else c for c in cell[:LONGEST_UNIT])
