"""Who learns what of those who hold codes: opening codes, and the codes of people."""

from collections.abc import Iterator

from survey.language import gettext as _
from survey.services.promises.row import NOTHING, Row, together
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
        _(
            "The files of the server. With them, this code is enough: see “The host with one"
            " opening code”."
        )
        if told.one_opens
        else _("A second code of the three, and the files of the server.")
    )
    return Row(
        "one_code",
        _("Whoever holds one opening code"),
        _("One printed code. Named as holders: {holders}.", holders=listed(told.holders)),
        _(
            "Nothing. A code by itself opens nothing; the program takes it only from"
            " {opens} on, and then shows results of groups alone.",
            opens=told.opens,
        ),
        _("Nothing. The key that the code belongs to is destroyed."),
        alone,
        brief=_(NOTHING),
    )


def _all_codes(told: Settings) -> Row:
    who, holding = (
        (
            _("Whoever holds both opening codes"),
            _("Sheets with both codes, but not the files of the server."),
        )
        if told.one_opens
        else (
            _("Whoever holds all three opening codes"),
            _("Sheets with all three codes, but not the files of the server."),
        )
    )
    return Row(
        "all_codes",
        who,
        holding,
        _(
            "Nothing. They can close the survey from {opens} on, and then see what the report"
            " shows.",
            opens=told.opens,
        ),
        _("Nothing but the report."),
        _("The files of the server."),
        brief=_("Nothing but the report."),
    )


def _hands_out(told: Settings) -> Row:
    return Row(
        "hands_out",
        _("Whoever prints, hands out or mails the codes, or reads your mail"),
        _(
            "Your code. That it is yours they know only if somebody noted who got which, or sent it"
            " to you by name."
        ),
        together(
            _(
                "They could answer in your place: the later answers replace the earlier ones, and"
                " your receipt is then missing from the closing record."
            ),
            _with_stored_data(told),
            _(
                "Codes by mail are sent by name, so whoever reads your mail or runs the mail server"
                " has your code and knows that it is yours. So does a service that checks the links"
                " in mails, which can also see when you follow yours."
            )
            if told.by_mail
            else "",
        ),
        _("Nothing from this server. From copies made before: see “Whoever holds a copy”."),
        _("The stored data, and one opening code.")
        if told.one_opens
        else _("The stored data, and two of the three opening codes."),
        _(
            "Drawing cards from a hat: then nobody knows whose code is whose. The receipt shows"
            " whether your own answers were among those opened."
        ),
        _hands_out_in_short(told),
        _("They could answer in your place. With the stored data: which sealed answers are yours."),
    )


def _with_stored_data(told: Settings) -> str:
    """Return what a code and the stored data tell together."""
    if told.one_opens:
        return _(
            "With the stored data they could tell which sealed answers are yours; with one opening"
            " code as well, read them."
        )
    return _(
        "With the stored data they could tell which sealed answers are yours; with two of the three"
        " opening codes as well, read them."
    )


def _hands_out_in_short(told: Settings) -> str:
    reads = (
        _(
            "They could answer in your place; with the server’s stored data tell which sealed"
            " answers are yours; and with one opening code too, read them until the survey is"
            " closed."
        )
        if told.one_opens
        else _(
            "They could answer in your place; with the server’s stored data tell which sealed"
            " answers are yours; and with two of the three opening codes too, read them until the"
            " survey is closed."
        )
    )
    return together(
        _("Whoever prints or mails the codes, or reads your mail, may hold yours."),
        reads,
        _("Where cards are drawn from a hat, nobody knows whose code is whose."),
    )


def _many_codes() -> Row:
    return Row(
        "many_codes",
        _("Whoever answers with most codes of a small group"),
        _("Codes that were kept back, spare ones, or those of several people."),
        _(NOTHING),
        _(
            "They know what they sent themselves, so the results of the group tell them much about"
            " the few who are left; rounding keeps some of it vague."
        ),
        "",
        _(
            "Handing out every card, keeping none, and destroying spare ones that nobody took."
            " People whose answers were replaced find their receipt missing."
        ),
        brief=_("Much about the few who are left."),
    )


def _receipt(told: Settings) -> Row:
    stored = (
        _(
            "The stored data, or a copy of it from before closing: there it points to your sealed"
            " answers, which one opening code would open."
        )
        if told.one_opens
        else _(
            "The stored data, or a copy of it from before closing: there it points to your sealed"
            " answers, which two of the three opening codes would open."
        )
    )
    return Row(
        "receipt",
        _("Whoever sees your receipt"),
        _("The letters and digits that were shown when you had sent your answers."),
        _("That you have answered, if they believe it is yours."),
        _(
            "Whether answers with this receipt were among those opened. Anybody can copy a receipt"
            " from the closing record, so showing one proves nothing."
        ),
        stored,
        _("Keeping it to yourself. Nobody may ask you for it."),
        brief=_("That you have answered."),
    )
