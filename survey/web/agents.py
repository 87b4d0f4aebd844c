"""What a browser says of itself, in a word for the browser and one for the system.

Enough to know one's own phone in a list of sessions. The rest of the header is not kept. Names of
products are the same in every language.
"""

BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("Chrome", "Chrome"),
    ("CriOS", "Chrome"),
    ("Chromium", "Chromium"),
    ("Safari", "Safari"),
)
"""Sign in the header -> name; the first that is found counts, since all pretend to be others."""
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
)
BETWEEN = "/"


def in_two_words(agent: str) -> str:
    """Return `Firefox/Windows`; either may be empty."""
    return _first(BROWSERS, agent) + BETWEEN + _first(SYSTEMS, agent)


def words_of(kept: str) -> tuple[str, str]:
    """Return browser and system of what is kept; both empty where nothing is known."""
    browser, _, system = kept.partition(BETWEEN)
    return browser, system


def _first(names: tuple[tuple[str, str], ...], agent: str) -> str:
    return next((name for sign, name in names if sign in agent), "")
