"""What a mail says, before it is told as plain text and as HTML (`survey.exports.mails`).

Here belong the parts that mails are made of. What an invitation or a reminder says stands in
`invitation_text` and `reminding`; mails about accounts bring their own words.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Said:
    """A paragraph."""

    text: str
    kind: str = "said"


@dataclass(frozen=True)
class Heading:
    """A line above what follows."""

    text: str
    kind: str = "heading"


@dataclass(frozen=True)
class Way:
    """A link, with the words of its button."""

    words: str
    address: str
    kind: str = "way"


@dataclass(frozen=True)
class Shown:
    """Something to be typed or compared, by itself, with what it is."""

    what: str
    text: str
    kind: str = "shown"


@dataclass(frozen=True)
class Quoted:
    """Somebody's own words; `by` may be empty."""

    text: str
    by: str
    kind: str = "quoted"


Part = Said | Heading | Way | Shown | Quoted


@dataclass(frozen=True)
class Text:
    """A whole mail in one language."""

    language: str
    subject: str
    parts: Sequence[Part]
