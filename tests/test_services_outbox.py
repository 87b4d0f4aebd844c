"""The outbox, with a real mail server: what is sent, once, and what is left of it."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
import sqlalchemy as sa

from survey.ballots.codes import credential
from survey.mail import MailServerFails, Outcome, Post, Sent
from survey.services import mailings, outbox
from survey.services.inviting import Invited
from survey.services.mailings import InvitedAlready, NothingToPause, UnknownLetter
from survey.services.opening import PlanError
from survey.services.outbox import TRIES, write_letter
from survey.storage.engine import engine_of
from survey.storage.workspace import Invitee, Letter, Mailing
from tests.adversary.staging import close
from tests.collecting import AFTER, END, NOON, TREE, Place, responses_for
from tests.mailed import (
    URL,
    code_in,
    html_of,
    make_mailed_place,
    make_postman,
    people,
    text_of,
    working,
)
from tests.support.mailbox import OK, Mailbox, mail_server


@pytest.fixture
def place(engine, originals, tmp_path):
    with originals(engine, made=make_mailed_place).copy(tmp_path) as place:
        yield place


@pytest.fixture
def sqlite_place(originals, tmp_path):
    with originals("sqlite", made=make_mailed_place).copy(tmp_path) as place:
        yield place


def letters(place: Place, **wanted: str) -> list[Letter]:
    query = sa.select(Letter).filter_by(**wanted).order_by(Letter.email)
    with place.sessions() as session:
        return list(session.scalars(query))


def mailing(place: Place, number: int = 1) -> Mailing:
    with place.sessions() as session:
        found = session.get(Mailing, (place.slug, number))
    assert found
    return found


def refusing(**answers: str):
    return lambda address: answers.get(address.partition("@")[0], OK)


def hashes(place: Place) -> dict[bytes, str]:
    return {row[0]: row[2] for row in place.tables()["credential"]}


# --- opening


def test_opening_writes_to_everybody_once_and_returns_only_the_codes_that_are_left(place):
    waiting = letters(place)
    assert [one.email for one in waiting] == sorted(one.email for one in people("north", 12))
    assert {one.state for one in waiting} == {"waiting"}
    mailed, left = {one.code for one in waiting}, place.opened.codes
    assert len(mailed) == 12
    assert not mailed & set(left["north"]), "a code is in a mail and on a card"
    assert {unit: len(codes) for unit, codes in left.items()} == {
        "north": 2,
        "south": 11,
        "desk": 6,
    }
    assert place.opened.mailed == {"north": 12}
    units = hashes(place)
    assert all(units[credential(str(code), place.slug)] == "north" for code in mailed)
    assert not any(one.subject or one.body for one in waiting), "the words are made when it is sent"


@pytest.mark.parametrize(
    ("invited", "told"),
    [
        (people("south", 1), "A unit gets mail or cards, never both. Cards: Day shift south."),
        (people("north", 13), "More people are written to than are asked in: Night shift north."),
        ((*people("north", 1), Invited("north", "", "NORTH0@example.org", "en")), "more than once"),
        ((Invited("north", "", "nobody", "en"),), "Not to be written to: nobody."),
        ((Invited("east", "", "a@example.org", "en"),), "Cards: east."),
    ],
)
def test_a_list_of_people_that_cannot_be_is_refused_before_anything_is_written(
    tmp_path, invited, told
):
    with pytest.raises(PlanError, match=told):
        make_mailed_place(f"sqlite:///{tmp_path / 'headwind.db'}", tmp_path, invited)
    assert not list((tmp_path / "keys").glob("*")), "a key was left"


# --- sending


def test_every_person_gets_one_mail_with_a_code_of_their_own_in_their_language(place, tmp_path):
    box = Mailbox()
    with mail_server(box) as server, working(place, server, tmp_path) as postman:
        assert postman.once() == 12
        assert postman.once() == 0
    assert len(box.taken) == len(set(box.ids())) == 12
    codes = {code_in(mail) for mail in box.taken}
    assert {hashes(place)[credential(code, place.slug)] for code in codes} == {"north"}
    assert len(codes) == 12
    german, english = box.to("north2@example.org")[0], box.to("north0@example.org")[0]
    assert (german["Content-Language"], english["Content-Language"]) == ("de", "en")
    assert "Ihr Code" in text_of(german)
    assert "Hello Jürgen Groß," in text_of(english)
    for mail in box.taken:
        link = f"{URL}/s/{place.slug}#{code_in(mail)}"
        assert link in text_of(mail)
        assert f'href="{link}"' in html_of(mail)
        assert place.opened.fingerprint in text_of(mail)


def test_a_mail_loads_nothing_and_tells_nobody_that_it_was_read(place, tmp_path):
    box = Mailbox()
    with mail_server(box) as server, working(place, server, tmp_path) as postman:
        postman.once()
    html = html_of(box.taken[0])
    for forbidden in ("<img", "<script", "<link", "url(", "@import", "src=", "<iframe", "<style"):
        assert forbidden not in html
    addresses = {part.split('"')[0] for part in html.split('href="')[1:]}
    assert all(address.startswith(URL) for address in addresses)
    assert not any("?" in address for address in addresses), "an address that could count readers"
    assert not {"Disposition-Notification-To", "Return-Receipt-To"} & set(box.taken[0].keys())


def test_what_was_taken_is_gone_and_with_it_the_code(place, tmp_path):
    with mail_server(Mailbox()) as server, working(place, server, tmp_path) as postman:
        postman.once()
    assert letters(place) == []
    now = mailing(place)
    assert (now.state, now.total, now.sent) == ("done", 12, 12)


def test_no_code_that_was_sent_is_in_any_file_of_the_instance(tmp_path):
    """Many, so that SQLite moves rows from page to page, and one that stays."""
    box, many = Mailbox(refusing(north7="550 no")), people("north", 150)
    place = make_mailed_place(
        f"sqlite:///{tmp_path / 'headwind.db'}",
        tmp_path,
        many,
        units=[u if u.id != "north" else type(u)(u.id, u.name, u.parent, 150) for u in TREE],
    )
    codes = [str(one.code).encode() for one in letters(place)]
    assert held(place, codes) == set(codes), "this search would find nothing"
    with mail_server(box) as server, working(place, server, tmp_path) as postman:
        assert postman.once() == 149
    (left,) = letters(place)
    assert held(place, codes) == {str(left.code).encode()}
    place.end()


def held(place: Place, codes: list[bytes]) -> set[bytes]:
    """Which of these a file of the instance holds."""
    files = [path for path in place.files()[0].parent.rglob("*") if path.is_file()]
    texts = [path.read_bytes() for path in files]
    return {code for code in codes if any(code in text for text in texts)}


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
@pytest.mark.postgres
def test_on_postgresql_the_table_takes_no_room_once_everything_is_sent(place, tmp_path):
    with mail_server(Mailbox()) as server, working(place, server, tmp_path) as postman:
        postman.once()
    with engine_of(place.sessions).connect() as connection:
        assert connection.scalar(sa.text("SELECT pg_relation_size('letter')")) == 0


def test_what_is_refused_for_good_stays_with_what_the_server_said(place, tmp_path):
    box = Mailbox(refusing(north3="550 5.1.1 no such user here"))
    with mail_server(box) as server, working(place, server, tmp_path) as postman:
        assert postman.once() == 11
        assert postman.once() == 0
    (left,) = letters(place)
    assert (left.state, left.email) == ("refused", "north3@example.org")
    assert left.told == "550 5.1.1 no such user here"
    assert box.tried.count("north3@example.org") == 1, "it was tried again"
    assert mailing(place).state == "done"


def test_what_is_put_off_is_tried_again_later_and_later_and_then_no_more(sqlite_place, tmp_path):
    place = sqlite_place
    box, now, tries = Mailbox(refusing(north3="451 grey")), NOON, list[datetime]()
    with mail_server(box) as server:
        for _ in range(2000):
            with working(place, server, tmp_path, now) as postman:
                postman.once()
            (left,) = letters(place)
            if len(tries) < left.attempts:
                tries.append(now)
            if left.state == "refused":
                break
            now = max(now + timedelta(seconds=1), left.due)
            if now >= END:
                break
    waits = [(b - a) // timedelta(minutes=1) for a, b in pairwise(tries)]
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 240, 240, 240]
    assert (left.state, left.attempts) == ("refused", TRIES)


def test_what_was_put_off_and_then_taken_is_sent_once(sqlite_place, tmp_path):
    place = sqlite_place
    answers = iter(["451 not now"])
    box = Mailbox(lambda address: next(answers, OK) if address.startswith("north3@") else OK)
    with mail_server(box) as server:
        with working(place, server, tmp_path) as postman:
            assert postman.once() == 11
        with working(place, server, tmp_path, NOON + timedelta(seconds=59)) as postman:
            assert postman.once() == 0
        with working(place, server, tmp_path, NOON + timedelta(seconds=61)) as postman:
            assert postman.once() == 1
    assert len(box.taken) == len(set(box.ids())) == 12


def test_where_nobody_can_tell_a_mail_is_listed_and_not_sent_again(place, tmp_path):
    box = Mailbox(at_data=refusing(north3=""))
    with mail_server(box) as server, working(place, server, tmp_path) as postman:
        assert postman.once() == 11
        assert postman.once() == 0
    (left,) = letters(place)
    assert left.state == "uncertain"
    assert len(box.to("north3@example.org")) == 1, "it had arrived, and is sent again"


def test_a_server_that_is_away_costs_no_mail_a_try(sqlite_place, tmp_path):
    place = sqlite_place
    box = Mailbox()
    with mail_server(box) as server:
        pass
    there = working(place, server, tmp_path)
    with there as postman, pytest.raises(MailServerFails, match="cannot be used"):
        postman.once()
    assert {(one.state, one.attempts, one.held_by) for one in letters(place)} == {
        ("waiting", 0, "")
    }


def test_a_server_that_goes_away_in_the_middle_costs_no_mail_a_try(
    sqlite_place, tmp_path, monkeypatch
):
    place = sqlite_place
    box = Mailbox(lambda _: "")
    with mail_server(box) as server, working(place, server, tmp_path) as postman:
        monkeypatch.setattr(Post, "connect", fails_after(1))
        with pytest.raises(MailServerFails, match="cannot be used"):
            postman.once()
    states = sorted((one.state, one.attempts) for one in letters(place))
    assert states == [("waiting", 0)] * 11 + [("waiting", 1)], "the one that was cut off"


def fails_after(times: int):
    """A connection that can be made so many times."""
    real, left = Post.connect, [times]

    def connect(post: Post):
        if not post.connected:
            if not left[0]:
                raise MailServerFails(host="mail", why="gone")
            left[0] -= 1
        return real(post)

    return connect


def test_what_a_full_disk_kept_from_being_written_down_is_written_later(
    place, tmp_path, monkeypatch
):
    """The server has taken it: it must not go out again, though nobody could note that."""
    box, real, failed = Mailbox(), outbox.settle, list[object]()

    def settle(*told):
        if len(failed) < 1:
            failed.append(told)
            raise OSError(28, "No space left on device")
        real(*told)

    monkeypatch.setattr(outbox, "settle", settle)
    with mail_server(box) as server, working(place, server, tmp_path) as postman:
        with pytest.raises(OSError, match="No space"):
            postman.once()
        postman.once()
    assert len(box.taken) == len(set(box.ids())) == 12
    assert letters(place) == []
    assert mailing(place).sent == 12


# --- several workers


def test_one_worker_sends_at_a_time_and_the_next_takes_over_when_it_ends(sqlite_place, tmp_path):
    place = sqlite_place
    box = Mailbox()
    with mail_server(box) as server:
        first, second = (make_postman(place, server, tmp_path) for _ in range(2))
        assert first._is_mine()
        assert second.once() == 0
        assert not box.taken
        first.let_go()
        assert second.once() == 12
        second.let_go()


def test_what_an_ended_worker_was_sending_is_uncertain_whoever_comes_next(place, tmp_path):
    with place.sessions() as session, session.begin():
        outbox.tidy(session, NOON)
        held = outbox.claim(session, "killed", NOON, [])
    assert held
    box = Mailbox()
    with mail_server(box) as server, working(place, server, tmp_path) as postman:
        assert postman.once() == 11
    (left,) = letters(place)
    assert (left.id, left.state) == (held.id, "uncertain")
    assert held.email not in box.tried


def test_two_workers_without_a_common_folder_never_send_one_mail_twice(place, tmp_path):
    """The lock is the first hedge, the database the second."""
    taken: list[str] = []
    with place.sessions() as session, session.begin():
        outbox.tidy(session, NOON)
    for at in range(12):
        worker = f"worker {at % 2}"
        with place.sessions() as session, session.begin():
            held = outbox.claim(session, worker, NOON, [])
            assert held
            if engine_of(place.sessions).dialect.name == "postgresql":
                # Another worker asks while the first has not committed yet.
                with place.sessions() as other, other.begin():
                    beside = outbox.claim(other, "worker 9", NOON, [held.id])
                    assert beside is None
                    other.rollback()
            taken.append(held.id)
    assert len(set(taken)) == 12
    with place.sessions() as session, session.begin():
        assert outbox.claim(session, "worker 1", NOON, []) is None


def test_whoever_sent_it_knows_better_than_whoever_called_it_uncertain(place):
    with place.sessions() as session, session.begin():
        outbox.tidy(session, NOON)
        held = outbox.claim(session, "slow", NOON, [])
        assert held
    with place.sessions() as session, session.begin():
        assert outbox.call_uncertain(session, "other") == 1
    with place.sessions() as session, session.begin():
        outbox.settle(session, held, "slow", Sent(Outcome.TAKEN), NOON)
    assert len(letters(place)) == 11
    assert mailing(place).sent == 1


# --- when


def test_mails_wait_for_the_chosen_moment(sqlite_place, tmp_path):
    place = sqlite_place
    with place.sessions() as session, session.begin():
        session.execute(
            sa.update(Mailing).where(Mailing.number == 1).values(due=NOON + timedelta(hours=2))
        )
        session.execute(sa.update(Letter).values(due=NOON + timedelta(hours=2)))
    box = Mailbox()
    with mail_server(box) as server:
        with working(place, server, tmp_path, NOON + timedelta(hours=1)) as postman:
            assert postman.once() == 0
        assert mailing(place).state == "planned"
        with working(place, server, tmp_path, NOON + timedelta(hours=2)) as postman:
            assert postman.once() == 12


def test_nothing_is_sent_once_the_survey_has_ended_and_its_codes_are_deleted(place, tmp_path):
    box = Mailbox()
    with mail_server(box) as server, working(place, server, tmp_path, END) as postman:
        assert postman.once() == 0
    assert not box.tried
    assert letters(place) == []
    assert {mailing(place, number).state for number in (1, 2, 3)} == {"done"}


def test_without_a_mail_server_nothing_is_lost_and_what_is_over_is_tidied_away(
    sqlite_place, tmp_path
):
    place = sqlite_place
    with working(place, None, tmp_path) as postman:
        assert postman.once() == 0
    assert len(letters(place)) == 12
    with working(place, None, tmp_path, AFTER) as postman:
        postman.once()
    assert letters(place) == []


def test_closing_leaves_neither_letters_nor_who_was_invited(place):
    for code in place.opened.codes["south"]:
        place.answer(code, next(iter(responses_for([code]).values())))
    close(place)
    tables = place.tables()
    assert (tables["letter"], tables["invitee"]) == ([], [])


def test_a_mail_about_an_account_goes_before_a_thousand_invitations(sqlite_place, tmp_path):
    place = sqlite_place
    box = Mailbox()
    body = (
        "Hello Eva,\n\nchoose a new password here:\n\nhttps://survey.example.org/setup/abc\n\nBye."
    )
    with place.sessions() as session, session.begin():
        write_letter(session, "eva@example.org", "Eva", "en", "Your password", body, NOON)
    with mail_server(box) as server, working(place, server, tmp_path) as postman:
        assert postman.once() == 13
    first = box.taken[0]
    assert (first["Subject"], first["To"]) == ("Your password", "Eva <eva@example.org>")
    assert 'href="https://survey.example.org/setup/abc"' in html_of(first)
    assert "https://survey.example.org/setup/abc" in text_of(first)


def test_a_link_to_a_password_that_could_not_be_sent_does_not_stay_for_ever(sqlite_place, tmp_path):
    place = sqlite_place
    with place.sessions() as session, session.begin():
        write_letter(session, "nobody", "", "en", "Your password", "https://x.example", NOON)
    with mail_server(Mailbox()) as server:
        with working(place, server, tmp_path) as postman:
            postman.once()
        assert [one.state for one in letters(place)] == ["refused"]
        with working(place, server, tmp_path, NOON + timedelta(days=8)) as postman:
            postman.once()
    assert letters(place, kind="account") == []


# --- what people do about it


def test_a_mailing_is_paused_and_goes_on(sqlite_place, tmp_path):
    place, box = sqlite_place, Mailbox()
    with place.sessions() as session, session.begin():
        outbox.tidy(session, NOON)
    with place.sessions() as session:
        mailings.pause(session, place.slug, 1)
        with pytest.raises(NothingToPause):
            mailings.pause(session, place.slug, 1)
    with mail_server(box) as server, working(place, server, tmp_path) as postman:
        assert postman.once() == 0
        with place.sessions() as session:
            mailings.go_on(session, place.slug, 1)
        assert postman.once() == 12


def test_a_pause_in_the_middle_holds_from_the_next_mail_on(sqlite_place, tmp_path):
    place, box = sqlite_place, Mailbox()

    def pausing(_: str) -> str:
        if len(box.taken) == 4:
            with place.sessions() as session:
                mailings.pause(session, place.slug, 1)
        return OK

    box.at_data = pausing
    with mail_server(box) as server, working(place, server, tmp_path) as postman:
        assert postman.once() == 5
    with place.sessions() as session:
        (line, *_) = mailings.mailings_of(session, place.slug)
    assert (line.state, line.sent, line.waiting, line.total) == ("paused", 5, 7, 12)


def test_a_refused_mail_goes_to_the_corrected_address_and_so_does_every_reminder(
    sqlite_place, tmp_path
):
    place, box = sqlite_place, Mailbox(refusing(north3="550 no"))
    with mail_server(box) as server, working(place, server, tmp_path) as postman:
        postman.once()
        (left,) = letters(place)
        with place.sessions() as session:
            with pytest.raises(InvitedAlready):
                mailings.send_again(session, place.slug, left.id, "NORTH4@example.org", NOON)
            mailings.send_again(session, place.slug, left.id, "right@example.org", NOON)
        assert postman.once() == 1
        assert postman.once() == 0
    (mail,) = box.to("right@example.org")
    assert code_in(mail) == left.code
    with place.sessions() as session:
        everybody = set(session.scalars(sa.select(Invitee.email)))
    assert "right@example.org" in everybody
    assert "north3@example.org" not in everybody


def test_an_uncertain_mail_that_is_sent_again_has_the_same_name(sqlite_place, tmp_path):
    place, answers = sqlite_place, iter([""])
    box = Mailbox(at_data=lambda one: next(answers, OK) if one.startswith("north3@") else OK)
    with mail_server(box) as server, working(place, server, tmp_path) as postman:
        postman.once()
        with place.sessions() as session:
            assert mailings.send_all_again(session, place.slug, "uncertain", NOON) == 1
        assert postman.once() == 1
    first, second = box.to("north3@example.org")
    assert first["Message-ID"] == second["Message-ID"]
    assert code_in(first) == code_in(second)


def test_a_dropped_mail_is_gone_with_its_code_and_its_person_is_not_reminded(
    sqlite_place, tmp_path
):
    place, box = sqlite_place, Mailbox(refusing(north3="550 no"))
    with mail_server(box) as server, working(place, server, tmp_path) as postman:
        postman.once()
    (left,) = letters(place)
    with place.sessions() as session:
        mailings.drop(session, place.slug, left.id)
        with pytest.raises(UnknownLetter):
            mailings.drop(session, place.slug, left.id)
        assert left.email not in set(session.scalars(sa.select(Invitee.email)))
    assert letters(place) == []


def test_the_list_of_what_was_refused_is_searched_and_paged(sqlite_place, tmp_path):
    place, box = sqlite_place, Mailbox(lambda _: "550 no")
    with mail_server(box) as server, working(place, server, tmp_path) as postman:
        postman.once()
    with place.sessions() as session:
        page = mailings.troubles(session, place.slug, "refused", "", 2, 5)
        assert (page.number, page.many, page.found, page.total) == (2, 3, 12, 12)
        found = mailings.troubles(session, place.slug, "refused", "LINDQVIST north6", 9, 5)
        assert [line.email for line in found.lines] == ["north6@example.org"]
        assert (found.number, found.total) == (1, 12)
        assert found.lines[0].unit == "Night shift north"
        assert mailings.troubles(session, place.slug, "refused", "100%", 1, 5).lines == ()
