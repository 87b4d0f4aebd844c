"""How to check each claim oneself: what a respondent can do alone, and what an expert can look at.

`tests/test_services_promises.py` sees to it that every test and file named here exists. Who learns
what stands in `table`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from survey.language import gettext as _
from survey.services.promises.settings import Settings

WEB = "tests/web"
SAME = "test_the_page_is_the_same_for_everyone_and_before_and_after_a_submission"
NOT_LOGGED = "test_a_failure_behind_a_submission_logs_neither_code_nor_answer"


@dataclass(frozen=True)
class Check:
    """A claim, and how to check it.

    Attributes
    ----------
    claim
        What is said, in a sentence.
    yourself
        What anybody can do, with a browser or by asking; empty where only an expert can tell.
    expert
        Tests of the source, or commands, that show it. Tests are written `file::name`.
    """

    claim: str
    yourself: str
    expert: tuple[str, ...]


def checks(told: Settings) -> tuple[Check, ...]:
    """Return how to check what is claimed of a survey with these settings."""
    return (
        *_while_answering(told),
        *_at_the_server(told),
        *_in_the_report(told),
        *_for_the_group(told),
        _program(),
    )


def _while_answering(told: Settings) -> Iterator[Check]:
    yield Check(
        _("Everybody gets the same page, and it sets no cookie."),
        _(
            "Look at this site’s data in your browser’s settings: there is none. Lay your page"
            " beside a colleague’s."
        ),
        (
            "curl -sI ADDRESS   (no Set-Cookie; Cache-Control: no-store)",
            f"{WEB}/test_security.py::test_a_respondent_is_given_no_cookie_whatever_the_browser_brings",
            f"{WEB}/test_respond.py::{SAME}",
        ),
    )
    if told.fingerprint:
        yield Check(
            _("Everybody is asked under the same rules, fixed at opening."),
            _(
                "Compare the six words on the first page with a colleague’s: they are the same for"
                " everybody who is asked. If not, send nothing, and tell somebody you trust."
            ),
            ("docs/fingerprint.md", "tests/core/test_fingerprint.py"),
        )
    yield Check(
        _("Your code is part of no address that is sent, and stands in no log."),
        _("It stands after the # sign of your link, which browsers keep to themselves."),
        (f"{WEB}/test_security.py::{NOT_LOGGED}", "tests/adversary/test_canaries.py"),
    )
    yield Check(
        _("Your sealed answers were among those opened."),
        _(
            "Keep the receipt that is shown when you have sent. After the closing look it up in the"
            " closing record. Nobody may ask you for it."
        ),
        (f"{WEB}/test_record.py", "tests/test_services_record.py"),
    )


def _at_the_server(told: Settings) -> Iterator[Check]:
    yield Check(
        _(
            "What is stored of you is a sealed box of one size, your group and a check value made"
            " from your code: no address, no name."
        ),
        _("Ask the works council, or an expert of your choice, to run “headwind audit” on a copy."),
        (
            "headwind audit",
            "tests/storage/test_columns.py",
            "tests/adversary/test_only_box_changes.py",
            "tests/adversary/test_statement_spy.py",
        ),
    )
    if told.by_mail:
        yield Check(
            _(
                "Once all mails are sent, nothing that is stored leads from an address to sealed"
                " answers; and reminders go to everybody who was invited."
            ),
            _("Ask a colleague who has answered: the reminder reaches them too."),
            ("tests/adversary/test_mailed.py", "tests/test_services_outbox.py"),
        )
    yield Check(
        _("Opening takes one of the two codes, and the program keeps none of them.")
        if told.one_opens
        else _("Opening takes two of the three codes, and the program keeps none of them."),
        _("Ask the holders named on the first page whether they have theirs, on paper, and apart."),
        ("tests/core/test_ballots_keys.py", "tests/adversary/test_passive_host.py"),
    )
    yield Check(
        _("After the closing no answer, no code and no key is left on this server."),
        _("Ask for “headwind audit” again after the closing."),
        ("headwind audit", "tests/adversary/test_canaries.py", "tests/storage/test_scrub.py"),
    )
    yield Check(
        _("After the closing nothing tells who answered when."),
        "",
        ("tests/adversary/test_two_worlds.py", "tests/adversary/test_order_of_rows.py"),
    )


def _in_the_report(told: Settings) -> Iterator[Check]:
    yield Check(
        _("Nothing is shown of fewer than {least} people.", least=told.least),
        _("Look through the report: each group shows how many answers it rests on."),
        ("tests/core/test_rollup.py", "tests/core/test_release.py"),
    )
    yield Check(
        _(
            "All figures of a report taken together tell nobody’s answer for certain, also to a"
            " colleague who knows their own."
        ),
        "",
        (
            "docs/decisions/0008-figures-together.md",
            "tests/adversary/test_figures_together.py",
            "tests/adversary/test_integer_programme.py",
            "tests/adversary/test_split.py",
            "tests/core/test_precision.py",
        ),
    )


def _for_the_group(told: Settings) -> Iterator[Check]:
    if told.results:
        yield Check(
            _(
                "Your group sees its result from the promised day on, once the answers are opened;"
                " nobody has to give it free."
            ),
            _(
                "Note the day and the two words, and look. The day is part of what the six words on"
                " the first page are made from."
            ),
            ("tests/test_services_results.py", f"{WEB}/test_result.py"),
        )


def _program() -> Check:
    return Check(
        _("The program on the server is the published one."),
        _(
            "You cannot see this from outside. An expert of your choice can, with access to the"
            " server; it shows how it is at that moment. The hash covers Headwind’s own files, not"
            " Python and the libraries beneath."
        ),
        ("headwind audit --hash   (compare with that of the published version)",),
    )
