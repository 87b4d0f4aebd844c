"""What PostgreSQL writes into its own log of a submission: told in docs/operations.md."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from survey.ballots.payload import Response
from survey.ballots.sealing import seal
from survey.services import answering
from survey.storage.engine import engine_of
from tests.collecting import Place, make_place, make_response
from tests.support.behind import Sent


@pytest.fixture
def postgres_place(postgres_server, tmp_path) -> Iterator[Place]:
    with postgres_server.database() as url:
        place = make_place(url, tmp_path)
        yield place
        place.end()


def log_of(url: str) -> Path:
    return Path(str(sa.make_url(url).query["host"])) / "log"


def set_for_all(place: Place, **settings: str) -> None:
    """Have PostgreSQL's settings hold for every new connection to the place's database."""
    name = sa.make_url(place.url).database
    with engine_of(place.sessions).connect() as connection:
        for setting, value in settings.items():
            connection.execute(sa.text(f"ALTER DATABASE {name} SET {setting} = {value}"))
        connection.commit()
    place.end()


@pytest.mark.postgres
@pytest.mark.parametrize("verbosity", ["default", "terse"])
def test_a_failing_submission_leaves_neither_code_nor_answer_in_the_log_of_postgresql(
    postgres_place, monkeypatch, verbosity
):
    place, code = postgres_place, postgres_place.codes[0]
    person = Sent(place.slug, code, "kanarivogel says")
    response = make_response(random.Random(1), person.comment)
    log = log_of(place.url)
    set_for_all(place, log_error_verbosity=verbosity, statement_timeout="150")
    before = len(log.read_bytes())
    monkeypatch.setattr(answering, "seal", lambda *told: seal(*told)[:100])
    with pytest.raises(DBAPIError) as refused:
        place.answer(code, response)
    monkeypatch.setattr(answering, "seal", seal)
    blocked(place, code, response)
    told = log.read_bytes()[before:]
    assert b"violates check constraint" in told
    assert b"canceling statement due to statement timeout" in told
    assert not [shape for shape in person.shapes() if shape in told + str(refused.value).encode()]
    # The limit that docs/operations.md tells, and how to do without it; long values are cut.
    spent = person.hashes[0].hex().encode()[:50]
    assert (spent in told) == (verbosity == "default")


def blocked(place: Place, code: str, response: Response) -> None:
    """Let somebody else hold the table until a submission is given up."""
    with engine_of(place.sessions).connect() as holder:
        holder.execute(sa.text("LOCK TABLE box IN ACCESS EXCLUSIVE MODE"))
        with pytest.raises(DBAPIError):
            place.answer(code, response)


@pytest.mark.postgres
def test_even_a_log_of_all_statements_with_their_values_holds_no_code_and_no_answer(
    postgres_place,
):
    """It holds who was asked for by hash, when, and of which unit: never switch it on."""
    place, code = postgres_place, postgres_place.codes[0]
    person = Sent(place.slug, code, "kanarivogel says")
    log = log_of(place.url)
    set_for_all(place, log_statement="'all'", log_parameter_max_length="-1")
    before = len(log.read_bytes())
    place.answer(code, make_response(random.Random(1), person.comment))
    told = log.read_bytes()[before:]
    assert not [shape for shape in person.shapes() if shape in told]
    assert all(told.count(hashed.hex().encode()) for hashed in person.hashes)
