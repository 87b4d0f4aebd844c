"""The worker that sends mails: a thread of the server, one at work at a time in an instance.

Here belongs when the outbox is looked at, who may send, and how fast. What becomes of a mail stands
in `survey.services.outbox`, what is said to the mail server in `survey.mail`.

One process of the server holds the lock of a file in the instance folder for as long as it lives,
and sends. The lock ends with the process, so whoever takes it next knows that nobody is sending,
and calls uncertain what is still marked as being sent.
"""

import atexit
import logging
import secrets
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from threading import Event, Thread

from sqlalchemy.orm import Session, sessionmaker

from survey.exports.mails import mail_of
from survey.jobs.mirror import Mirror, Progress, look
from survey.jobs.telling import told
from survey.mail import MailServerFails, Outcome, Post, Sent, Server
from survey.services import outbox
from survey.services.invitation_text import About, about_survey
from survey.services.outbox import Held
from survey.storage.engine import engine_of, reading
from survey.storage.scrub import clear_letters
from survey.storage.workspace import MAILINGS

log = logging.getLogger(__name__)

GLANCE = 2.0
"""Seconds between two looks into the outbox."""
MINUTE = 60.0
"""Seconds after which a mail server that failed is tried again, and between two clearings."""
FAREWELL = 10.0
"""Seconds that a server that ends waits for the mail that is being sent."""
FILE = "mail.json"


class Postman:
    """Sends what waits in the outbox.

    Parameters
    ----------
    server
        The mail server; None where mail is not set up: then nothing is sent, and what is over is
        still tidied away.
    folder
        Where the processes of one server agree who sends.
    """

    def __init__(
        self,
        sessions: sessionmaker[Session],
        server: Server | None,
        clock: Callable[[], datetime],
        folder: Path,
        public_url: str = "",
        per_minute: int = 600,
    ) -> None:
        self._sessions, self._server, self._clock = sessions, server, clock
        self._folder, self._public_url = folder, public_url
        self._apart, self._not_before = MINUTE / per_minute, 0.0
        self._worker = secrets.token_hex(8)
        self._mirror: Mirror | None = None
        self._over = Event()
        self._unsettled: tuple[Held, Sent | None] | None = None
        self._upcoming: list[str] = []
        self._to_clear, self._cleared_at = True, 0.0

    def start(self) -> None:
        """Begin, in a thread that ends with the process, between two mails."""
        thread = Thread(target=self._keep, name="postman", daemon=True)
        thread.start()
        atexit.register(self._end, thread)

    def trouble(self) -> str:
        """Return why nothing can be sent at this moment, as the process that sends has told."""
        progress = look(self._folder / FILE)
        return progress.error if progress else ""

    def once(self) -> int:
        """Send all that may be sent now, if this process is the one to send; return how many mails
        were taken.
        """
        if not self._is_mine():
            return 0
        self._settle_at_last()
        self._tidy()
        taken = self._sent() if self._looked(outbox.waits) else 0
        self._tidy()
        if self._to_clear:
            self._clear()
        return taken

    def let_go(self) -> None:
        """Let another process send."""
        if self._mirror:
            self._mirror.let_go()
        self._mirror = None

    def _keep(self) -> None:
        while not self._over.is_set():
            error = told(self.once)
            self._tell(error)
            self._over.wait(MINUTE if error else GLANCE)

    def _end(self, thread: Thread) -> None:
        self._over.set()
        thread.join(FAREWELL)

    def _is_mine(self) -> bool:
        if self._mirror is None:
            self._mirror = Mirror.take(self._folder / FILE)
            if self._mirror is None:
                return False
            self._mirror.write(Progress("mail"))
            with self._sessions() as session, session.begin():
                if many := outbox.call_uncertain(session, self._worker):
                    log.warning("Mails of which nobody can tell whether they were sent: %d", many)
        return True

    def _looked(self, ask: Callable[[Session, datetime], bool]) -> bool:
        with self._sessions() as session, reading(session):
            return ask(session, self._clock())

    def _tidy(self) -> None:
        if not self._looked(outbox.is_untidy):
            return
        with self._sessions() as session, session.begin():
            self._to_clear |= outbox.tidy(session, self._clock())

    def _sent(self) -> int:
        """Send one mail after the other over one connection, each claimed by itself; return how
        many were taken.
        """
        if self._server is None:
            return 0
        taken, abouts = 0, dict[str, About]()
        with Post(self._server) as post:
            self._tell("")
            while not self._over.is_set() and (held := self._claimed(post)):
                sent = self._handed_over(post, held, abouts)
                self._unsettled = held, sent
                if sent.outcome is Outcome.TAKEN:
                    taken += 1
                    self._to_clear |= held.code is not None or held.kind == "account"
                self._clear_each_minute()
        self._settle_at_last()
        return taken

    def _claimed(self, post: Post) -> Held | None:
        """Write down what became of the last mail and take the next one, in one transaction, unless
        there is something to wait for between the two.
        """
        if not post.connected or self._not_before > time.monotonic():
            self._settle_at_last()
        post.connect()  # before a mail is claimed: a server that is away is no mail's fault
        self._pace()
        with self._sessions() as session, session.begin():
            self._settle(session)
            held = outbox.claim(session, self._worker, self._clock(), self._upcoming)
        self._unsettled = None
        return held

    def _handed_over(self, post: Post, held: Held, abouts: dict[str, About]) -> Sent:
        try:
            mail = mail_of(held, self._about(held, abouts))
        except Exception as error:  # a mail that cannot be written must not keep back all others
            log.error("A mail could not be written: %s", type(error).__name__)
            return Sent(Outcome.LATER, type(error).__name__)
        self._unsettled = held, Sent(Outcome.UNCERTAIN)  # for what nobody foresaw
        try:
            return post.send(mail, self._clock())
        except MailServerFails:
            self._unsettled = held, None
            self._settle_at_last()
            raise

    def _settle_at_last(self) -> None:
        """Write down what became of the last mail, also where that failed before."""
        if self._unsettled is not None:
            with self._sessions() as session, session.begin():
                self._settle(session)
            self._unsettled = None

    def _settle(self, session: Session) -> None:
        if self._unsettled is None:
            return
        held, sent = self._unsettled
        if sent is None:
            outbox.give_back(session, held, self._worker)
        else:
            outbox.settle(session, held, self._worker, sent, self._clock())

    def _about(self, held: Held, abouts: dict[str, About]) -> About | None:
        if held.kind not in MAILINGS or held.survey is None:
            return None
        if held.survey not in abouts:
            with self._sessions() as session:
                abouts[held.survey] = about_survey(
                    session, held.survey, self._clock(), self._public_url
                )
        return abouts[held.survey]

    def _pace(self) -> None:
        """Wait until the next mail may go."""
        now = time.monotonic()
        if self._not_before > now:
            self._over.wait(self._not_before - now)
        self._not_before = max(now, self._not_before) + self._apart

    def _clear_each_minute(self) -> None:
        if self._to_clear and time.monotonic() - self._cleared_at > MINUTE:
            self._settle_at_last()
            self._clear()

    def _clear(self) -> None:
        self._cleared_at = time.monotonic()
        self._to_clear = not clear_letters(engine_of(self._sessions))

    def _tell(self, error: str) -> None:
        if self._mirror:
            self._mirror.write(Progress("mail", 0, error))
