"""The shape of a questionnaire file: which tables it has, which keys they take, which values fit.

Here belong the models that a file is read with and that the JSON Schema for editors is made from,
with a description of every key. What no shape can say (whether a scale exists, whether a language
is complete) stands in `references`, `structure`, `texts` and `settings`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal, get_args, get_origin

from pydantic import Field
from pydantic.fields import FieldInfo

from survey.questionnaire.cutoffs import ReadinessTable
from survey.questionnaire.definition import Role
from survey.questionnaire.kinds import (
    BAND_ID,
    PRACTICE_ID,
    VERSION,
    Id,
    Line,
    Name,
    OncePassage,
    Passage,
    Reference,
    Reliability,
    Spread,
    Table,
    needed,
)


class Header(Table):
    """What stands at the top of the file, above the first table."""

    noun: ClassVar[str] = "questionnaire"
    id: Id = needed("a short name for the whole questionnaire", "environment")
    version: Annotated[str, Field(pattern=VERSION, max_length=20)] = needed(
        "the version of the wording; raise it with every change", "1.0"
    )
    languages: list[str] = needed(
        "the languages in which every text is given, the main one first",
        ["en"],
        min_length=1,
        max_length=40,
    )
    title: Line = needed("the title that people see", {"en": "…"})
    intro: Passage = needed("what stands above the first page", {"en": "…"})
    minutes: int = needed("how long it takes, in minutes", 10, ge=1, le=60)
    source: OncePassage = needed(
        "where the wording comes from", {"en": "New wording, not validated"}
    )
    licence: str = needed("the licence of the texts", "CC BY 4.0, …", max_length=200)


class ResponseTable(Table):
    """A response format: the answers in words, the lowest first."""

    noun: ClassVar[str] = "response"
    id: Id = needed("a short name for this response format", "agreement")
    lo: int = needed("the number of the lowest answer; 0 means not answered", 1, ge=1, le=20)
    hi: int = needed("the number of the highest answer", 5, ge=1, le=20)
    labels: dict[str, list[Annotated[str, Field(max_length=60)]]] = needed(
        "the answers in words, the lowest first", {"en": ["Never", "…", "Very often"]}
    )
    cant_say: Name = needed("the words for giving no answer", {"en": "Can't say"})
    stem: Line = Field(default={}, description="said once above the statements")


class SectionTable(Table):
    """A page: items on one theme, all with the same response format."""

    noun: ClassVar[str] = "section"
    id: Id = needed("a short name for this page", "goals")
    title: Line = needed("the heading of the page", {"en": "…"})
    hint: Line = Field(default={}, description="a sentence under the heading")


class ScaleTable(Table):
    """A score made of several items."""

    noun: ClassVar[str] = "scale"
    id: Id = needed("a short name for this scale", "TRUST")
    name: Name = needed("its name on pages and charts", {"en": "Trust"})
    role: Role = needed("what it is used for: a dimension counts for the verdict", "dimension")
    about: Line = needed("one sentence: what a high score says", {"en": "…"})
    reliability: Reliability = needed("how reliable the score is assumed to be within a team", 0.7)
    prior_sd: Spread = needed("the spread within a team that is assumed beforehand", 0.75)


class FacetTable(Table):
    """A part of a scale that is also reported by itself."""

    noun: ClassVar[str] = "facet"
    id: Id = needed("a short name for this facet", "TRUST_LEADERS")
    scale: Reference = needed("the scale it is a part of", "TRUST")
    name: Name = needed("its name on pages and charts", {"en": "…"})
    items: list[Reference] = needed("the items it is made of", ["T4", "T5", "T6"], max_length=60)


class ItemTable(Table):
    """A statement that people answer."""

    noun: ClassVar[str] = "item"
    id: Id = needed("a short name for this item", "T1")
    scale: Reference = needed("the scale it belongs to", "TRUST")
    key: Literal["+", "-"] = needed("+ where a high answer is healthy, - where a low one is", "+")
    response: Reference = needed("the response format", "agreement")
    section: Reference = needed("the page it stands on", "goals")
    text: Line = needed("the statement", {"en": "…"})


class PracticeBlockTable(Table):
    """How the practices are asked, on a page of their own after the other pages."""

    noun: ClassVar[str] = "practice_block"
    title: Line = needed("the heading of the page", {"en": "…"})
    hint: Line = Field(default={}, description="a sentence under the heading")
    response: Reference = needed("the response format of both questions", "extent")
    know: Line = needed("the question how clear the practice is", {"en": "…"})
    do: Line = needed("the question how consistently it is done", {"en": "…"})


class PracticeTable(Table):
    """A practice, asked twice: how clear it is, and how consistently it is done."""

    noun: ClassVar[str] = "practice"
    id: Annotated[str, Field(pattern=PRACTICE_ID)] = needed("its number, two digits", "01")
    label: Name = needed("its name on pages and charts", {"en": "…"})
    statement: Line = needed("the practice in a sentence", {"en": "…"})
    critical: list[Reference] = needed(
        "the dimensions without which it does not hold", ["TRUST"], min_length=1, max_length=60
    )


class PickListTable(Table):
    """A question with a list to choose from; the options stand in [[pick_options]]."""

    noun: ClassVar[str] = "pick_list"
    question: Line = needed("the question", {"en": "…"})
    most: int = needed("how many options a person may choose", 3, ge=1, le=16)


class PickOptionTable(Table):
    """One option of the pick list."""

    noun: ClassVar[str] = "pick option"
    id: Id = needed("a short name for this option", "no_time")
    text: Line = needed("the option in words", {"en": "…"})


class OpenQuestionTable(Table):
    """A question that people answer in their own words."""

    noun: ClassVar[str] = "open question"
    id: Id = needed("a short name for this question", "O1")
    text: Line = needed("the question", {"en": "…"})


class TenureTable(Table):
    """How long people have been there, in coarse bands, which stand in [[tenure_bands]]."""

    noun: ClassVar[str] = "tenure"
    question: Line = needed("the question", {"en": "…"})
    newcomer: Reference = needed("the band of the newcomers", "lt1")
    veteran: Reference = needed("the band of those who have been there longest", "gt3")
    scale: Reference = needed("the scale on which the two are compared", "PAST")


class TenureBandTable(Table):
    """One span of time."""

    noun: ClassVar[str] = "tenure band"
    id: Annotated[str, Field(pattern=BAND_ID, max_length=32)] = needed("a short name", "lt1")
    text: Name = needed("the span in words", {"en": "Less than a year"})


class File(Header):
    """A questionnaire file for Headwind. Every table and key is described in README.md."""

    responses: list[ResponseTable] = Field(min_length=1)
    sections: list[SectionTable] = Field(min_length=1)
    scales: list[ScaleTable] = Field(min_length=1)
    facets: list[FacetTable] = Field(default=[])
    items: list[ItemTable] = Field(min_length=1)
    practice_block: PracticeBlockTable | None = None
    practices: list[PracticeTable] = Field(default=[])
    pick_list: PickListTable | None = None
    pick_options: list[PickOptionTable] = Field(default=[])
    open_questions: list[OpenQuestionTable] = Field(default=[])
    tenure: TenureTable | None = None
    tenure_bands: list[TenureBandTable] = Field(default=[])
    readiness: ReadinessTable = ReadinessTable()


def _model_of(annotation: object) -> type[Table]:
    inner = get_args(annotation) or (annotation,)
    model: type[Table] = inner[0]
    return model


TABLES: dict[str, type[Table]] = {
    name: _model_of(field.annotation)
    for name, field in File.model_fields.items()
    if name not in Header.model_fields
}
"""The tables of a file in their order, with the model of one entry."""

REPEATED = frozenset(
    name for name in TABLES if get_origin(File.model_fields[name].annotation) is list
)
"""The tables written in double brackets."""

NEEDED = tuple(name for name in TABLES if File.model_fields[name].is_required())


@dataclass(frozen=True)
class Shape:
    """A kind of file: what stands at its top, its tables, which repeat, which must be there."""

    header: type[Table]
    tables: Mapping[str, type[Table]]
    repeated: frozenset[str]
    needed: tuple[str, ...]


QUESTIONNAIRE = Shape(Header, TABLES, REPEATED, NEEDED)


def is_text(field: FieldInfo) -> bool:
    """Say whether a key takes a text in every language (or, for labels, a list in each)."""
    return get_origin(field.annotation) is dict


def json_schema(file: type[Table] = File) -> dict[str, object]:
    """Return the JSON Schema of a questionnaire file, or of another kind, for editors."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **_untitled(file.model_json_schema()),
    }


def _untitled(node: Any, names: bool = False) -> Any:
    """Leave out the titles that pydantic makes from names; a key called title stays."""
    if isinstance(node, list):
        return [_untitled(part) for part in node]
    if not isinstance(node, dict):
        return node
    return {
        key: _untitled(part, names=key in ("properties", "$defs"))
        for key, part in node.items()
        if names or key != "title"
    }
