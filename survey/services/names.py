"""The names that a consultant wants taken out of comments: reading the list, and its faults.

How a name is found in a comment stands in `survey.disclosure.naming`.
"""

from collections.abc import Iterable, Iterator, Sequence

from survey.language import gettext as _

MOST_NAMES = 25_000
"""Those of the largest roster, and then some: comments take no longer to read for it."""
LONGEST_NAME = 100


def parse_names(text: str) -> tuple[str, ...]:
    """Read the names that are taken out of comments: one a line, empty lines left out."""
    lines = (" ".join(line.split()) for line in text.splitlines())
    return tuple(dict.fromkeys(line for line in lines if line))


def with_people(names: Iterable[str], people: Iterable[str]) -> tuple[str, ...]:
    """Return the names and those of people who are asked, each once; what is no name is out."""
    told = (" ".join(name.split())[:LONGEST_NAME] for name in people)
    known = (name for name in told if any(map(str.isalpha, name)))
    return tuple(dict.fromkeys([*names, *known]))


def name_faults(names: Sequence[str]) -> Iterator[str]:
    """Yield what is wrong with the names that are taken out of comments."""
    if len(names) > MOST_NAMES:
        yield _(
            "Names to take out of comments: {many} are too many; write {most} at most.",
            many=len(names),
            most=MOST_NAMES,
        )
        return
    for name in names:
        if len(name) > LONGEST_NAME:
            yield _(
                "Names to take out of comments: “{name}…” has over {most} characters; one name a"
                " line.",
                name=name[:20],
                most=LONGEST_NAME,
            )
        elif not any(character.isalpha() for character in name):
            yield _("Names to take out of comments: “{name}” is no name.", name=name)
