"""Mails as they leave, to a real mail server: what goes over the wire, and what comes of it."""

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from threading import Thread

import pytest

from survey.mail import (
    Mail,
    MailServerFails,
    NoMailAddress,
    Outcome,
    Post,
    Server,
    check_address,
    message_of,
)
from tests.support.mailbox import OK, SENDER, Mailbox, mail_server

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
SERVER = Server("mail.example.org", 25, "none", sender=SENDER)


def mail(email: str = "jo@example.org", **changed: str) -> Mail:
    told = Mail("abc123", email, "Jo", "en", "Hello", "Hello,\n\nJo.\n", "<p>Hello, Jo.</p>")
    return replace(told, **changed)


def send(server: Server, *mails: Mail) -> list[Outcome]:
    with Post(server, patience=5) as post:
        return [post.send(one, NOON).outcome for one in mails]


def answering(**to: str):
    """An answer for each name before the @; everybody else is fine."""
    return lambda address: to.get(address.partition("@")[0], OK)


def test_a_mail_has_both_forms_and_says_who_sent_it_and_that_a_program_did():
    box = Mailbox()
    german = mail(name="Jürgen Groß", language="de", subject="Grüße: Ihr Code", plain="Grüße\n")
    with mail_server(box) as server:
        told = replace(server, reply_to="Eva Lindqvist <eva@example.org>")
        assert send(told, german) == [Outcome.TAKEN]
    (got,) = box.taken
    assert got["Subject"] == "Grüße: Ihr Code"
    assert got["To"] == "Jürgen Groß <jo@example.org>"
    assert (got["From"], got["Reply-To"]) == (SENDER, "Eva Lindqvist <eva@example.org>")
    assert got["Message-ID"] == "<abc123@example.org>"
    assert got["Date"].datetime == NOON
    assert (got["Auto-Submitted"], got["Content-Language"]) == ("auto-generated", "de")
    plain, html = got.iter_parts()
    assert [plain.get_content_type(), html.get_content_type()] == ["text/plain", "text/html"]
    assert plain.get_content().split() == ["Grüße"]
    assert html.get_content().strip() == "<p>Hello, Jo.</p>"


def test_lines_that_begin_with_a_dot_arrive_as_they_were():
    box = Mailbox()
    told = ".\n..two\n.three\n\n.\nend\n"
    with mail_server(box) as server:
        assert send(server, mail(plain=told)) == [Outcome.TAKEN]
    arrived = next(box.taken[0].iter_parts()).get_content()
    assert arrived.replace("\r\n", "\n") == told


def test_one_connection_serves_for_many_mails_and_for_what_is_refused_between_them():
    box = Mailbox(answering(gone="550 no such user", full="451 try again"))
    with mail_server(box) as server:
        mails = [mail(f"{name}@example.org") for name in ("a", "gone", "b", "full", "c")]
        with Post(server) as post:
            sent = [post.send(one, NOON) for one in mails]
            assert post._smtp
            assert post._smtp.sock
            port = post._smtp.sock.getsockname()
            post.send(mail("d@example.org"), NOON)
            assert post._smtp.sock.getsockname() == port
    assert [one.outcome.value for one in sent] == ["taken", "refused", "taken", "later", "taken"]
    assert (sent[1].told, sent[3].told) == ("550 no such user", "451 try again")
    assert len(box.taken) == 4


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [("554 5.7.1 looks like spam", Outcome.REFUSED), ("452 disk full", Outcome.LATER)],
)
def test_what_a_server_says_after_it_has_read_a_mail_counts(answer, outcome):
    box = Mailbox(at_data=answering(jo=answer))
    with mail_server(box) as server:
        assert send(server, mail(), mail("b@example.org")) == [outcome, Outcome.TAKEN]


def test_where_the_wire_is_cut_after_the_last_line_nobody_can_tell():
    box = Mailbox(at_data=answering(jo=""))
    with mail_server(box) as server:
        assert send(server, mail(), mail("b@example.org")) == [Outcome.UNCERTAIN, Outcome.TAKEN]
    assert box.to("jo@example.org"), "this server had taken it, and could not say so"


def test_where_the_wire_is_cut_before_the_mail_was_sent_it_was_not_sent():
    box = Mailbox(answering(jo=""))
    with mail_server(box) as server:
        assert send(server, mail(), mail("b@example.org")) == [Outcome.LATER, Outcome.TAKEN]
    assert [str(one["To"]) for one in box.taken] == ["Jo <b@example.org>"]


def test_a_server_that_falls_silent_after_a_mail_leaves_it_uncertain(monkeypatch):
    monkeypatch.setattr("survey.mail.ANSWER_OF_DATA", 0.2)
    with silent_after(b"DATA\r\n", b"354 go on\r\n") as port, Post(at(port), 0.2) as post:
        assert post.send(mail(), NOON).outcome is Outcome.UNCERTAIN


def test_a_server_that_falls_silent_before_a_mail_leaves_it_for_later():
    with silent_after(b"RCPT", b"") as port, Post(at(port), 0.2) as post:
        assert post.send(mail(), NOON).outcome is Outcome.LATER


def at(port: int) -> Server:
    return replace(SERVER, host="127.0.0.1", port=port)


@contextmanager
def silent_after(word: bytes, last: bytes) -> Iterator[int]:
    """A server that says 250 to everything, until a command after which it never speaks again."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            wire, _ = listening.accept()
            with wire, wire.makefile("rb") as lines:
                wire.sendall(b"220 hello\r\n")
                for line in lines:
                    if line.startswith(word):
                        wire.sendall(last)
                        break
                    wire.sendall(b"250 fine\r\n")
                while lines.readline():
                    pass

        thread = Thread(target=serve)
        thread.start()
        yield listening.getsockname()[1]
        thread.join()


@pytest.mark.parametrize(
    "nasty", ["\r\nBcc: eve@example.org", "\nX: y", "\r", "\x00", "\u2028Z: z"]
)
def test_nothing_that_people_wrote_becomes_a_header_of_its_own(nasty):
    told = message_of(mail(name="Jo" + nasty, subject="Hi" + nasty), SERVER, NOON)
    assert set(told.keys()) == {
        "Subject", "From", "To", "Date", "Message-ID", "Auto-Submitted", "Content-Language",
        "MIME-Version", "Content-Type",
    }  # fmt: skip
    read = message_from_bytes(told.as_bytes(), policy=default)
    assert set(read.keys()) == set(told.keys())
    assert [address.addr_spec for address in read["To"].addresses] == ["jo@example.org"]


@pytest.mark.parametrize(
    "address",
    ["", "jo", "jo@", "@example.org", "jo@example", "jo@example.org\r\nRCPT TO:<eve@example.org>",
     "jo@example.org,eve@example.org", "<jo@example.org>", "jo @example.org", "jö@example.org",
     "jo@exämple.org", "jo@[127.0.0.1]", "a" * 250 + "@example.org", "jo..b@example.org"],
)  # fmt: skip
def test_what_is_no_address_is_refused_before_anything_is_said_to_a_server(address):
    with pytest.raises(NoMailAddress):
        check_address(address)
    box = Mailbox()
    with mail_server(box) as server:
        assert send(server, mail(address)) == [Outcome.REFUSED]
    assert not box.tried


def test_a_server_that_is_not_there_is_no_mails_fault():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(MailServerFails, match=r"127\.0\.0\.1 cannot be used: Connection refused"):
        send(at(port), mail())


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for localhost that nobody but this test trusts."""
    folder = tmp_path_factory.mktemp("certificate")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
         "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
         "subjectAltName=DNS:localhost", "-keyout", folder / "key.pem", "-out",
         folder / "cert.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    return folder


def test_a_wrong_password_is_told_without_the_password(certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate / "cert.pem"))
    with mail_server(Mailbox(), certificate, users={"eva": "right"}) as server:
        wrong = replace(server, user="eva", password="a wrong one")
        with pytest.raises(MailServerFails, match="535") as told:
            send(wrong, mail())
        assert "a wrong one" not in f"{told.value} {wrong}"
        assert send(replace(wrong, password="right"), mail()) == [Outcome.TAKEN]


def test_starttls_covers_password_and_mail(certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate / "cert.pem"))
    box = Mailbox()
    with mail_server(box, certificate, users={"eva": "right"}) as server:
        assert send(replace(server, user="eva", password="right"), mail()) == [Outcome.TAKEN]
    assert box.secure == [True]


def test_a_certificate_that_nobody_trusts_ends_the_talk_before_anything_is_told(certificate):
    box = Mailbox()
    with (
        mail_server(box, certificate) as server,
        pytest.raises(MailServerFails, match="certificate"),
    ):
        send(server, mail())
    assert not box.tried


def test_a_server_that_offers_no_encryption_is_not_spoken_to_without():
    box = Mailbox()
    with (
        mail_server(box) as server,
        pytest.raises(MailServerFails, match="STARTTLS"),
    ):
        send(replace(server, security="starttls"), mail())
    assert not box.tried
