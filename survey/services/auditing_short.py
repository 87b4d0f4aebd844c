"""An audit in a few lines, to stand before all the others: what is there, and who could read it.

Here belongs nothing that is not said in full elsewhere in the audit.
"""

from collections.abc import Iterator

from survey.services.auditing_surveys import HOLDERS, UNCLOSED
from survey.services.findings import Finding, short
from survey.storage.forensics.facts import Counted


def short_findings(counted: Counted) -> Iterator[Finding]:
    """Say in a few lines what is stored, who could read it, and what stays unseen."""
    waiting = [survey for survey in counted.surveys if survey.state in UNCLOSED]
    yield short(
        f"Surveys whose sealed answers are stored: {len(waiting)}. Closed, or being closed:"
        f" {len(counted.surveys) - len(waiting)}."
    )
    for scheme in sorted({survey.scheme for survey in waiting}):
        yield short(
            f"Whoever has database, key folder and {HOLDERS.get(scheme, 'the opening codes')} can"
            " read every answer that was sent so far, without names."
        )
    if waiting:
        yield short(
            "Whoever also knows which code a person was given, or noted who was answering when, can"
            " tell whose answers these are."
        )
    if mailed := counted.mailed.total():
        yield short(
            f"Mails with a code that wait to be sent: {mailed}. Whoever reads the database now can"
            " answer in these people’s place."
        )
    yield short("Not seen from here: a changed program, copies, and logs elsewhere.")
