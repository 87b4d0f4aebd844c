"""A mail told in two forms that say the same: plain text, and HTML without anything remote.

Here belongs how the parts of a mail look. What it says stands in `survey.services` (`inviting`,
`reminding`) or was written with the letter; how it is sent, in `survey.mail`.
"""

from collections.abc import Iterator

from survey.exports.html import environment
from survey.language import speaking
from survey.mail import Mail
from survey.services.invitation_text import About, invitation
from survey.services.letters import Part, Quoted, Said, Shown, Text, Way
from survey.services.outbox import Held
from survey.services.reminding import reminder

ADDRESSES = ("https://", "http://")


def mail_of(held: Held, about: About | None) -> Mail:
    """Return a letter of the outbox as it goes out.

    Parameters
    ----------
    about
        What its survey's mails say of the survey; None where the letter has words of its own.
    """
    text = text_of(held, about)
    return Mail(
        id=held.id,
        email=held.email,
        name=held.name,
        language=text.language,
        subject=text.subject,
        plain=plain(text),
        html=html(text),
    )


def text_of(held: Held, about: About | None) -> Text:
    """Return what a letter says."""
    if about is not None and held.kind == "invitation":
        return invitation(about, held.name, held.language, held.unit or "", held.code or "")
    if about is not None and held.kind == "reminder":
        return reminder(about, held.name, held.language)
    return Text(held.language, held.subject, tuple(_paragraphs(held.body)))


def plain(text: Text) -> str:
    """Return a mail as plain text."""
    return "\n\n".join(map(_plain, text.parts)) + "\n"


def html(text: Text) -> str:
    """Return a mail as HTML: styles stand at each element, since mail programs drop style sheets;
    no picture, no script, nothing loaded from anywhere.
    """
    with speaking(text.language):
        return environment().get_template("mail/mail.html").render(text=text)


def _plain(part: Part) -> str:
    match part:
        case Way(words, address):
            return address if words == address else f"{words}:\n{address}"
        case Shown(what, shown):
            return f"{what}:\n    {shown}"
        case Quoted(told, by):
            lines = "\n".join(f"> {line}".rstrip() for line in told.splitlines())
            return f"{lines}\n> – {by}" if by else lines
        case _:
            return part.text


def _paragraphs(body: str) -> Iterator[Part]:
    """Yield the paragraphs of a mail with words of its own; an address alone is a link."""
    for paragraph in body.replace("\r\n", "\n").split("\n\n"):
        told = paragraph.strip()
        if told.startswith(ADDRESSES) and len(told.split()) == 1:
            yield Way(told, told)
        elif told:
            yield Said(told)
