"""The second pass over how the parts make a whole: scales, pages, practices, lists, sizes.

Here belongs what a questionnaire must have enough of, or may not have too much of, and which tables
come only together. Where an item does not say where it belongs, nothing is said about a shortage.
"""

from collections import Counter
from collections.abc import Iterable

from survey.questionnaire.draft import TOP, Draft, Entry
from survey.questionnaire.faults import FaultList, bare, counted, listed

LEAST_ITEMS = 3
"""Of whatever is shown from the smallest groups on (dimensions, facets, capacity)."""
MOST_COLUMNS = 200
MOST_OPEN = 3
OPTIONS = (2, 16)
BANDS = (2, 6)
POINTS = (2, 11)
TOGETHER = (
    ("practice_block", "practices"),
    ("pick_list", "pick_options"),
    ("tenure", "tenure_bands"),
)
"""Tables of which one is nothing without the other."""

Range = tuple[int, int]


def check_structure(draft: Draft, faults: FaultList) -> None:
    """Note every fault of how the parts fit together."""
    _check_responses(draft, faults)
    _check_sections(draft, faults)
    _check_scales(draft, faults)
    _check_roles(draft, faults)
    _check_facets(draft, faults)
    _check_practices(draft, faults)
    _check_together(draft, faults)
    _check_sizes(draft, faults)
    _check_choices(draft, faults)


def answer_ranges(draft: Draft, entries: Iterable[Entry]) -> set[Range]:
    """Return the lowest and highest answers that entries (items, the practices) are given."""
    formats = {entry.name: entry for entry in draft.all("responses")}
    used = (formats.get(entry.get("response") or "") for entry in entries)
    found = {(response.get("lo"), response.get("hi")) for response in used if response}
    return {(lo, hi) for lo, hi in found if lo is not None and hi is not None}


def dimensions(draft: Draft) -> list[Entry]:
    """Return the scales that count in the index."""
    return [entry for entry in draft.all("scales") if entry.get("role") == "dimension"]


def _items_by(draft: Draft, key: str, target: str) -> dict[str, list[Entry]] | None:
    """Return the items by what a key names, or None where some item does not say it."""
    known = draft.names(target)
    found: dict[str, list[Entry]] = {name: [] for name in known or ()}
    for item in draft.all("items"):
        if item.get(key) not in found:
            return None
        found[item.get(key)].append(item)
    return found if draft.all("items") else None


def _check_responses(draft: Draft, faults: FaultList) -> None:
    """Every answer of a format has its words."""
    for entry in draft.all("responses"):
        lo, hi = entry.get("lo"), entry.get("hi")
        if lo is None or hi is None:
            continue
        points, (least, most) = hi - lo + 1, POINTS
        span = f"from {lo} to {hi} there are {points} answers"
        if hi <= lo:
            faults.add(entry.place, "hi", f"must be greater than lo ({lo})")
        elif not least <= points <= most:
            faults.add(entry.place, "hi", f"{span}; there must be {least} to {most}")
        else:
            _check_labels(entry, points, span, faults)


def _check_labels(entry: Entry, points: int, span: str, faults: FaultList) -> None:
    for code, labels in (entry.get("labels") or {}).items():
        if len(labels) != points:
            what = f"{counted(len(labels), 'label')} given, but {span}"
            faults.add(entry.place, f"labels.{bare(code)}", what)


def _check_sections(draft: Draft, faults: FaultList) -> None:
    """Every page has items, and all of them the same response format."""
    pages = _items_by(draft, "section", "sections") or {}
    for entry in draft.all("sections"):
        if entry.name in pages and not pages[entry.name]:
            faults.add(entry.place, "", "no item stands on this page; add items or take it out")
        formats = _formats(draft, entry.name)
        if len(formats) > 1:
            mixed = listed(f"{response} ({item})" for response, item in formats.items())
            what = f"mixes response formats: {mixed}; give each format a page of its own"
            faults.add(entry.place, "", what)


def _formats(draft: Draft, page: str) -> dict[str, str]:
    """Return the response formats of a page, each with the first item that has it."""
    known = draft.names("responses") or ()
    found: dict[str, str] = {}
    for item in draft.all("items"):
        if item.get("section") == page and item.get("response") in known:
            found.setdefault(item.get("response"), item.name)
    return found


def _check_scales(draft: Draft, faults: FaultList) -> None:
    """Every scale has enough items, all answered in one range."""
    by_scale = _items_by(draft, "scale", "scales")
    for entry in draft.all("scales"):
        least = 1 if entry.get("role") in ("resolve", None) else LEAST_ITEMS
        number = len(by_scale.get(entry.name, ())) if by_scale is not None else least
        if number < least:
            has = counted(number, "item") if number else "no item"
            faults.add(entry.place, "", f"has {has}; it needs at least {least}")
        ranges = _ranges_of_scale(draft, entry.name)
        if len(ranges) > 1:
            what = f"its items are answered {_told(ranges)}; a score needs one range"
            faults.add(entry.place, "", what)


def _check_roles(draft: Draft, faults: FaultList) -> None:
    """Capacity and resolve stand once; dimensions, being averaged, are answered in one range."""
    roles = Counter(entry.get("role") for entry in draft.all("scales"))
    for entry in draft.all("scales"):
        role = entry.get("role")
        if role in ("capacity", "resolve") and roles[role] > 1:
            what = f"{roles[role]} scales have the role {role}; there may be one"
            faults.add(entry.place, "role", what)
    each = (_ranges_of_scale(draft, entry.name) for entry in dimensions(draft))
    ranges = {next(iter(own)) for own in each if len(own) == 1}
    if len(ranges) > 1:
        what = f"the dimensions are answered {_told(ranges)}; the index needs one range"
        faults.add(TOP, "scales", what)


def _ranges_of_scale(draft: Draft, scale: str) -> set[Range]:
    return answer_ranges(draft, [i for i in draft.all("items") if i.get("scale") == scale])


def _told(ranges: Iterable[Range]) -> str:
    return listed(f"from {lo} to {hi}" for lo, hi in sorted(ranges))


def _check_facets(draft: Draft, faults: FaultList) -> None:
    """A facet has enough items, all of its own scale."""
    scale_of = {item.name: item.get("scale") for item in draft.all("items")}
    for entry in draft.all("facets"):
        named: list[str] = entry.get("items") or []
        scale = entry.get("scale")
        foreign = [i for i in dict.fromkeys(named) if scale_of.get(i, scale) not in (scale, None)]
        if scale in (draft.names("scales") or ()) and foreign:
            belong = "does" if len(foreign) == 1 else "do"
            what = f"{listed(foreign)} {belong} not belong to scale {scale}"
            faults.add(entry.place, "items", what)
        if entry.get("items") is not None and len(set(named)) < LEAST_ITEMS:
            what = f"names {len(set(named))}; a facet needs at least {LEAST_ITEMS}"
            faults.add(entry.place, "items", what)


def _check_practices(draft: Draft, faults: FaultList) -> None:
    """What is critical for a practice is a dimension."""
    others = {entry.name: entry.get("role") for entry in draft.all("scales")}
    for entry in draft.all("practices"):
        for name in dict.fromkeys(entry.get("critical") or ()):
            role = others.get(name)
            if role not in (None, "dimension"):
                what = f"{name} has the role {role}; only a dimension can be critical"
                faults.add(entry.place, "critical", what)


def _check_together(draft: Draft, faults: FaultList) -> None:
    for one, many in TOGETHER:
        if draft.tables[one] == () and draft.all(many):
            faults.add(TOP, one, f"is missing; the {many} need a table [{one}]")
        if draft.tables[many] == () and draft.all(one):
            faults.add(TOP, many, f"is missing; the table [{one}] needs [[{many}]]")


def _check_sizes(draft: Draft, faults: FaultList) -> None:
    """The answers of one person must fit into one sealed box of fixed size."""
    items, practices = len(draft.all("items")), len(draft.all("practices"))
    columns = items + 2 * practices
    if columns > MOST_COLUMNS:
        what = (
            f"{counted(items, 'item')} and {counted(practices, 'practice')} (two answers each) "
            f"make {columns} answers; a sealed box holds {MOST_COLUMNS}"
        )
        faults.add(TOP, "items", what)
    questions = len(draft.all("open_questions"))
    if questions > MOST_OPEN:
        what = f"there are {questions}; a sealed box holds the answers to {MOST_OPEN}"
        faults.add(TOP, "open_questions", what)
    for table, (least, most) in (("pick_options", OPTIONS), ("tenure_bands", BANDS)):
        number = len(draft.all(table))
        if number and not least <= number <= most:
            faults.add(
                TOP,
                table,
                f"there {'is' if number == 1 else 'are'} {number}; there must be {least} to {most}",
            )


def _check_choices(draft: Draft, faults: FaultList) -> None:
    """One may pick as many options as there are, and the contrasted bands are two."""
    pick, options = draft.one("pick_list"), len(draft.all("pick_options"))
    most = pick.get("most") if pick else None
    if pick and most and options and most > options:
        faults.add(pick.place, "most", f"is {most}, but there are only {options} options")
    tenure = draft.one("tenure")
    newcomer = tenure.get("newcomer") if tenure else None
    if tenure and newcomer and newcomer == tenure.get("veteran"):
        faults.add(tenure.place, "veteran", "must be another band than newcomer")
