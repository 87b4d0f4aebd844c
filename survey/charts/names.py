"""Names that have to fit: broken into lines, or cut with an ellipsis; the table has them whole."""

LETTER = 0.54
"""How wide a letter is on average, as a share of the type size; German and medium weight."""


def letters(room: float, size: float) -> int:
    """Return how many letters of a type size fit into so many pixels."""
    return max(int(room / (LETTER * size)), 4)


def width(words: str, size: float) -> float:
    """Return about how many pixels words are wide."""
    return max(map(len, words.split("\n"))) * LETTER * size


def shortened(name: str, longest: int) -> str:
    """Return a name of at most so many characters."""
    return name if len(name) <= longest else name[: longest - 1].rstrip() + "…"


def lines(name: str, longest: int) -> list[str]:
    """Return a name on one line or, where it is longer than that, on two."""
    if len(name) <= longest:
        return [name]
    cut = name.rfind(" ", 0, longest + 1)
    if cut <= 0:
        return [shortened(name, longest)]
    return [name[:cut], shortened(name[cut + 1 :], longest)]


def two_lines(name: str) -> str:
    """Return a name broken at the space that leaves its lines most alike."""
    spaces = [at for at, letter in enumerate(name) if letter == " "]
    if not spaces:
        return name
    cut = min(spaces, key=lambda at: max(at, len(name) - at - 1))
    return f"{name[:cut]}\n{name[cut + 1 :]}"
