"""The names that a consultant wants taken out of comments: reading the list, and its faults.

How a name is found in a comment stands in `survey.disclosure.naming`.
"""

from collections.abc import Iterator, Sequence

MOST_NAMES = 25_000
"""Those of the largest roster, and then some: comments take no longer to read for it."""
LONGEST_NAME = 100


def parse_names(text: str) -> tuple[str, ...]:
    """Read the names that are taken out of comments: one a line, empty lines left out."""
    lines = (" ".join(line.split()) for line in text.splitlines())
    return tuple(dict.fromkeys(line for line in lines if line))


def name_faults(names: Sequence[str]) -> Iterator[str]:
    """Yield what is wrong with the names that are taken out of comments."""
    what = "Names to take out of comments"
    if len(names) > MOST_NAMES:
        yield f"{what}: {len(names)} are too many; write {MOST_NAMES} at most."
        return
    for name in names:
        if len(name) > LONGEST_NAME:
            yield f"{what}: “{name[:20]}…” has over {LONGEST_NAME} characters; one name a line."
        elif not any(character.isalpha() for character in name):
            yield f"{what}: “{name}” is no name."
