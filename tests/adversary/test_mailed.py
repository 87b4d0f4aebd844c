"""A survey whose people were written to: what the stored data tell of who answered, and what.

The host holds the database, the key folder, the list of whom was invited, and an opening code. As
long as a mail with a code waits he can tell whose box is whose, and the audit says so. Once the
mail server has every mail there is nothing left that leads from an address to a box.
"""

import itertools
import re
from collections.abc import Iterator
from hashlib import blake2b, sha256

import pytest

from survey.ballots.codes import CodeMistyped, credential, nullifier
from survey.services import outbox
from tests.adversary.staging import Site, rows_as_they_lie
from tests.adversary.test_only_box_changes import stands_still
from tests.collecting import NOON, Place, responses_for
from tests.mailed import code_in, make_mailed_place, working
from tests.support.mailbox import Mailbox, mail_server

CODE = re.compile(rb"[0-9A-HJKMNP-TV-Z]{6}-?[0-9A-HJKMNP-TV-Z]{6}-?[0-9A-HJKMNP-TV-Z]{6}")


@pytest.fixture
def place(engine, originals, tmp_path) -> Iterator[Place]:
    """Twelve people of one unit are written to; nothing is sent yet."""
    with originals(engine, made=make_mailed_place).copy(tmp_path) as place:
        yield place


@pytest.fixture
def box() -> Mailbox:
    return Mailbox()


def sent(place: Place, box: Mailbox, folder) -> dict[str, str]:
    """Send all mails; address -> the code that it was sent."""
    with mail_server(box) as server, working(place, server, folder) as postman:
        postman.once()
    return {str(mail["To"].addresses[0].addr_spec): code_in(mail) for mail in box.taken}


def whose(place: Place) -> dict[bytes, set[object]]:
    """Name of a box -> the values stored elsewhere that lead to it, by every derivation known."""
    boxes = {row[0] for row in place.tables()["box"]}
    found: dict[bytes, set[object]] = {}
    for value in stored(place):
        for derived in derivations(value, place.slug):
            if derived in boxes:
                found.setdefault(derived, set()).add(value)
    return found


def stored(place: Place) -> set[bytes]:
    """Every value of every other table; and whatever looks like a code in a file."""
    rows = {name: rows for name, rows in rows_as_they_lie(place).items() if name != "box"}
    values = {value for row in itertools.chain(*rows.values()) for value in row}
    texts = {v if isinstance(v, bytes) else str(v).encode() for v in values}
    files = [path for path in place.keys.path.parent.rglob("*") if path.is_file()]
    return texts | {code for path in files for code in CODE.findall(path.read_bytes())}


def derivations(value: bytes, slug: str) -> Iterator[bytes]:
    yield value
    try:
        yield nullifier(value.decode(), slug)
        yield credential(value.decode(), slug)
    except (CodeMistyped, UnicodeDecodeError):
        pass
    for made in (sha256, lambda told: blake2b(told, digest_size=32)):
        yield made(value).digest()
        yield made(slug.encode() + value).digest()
        yield made(value + slug.encode()).digest()


def test_while_a_mail_waits_the_stored_data_lead_from_its_address_to_a_box(place, box, tmp_path):
    """The limit, told as it is; and the proof that this search finds something."""
    rows = [row for row in place.tables()["letter"] if row[8]]
    code = str(rows[0][8])
    place.answer(code, next(iter(responses_for([code]).values())))
    assert whose(place) == {nullifier(code, place.slug): {code.encode()}}


def test_once_all_is_sent_nothing_stored_leads_from_an_address_to_a_box(place, box, tmp_path):
    codes = sent(place, box, tmp_path)
    for code, response in responses_for(list(codes.values())[:9]).items():
        place.answer(code, response)
    assert whose(place) == {}
    opener = place.keys.unlock(place.slug, place.opening_codes)
    assert opener, "he can open the boxes, and still does not know whose they are"


def test_who_reads_the_mail_archive_too_knows_whose_box_is_whose(place, box, tmp_path):
    """The other limit: the page of the survey says it."""
    codes = sent(place, box, tmp_path)
    answered = list(codes.items())[:5]
    for code, response in responses_for([code for _, code in answered]).items():
        place.answer(code, response)
    boxes = {row[0] for row in place.tables()["box"]}
    known = {who for who, code in codes.items() if nullifier(code, place.slug) in boxes}
    assert known == {who for who, _ in answered}


def test_nothing_about_a_person_is_written_when_they_answer_from_their_mail(
    place, box, site: Site, tmp_path
):
    codes = sent(place, box, tmp_path)
    before = stands_still(place)
    assert len(before["invitee"]) == 12
    for code, response in responses_for(list(codes.values())[:6]).items():
        site.send(code, response)
        place.answer(code, response)
    assert stands_still(place) == before
    assert len(place.tables()["box"]) == 6


def test_what_lies_where_tells_nothing_of_which_code_went_to_whom(place):
    """Letters, people and hashes each lie in the order of their own keys."""
    rows = rows_as_they_lie(place)
    letters = [(row[0], row[8]) for row in rows["letter"]]
    assert [name for name, _ in letters] == sorted(name for name, _ in letters)
    assert [row[1] for row in rows["invitee"]] == sorted(row[1] for row in rows["invitee"])
    hashes = [row[0] for row in rows["credential"]]
    assert hashes == sorted(hashes)
    places = [hashes.index(credential(str(code), place.slug)) for _, code in letters]
    assert places != sorted(places), "letters lie in the order of the hashes of their codes"


def test_mails_go_out_in_no_order_of_people(place, box, tmp_path):
    codes = list(sent(place, box, tmp_path))
    people = [row[1] for row in place.tables()["invitee"]]
    assert sorted(codes) == sorted(people)
    assert codes != sorted(codes)


def test_a_reminder_goes_to_everybody_whoever_has_answered(place, box, tmp_path):
    codes = sent(place, box, tmp_path)
    for code, response in responses_for(list(codes.values())[:11]).items():
        place.answer(code, response)
    second = Mailbox()
    with place.sessions() as session, session.begin():
        due = place.tables()["mailing"][1][3]
        outbox.tidy(session, due)
    with (
        mail_server(second) as server,
        working(place, server, tmp_path, max(due, NOON)) as postman,
    ):
        postman.once()
    reminded = {str(mail["To"].addresses[0].addr_spec) for mail in second.taken}
    assert reminded == set(codes)
    texts = [mail.as_string() for mail in second.taken]
    assert not [code for code in codes.values() for text in texts if code in text]
