"""The notes under slides: how to show each one, what its numbers are, and what they do not tell.

Wording only, for who presents; nothing of it stands on a slide. What does, and is said nowhere
else, stands in `survey.exports.slides_words`.
"""

from survey.language import _, mark
from survey.report import across_words, words
from survey.report.model import GroupReport, Report

KEEP_TO_IT = mark(
    "If somebody asks for more: single answers exist nowhere any longer, and "
    "whom a figure is from cannot be found out. Do not guess aloud."
)
NO_RANK = mark("Do not read a ranking into it: groups stand in the order of the organisation.")


def notes(*paragraphs: str) -> str:
    """Return speaker notes: the paragraphs that say something, and the sentence for questions."""
    return "\n".join([*(p for p in paragraphs if p), _(KEEP_TO_IT)])


def finding_notes(group: GroupReport, report: Report) -> str:
    """Return the notes of the first slide of a group."""
    first = _("Read the headline aloud, and then at once how sure it is.")
    return notes(
        _(
            "{first} {answered_text} are counted.",
            first=first,
            answered_text=words.answered_text(group),
        ),
        _(
            "It tells how this group stands now, in its own eyes. It does not tell "
            "what will come of a practice, nor why things are as they are, nor "
            "anything about one person."
        ),
        _(
            "Say what you do not know as plainly as what you do: what is grey on the "
            "next slides cannot be told from these answers."
        ),
        _("Comments are not in this deck, so that nobody’s words end up on a wall."),
        _("Left out: {left_out}.", left_out=words.join(report.left_out)) if report.left_out else "",
    )


def dimension_notes(alt: str) -> str:
    """Return the notes of the chart of dimensions."""
    return notes(
        _(
            "Begin with what is coloured, and with the good. Leave grey rows alone "
            "unless somebody asks; then say that these answers cannot tell."
        ),
        _("The numbers: {alt}", alt=alt),
        _(
            "Two intervals that overlap are no proof of sameness, and two averages "
            "that differ by one or two tenths no difference. The chart can be edited; "
            "its workbook holds the printed figures only."
        ),
    )


def three_notes() -> str:
    """Return the notes of what to build on and what to work on."""
    return notes(
        _(
            "Ask before you advise: where do you see this in your work? What would be "
            "different if it were better?"
        ),
        _(
            "What stands under “Work on” is where to look first. That it is the cause "
            "of anything was not measured."
        ),
    )


def gap_notes(alt: str) -> str:
    """Return the notes of knowing and doing."""
    return notes(
        _(
            "Hollow is how clear it is to people what doing it well looks like; filled "
            "is how consistently they say it is done. A gap is no reproach: something "
            "stands between."
        ),
        _("The numbers: {alt}", alt=alt),
        _("Both are told in coarse classes, so small differences mean nothing."),
    )


def advice_notes(choice: str) -> str:
    """Return the notes of the advice per practice."""
    return notes(
        _(
            "The advice follows from the figures by rules that the method lists. It is "
            "judgement, and nobody has validated it: use it to begin the talk, not to "
            "end it."
        ),
        choice,
    )


def pick_notes() -> str:
    """Return the notes of what stands in the way."""
    return notes(
        _(
            "This is what people chose from a list; they could choose several. What "
            "they did not find on the list is not here."
        ),
        _(
            "Only what was chosen most often is told. That something is missing here "
            "does not mean that nobody chose it."
        ),
    )


def change_notes(alt: str) -> str:
    """Return the notes of changes."""
    return notes(
        _(
            "“No clear change” is a finding too. It does not say that nothing changed; "
            "it says that these two waves cannot tell."
        ),
        _("The numbers: {alt}", alt=alt),
        _("A change says nothing about its cause, and nothing about whose work it was."),
    )


def agreed_notes() -> str:
    """Return the notes of what was agreed."""
    return notes(
        _(
            "Go through it before the changes: what was done, what was not, and why. "
            "Roles stand here, not people."
        )
    )


def month_notes() -> str:
    """Return the notes of the next 30 days."""
    return notes(
        _(
            "Each line names the figure it rests on, or says “judgement”. Strike out "
            "what does not fit and write down what the group agrees on: who, what, "
            "until when."
        ),
    )


def closing_notes() -> str:
    """Return the notes of the last slides."""
    return notes(
        _("Leave this slide on while people talk. It is what protects them, and you."),
    )


def overview_notes(report: Report) -> str:
    """Return the notes of the organisation's first slide."""
    return notes(
        _(
            "Read the headline aloud. {response_sentence}",
            response_sentence=words.response_sentence(report),
        ),
        words.left_out_sentence(report),
        across_words.silence_sentence(report),
        _("It tells how the groups stand now, in their own eyes, and not what will come of it."),
    )


def table_notes() -> str:
    """Return the notes of the verdicts."""
    return notes(
        _("Take the groups one by one and talk about what each verdict turns on."),
        _(NO_RANK),
        _("Where it says “no verdict”, small units stand together: it would be nobody’s."),
    )


def map_notes(alt: str) -> str:
    """Return the notes of the map."""
    return notes(
        _(
            "Colour and mark tell what can be said of a figure. Look along a column: "
            "where one dimension is low in many groups, one team cannot mend it alone."
        ),
        _("The finding: {alt}", alt=alt),
        _(NO_RANK),
    )


def response_notes(report: Report) -> str:
    """Return the notes of how many answered."""
    return notes(
        _("Thank those who answered, and do not scold those who did not."),
        across_words.silence_sentence(report),
    )


def comparing_notes(sentence: str) -> str:
    """Return the notes of what comparing teams is worth."""
    return notes(
        sentence,
        _(
            "Show this before anybody compares two rows of the map. Where it says that "
            "comparing is not worthwhile, talk about all groups together."
        ),
        _(NO_RANK),
    )


def stories_notes(note: str) -> str:
    """Return the notes of newcomers and veterans."""
    return notes(
        _(
            "This is about all groups together. Do not ask who is new, and do not look "
            "at one group."
        ),
        note,
    )


def start_notes() -> str:
    """Return the notes of where to start."""
    return notes(
        _(
            "Which practice to begin, and with whom, is a choice that no figure makes. "
            "Begin with one."
        ),
        _(NO_RANK),
    )
