"""One line of the table of who learns what; the lines stand in the modules beside this one."""

from dataclasses import dataclass

from survey.language import mark

NOTHING = mark("Nothing.")


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Attributes
    ----------
    key
        Short name, for tests and links.
    who, holding
        Who it is, and what this person has in hand.
    open, closed
        What they learn while the survey is open, and after it was closed.
    takes, helps
        What it would take to learn more; what helps against it. Each may be empty.
    short
        The same in one sentence for the first page; empty where it does not stand there.
    brief
        What they learn in the worst case, in a few words, to stand before all of this.
    """

    key: str
    who: str
    holding: str
    open: str
    closed: str
    takes: str = ""
    helps: str = ""
    short: str = ""
    brief: str = ""


def together(*sentences: str) -> str:
    """Return whole sentences one after the other, without those that are empty."""
    return " ".join(filter(None, sentences))
