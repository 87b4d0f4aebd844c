"""Every chart of a report, for tests of how charts look and of what they say."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from survey.charts import changes, dimensions, gaps, heatmap, response, starting, trend
from survey.charts.chart import Chart
from survey.charts.style import DARK, PAPER
from survey.questionnaire.definition import Questionnaire
from survey.report.model import GroupReport, Report

LONG_SCALES = (
    "Vertrauen", "Zusammenarbeit im Alltag", "Offenheit im Umgang", "Respektvoller Umgang",
    "Psychologische Sicherheit", "Unvoreingenommenheit", "Gemeinsame Zielvorstellung",
    "Zeit, Schulung und Mitsprache", "Entschlossenheit",
)  # fmt: skip
LONG_PRACTICES = (
    "Kundenorientierung", "Nutzen in jedem Kontakt", "Abstimmung mit dem Einkauf der Kundschaft",
    "Kenntnis des Geschäfts der Kundschaft", "Nutzen sichtbar machen", "Gesprächsvorbereitung",
    "Auswahl passender Kundschaft", "Begleitung im Außendienst", "Freiraum und Rückendeckung",
    "Zielgruppengerechte Werbung", "Gemeinsamer Verkaufsprozess", "Vertrauensvolle Beziehungen",
)  # fmt: skip
LONG_GROUPS = (
    "Vertriebsinnendienst Süddeutschland und Österreich", "Außendienst Nordrhein-Westfalen",
    "Donaudampfschifffahrtsgesellschaftsverwaltung", "Auftragsabwicklung", "Lager",
    "Entwicklung Hydraulik und Steuerungstechnik",
)  # fmt: skip


def with_long_names(questionnaire: Questionnaire) -> Questionnaire:
    """Return a questionnaire with the long names that German gives to scales and practices."""
    scales = zip(questionnaire.scales, LONG_SCALES, strict=True)
    practices = zip(questionnaire.practices, LONG_PRACTICES, strict=True)
    return replace(
        questionnaire,
        scales=tuple(replace(scale, name={"de": name}) for scale, name in scales),
        practices=tuple(replace(one, label={"de": label}) for one, label in practices),
    )


def of_group(group: GroupReport, report: Report, narrow: bool) -> Iterator[Chart]:
    """Yield the charts of one group."""
    yield dimensions.dimension_chart(group, report, narrow)
    for draw in (gaps.gap_chart, changes.change_chart, trend.trend_chart):
        if chart := draw(group, report, narrow):
            yield chart


def of_all(report: Report, narrow: bool) -> Iterator[Chart]:
    """Yield the charts of all groups together."""
    yield heatmap.heatmap_chart(report, narrow)
    for draw in (starting.starting_chart, response.response_chart):
        if chart := draw(report, narrow):
            yield chart


def every_chart(report: Report, narrow: bool) -> Iterator[Chart]:
    """Yield every chart of a report, in one width."""
    yield from of_all(report, narrow)
    for group in (*report.groups, *filter(None, [report.organisation])):
        yield from of_group(group, report, narrow)


def swapped(part: Any) -> Any:
    """Return a part of a figure in the inks of a dark page, as `report.js` swaps them."""
    if isinstance(part, dict):
        return {name: swapped(value) for name, value in part.items()}
    if isinstance(part, list):
        return [swapped(value) for value in part]
    return DARK.get(part, part) if isinstance(part, str) else part


def texts(chart: Chart, dark: bool) -> Iterator[tuple[str, str, str]]:
    """Yield every text of a figure with its colour and the colour that it stands on."""
    figure = json.loads(chart.figure_json)
    paper = DARK[PAPER] if dark else PAPER
    if dark:
        figure = {"data": swapped(figure["data"]), "layout": swapped(figure["layout"])}
    for words in figure["layout"]["annotations"]:
        yield words["text"], words["font"]["color"], words.get("bgcolor", paper)
    for name in ("xaxis", "yaxis"):
        yield f"ticks of {name}", figure["layout"][name]["tickfont"]["color"], paper
    for trace in figure["data"]:
        for said in trace.get("text", ()):
            yield said, trace["textfont"]["color"], trace["marker"]["color"]
