"""What stands at the head of papers taken along: the client's logo, the consultant's name."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Letterhead:
    """The client's logo and the consultant's name; both may be missing."""

    consultant: str = ""
    logo: bytes | None = None
    """A PNG."""


PLAIN = Letterhead()
