"""Against whom the program protects little or not at all."""

from collections.abc import Iterator

from survey.language import gettext as _
from survey.services.promises.row import NOTHING, Row, together
from survey.services.promises.settings import Settings

TOLD_EACH_OTHER = ((5, 12, 71), (6, 6, 73), (8, 1, 75))
"""People in a group, cases in which two of them could work out roughly what the others said, and
cases that were tried."""


def beyond_protection(told: Settings) -> Iterator[Row]:
    """Yield the rows of people around you against whom only care and trust help."""
    yield _two_colleagues(told)
    yield _two_waves()
    yield _device()
    if told.comments:
        yield _style(told)


def _two_colleagues(told: Settings) -> Row:
    return Row(
        "two_colleagues",
        _("Two colleagues who tell each other their answers"),
        _("Two people’s answers, and the report."),
        _(NOTHING),
        together(
            _("In small groups they can sometimes work out roughly what the others said."),
            _measured(told),
            _("The more people join them, the more they can work out."),
        ),
        "",
        _("Larger groups. Nobody can prevent it."),
        _(
            "Two colleagues who tell each other their answers can, in small groups, sometimes work"
            " out roughly what the others said."
        ),
        _("In small groups sometimes roughly what the others said."),
    )


def _measured(told: Settings) -> str:
    tried = [line for line in TOLD_EACH_OTHER if line[0] >= told.least]
    if not tried:
        return _("Not measured for groups as large as here.")
    cases = "; ".join(
        _("{size} people: {hit} of {of} cases", size=size, hit=hit, of=of)
        for size, hit, of in tried
    )
    return _("Measured: {cases}.", cases=cases)


def _two_waves() -> Row:
    return Row(
        "two_waves",
        _("A colleague of somebody who joined or left between two surveys"),
        _("Two reports: of the same group with and without that person, or of other groups."),
        _(NOTHING),
        _(
            "By how much the rounded figures moved, which also says something about the person who"
            " came or went: a guess whether they stand low, in the middle or high on a dimension."
            " Measured with 5 people: such a guess was right in 86 of 100 tries if nobody else"
            " changed their mind, in 70 if half of the others did a little. With 10 people in 73"
            " and 58, with 30 in 61 and 59. The group’s average alone gives 56 to 60. Of larger"
            " groups a report can say that they are split. Where it says so for the first time"
            " after one person came, that person stood low or high there: measured with 13 to 30"
            " people, in all cases if nobody else changed their mind, in 73 to 82 of 100 if half of"
            " the others did a little. Two surveys that put the same people into other groups can"
            " tell the same of the few by whom these groups differ. The program refuses that for a"
            " survey that is compared with the earlier one, and as long as the other one is not"
            " closed. For a year after that, the page about the survey names the other one. All of"
            " this only where it can tell."
        ),
        _("What the others answered, both times."),
        _("Larger groups, and groups that stay the same people."),
        brief=_("Something about the person who came or went."),
    )


def changed_program() -> Row:
    """Return the row of whoever makes this program another one."""
    return Row(
        "changed_program",
        _("Whoever can change the running program"),
        _("The right to install software on the server."),
        _("Everything from then on, if they change it so. Then this page is worth nothing either."),
        _("What a changed program kept."),
        "",
        _(
            "An expert of your choice can compare the installed program with the published source."
            " That takes access to the server, and shows how it is at that moment."
        ),
        _(
            "Whoever runs the server could change the program so that it keeps your answers. No"
            " page would show that."
        ),
        _("Everything from then on, if they change it so."),
    )


def _device() -> Row:
    return Row(
        "device",
        _("Whoever looks over your shoulder, or manages your device"),
        _("Sight of your screen, or software on the device that records it."),
        _("What you read, type and send. A link with your code stays in the browser’s history."),
        _("What they saw or recorded."),
        "",
        _(
            "Answering on a device of your own, in a place of your own. On another one: typing the"
            " code instead of following a link, in a private window."
        ),
        _("Whoever sees your screen, or manages the device you answer on, sees what you send."),
        _("What you read, type and send."),
    )


def _style(told: Settings) -> Row:
    taken_out = (
        _(
            "Before anybody sees a comment, the program takes out addresses, telephone numbers,"
            " links and the organisation’s name, and the names on a list, where it finds them."
            " Everything else stays."
        )
        if told.masked
        else _(
            "Before anybody sees a comment, the program takes out addresses, telephone numbers,"
            " links and the organisation’s name, where it finds them. Everything else stays."
        )
    )
    return Row(
        "style",
        _("Whoever knows how you write"),
        _("The comments in the report, from {single} answers on.", single=told.single),
        _(NOTHING),
        together(
            _("They may recognise you by your words, or by what only you can know."), taken_out
        ),
        "",
        _("Writing little, plainly, or nothing: every question may be left out."),
        _("Your way of writing: someone who knows it may recognise you in a comment."),
        _("They may recognise you in a comment."),
    )
