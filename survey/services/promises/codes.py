"""Who learns what of those who hold codes: opening codes, and the codes of people."""

from collections.abc import Iterator

from survey.services.promises.row import Row
from survey.services.promises.settings import Settings, listed


def with_codes(told: Settings) -> Iterator[Row]:
    """Yield the rows of those who hold codes, without the files of the server."""
    yield _one_code(told)
    yield _all_codes(told)
    yield _hands_out(told)
    yield _many_codes()
    yield _receipt(told)


def _one_code(told: Settings) -> Row:
    alone = (
        "The files of the server. With them, this code is enough: see “The host with one opening"
        " code”."
        if told.one_opens
        else "A second code of the three, and the files of the server."
    )
    return Row(
        "one_code",
        "Whoever holds one opening code",
        f"One printed code. Named as holders: {listed(told.holders)}.",
        "Nothing. A code by itself opens nothing; the program takes it only from"
        f" {told.opens} on, and then shows results of groups alone.",
        "Nothing. The key that the code belongs to is destroyed.",
        alone,
        brief="Nothing.",
    )


def _all_codes(told: Settings) -> Row:
    number = "both" if told.one_opens else "all three"
    return Row(
        "all_codes",
        f"Whoever holds {number} opening codes",
        f"Sheets with {number} codes, but not the files of the server.",
        f"Nothing. They can close the survey from {told.opens} on, and then see what the report"
        " shows.",
        "Nothing but the report.",
        "The files of the server.",
        brief="Nothing but the report.",
    )


def _hands_out(told: Settings) -> Row:
    return Row(
        "hands_out",
        "Whoever prints, hands out or mails the codes, or reads your mail",
        "Your code. That it is yours they know only if somebody noted who got which, or sent it to"
        " you by name.",
        "They could answer in your place: the later answers replace the earlier ones, and your"
        " receipt is then missing from the closing record. With the stored data they could tell"
        f" which sealed answers are yours; with {told.enough} as well, read them.",
        "Nothing from this server. From copies made before: see “Whoever holds a copy”.",
        f"The stored data, and {told.enough}.",
        "Drawing cards from a hat: then nobody knows whose code is whose. The receipt shows whether"
        " your own answers were among those opened.",
        "Whoever prints or mails the codes, or reads your mail, may hold yours. They could answer"
        " in your place; with the server’s stored data tell which sealed answers are yours; and"
        f" with {told.enough} too, read them until the survey is closed. Where cards are drawn from"
        " a hat, nobody knows whose code is whose.",
        "They could answer in your place. With the stored data: which sealed answers are yours.",
    )


def _many_codes() -> Row:
    return Row(
        "many_codes",
        "Whoever answers with most codes of a small group",
        "Codes that were kept back, spare ones, or those of several people.",
        "Nothing.",
        "They know what they sent themselves, so the results of the group tell them much about the"
        " few who are left; rounding keeps some of it vague.",
        "",
        "Handing out every card, keeping none, and destroying spare ones that nobody took. People"
        " whose answers were replaced find their receipt missing.",
        brief="Much about the few who are left.",
    )


def _receipt(told: Settings) -> Row:
    return Row(
        "receipt",
        "Whoever sees your receipt",
        "The letters and digits that were shown when you had sent your answers.",
        "That you have answered, if they believe it is yours.",
        "Whether answers with this receipt were among those opened. Anybody can copy a receipt from"
        " the closing record, so showing one proves nothing.",
        "The stored data, or a copy of it from before closing: there it points to your sealed"
        f" answers, which {told.enough} would open.",
        "Keeping it to yourself. Nobody may ask you for it.",
        brief="That you have answered.",
    )
