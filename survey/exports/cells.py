"""What the tables of a report consist of, and how a figure becomes a cell of one.

A cell holds what is printed and nothing behind it: a number is rounded to the decimals that a page
shows of it, and where a figure is withheld the cell says so in words. Which tables there are stands
in `tables`; how they look in a workbook, in `workbook`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from survey.disclosure.values import Edge, Policy, Released, Withheld
from survey.language import _, mark
from survey.report import words
from survey.report.model import Estimate, State

Value = str | int | float | date
Look = State | Literal["", "withheld"]
NO_LETTER = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")
"""What is no part of a text: control characters (but tab and line break), halves of letters."""
EDGES: dict[Edge, str] = {"": mark("as it stands"), "high": mark("or more"), "low": mark("or less")}


UNITS = (mark("text"), mark("people"), mark("points"), mark("date"))
"""In which units a column stands, beside "%"."""


@dataclass(frozen=True)
class Cell:
    """What is printed in one cell.

    Attributes
    ----------
    value : a text, a count, a number with so many `decimals`, or a day
    before, after : words printed around a number
    look : the state that colours it, or "withheld"
    """

    value: Value
    decimals: int = 0
    before: str = ""
    after: str = ""
    look: Look = ""


@dataclass(frozen=True)
class Column:
    """A column: its heading, what stands in it, in which unit, and what where there is none."""

    title: str
    meaning: str
    unit: str = mark("text")
    missing: str = mark("never missing")


@dataclass(frozen=True)
class Table:
    """A flat table: every row is as long as `columns`."""

    name: str
    """Also the name of its sheet."""
    about: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


def said(text: str, look: Look = "") -> Cell:
    """Return a cell of words."""
    return Cell(cleaned(text), look=look)


def cleaned(text: str) -> str:
    """Return a text without what is no letter; a tab becomes a space."""
    return NO_LETTER.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " "))


def counted(number: int) -> Cell:
    """Return a cell with a number of people."""
    return Cell(number)


def mean(value: float) -> Cell:
    """Return a mean as it is printed, as a number."""
    return _as_printed(f"{value:.{words.decimals(value)}f}")


def end(value: float) -> Cell:
    """Return an end of an interval, or a difference, with one decimal.

    One that just leaves out zero must not read as zero: it gets words.
    """
    near = words.end_text(value)
    return said(near) if near else _as_printed(f"{value:.1f}")


def percent(share: float) -> Cell:
    """Return a share of people in percent, as a number."""
    return Cell(int(f"{share * 100:.0f}"), after=" %")


def _as_printed(text: str) -> Cell:
    """Return a printed number as a number; there is no minus before zero."""
    return Cell(float(text) or 0.0, decimals=len(text.partition(".")[2]))


def withheld(text: str) -> Cell:
    """Return a cell that says why nothing is shown."""
    return said(text, "withheld")


def figure_cells(
    figure: Released | Estimate | Withheld,
    why: str,
    printed: str,
    number: Callable[[float], Cell] = mean,
) -> tuple[Cell, Cell, Cell]:
    """Return a figure as it is printed, as a number, and whether it is cut off.

    Parameters
    ----------
    figure
        What was released, or not.
    why
        Stands in each of the three cells where it was not.
    printed
        The figure in the words of a page.
    number
        How its value becomes a cell.
    """
    if isinstance(figure, Withheld):
        return withheld(why), withheld(why), withheld(why)
    released = figure.released if isinstance(figure, Estimate) else figure
    return said(printed), number(released.value), said(_(EDGES[released.edge]))


def interval_cells(figure: Estimate | Withheld, why: str) -> tuple[Cell, Cell]:
    """Return the ends of an interval."""
    if isinstance(figure, Withheld):
        return withheld(why), withheld(why)
    return end(figure.low), end(figure.high)


def class_cells(figure: Released | Withheld, policy: Policy) -> tuple[Cell, Cell, Cell]:
    """Return knowing or doing as it is printed, and the ends of its class."""
    printed = words.class_text(figure, policy)
    if isinstance(figure, Withheld):
        return withheld(printed), withheld(printed), withheld(printed)
    low, high = (mean(figure.value + side * figure.step / 2) for side in (-1, 1))
    if figure.edge == "high":
        high = said(_("or more"))
    if figure.edge == "low":
        low = said(_("or less"))
    return said(printed), low, high


def coloured(cell: Cell, figure: Estimate | Withheld, before: str = "", after: str = "") -> Cell:
    """Return a cell in the colour of its state, with words around the number."""
    if isinstance(figure, Withheld):
        return cell
    return replace(cell, before=before, after=after, look=figure.state)
