"""A report as a PowerPoint presentation: native charts that can be edited, on our own master.

The one entry point. What stands on the slides is said in `slides_team` and `slides_organisation`;
how they look, in `master.pptx`, which `tools/slide_master.py` writes.
"""

from survey.exports.letterhead import Letterhead
from survey.exports.slides_deck import Deck
from survey.exports.slides_organisation import add_organisation
from survey.exports.slides_team import add_team
from survey.report import verdict_words
from survey.report.model import GroupReport, Report


def render_slides(report: Report, group: GroupReport | None, letterhead: Letterhead) -> bytes:
    """Return the deck of one group, or of the organisation.

    Parameters
    ----------
    report
        Released values only: nothing else can reach a slide or the workbook inside a chart.
    group
        One of its groups; None for the organisation.
    letterhead
        The client's logo and the consultant's name.

    Returns
    -------
    bytes
        A .pptx file without macros and links. The same report makes the same bytes.
    """
    title = verdict_words.headline(group, report) if group else verdict_words.overview(report)[0]
    deck = Deck(report.facts, letterhead, title)
    if group is None:
        add_organisation(deck, report)
    else:
        add_team(deck, group, report)
    return deck.file()
