"""Taking out of comments what names somebody: done before anything is released.

Here belongs what is looked for by its form (addresses, numbers, links) and what a find is replaced
with. How names are found stands in `naming`.

Names of units stay: they are ordinary words ("Sales", "Front desk"), comments would be unreadable
without them, and the group that a comment stands with is named above it anyway.

A find is replaced as a whole, nothing else of a text is touched, and no text depends on another
one. What is left is looked through again until nothing is found, so masking twice changes nothing.
No program finds every name: the page says so to those who write.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from survey.disclosure.folding import Folded, fold
from survey.disclosure.naming import Names, client, find, find_unspaced, people

Span = tuple[int, int]
Finder = Callable[[Folded], Iterable[Span]]

TAKEN = "\0"
"""Stands in the plain form for what is replaced already; no text has it there by itself."""
DONE = re.compile(r"\[(?:name|e-mail|phone|link|number|company)\]")

LABEL = r"[^\W_][\w-]{0,62}"
DOT = r"(?: ?[(\[{] ?(?:dot|punkt|\.) ?[)\]}] ?| (?:dot|punkt) )"
AT = r"(?: ?[(\[{<] ?(?:at|@) ?[)\]}>] ?)"
LOCAL = r"[\w.+%'-]{1,64}"
EMAIL = re.compile(
    rf"(?:{LOCAL} (?:dot|punkt) ){{0,2}}{LOCAL}"
    rf"(?:@{LABEL}(?:(?:\.|{DOT}){LABEL}){{0,6}}"
    rf"|(?:{AT}| ?@ ?){LABEL}(?:(?:\.|{DOT}){LABEL}){{1,6}}"
    rf"| at {LABEL}(?:{DOT}{LABEL}){{1,6}})"
)
HANDLE = re.compile(r"(?<![\w@])@\w(?:[\w.-]{0,62}\w)")

TOP = (
    "com|org|net|info|biz|edu|gov|mil|int|eu|de|at|ch|li|uk|ie|fr|it|es|pt|nl|be|lu|dk|se|no|fi|is"
    "|pl|cz|sk|hu|ro|bg|gr|hr|si|rs|ua|ru|tr|us|ca|mx|br|ar|au|nz|za|in|cn|jp|kr|sg|il|ae|io|ai|co"
    "|me|tv|ly|gl|gg|app|dev|cloud|online|shop|site|store|tech|team|work|works|group|gmbh|berlin"
    "|hamburg|koeln|wien|bayern|swiss|london|link|page|blog|news|agency|consulting|email|xyz"
)
LINK = re.compile(rf"(?:(?:https?|s?ftps?|file)://|(?:mailto|tel):|www\d?\.)[^\s{TAKEN}]{{1,400}}")
DOMAIN = re.compile(
    rf"(?<![\w@.-])(?:{LABEL}\.){{1,6}}(?P<top>{TOP})(?![\w-])(?:[:/?#][^\s{TAKEN}]{{0,400}})?"
    rf"|(?<!\w){LABEL}{DOT}(?:com|org|net|info|eu|de|at|ch|uk)(?!\w)"
)
CLOSING = ".,;:!?)]}>\"'"

NUMBER = re.compile(r"(?:(?<!\w)[a-z]{1,3}-?)?(?:\+ ?|\()?\d(?:[ \t./()-]{0,3}\d){5,}")
CALLED = re.compile(
    r"(?<!\w)(?:tel|telefon|telephone|phone|call|mobile|mobil|handy|durchwahl|extension|ext|fax"
    r"|whatsapp)[ .:]{0,3}(?:[a-z]{2,6}[ .:]{1,2}){0,2}(?P<number>\d(?:[ /-]?\d){3,})"
)
DAY, MONTH, YEAR = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])", r"(?:(?:19|20)\d\d)"
DATE = (
    rf"(?:{YEAR}-{MONTH}-{DAY}|{DAY}[./-]{MONTH}[./-](?:{YEAR}|\d\d)"
    rf"|{MONTH}/{DAY}/(?:{YEAR}|\d\d)|{YEAR})"
)
TIME = r"(?:(?:[01]?\d|2[0-4])\.[0-5]\d)"
HARMLESS = re.compile(
    rf"{DATE}(?:[ ./-]{{1,3}}{DATE})*|{TIME}[ -]{{1,3}}{TIME}|24/7/365"
    r"|[1-9]\d?\d?(?:\.\d{3}){1,2}"
)
"""Runs of digits that name nobody: dates, years, hours, amounts written with full stops."""
AMOUNT = re.compile(r"[1-9]\d?\d?(?: \d{3})+")
MONEY = re.compile(r" ?(?:€|\$|£|eur|chf|usd|gbp|euro|dollar)")


@dataclass(frozen=True)
class Masking:
    """What is taken out of the comments of one survey: always forms, and these names.

    `names` are those of people, as "Anna Meier" or "Meier, Anna"; `company` is the client's.
    """

    names: tuple[str, ...] = ()
    company: str = ""

    def __call__(self, text: str) -> str:
        """Return a text without what was found in it; words in brackets stand instead."""
        while (masked := self._once(text)) != text:  # each round leaves less to find
            text = masked
        return text

    @cached_property
    def _finders(self) -> tuple[tuple[str, Finder], ...]:
        company, names = client(self.company), people(self.names)
        return (
            ("[e-mail]", lambda text: _places(EMAIL, text)),
            ("[link]", _links),
            ("[name]", lambda text: _places(HANDLE, text)),
            ("[phone]", lambda text: _numbers(text, phones=True)),
            ("[number]", lambda text: _numbers(text, phones=False)),
            ("[company]", lambda text: _named(company, text)),
            ("[name]", lambda text: _named(names, text)),
        )

    def _once(self, text: str) -> str:
        plain = fold(text)
        plain = _without(plain, _places(DONE, plain))
        found: list[tuple[int, int, str]] = []
        for word, finder in self._finders:
            spans = list(finder(plain))
            found += [(*plain.original(*span), word) for span in spans]
            plain = _without(plain, spans)
        return _replaced(text, sorted(found))


def _replaced(text: str, found: Iterable[tuple[int, int, str]]) -> str:
    pieces, done = [], 0
    for start, end, word in found:
        if start >= done:  # two finds may share one character, such as a ligature
            pieces += [text[done:start], word]
            done = end
    return "".join([*pieces, text[done:]])


def _without(plain: Folded, spans: Iterable[Span]) -> Folded:
    """Return a plain form in which what was found is found by nothing else."""
    text = list(plain.text)
    for start, end in spans:
        text[start:end] = TAKEN * (end - start)
    return Folded("".join(text), plain.at, plain.capital)


def _places(pattern: re.Pattern[str], plain: Folded) -> Iterator[Span]:
    return (match.span() for match in pattern.finditer(plain.text))


def _named(names: Names, plain: Folded) -> Iterator[Span]:
    spans = list(find_unspaced(names, plain))
    yield from spans
    yield from find(names, _without(plain, spans))


def _links(plain: Folded) -> Iterator[Span]:
    """Yield addresses of pages; a full stop that ends a sentence is none of a domain's."""
    for start, end in _places(LINK, plain):
        yield start, _closed(plain, start, end)
    for match in DOMAIN.finditer(_without(plain, _places(LINK, plain)).text):
        top = match.start("top")
        if top < 0 or not plain.capital[top] or plain.capital[top + 1]:
            yield match.start(), _closed(plain, match.start(), match.end())


def _closed(plain: Folded, start: int, end: int) -> int:
    """Return where an address ends, without the signs of the sentence around it."""
    return start + max(1, len(plain.text[start:end].rstrip(CLOSING)))


def _numbers(plain: Folded, phones: bool) -> Iterator[Span]:
    """Yield long numbers: those that look like telephone numbers, or the others."""
    if phones:
        for match in CALLED.finditer(plain.text):
            if not HARMLESS.fullmatch(match["number"]):
                yield match.span("number")
        plain = _without(plain, (match.span("number") for match in CALLED.finditer(plain.text)))
    for match in NUMBER.finditer(plain.text):
        if not _is_harmless(match) and _is_phone(match.group()) is phones:
            yield match.span()


def _is_harmless(match: re.Match[str]) -> bool:
    if AMOUNT.fullmatch(match.group()) and MONEY.match(match.string, match.end()):
        return True
    return HARMLESS.fullmatch(match.group()) is not None


def _is_phone(number: str) -> bool:
    digits = sum(character.isdigit() for character in number)
    return number[0] in "+(0" or (not number.isdigit() and number[0].isdigit() and digits < 16)
