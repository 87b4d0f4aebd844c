"""Discussion guides: how a team may talk about a finding, and what it could do first.

Here belong the frozen values, and the way from the text of a file to them or to every fault in it.
Where files lie stands in `guide_files`; which guide fits which finding in `survey.report.guiding`.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from survey.errors import UserError
from survey.questionnaire.definition import Questionnaire, Text
from survey.questionnaire.draft import Draft, Entry, read
from survey.questionnaire.faults import (
    DefinitionError,
    FaultList,
    did_you_mean,
    listed,
    quoted,
)
from survey.questionnaire.guide_shape import (
    GUIDES,
    ActionTable,
    GuideFile,
    GuideTable,
    Leads,
    Who,
)
from survey.questionnaire.parse import read_toml
from survey.questionnaire.texts import check_plain

SITUATIONS = ("split", "unclear", "strong")
"""Beside scales and facets: people see it differently; too close to call; something to build on."""
JUDGEMENT = "judgement"
"""Stands as source where no published work is named."""
MOST_ACTIONS = 4
LISTS = ("rules", "steps", "questions", "avoid")

Find = Callable[[str], Questionnaire]
Texts = Mapping[str, tuple[str, ...]]
"""Some sentences in every language: language code -> sentences, as many in each."""


@dataclass(frozen=True)
class Action:
    """A first action: a role, within how many days, and the sign by which people notice it."""

    who: Who
    days: int
    text: Text
    sign: Text
    source: str
    """The published work that the idea is from, or `JUDGEMENT`."""
    begins: bool = False
    """Whether it begins the planned practice already."""


@dataclass(frozen=True)
class Guide:
    """How to talk about one scale, facet or situation, with two or three first actions."""

    id: str
    title: Text
    aim: Text
    minutes: int
    leads: Leads
    steps: Texts
    questions: Texts
    avoid: Texts
    note: Text
    """A caution above the steps; may be empty."""
    actions: tuple[Action, ...]


@dataclass(frozen=True)
class Guides:
    """A file of guides. `questionnaires` are the ids of those whose scales they speak of."""

    questionnaires: tuple[str, ...] = ()
    version: str = ""
    languages: tuple[str, ...] = ("en",)
    rules: Texts = field(default_factory=dict)
    source: str = ""
    licence: str = ""
    guides: tuple[Guide, ...] = ()

    def get(self, wanted: str) -> Guide | None:
        """Return the guide for a scale, a facet or a situation, if there is one."""
        return next((guide for guide in self.guides if guide.id == wanted), None)


def parse(text: str, find: Find | None = None) -> Guides:
    """Return the guides that a text in TOML describes.

    Parameters
    ----------
    text
        What stands in the file.
    find
        Gives a questionnaire by its id, or says in a `UserError` why not. Its scales and facets are
        those that guides may be for; without it any may be.

    Raises
    ------
    DefinitionError
        The text has faults; all of them are told. Nothing else is raised, whatever the text.
    """
    raw = read_toml(text.removeprefix("\ufeff"))
    faults = FaultList()
    draft = read(raw, faults, GUIDES)
    check_plain(draft, faults)
    _check_guides(draft, faults, _known(draft, faults, find) if find else None)
    _check_actions(draft, faults)
    for entry in draft.entries():
        _check_lists(entry, faults)
    if found := faults.in_order():
        raise DefinitionError(found)
    return _guides(GuideFile.model_validate(raw))


def _known(draft: Draft, faults: FaultList, find: Find) -> Collection[str] | None:
    """Return what a guide may be for; None where a questionnaire that is named is not found."""
    known: dict[str, None] = {}
    complete = True
    for name in dict.fromkeys(draft.top.get("questionnaires") or ()):
        try:
            questionnaire = find(name)
        except UserError as why:
            faults.add(draft.top.place, "questionnaires", str(why))
            complete = False
            continue
        known |= dict.fromkeys(scale.id for scale in questionnaire.scales)
        known |= dict.fromkeys(facet.id for facet in questionnaire.facets)
    return tuple(known) if known and complete else None


def _check_guides(draft: Draft, faults: FaultList, known: Collection[str] | None) -> None:
    """Every guide is for something that exists, stands once, and has actions."""
    times = Counter(entry.name for entry in draft.all("guides") if entry.name)
    actions = Counter(action.get("guide") for action in draft.all("actions"))
    usable = None if known is None else (*known, *SITUATIONS)
    for entry in draft.all("guides"):
        name = entry.get("id")
        if name is None:
            continue
        if times[name] > 1:
            what = f"stands {times[name]} times; one guide is enough for each"
            faults.add(entry.place, "id", what)
        if usable is not None and name not in usable:
            meant = did_you_mean(name, usable, f"; known: {listed(usable)}")
            faults.add(entry.place, "id", f"there is no such scale, facet or situation{meant}")
        if draft.tables["actions"] and not actions[name]:
            faults.add(entry.place, "", f'has no action; add [[actions]] with guide = "{name}"')
        if actions[name] > MOST_ACTIONS:
            what = f"has {actions[name]} actions, {MOST_ACTIONS} at most; nobody begins with more"
            faults.add(entry.place, "", what)


def _check_actions(draft: Draft, faults: FaultList) -> None:
    """Every action belongs to a guide of the file."""
    names = draft.names("guides")
    if names is None:
        return
    for entry in draft.all("actions"):
        name = entry.get("guide")
        if name is not None and name not in names:
            meant = did_you_mean(name, sorted(filter(None, names)))
            faults.add(entry.place, "guide", f"there is no guide {quoted(name)}{meant}")


def _check_lists(entry: Entry, faults: FaultList) -> None:
    """A list has as many sentences in every language."""
    for key in LISTS:
        given: Mapping[str, list[str]] = entry.get(key) or {}
        if len({len(sentences) for sentences in given.values()}) > 1:
            many = listed(f"{len(sentences)} in {code}" for code, sentences in given.items())
            faults.add(entry.place, key, f"has {many}; every language says the same")


def _guides(file: GuideFile) -> Guides:
    """Turn a file without faults into values."""
    return Guides(
        questionnaires=tuple(file.questionnaires),
        version=file.version,
        languages=tuple(file.languages),
        rules=_texts(file.rules),
        source=file.source,
        licence=file.licence,
        guides=tuple(
            _guide(guide, [a for a in file.actions if a.guide == guide.id]) for guide in file.guides
        ),
    )


def _guide(table: GuideTable, actions: list[ActionTable]) -> Guide:
    return Guide(
        id=table.id,
        title=_text(table.title),
        aim=_text(table.aim),
        minutes=table.minutes,
        leads=table.leads,
        steps=_texts(table.steps),
        questions=_texts(table.questions),
        avoid=_texts(table.avoid),
        note=_text(table.note),
        actions=tuple(
            Action(a.who, a.days, _text(a.text), _text(a.sign), _line(a.source), a.begins)
            for a in actions
        ),
    )


def _line(words: str) -> str:
    """Line breaks count as spaces."""
    return " ".join(words.split())


def _text(words: Text) -> Text:
    return {code: _line(text) for code, text in words.items()}


def _texts(words: Mapping[str, list[str]]) -> Texts:
    return {code: tuple(map(_line, texts)) for code, texts in words.items()}
