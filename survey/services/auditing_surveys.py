"""What an audit says of each survey: what is stored of whom, and what follows from it.

Counts of answers of a survey that is not closed are never told: somebody who asks again and again
would learn when each answer came.
"""

from collections import Counter
from collections.abc import Collection, Iterator
from zoneinfo import ZoneInfo

from survey.disclosure.values import Unit
from survey.services.findings import Finding, learnable, some, stored, wrong
from survey.services.frozen import fingerprint_of
from survey.storage.forensics.facts import Boxes, Counted
from survey.storage.models import Survey

UNCLOSED = ("open", "ended")
HOLDERS = {
    "one of two": "one of the two opening codes",
    "two of three": "two of the three opening codes",
}
ENOUGH = {"one of two": "one code", "two of three": "two codes"}


def survey_findings(counted: Counted) -> Iterator[Finding]:
    """Say of each survey what is stored, what can be learnt and what is wrong."""
    for survey in counted.surveys:
        if survey.lost_on and survey.state in UNCLOSED:
            yield _lost(survey)
        elif survey.state in UNCLOSED:
            yield from _unclosed(survey, counted)
        elif survey.state == "destroying":
            yield _interrupted(survey)
        else:
            yield from _closed(survey, counted)
        yield from _changed(survey, counted)
        yield from _fingerprint(survey, counted)
        yield from _back_to_the_team(survey, counted)
    yield from _nobodys(counted)


def _unclosed(survey: Survey, counted: Counted) -> Iterator[Finding]:
    name = called(survey)
    boxes, codes = (
        counted.boxes.get(survey.slug, Boxes()),
        counted.codes.get(survey.slug, Counter()),
    )
    until = f"It takes answers until {_day(survey)}." if survey.state == "open" else "It has ended."
    yield stored(
        f"{name} is not closed yet. {until} Of each person who was asked: a check value that"
        f" recognises the code ({codes.total()} codes), with the unit it was made for, and no name."
        " Of each person who answered: one sealed box (encrypted answers, always 8,192 bytes) with"
        " survey, unit and another check value made from the code, by which later answers replace"
        " earlier ones; no name, no time, no address, and no mark on the code. The one check"
        " value does not lead to the other: only the code itself leads to both. How many answered"
        " is kept in coarse steps, as of one day. To keep it so, this audit tells no number of"
        " boxes."
    )
    if survey.masked and not survey.rehearsal:  # that one keeps no name, only that there are some
        yield stored(
            f"{name}: names that are taken out of comments ({len(survey.masked)}): those that the"
            " consultant gave, and of people who were added by mail. They are deleted when the"
            " survey is closed."
        )
    yield learnable(
        f"{name}: whoever can read the database can count the sealed boxes of each unit, and by"
        " looking again and again see when one arrives. Nobody can read a box without the key"
        f" folder and {HOLDERS.get(survey.scheme, 'the opening codes')}"
        f" (held by: {'; '.join(survey.holders)}). With the key folder and"
        f" {ENOUGH.get(survey.scheme, 'these codes')}, all answers can be read, each with its unit"
        " and without a name. Whose they are can be told by somebody who also knows which code a"
        " person was given (from a list made while handing out cards, or from the mail archive), or"
        " who noted who was answering when."
    )
    yield from _by_mail(survey, counted)
    yield from _looks(survey, boxes)
    yield from _amounts(survey, boxes, codes, counted)


def _changed(survey: Survey, counted: Counted) -> Iterator[Finding]:
    """Say what is kept of changes while it was open, and what the addition of people can tell."""
    changes, name = counted.changes.get(survey.slug, ()), called(survey)
    if not changes:
        return
    yield stored(
        f"{name}: what was changed since it opened, with the day ({some(len(changes), 'change')})."
        " Everybody who is asked can read it on the survey’s own pages.",
        "table amendment",
    )
    if survey.state in UNCLOSED and any(change.kind == "people" for change in changes):
        yield learnable(
            f"{name}: people were added to a group. Whoever looked into the database before and"
            " after knows which codes’ check values are theirs, and that boxes which were there"
            " before are not. Where everybody else of the group had answered by then, the next box"
            " is theirs. What is in a box this does not tell.",
            "table credential",
        )


def _lost(survey: Survey) -> Finding:
    return stored(
        f"{called(survey)} was restored from a backup without its sealed answers, codes and list of"
        " who was asked by mail. It takes no answers and cannot be opened. What people sent is not"
        " here, and how many did is not known from it."
    )


def _by_mail(survey: Survey, counted: Counted) -> Iterator[Finding]:
    """Say who was invited by mail, and what the mails that wait give away."""
    name, invited = called(survey), counted.invited[survey.slug]
    if invited:
        yield stored(
            f"{name}: address, name, unit and language of those who were invited by mail"
            f" ({invited}), and of whom was added later the day, for reminders, which go to all of"
            " them. No line leads to a code or to a sealed box, and none says whether somebody"
            " answered. Closing deletes them.",
            "table invitee",
        )
    if waiting := counted.mailed[survey.slug]:
        yield learnable(
            f"{name}: mails with a code ({waiting}), and the address each is for, wait to be sent,"
            " or were refused, or may have been sent. Whoever reads the database now can"
            " answer in these people’s place and, if they answer, tell which sealed box is whose."
            " A mail that the mail server took is deleted, and its code with it.",
            "table letter",
        )
    if invited and not waiting:
        yield stored(
            f"{name}: no mail with a code waits any more, so no table holds the code of a person."
        )


def _looks(survey: Survey, boxes: Boxes) -> Iterator[Finding]:
    """Complain of boxes that do not look as this program seals them."""
    name = called(survey)
    if boxes.plain:
        yield wrong(
            f"{name}: {some(boxes.plain, 'box')} can be read or guessed without a key: the bytes"
            " are not mixed as sealed answers are. Answers may lie open in the database.",
            "table box",
        )
    if boxes.odd_size:
        yield wrong(
            f"{name}: {some(boxes.odd_size, 'box')} not of the one size of 8,192 bytes. The size"
            " can tell how much somebody wrote.",
            "table box",
        )
    if boxes.odd_name:
        yield wrong(
            f"{name}: {some(boxes.odd_name, 'box')} under a name that is not 32 bytes long, so not"
            " made by this program. It may point to a person.",
            "table box",
        )
    if boxes.twice:
        yield wrong(
            f"{name}: {some(boxes.twice, 'box')} sealed with a key that another box used as well."
            " This program makes a new one for every box.",
            "table box",
        )


def _amounts(
    survey: Survey, boxes: Boxes, codes: Counter[str], counted: Counted
) -> Iterator[Finding]:
    """Compare boxes with codes, and codes with the people who were asked."""
    name = called(survey)
    known = {str(unit["id"]) for unit in counted.units.get(survey.slug, ())}
    if strange := boxes.units.keys() - known:
        yield wrong(
            f"{name}: boxes of units that are not in its roster: {_listed(sorted(strange))}."
        )
    surplus = sum(max(0, many - codes[unit]) for unit, many in boxes.units.items() if unit in known)
    if surplus:
        yield wrong(
            f"{name}: some unit has more sealed boxes than codes were made for it. Somebody put"
            " boxes into the table by other means than a code.",
            "table box",
        )
    asked = {str(unit["id"]): int(unit["asked"]) for unit in counted.units.get(survey.slug, ())}
    if codes and codes != Counter({unit: many for unit, many in asked.items() if many}):
        yield wrong(
            f"{name}: the codes of some unit are more or fewer than the people asked there.",
            "table credential",
        )


def _interrupted(survey: Survey) -> Finding:
    return wrong(
        f"{called(survey)}: its answers are counted and deleted, but clearing the files was not"
        " finished, so remains may still lie in them. Start Headwind: it goes on by itself, without"
        " a code. Then run this audit again."
    )


def _closed(survey: Survey, counted: Counted) -> Iterator[Finding]:
    name, slug = called(survey), survey.slug
    if survey.left_out is None and not counted.receipts[slug]:
        yield stored(f"{name} is closed. Its answers were destroyed unread; no figure was made.")
    else:
        yield _released(survey, counted)
    yield from _left_of_closed(survey, counted)


def _released(survey: Survey, counted: Counted) -> Finding:
    name, slug = called(survey), survey.slug
    return stored(
        f"{name} is closed. No answer, code or key of it should be left; any that was found stands"
        " under what is wrong. Kept are"
        f" {some(counted.figures[slug], 'figure')} about groups, rounded as the report shows them,"
        f" {some(counted.comments[slug], 'comment')} without author, and"
        f" {some(counted.receipts[slug], 'receipt')}: as many lines as people were asked, filled"
        " up with made-up ones, so that their number does not tell how many answered. A receipt"
        " shows that a box was opened, and not what was in it."
    )


def _left_of_closed(survey: Survey, counted: Counted) -> Iterator[Finding]:
    name, slug = called(survey), survey.slug
    left = {
        "sealed answers": (counted.boxes.get(slug, Boxes()).count, "box"),
        "codes": (counted.codes.get(slug, Counter()).total(), "credential"),
        "records of how many answered": (counted.participation[slug], "participation"),
        "lines of who was invited by mail": (counted.invited[slug], "invitee"),
        "mails with a code": (counted.mailed[slug], "letter"),
    }
    for what, (many, table) in left.items():
        if many:
            yield wrong(
                f"{name} is closed, but {what} of it are still stored ({many}). They should have"
                " been destroyed.",
                f"table {table}",
            )
    if survey.masked:
        yield wrong(
            f"{name} is closed, but the names that were to be taken out of comments"
            f" ({len(survey.masked)}) are still stored.",
            "table survey, column masked",
        )


def _fingerprint(survey: Survey, counted: Counted) -> Iterator[Finding]:
    if not survey.fingerprint:
        return
    units = [
        Unit(str(u["id"]), str(u["name"]), u["parent"], int(u["asked"]))
        for u in counted.units.get(survey.slug, ())
    ]
    by_mail = [str(u["id"]) for u in counted.units.get(survey.slug, ()) if u["way"] == "mail"]
    changes = counted.changes.get(survey.slug, ())
    if fingerprint_of(survey, units, by_mail, changes) == survey.fingerprint:
        yield stored(
            f"{called(survey)}: groups, questions, rules and key give the six words"
            f" “{survey.fingerprint}”. Compare them with those that people were shown."
        )
    else:
        yield wrong(
            f"{called(survey)}: groups, questions, rules and key no longer give its six words"
            f" “{survey.fingerprint}”. Some of it was changed after people were shown it.",
            "table survey",
        )


def _back_to_the_team(survey: Survey, counted: Counted) -> Iterator[Finding]:
    """Say who may see results of groups by a word, and what is kept of what was agreed."""
    words = sum(bool(u["result_word"]) for u in counted.units.get(survey.slug, ()))
    if survey.results_on and words:
        on = survey.results_on
        yield stored(
            f"{called(survey)}: two words for each unit that asks anybody ({words}), the same for"
            f" all of its people. From {on.day} {on:%B %Y} on, once the survey is closed, whoever"
            " knows them sees what was released of that unit’s group. They are made by chance and"
            " lead to no person and no answers."
        )
    promises, outcomes = counted.commitments[survey.slug], counted.outcomes[survey.slug]
    if promises or outcomes:
        yield stored(
            f"{called(survey)}: what groups agreed to, with a role and a day"
            f" ({some(promises, 'commitment')}), and what became of the planned practice"
            f" ({some(outcomes, 'record')}), in the words of those who run the survey."
        )


def _nobodys(counted: Counted) -> Iterator[Finding]:
    """Name what refers to a survey that does not exist."""
    known = {survey.slug for survey in counted.surveys}
    tables: dict[str, Collection[str]] = {
        "box": counted.boxes,
        "credential": counted.codes,
        "participation": counted.participation,
    }
    for table, surveys in tables.items():
        if strange := sorted(set(surveys) - known):
            yield wrong(
                f"Table {table} holds rows of surveys that do not exist: {_listed(strange)}.",
                f"table {table}",
            )


def called(survey: Survey) -> str:
    """Return what a survey is called in a sentence."""
    return f"“{survey.title}” ({survey.slug})"


def _day(survey: Survey) -> str:
    at = survey.ends_at.astimezone(ZoneInfo(survey.timezone))
    return f"{at.day} {at:%B %Y, %H:%M} ({survey.timezone})"


def _listed(names: Collection[str]) -> str:
    return ", ".join(names)
