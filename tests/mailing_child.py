"""A process that sends mails, to be killed: python -m tests.mailing_child URL FOLDER PORT."""

import sys
from datetime import UTC, datetime
from pathlib import Path

from survey.jobs.postman import Postman
from survey.mail import Server
from survey.storage.engine import make_sessions

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


def main() -> None:
    url, folder, port = sys.argv[1:]
    server = Server("127.0.0.1", int(port), "none", sender="Survey <survey@example.org>")
    postman = Postman(
        make_sessions(url),
        server,
        lambda: NOON,
        Path(folder) / "mail",
        "https://survey.example.org",
        1_000_000,
    )
    postman.once()


if __name__ == "__main__":
    main()
