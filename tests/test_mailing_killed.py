"""A worker that is killed while it mails 1,000 people: each mail once, or listed as uncertain."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace

import pytest
import sqlalchemy as sa

from survey.mail import Server
from survey.storage.workspace import Letter, Mailing
from tests.collecting import TREE, Place
from tests.mailed import code_in, make_mailed_place, people
from tests.support.mailbox import Mailbox, mail_server

PEOPLE = {"sqlite": 1000, "postgresql": 200}
KILLED_AFTER = (0.15, 0.48, 0.7)
"""Of all mails."""
PATIENCE = 90.0


@pytest.fixture
def place(engine, originals, tmp_path):
    """A thousand people of one unit (fewer on a server), to whom nothing is sent yet."""
    many = PEOPLE[engine]
    units = tuple(replace(u, asked=many) if u.id == "north" else u for u in TREE)
    told = {"units": units, "invited": people("north", many)}
    with originals(engine, made=make_mailed_place, **told).copy(tmp_path) as place:
        yield place


def worker(place: Place, folder, server: Server) -> "subprocess.Popen[bytes]":
    told = [place.url, str(folder), str(server.port)]
    return subprocess.Popen([sys.executable, "-m", "tests.mailing_child", *told])


def killed_when(box: Mailbox, many: int, process: "subprocess.Popen[bytes]") -> None:
    """Kill it as soon as the server has so many mails: in the middle of whatever it does."""
    end = time.monotonic() + PATIENCE
    while len(box.taken) < many:
        assert process.poll() is None, "it ended by itself"
        assert time.monotonic() < end, "it is stuck"
        time.sleep(0.001)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()


@pytest.mark.server
def test_a_worker_that_is_killed_again_and_again_sends_each_mail_once_or_calls_it_uncertain(
    place, tmp_path
):
    box = Mailbox()
    with place.sessions() as session:
        wanted = dict(session.execute(sa.select(Letter.id, Letter.code)).all())
    with mail_server(box) as server:
        for share in KILLED_AFTER:
            killed_when(box, int(share * len(wanted)), worker(place, tmp_path, server))
        last = worker(place, tmp_path, server)
        assert last.wait(PATIENCE) == 0
    arrived = Counter(name.strip("<>").partition("@")[0] for name in box.ids())
    with place.sessions() as session:
        left = dict(session.execute(sa.select(Letter.id, Letter.state)).all())
        mailing = session.get(Mailing, (place.slug, 1))
    assert set(arrived.values()) == {1}, "a mail arrived twice"
    assert set(left.values()) <= {"uncertain"}
    assert len(left) <= len(KILLED_AFTER), "more than the one mail that was being sent each time"
    assert set(arrived) | set(left) == set(wanted), "a mail was lost"
    assert mailing
    assert (mailing.state, mailing.sent) == ("done", len(wanted) - len(left))
    codes = {mail["Message-ID"].strip("<>").partition("@")[0]: code_in(mail) for mail in box.taken}
    assert all(wanted[name] == code for name, code in codes.items())
