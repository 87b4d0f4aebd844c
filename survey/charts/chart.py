"""What a chart is: a figure with the words and the numbers that say the same.

Here belong the values and the one configuration that every figure is drawn with. How figures look
stands in `style`; each kind of chart has a module of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass

CONFIG: Mapping[str, object] = {
    "displayModeBar": False,
    "displaylogo": False,
    "doubleClick": False,
    "plotlyServerURL": "",
    "responsive": False,
    "scrollZoom": False,
    "showSendToCloud": False,
}
"""How Plotly draws: nothing is sent anywhere. Its own defaults offer to upload the figure."""


@dataclass(frozen=True)
class Table:
    """The numbers of a chart, as they are printed; the first column names the row."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Chart:
    """A figure, its finding as a heading, its message in words, and its numbers.

    Attributes
    ----------
    key : unique on a page, usable as an id
    title : the finding, made from the same values that colour the marks
    subtitle : what is drawn, and what the interval means
    note : how many people, where the axis starts, what the marks are
    alt : the message for who cannot see the figure
    figure_json : the Plotly figure; safe inside a JSON script element
    table : the numbers
    """

    key: str
    title: str
    subtitle: str
    note: str
    alt: str
    figure_json: str
    table: Table
