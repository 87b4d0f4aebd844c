"""From a file without faults to the frozen values of `definition`.

Here belongs nothing that can fail.
"""

from collections.abc import Mapping

from survey.questionnaire import shape
from survey.questionnaire.cutoffs import ReadinessTable
from survey.questionnaire.definition import (
    Choice,
    Facet,
    Item,
    OpenQuestion,
    PickList,
    Practice,
    PracticeBlock,
    Questionnaire,
    Readiness,
    Response,
    Scale,
    Section,
    Tenure,
    Text,
)
from survey.questionnaire.references import PRACTICE_PAGE


def questionnaire(file: shape.File) -> Questionnaire:
    """Return the questionnaire that a file describes."""
    dimensions = [scale.id for scale in file.scales if scale.role == "dimension"]
    return Questionnaire(
        id=file.id,
        version=file.version,
        languages=tuple(file.languages),
        title=_text(file.title),
        intro=_text(file.intro),
        minutes=file.minutes,
        source=_source(file),
        licence=_one_line(file.licence),
        responses={part.id: _response(part, file.languages) for part in file.responses},
        sections=tuple(Section(s.id, _text(s.title), _text(s.hint)) for s in file.sections),
        scales=tuple(_scale(part) for part in file.scales),
        facets=tuple(Facet(f.id, f.scale, _text(f.name), tuple(f.items)) for f in file.facets),
        items=tuple(_item(part) for part in file.items),
        practice_block=_practice_block(file.practice_block),
        practices=tuple(_practice(part, dimensions) for part in file.practices),
        pick_list=_pick_list(file),
        open_questions=tuple(OpenQuestion(q.id, _text(q.text)) for q in file.open_questions),
        tenure=_tenure(file),
        readiness=_readiness(file.readiness),
    )


def _one_line(text: str) -> str:
    """Join a text that was written over several lines."""
    return " ".join(text.split())


def _source(file: shape.File) -> Text:
    """Return it by language; one that is written once stands for the main one."""
    return {code or file.languages[0]: text for code, text in _text(file.source).items()}


def _text(texts: Mapping[str, str]) -> Text:
    return {code: _one_line(text) for code, text in texts.items()}


def _response(part: shape.ResponseTable, languages: list[str]) -> Response:
    labels = tuple(
        {code: _one_line(part.labels[code][place]) for code in languages}
        for place in range(part.hi - part.lo + 1)
    )
    return Response(part.id, part.lo, part.hi, labels, _text(part.cant_say), _text(part.stem))


def _scale(part: shape.ScaleTable) -> Scale:
    name, about = _text(part.name), _text(part.about)
    return Scale(part.id, name, part.role, about, float(part.reliability), float(part.prior_sd))


def _item(part: shape.ItemTable) -> Item:
    return Item(
        id=part.id,
        scale=part.scale,
        key=1 if part.key == "+" else -1,
        response=part.response,
        section=part.section,
        text=_text(part.text),
    )


def _practice_block(part: shape.PracticeBlockTable | None) -> PracticeBlock | None:
    if part is None:
        return None
    section = Section(PRACTICE_PAGE, _text(part.title), _text(part.hint))
    return PracticeBlock(section, part.response, _text(part.know), _text(part.do))


def _practice(part: shape.PracticeTable, dimensions: list[str]) -> Practice:
    critical = tuple(sorted(part.critical, key=dimensions.index))
    return Practice(part.id, _text(part.label), _text(part.statement), critical)


def _pick_list(file: shape.File) -> PickList | None:
    if file.pick_list is None:
        return None
    options = tuple(Choice(option.id, _text(option.text)) for option in file.pick_options)
    return PickList(_text(file.pick_list.question), file.pick_list.most, options)


def _tenure(file: shape.File) -> Tenure | None:
    part = file.tenure
    if part is None:
        return None
    bands = tuple(Choice(band.id, _text(band.text)) for band in file.tenure_bands)
    return Tenure(_text(part.question), bands, part.newcomer, part.veteran, part.scale)


def _readiness(part: ReadinessTable) -> Readiness:
    values = part.model_dump()
    return Readiness(**{**values, "harm_items": tuple(part.harm_items)})
