"""The second pass over the cut-offs: how they stand to each other and to the questionnaire.

Here belongs what makes a set of cut-offs contradict itself or the answers they are applied to. The
range of each by itself is part of its shape.
"""

from survey.questionnaire.cutoffs import ReadinessTable
from survey.questionnaire.draft import Draft, Entry
from survey.questionnaire.faults import FaultList, Place, counted
from survey.questionnaire.structure import Range, answer_ranges, dimensions

ORDERED = (
    ("floor", "below", "target"),
    ("weakest", "at most", "gate"),
    ("split_low", "below", "split_high"),
    ("support_low", "at most", "support_high"),
    ("know_enough", "at most", "done"),
    ("gap_least", "at most", "chasm"),
)
"""Settings of which the first must not pass the second."""
ON_SCORES = ("floor", "target", "favourable", "split_low", "split_high")
ON_PRACTICES = ("know_enough", "done")


def check_settings(draft: Draft, faults: FaultList) -> None:
    """Note every setting that contradicts another one or the questionnaire."""
    written = draft.one("readiness")
    if written is None and draft.tables["readiness"] is None:
        return
    settings = written or _defaults()
    for smaller, relation, greater in ORDERED:
        _check_order(settings, smaller, relation, greater, faults)
    _check_dimensions(draft, settings, bool(written), faults)
    _check_harm(draft, settings, faults)
    items = [item for item in draft.all("items") if _is_dimension(draft, item)]
    _check_range(settings, ON_SCORES, answer_ranges(draft, items), faults)
    _check_range(settings, ON_PRACTICES, answer_ranges(draft, draft.all("practice_block")), faults)


def _defaults() -> Entry:
    """Stand in for a table that the file leaves out."""
    values = ReadinessTable().model_dump()
    return Entry(ReadinessTable, Place(ReadinessTable.noun, (99, 1)), "", values)


def _is_dimension(draft: Draft, item: Entry) -> bool:
    return item.get("scale") in {entry.name for entry in dimensions(draft)}


def _check_order(
    settings: Entry, smaller: str, relation: str, greater: str, faults: FaultList
) -> None:
    low, high = settings.get(smaller), settings.get(greater)
    if low is None or high is None:
        return
    if low > high or (low == high and relation == "below"):
        what = f"is {low:g}, but must be {relation} {greater}, which is {high:g}"
        faults.add(settings.place, smaller, what)


def _check_dimensions(draft: Draft, settings: Entry, written: bool, faults: FaultList) -> None:
    """A verdict needs dimensions, and cannot ask for more of them than there are."""
    if not draft.all("scales") or any(s.get("role") is None for s in draft.all("scales")):
        return
    number = len(dimensions(draft))
    if number == 0:
        if written:
            what = 'there is no scale with role = "dimension" to judge; add some or take it out'
            faults.add(settings.place, "", what)
        return
    only = f"there {'is' if number == 1 else 'are'} only {counted(number, 'dimension')}"
    least = settings.get("min_dimensions")
    if least is not None and least > number:
        what = f"is {least}, but {only}; write min_dimensions = {number} or less"
        faults.add(settings.place, "min_dimensions", what)
    below = settings.get("below_target")
    if below is not None and below > number:
        faults.add(settings.place, "below_target", f"is {below}, but {only}")


def _check_harm(draft: Draft, settings: Entry, faults: FaultList) -> None:
    """A harm item says harm by a high answer; all of them are answered in one range."""
    named = settings.get("harm_items") or []
    items = [item for item in draft.all("items") if item.name in named]
    for item in items:
        if item.get("key") == "+":
            what = f"{item.name} has the key +, but a high answer to a harm item must mean harm"
            faults.add(settings.place, "harm_items", what)
    ranges = answer_ranges(draft, items)
    if len(ranges) > 1:
        faults.add(settings.place, "harm_items", "must all be answered in one range")
    _check_range(settings, ("harm_from",), ranges, faults)


def _check_range(
    settings: Entry, names: tuple[str, ...], ranges: set[Range], faults: FaultList
) -> None:
    """A cut-off lies inside the answers it is applied to; where these differ, nothing is said."""
    if len(ranges) != 1:
        return
    ((lo, hi),) = ranges
    for name in names:
        value = settings.get(name)
        if value is not None and lo < hi and not lo <= value <= hi:
            what = f"is {value:g}, but the answers go from {lo} to {hi}; set it between them"
            faults.add(settings.place, name, what)
