"""The shape of a file of discussion guides: which tables it has, and which keys they take.

Here belong the models that such a file is read with and that its JSON Schema is made from. What no
shape can say (whether a guide has an action, whether lists match) stands in `guides`.
"""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from survey.questionnaire.kinds import (
    VERSION,
    Id,
    Line,
    Name,
    Reference,
    Table,
    needed,
)
from survey.questionnaire.shape import Shape

Leads = Literal["outsider", "leader", "team"]
"""Who leads a talk: somebody from outside the team, its leader, or somebody of the team."""
Who = Literal["leader", "team", "sponsor"]
"""Whose an action is: always a role, never a person."""
Sentence = Annotated[str, Field(max_length=250)]
Lines = dict[str, Annotated[list[Sentence], Field(min_length=1, max_length=6)]]
"""Some sentences in every language, as many in each."""
MOST_DAYS = 90


class Header(Table):
    """What stands at the top of the file, above the first table."""

    noun: ClassVar[str] = "guides"
    questionnaires: list[Reference] = needed(
        "the ids of the questionnaires whose scales the guides speak of",
        ["environment"],
        min_length=1,
        max_length=20,
    )
    version: Annotated[str, Field(pattern=VERSION, max_length=20)] = needed(
        "the version of the wording; raise it with every change", "1.0"
    )
    languages: list[str] = needed(
        "the languages in which every text is given, the main one first",
        ["en"],
        min_length=1,
        max_length=40,
    )
    rules: Lines = needed("what holds for every talk", {"en": ["…"]})
    source: str = needed("where the wording comes from", "Own wording", max_length=1000)
    licence: str = needed("the licence of the texts", "CC BY 4.0, …", max_length=200)


class GuideTable(Table):
    """How to talk about one scale, one facet, or one situation."""

    noun: ClassVar[str] = "guide"
    id: Id = needed("the scale, the facet or the situation it is for", "TRUST")
    title: Name = needed("its heading", {"en": "Trust"})
    aim: Line = needed("one sentence: what the talk is for", {"en": "…"})
    minutes: int = needed("how long the talk takes, in minutes", 45, ge=5, le=180)
    leads: Leads = needed("who leads the talk", "outsider")
    steps: Lines = needed("how to run it", {"en": ["…"]})
    questions: Lines = needed("open questions that look ahead", {"en": ["…"]})
    avoid: Lines = needed("what not to do", {"en": ["…"]})
    note: Line = Field(default={}, description="a caution that stands above the steps")


class ActionTable(Table):
    """A first action: small, by a role, with the sign by which people notice it."""

    noun: ClassVar[str] = "action"
    guide: Reference = needed("the guide it belongs to", "TRUST")
    who: Who = needed("the role that does it", "leader")
    days: int = needed("within how many days", 14, ge=1, le=MOST_DAYS)
    text: Line = needed("what is done", {"en": "…"})
    sign: Line = needed("how people would notice", {"en": "…"})
    source: Annotated[str, Field(max_length=200)] = needed(
        'the published work that the idea is from, or "judgement"', "judgement"
    )
    begins: bool = Field(
        default=False,
        description="whether it begins the planned practice already; left out while that is held",
    )


class GuideFile(Header):
    """Discussion guides for Headwind. Every table and key is described in README.md."""

    guides: list[GuideTable] = Field(min_length=1)
    actions: list[ActionTable] = Field(min_length=1)


TABLES: dict[str, type[Table]] = {"guides": GuideTable, "actions": ActionTable}
GUIDES = Shape(Header, TABLES, frozenset(TABLES), tuple(TABLES))
