"""Many at once: one code makes one box, many codes lose none, whatever the machine is doing.

A whole company answers in the minutes after its mail arrives. All begin at the same moment here, as
threads of one program on each database, and through a server that listens on this machine.
"""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from http.client import HTTPConnection
from urllib.parse import urlencode

import pytest
from werkzeug.serving import make_server

from survey.ballots.codes import nullifier, receipt
from survey.ballots.payload import Response
from tests.adversary.staging import Site, form_of
from tests.collecting import Place, make_place

SAME, DIFFERENT = 50, 200
LONGEST = 60.0
"""Seconds for all of them; it takes two on a quiet machine."""


@pytest.fixture
def place(database_url, tmp_path) -> Iterator[Place]:
    """An open survey with a code for each of 235 people and spare ones."""
    place = make_place(database_url, tmp_path, spare=70)
    assert len(place.codes) >= DIFFERENT + 1
    yield place
    place.end()


def at_once(works: Sequence[Callable[[], str]]) -> list[str]:
    """Begin all at the same moment; return what each brought. Fails on any exception."""
    brought: list[str] = []
    failed: list[BaseException] = []
    start = threading.Barrier(len(works))

    def run(work: Callable[[], str]) -> None:
        start.wait(LONGEST)
        try:
            brought.append(work())
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=run, args=(work,), daemon=True) for work in works]
    deadline = time.monotonic() + LONGEST
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    assert not [thread for thread in threads if thread.is_alive()], "some hang"
    assert failed == []
    return brought


def test_fifty_at_once_with_one_code_make_one_box(place):
    code = place.codes[0]
    said = [Response({"T1": 1 + n % 5}, comments={"O1": f"{n}"}) for n in range(SAME)]
    receipts = at_once([partial(place.answer, code, response) for response in said])
    assert len(set(receipts)) == SAME
    (box,) = place.tables()["box"]
    assert box[0] == nullifier(code, place.slug)
    assert receipt(box[3]) in receipts
    last = place.answer(code, Response({"T1": 2}))
    assert [receipt(box[3]) for box in place.tables()["box"]] == [last]


def test_two_hundred_at_once_lose_none(place):
    codes = place.codes[:DIFFERENT]
    receipts = at_once([partial(place.answer, code, Response({"T1": 3})) for code in codes])
    boxes = place.tables()["box"]
    assert {box[0] for box in boxes} == {nullifier(code, place.slug) for code in codes}
    assert len(set(receipts)) == DIFFERENT
    assert {receipt(box[3]) for box in boxes} == set(receipts)
    units = {nullifier(c, place.slug): u for u, of in place.opened.codes.items() for c in of}
    assert all(units[box[0]] == box[2] for box in boxes)


# --- through a server


@pytest.fixture
def address(site: Site) -> Iterator[tuple[str, int]]:
    server = make_server("127.0.0.1", 0, site.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield "127.0.0.1", server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def sent(address: tuple[str, int], site: Site, code: str, response: Response) -> str:
    """Send a filled-in page, without following where it leads; return whether it was taken."""
    connection = HTTPConnection(*address, timeout=LONGEST)
    body = urlencode(form_of(code, response), doseq=True)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", site.address, body, headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return str(answer.status)


def test_the_same_through_a_server_that_is_asked_by_all_at_once(place, site, address):
    codes, same = place.codes[:DIFFERENT], place.codes[DIFFERENT]
    works = [(code, Response({"T1": 3})) for code in codes]
    works += [(same, Response({"T1": 1 + n % 5})) for n in range(SAME)]
    statuses = at_once([partial(sent, address, site, *work) for work in works])
    assert len(set(statuses)) == 1, "some were answered differently"
    boxes = {box[0] for box in place.tables()["box"]}
    assert boxes == {nullifier(code, place.slug) for code in [*codes, same]}
    assert len(place.tables()["box"]) == DIFFERENT + 1
