"""Closing: answers are opened once, figures released, the rest destroyed and proved gone.

Crashes are made by an exception in the report of progress, which stands between all steps.
"""

import random
import threading
from datetime import timedelta
from pathlib import Path
from time import sleep

import pytest
import sqlalchemy as sa

from survey.ballots.codes import WrongOpeningCode, credential, nullifier, opening_code, receipt
from survey.ballots.keys import KeyHeld, KeyMissing
from survey.ballots.payload import Response
from survey.services.answering import SurveyOver
from survey.services.closing import (
    AlreadyClosed,
    BoxesChanged,
    NotEndedYet,
    close_survey,
    destroy_expired,
    interrupted,
    resume_closing,
)
from survey.services.released import (
    NeverOpened,
    NotClosedYet,
    load_receipts,
    load_release,
    load_report,
)
from survey.services.surveys import survey_view
from survey.services.unopened import warn_unopened
from survey.services.waiting import participation
from survey.storage.engine import engine_of
from survey.storage.models import Box
from survey.storage.releases import in_no_order
from survey.storage.scrub import StillInUse
from tests.collecting import (
    AFTER,
    END,
    NOON,
    answer_all,
    everybody_answers,
    make_place,
    make_response,
    responses_for,
)

CANARY = "the boss threw a yellow canary"
STEPS = [
    ("opening", 0),
    ("opening", 10),
    ("tallying", 0),
    ("tallying", 1),
    ("writing", 0),
    ("writing", 1),
    ("destroying", 0),
    ("destroying", 1),
    ("destroying", 2),
    ("checking", 0),
]
COMMITTED = STEPS.index(("writing", 1))


class Crash(Exception):
    """The machine stopped here."""


@pytest.fixture
def place(engine, originals, tmp_path):
    with originals(engine).copy(tmp_path) as place:
        yield place


@pytest.fixture
def answered(engine, originals, tmp_path):
    with originals(engine, everybody_answers).copy(tmp_path) as place:
        yield place


def close(place, code=None, now=AFTER, **how):
    codes = [code] if code else place.opening_codes
    close_survey(place.sessions, place.keys, place.slug, codes, now, **how)


def state(place, now=AFTER):
    with place.sessions() as session:
        return survey_view(session, place.slug, now).state


def release_of(place):
    with place.sessions() as session:
        return load_release(session, place.slug)


def released(place):
    """The tables that remain, without what is random: names, keys and receipts."""
    tables = place.tables()
    return {name: rows for name, rows in tables.items() if name.startswith("released")}


# --- the ordinary way


def test_a_survey_goes_through_its_stages_and_ends_closed(answered):
    stages = []
    close(answered, progress=lambda *step: stages.append(step))
    assert state(answered) == "closed"
    assert list(dict.fromkeys(stage for stage, _, _ in stages)) == [
        "opening",
        "tallying",
        "writing",
        "destroying",
        "checking",
    ]
    assert ("opening", 10, 10) in stages
    assert all(done <= total for _, done, total in stages)


@pytest.mark.parametrize("which", [0, 1])
def test_either_opening_code_closes_however_it_is_typed(answered, which):
    close(answered, answered.opened.opening_codes[which].lower().replace("-", " "))
    assert state(answered) == "closed"


def test_the_report_opens_only_when_all_is_done(answered):
    with answered.sessions() as session, pytest.raises(NotClosedYet):
        load_report(session, answered.slug, AFTER)
    close(answered)
    with answered.sessions() as session:
        report = load_report(session, answered.slug, AFTER)
    assert report.facts.title == "Ready for handovers?"
    assert {group.key for group in report.groups} >= {"north", "south"}
    assert report.answered >= 21


def test_what_was_released_is_read_back_as_it_was(answered):
    seen = []

    def watched(*given):
        from survey.disclosure.release import release

        seen.append(release(*given))
        return seen[0]

    close(answered, release=watched)
    read = release_of(answered)
    assert read.units == seen[0].units
    assert read.policy == seen[0].policy
    assert read.left_out == seen[0].left_out
    assert [group.key for group in read.groups] == [group.key for group in seen[0].groups]
    for group, before in zip(read.groups, seen[0].groups, strict=True):
        assert dict(group.figures) == dict(before.figures)
        assert (group.units, group.kind, group.n) == (before.units, before.kind, before.n)
        for question, texts in before.comments.items():
            assert group.comments.get(question, ()) == tuple(in_no_order(texts))


def test_the_closing_record_holds_every_receipt(place):
    receipts = answer_all(place, responses_for(place.codes[:14]))
    receipts += [place.answer(place.codes[0], Response({"T1": 2}))]
    with place.sessions() as session, pytest.raises(NotClosedYet):
        load_receipts(session, place.slug)
    close(place)
    with place.sessions() as session:
        record = load_receipts(session, place.slug)
    assert set(receipts[1:]) <= set(record)
    assert receipts[0] not in record


def test_a_survey_that_nobody_answered_closes_with_nothing_to_show(place):
    close(place)
    assert state(place) == "closed"
    assert release_of(place).groups == ()


def test_only_the_last_answers_of_a_code_count(place):
    from survey.disclosure.release import release

    seen = []
    codes = place.opened.codes["north"]
    answer_all(place, {code: Response({"T1": 1}) for code in codes})
    answer_all(place, {code: Response({"T1": 5}) for code in codes})

    def watched(*given):
        seen.append(given[1])
        return release(*given)

    close(place, release=watched)
    assert seen[0].values[:, seen[0].columns.index("T1")].tolist() == [5] * 12


# --- what is left


def test_afterwards_nothing_is_left_of_codes_answers_or_key(place):
    rng = random.Random(3)
    responses = {code: make_response(rng, f"{CANARY} {at}") for at, code in enumerate(place.codes)}
    only_a_few_of_the_desk = place.opened.codes["desk"][2:]
    for code in only_a_few_of_the_desk:
        responses.pop(code)
    answer_all(place, responses)
    boxes = [row[3] for row in place.tables()["box"]]
    with place.sessions() as session:
        participation(session, place.slug, NOON)
    key = (place.keys.path / f"{place.slug}.key").read_bytes()

    class HoldsNothing:
        """Stands for a release that let nothing out, so that every comment must be gone."""

        def __call__(self, questionnaire, answers, picks, comments, units, policy, masking):
            from survey.disclosure.values import Release

            assert any(CANARY in text for text in comments["O1"])
            return Release(tuple(units), policy, (), ())

    close(place, release=HoldsNothing())
    tables = place.tables()
    assert tables["box"] == tables["credential"] == tables["participation"] == []
    assert not place.keys.holds(place.slug)
    assert list(place.keys.path.iterdir()) == []
    secrets = [CANARY.encode(), key[200:260]]
    for code in place.codes:
        secrets += [credential(code, place.slug), nullifier(code, place.slug), code.encode()]
        secrets.append(code.replace("-", "").encode())
    secrets += [code.encode() for code in place.opened.opening_codes]
    secrets += [sealed[at : at + 16] for sealed in boxes for at in (0, 4000, 8176)]
    for path in place.files():
        content = path.read_bytes()
        assert not [secret for secret in secrets if secret in content], path
        assert not path.name.endswith(("-wal", "-journal")) or not content


@pytest.mark.postgres
def test_afterwards_nothing_is_left_in_the_tables_of_a_server(postgres_server, tmp_path):
    """Its log, pg_wal, may keep ciphertext whose key is gone; the audit will say so."""
    with postgres_server.database() as url:
        place = make_place(url, tmp_path)
        answer_all(place, responses_for(place.codes))
        boxes = [row[3] for row in place.tables()["box"]]
        with engine_of(place.sessions).connect() as connection:
            folder = connection.exec_driver_sql("SHOW data_directory").scalar()
            number = connection.exec_driver_sql(
                "SELECT oid FROM pg_database WHERE datname = current_database()"
            ).scalar()
        with (
            engine_of(place.sessions)
            .connect()
            .execution_options(isolation_level="AUTOCOMMIT") as connection
        ):
            connection.exec_driver_sql("CHECKPOINT")
            assert traces_of(place, boxes, folder, number)
            close(place)
            connection.exec_driver_sql("CHECKPOINT")
        assert not traces_of(place, boxes, folder, number)
        place.end()


@pytest.fixture
def owned_database(postgres_server):
    """A database whose owner is no superuser, and a connection of one who is."""
    with postgres_server.database() as url:
        name = sa.make_url(url).database
        superuser = sa.create_engine(url, isolation_level="AUTOCOMMIT")
        with superuser.connect() as connection:
            connection.exec_driver_sql("CREATE ROLE keeper LOGIN")
            connection.exec_driver_sql("CREATE ROLE passer_by LOGIN")
            connection.exec_driver_sql(f"ALTER DATABASE {name} OWNER TO keeper")
            connection.exec_driver_sql("ALTER SCHEMA public OWNER TO keeper")
            yield as_account(url, "keeper"), connection
            connection.exec_driver_sql("REASSIGN OWNED BY keeper TO postgres")
            connection.exec_driver_sql("DROP OWNED BY keeper")
            connection.exec_driver_sql("DROP ROLE keeper, passer_by")
        superuser.dispose()


def as_account(url, name):
    return sa.make_url(url).set(username=name).render_as_string(hide_password=False)


def counted_by_the_server(url):
    """What anybody who may sign in can read: rows put in and deleted, long values included."""
    engine = sa.create_engine(as_account(url, "passer_by"))
    with engine.connect() as connection:
        tables = connection.exec_driver_sql(
            "SELECT n_tup_ins + n_tup_upd + n_tup_del FROM pg_class c JOIN pg_stat_all_tables s"
            " ON s.relid IN (c.oid, c.reltoastrelid)"
            " WHERE c.relname IN ('box', 'credential', 'participation')"
        )
        database = "SELECT tup_inserted FROM pg_stat_database WHERE datname = current_database()"
        told = sum(tables.scalars()), connection.exec_driver_sql(database).scalar_one()
    engine.dispose()
    return told


RIGHT = "GRANT EXECUTE ON FUNCTION pg_stat_reset() TO keeper"


@pytest.mark.postgres
def test_the_counters_of_a_server_do_not_tell_how_many_answered(owned_database, tmp_path):
    url, superuser = owned_database
    superuser.exec_driver_sql(RIGHT)
    place = make_place(url, tmp_path)
    answer_all(place, responses_for(place.codes[:19]))
    close(place)
    place.end()  # whatever a connection has not handed in yet, it hands in when it ends
    sleep(0.5)
    rows, whole_database = counted_by_the_server(url)
    assert rows == 0
    assert whole_database < 5


@pytest.mark.postgres
def test_without_the_right_to_forget_counters_a_survey_closes_all_the_same(
    owned_database, tmp_path
):
    url, _ = owned_database
    place = make_place(url, tmp_path)
    answer_all(place, responses_for(place.codes[:19]))
    close(place)
    assert state(place) == "closed"
    place.end()
    sleep(0.5)
    assert counted_by_the_server(url)[0] > 19


def traces_of(place, boxes, folder, number):
    from pathlib import Path

    secrets = [credential(code, place.slug) for code in place.codes]
    secrets += [nullifier(code, place.slug) for code in place.codes]
    secrets += [sealed[at : at + 16] for sealed in boxes for at in (0, 4000)]
    files = [path for path in (Path(folder) / "base" / str(number)).iterdir() if path.is_file()]
    contents = [path.read_bytes() for path in files]
    return [secret for secret in secrets if any(secret in content for content in contents)]


def test_names_that_were_taken_out_of_comments_are_gone_from_the_survey_and_its_files(
    database_url, tmp_path
):
    place = make_place(database_url, tmp_path, masked=("Zyxwilda Quorn",))
    answer_all(place, responses_for(place.codes))
    with place.sessions() as session:
        assert survey_view(session, place.slug, AFTER).masked == ("Zyxwilda Quorn",)
    close(place)
    with place.sessions() as session:
        assert survey_view(session, place.slug, AFTER).masked == ()
    assert not [path for path in table_files(place, "survey") if b"Zyxwilda" in path.read_bytes()]
    place.end()


def table_files(place, table):
    """Where a table lies: the files of SQLite, or one of a server's."""
    if place.files():
        return place.files()
    autocommit = engine_of(place.sessions).execution_options(isolation_level="AUTOCOMMIT")
    with autocommit.connect() as connection:
        connection.exec_driver_sql("CHECKPOINT")
        folder = connection.exec_driver_sql("SHOW data_directory").scalar_one()
        name = connection.exec_driver_sql(f"SELECT pg_relation_filepath('{table}')").scalar_one()
    return [Path(folder) / name]


# --- two worlds


def world(url, folder, order, shift):
    """A survey with the same answers in each unit: another order of arrival, other people."""
    place = make_place(url, folder)
    rng = random.Random(5)
    by_code: list[tuple[str, Response]] = []
    for codes in place.opened.codes.values():
        answers = [make_response(rng, f"comment {n}") for n in range(len(codes))]
        by_code += zip(codes, answers[shift:] + answers[:shift], strict=True)
    random.Random(order).shuffle(by_code)
    answer_all(place, dict(by_code))
    close(place)
    tables = released(place)
    place.end()
    return [
        (name, row[1:]) for name, rows in sorted(tables.items()) for row in sorted(rows, key=repr)
    ]


def test_any_order_of_arrival_and_of_people_leaves_equal_tables(tmp_path):
    worlds = [
        world(f"sqlite:///{tmp_path / str(order) / 'app.db'}", tmp_path / str(order), order, shift)
        for order, shift in ((1, 0), (2, 0), (3, 2))
    ]
    assert len(worlds[0]) > 100
    assert worlds[0] == worlds[1] == worlds[2]


@pytest.mark.postgres
def test_on_a_server_as_well(postgres_server, tmp_path):
    worlds = []
    for order, shift in ((1, 0), (3, 2)):
        with postgres_server.database() as url:
            worlds.append(world(url, tmp_path / str(order), order, shift))
    assert worlds[0] == worlds[1]


def test_comments_stand_in_an_order_that_comes_from_the_texts_alone():
    texts = [f"comment {n}" for n in range(30)]
    shuffled = random.Random(1).sample(texts, len(texts))
    assert in_no_order(texts) == in_no_order(shuffled)
    assert in_no_order(texts) not in (texts, sorted(texts), sorted(texts, reverse=True))


# --- what may go wrong


STRANGE = pytest.param(opening_code(), id="of another survey")


@pytest.mark.parametrize("code", ["", "nonsense", "0" * 24, STRANGE])
def test_a_wrong_code_changes_nothing(answered, code):
    before, now = answered.tables(), END
    with pytest.raises(WrongOpeningCode, match="Nothing was changed"):
        close(answered, code or "-", now)
    assert answered.tables() == before
    assert answered.keys.holds(answered.slug)


def test_the_code_of_a_person_does_not_close(answered):
    with pytest.raises(WrongOpeningCode):
        close(answered, answered.codes[0])


def test_before_the_promised_time_nobody_can_close(answered):
    before = answered.tables()
    with pytest.raises(NotEndedYet, match="16 November 2026"):
        close(answered, now=END - timedelta(seconds=1))
    assert answered.tables() == before


def test_an_early_closing_that_was_told_refuses_answers_from_then_on(database_url, tmp_path):
    place = make_place(database_url, tmp_path, closable_from=NOON + timedelta(days=2))
    answer_all(place, responses_for(place.codes[:20]))
    close(place, now=NOON + timedelta(days=2))
    assert state(place, NOON + timedelta(days=2)) == "closed"
    with pytest.raises(SurveyOver):
        place.answer(place.codes[20], Response(), now=NOON + timedelta(days=2))
    place.end()


def test_closing_twice_is_told(answered):
    close(answered)
    after = answered.tables()
    with pytest.raises(AlreadyClosed):
        close(answered)
    assert answered.tables() == after


def test_without_its_key_a_survey_stays_as_it_is(answered):
    answered.keys.destroy(answered.slug)
    before = answered.tables()
    with pytest.raises(KeyMissing):
        close(answered)
    assert answered.tables() == before


def test_a_box_that_was_tampered_with_or_moved_is_counted_and_left_out(answered):
    boxes = answered.tables()["box"]
    damaged = bytes([boxes[0][3][0] ^ 1]) + boxes[0][3][1:]
    elsewhere = "south" if boxes[1][2] == "north" else "north"
    with answered.sessions() as session, session.begin():
        session.execute(sa.update(Box).where(Box.nullifier == boxes[0][0]).values(sealed=damaged))
        session.execute(sa.update(Box).where(Box.nullifier == boxes[1][0]).values(unit=elsewhere))
        session.execute(sa.update(Box).where(Box.nullifier == boxes[2][0]).values(unit="nowhere"))
    close(answered)
    with answered.sessions() as session:
        assert survey_view(session, answered.slug, AFTER).spoiled == 3
        record = set(load_receipts(session, answered.slug))
    assert len(record & {receipt(row[3]) for row in boxes}) == 22


def test_boxes_beyond_the_number_of_codes_are_counted(place):
    """Whoever can write to the database can seal boxes of his own; nobody else can."""
    from survey.ballots.layout import layout_of
    from survey.ballots.payload import pack
    from survey.ballots.sealing import seal
    from tests.collecting import environment

    answer_all(place, responses_for(place.codes))
    with place.sessions() as session, session.begin():
        key = survey_view_key(session, place)
        plain = pack(layout_of(environment()), 1, Response({"T1": 5}))
        for number in range(3):
            made_up = bytes(range(number, number + 32))
            sealed = seal(key, plain, place.slug, "north", made_up)
            session.add(Box(nullifier=made_up, survey=place.slug, unit="north", sealed=sealed))
    close(place)
    with place.sessions() as session:
        view = survey_view(session, place.slug, AFTER)
    assert (view.surplus, view.spoiled) == (3, 0)


def survey_view_key(session, place):
    from survey.storage.models import Survey

    return session.get(Survey, place.slug).public_key


def test_a_box_that_is_put_in_behind_the_programs_back_is_tallied_too(answered):
    """The set is compared where it is deleted; if it differs, it is read again."""
    boxes = answered.tables()["box"]
    times: list[int] = []

    def meddling(stage, done, _):
        if (stage, done) == ("writing", 0) and not times:
            times.append(1)
            with answered.sessions() as session, session.begin():
                session.execute(sa.delete(Box).where(Box.nullifier == boxes[0][0]))

    close(answered, progress=meddling)
    with answered.sessions() as session:
        record = set(load_receipts(session, answered.slug))
    assert record >= {receipt(row[3]) for row in boxes[1:]}
    assert receipt(boxes[0][3]) not in record


def test_boxes_that_never_hold_still_close_nothing(answered):
    boxes = iter(answered.tables()["box"])

    def meddling(stage, done, _):
        if (stage, done) == ("writing", 0):
            with answered.sessions() as session, session.begin():
                session.execute(sa.delete(Box).where(Box.nullifier == next(boxes)[0]))

    with pytest.raises(BoxesChanged):
        close(answered, progress=meddling)
    assert state(answered) == "ended"
    close(answered)
    assert state(answered) == "closed"


def resume(place):
    resume_closing(place.sessions, place.keys, place.slug, AFTER)


# --- crashes


@pytest.mark.parametrize("at", range(len(STEPS)))
def test_a_crash_at_any_step_loses_nothing_and_closing_goes_on(answered, at):
    def crash(stage, done, _):
        if (stage, done) == STEPS[at]:
            raise Crash

    with pytest.raises(Crash):
        close(answered, progress=crash)
    if at < COMMITTED:
        assert state(answered) == "ended"
        assert len(answered.tables()["box"]) == 25
        assert released(answered) == {
            "released_group": [],
            "released_figure": [],
            "released_comment": [],
        }
        resume(answered)
        assert state(answered) == "ended"
        close(answered)
    else:
        assert state(answered) == "destroying"
        with answered.sessions() as session, pytest.raises(NotClosedYet):
            load_release(session, answered.slug)
        with pytest.raises(AlreadyClosed):
            close(answered)
        assert interrupted(answered.sessions) == (answered.slug,)
        resume(answered)
    assert state(answered) == "closed"
    assert len(released(answered)["released_group"]) >= 2
    assert not answered.keys.holds(answered.slug)
    assert answered.tables()["box"] == []
    assert interrupted(answered.sessions) == ()


def test_nobody_takes_over_a_closing_that_is_running(answered):
    """Whoever resumes knows no remains to search for, so the search would be skipped."""

    def meddle(stage, done, _):
        if (stage, done) == ("checking", 0):
            assert interrupted(answered.sessions) == (answered.slug,)
            with pytest.raises(KeyHeld):
                resume(answered)
            assert state(answered) == "destroying"

    close(answered, progress=meddle)
    assert state(answered) == "closed"
    assert list(answered.keys.path.iterdir()) == []


def test_a_failure_inside_the_writing_transaction_undoes_all_of_it(answered):
    """A full disk, say: the last statement of the transaction fails."""
    engine = engine_of(answered.sessions)

    def full(_, __, statement, *___):
        if statement.upper().startswith("DELETE FROM PARTICIPATION"):
            raise OSError("No space left on device")

    sa.event.listen(engine, "before_cursor_execute", full)
    with pytest.raises(OSError, match="No space"):
        close(answered)
    sa.event.remove(engine, "before_cursor_execute", full)
    assert state(answered) == "ended"
    assert len(answered.tables()["box"]) == 25
    assert answered.tables()["closing_receipt"] == []
    close(answered)
    assert state(answered) == "closed"


def test_two_who_close_at_once_close_once(answered):
    results, start = [], threading.Barrier(2)

    def one(code):
        start.wait()
        try:
            close(answered, code)
            results.append("closed")
        except (AlreadyClosed, KeyHeld):
            results.append("already")

    threads = [threading.Thread(target=one, args=(c,)) for c in answered.opened.opening_codes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["already", "closed"]
    assert state(answered) == "closed"


def test_answers_sent_while_a_survey_is_closed_early_are_in_or_refused(database_url, tmp_path):
    place = make_place(database_url, tmp_path, closable_from=NOON + timedelta(days=2))
    answer_all(place, responses_for(place.codes[:12]))
    now, taken, refused = NOON + timedelta(days=2), [], []

    def answer(code):
        try:
            taken.append(place.answer(code, Response({"T1": 3}), now))
        except SurveyOver:
            refused.append(code)

    threads = [threading.Thread(target=answer, args=(code,)) for code in place.codes[12:]]
    for thread in threads[:6]:
        thread.start()
    closing = threading.Thread(target=close, args=(place,), kwargs={"now": now})
    closing.start()
    for thread in threads[6:]:
        thread.start()
    for thread in (*threads, closing):
        thread.join()
    assert len(taken) + len(refused) == 13
    with place.sessions() as session:
        assert set(taken) <= set(load_receipts(session, place.slug))
        assert len(load_receipts(session, place.slug)) == len(place.codes)
    assert place.tables()["box"] == []
    place.end()


def test_a_reader_in_the_way_delays_the_end_and_not_the_safety(answered, monkeypatch):
    from survey.services import closing
    from survey.storage.scrub import rewrite

    monkeypatch.setattr(closing, "rewrite", lambda engine: rewrite(engine, patience=0.2))
    reader = engine_of(answered.sessions).connect().execution_options(read_only=True)

    def look(stage, done, _):
        if (stage, done) == ("tallying", 0):
            reader.execute(sa.select(sa.func.count()).select_from(Box))

    with pytest.raises(StillInUse):
        close(answered, progress=look)
    assert state(answered) == "destroying"
    assert not answered.keys.holds(answered.slug)
    reader.close()
    resume(answered)
    assert state(answered) == "closed"


# --- never opened


def test_what_nobody_opens_within_sixty_days_is_destroyed_unread(answered):
    days = timedelta(days=60)
    for warned in (30, 50):
        warn_unopened(answered.sessions, END + timedelta(days=warned), "", by_mail=False)
    assert destroy_expired(answered.sessions, answered.keys, END + days - timedelta(hours=1)) == ()
    assert answered.keys.holds(answered.slug)
    assert destroy_expired(answered.sessions, answered.keys, END + days) == (answered.slug,)
    tables = answered.tables()
    assert tables["box"] == tables["credential"] == tables["released_group"] == []
    assert not answered.keys.holds(answered.slug)
    assert state(answered) == "closed"
    with answered.sessions() as session, pytest.raises(NeverOpened, match="60 days"):
        load_report(session, answered.slug, AFTER)
    with pytest.raises(AlreadyClosed):
        close(answered)


# --- two waves


def test_a_second_wave_is_compared_with_the_first(answered):
    from survey.services.opening import open_survey
    from tests.collecting import Place, make_plan

    close(answered)
    later = NOON + timedelta(days=100)
    plan = make_plan(
        title="Second wave",
        previous=answered.slug,
        ends_at=later + timedelta(days=7),
        closable_from=later + timedelta(days=7),
    )
    with answered.sessions() as session:
        opened = open_survey(session, answered.keys, plan, later)
    second = Place(answered.url, answered.sessions, answered.keys, opened)
    for code, response in responses_for(second.codes, seed=7).items():
        second.answer(code, response, now=later)
    close(second, now=later + timedelta(days=7))
    with second.sessions() as session:
        report = load_report(session, second.slug, later + timedelta(days=7))
    assert report.previous is not None
    assert report.previous.title == "Ready for handovers?"
    assert any(group.changes for group in report.groups)
