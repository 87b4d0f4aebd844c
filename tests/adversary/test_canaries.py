"""Canaries: answers and words that occur nowhere else, looked for in every file.

While a survey is open, one person's answers, comments and code stand in no file of the instance, in
no form. After closing, nothing is left of any code, box or key either, and of the comments only
those that were released.

PostgreSQL's own log of changes (`pg_wal`) keeps what was written to its tables until the server
reuses it: hashes and ciphertext whose key is gone. That is told by the documents; what is asserted
of it is that it never held a word, an answer or a code in plain.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import sqlalchemy as sa

from survey.ballots.codes import credential, nullifier
from survey.ballots.payload import Response
from survey.storage.engine import engine_of
from survey.storage.scrub import empty_log
from tests.adversary.staging import Site, close
from tests.adversary.traces import (
    files_below,
    forms_of_answers,
    forms_of_bytes,
    forms_of_code,
    forms_of_text,
    found_in,
    named,
    pieces_of_box,
)
from tests.collecting import Place, environment, responses_for

WORDS = {
    "north": "Kanarienvögel sängen “fröhlicher” im Schichtbüro!",
    "south": "Zwölf Pinguine zählten gestern die Überstunden von südwärts.",
    "desk": "quietschgelbe türstopper für jeden empfang, bitte & danke",
}
"""Only the first stands in a unit that is large enough for comments."""


def unusual_answers() -> dict[str, int]:
    """A vector that nobody else gives: digits of pi, folded into the range of each question."""
    q = environment()
    digits = "31415926535897932384626433832795028841971693993751058209749445923078164062862"
    answers = {}
    for digit, column in zip(digits * 2, q.columns, strict=False):
        lo, hi = q.range_of(column)
        answers[column] = lo + int(digit) % (hi - lo + 1)
    return answers


@pytest.fixture
def canaries(place: Place, site: Site) -> dict[str, bytes]:
    """Everybody answers, three of them unusually and as pages; what must be found nowhere."""
    for code, response in responses_for(place.codes).items():
        place.answer(code, response)
    for unit, words in WORDS.items():
        code = place.opened.codes[unit][1]
        first = Response(unusual_answers(), "lt1", (), {"O1": words[::-1]})
        site.send(code, first)
        site.send(code, Response(unusual_answers(), "lt1", (), {"O1": words}))
        with engine_of(place.sessions).connect() as connection:
            query = sa.text("SELECT count(*) FROM box WHERE nullifier = :nullifier")
            assert connection.scalar(query, {"nullifier": nullifier(code, place.slug)}) == 1
    return plain_canaries(place)


def plain_canaries(place: Place) -> dict[str, bytes]:
    needles = named("answers", forms_of_answers(unusual_answers(), environment().columns))
    for unit, words in WORDS.items():
        needles |= named(f"comment of {unit}", forms_of_text(words))
        needles |= named(f"replaced comment of {unit}", forms_of_text(words[::-1]))
        needles |= named(f"code of {unit}", forms_of_code(place.opened.codes[unit][1]))
    for code in place.opened.opening_codes:
        needles |= named("opening code", forms_of_code(code))
    return needles | named("private key", forms_of_bytes("bytes", private_key(place)))


def private_key(place: Place) -> bytes:
    return place.keys.unlock(place.slug, place.opening_codes)


@pytest.fixture
def everywhere(place, request, tmp_path) -> Callable[[], list[Path]]:
    """Every file of the instance; for PostgreSQL also every file of the server, its log included.

    The server is shared by the tests: files of their other databases are left out.
    """

    def files() -> list[Path]:
        return files_below(tmp_path) + ([] if in_sqlite(place) else files_of_server(place, request))

    return files


def in_sqlite(place: Place) -> bool:
    return place.url.startswith("sqlite")


def files_of_server(place: Place, request: pytest.FixtureRequest) -> list[Path]:
    folder: Path = request.getfixturevalue("postgres_server")._folder
    with engine_of(place.sessions).connect() as connection:
        query = "SELECT oid FROM pg_database WHERE datname = current_database()"
        ours = folder / "data" / "base" / str(connection.exec_driver_sql(query).scalar())
    found = [*files_below(ours), folder / "log"]
    for part in (folder / "data").iterdir():
        if part.name != "base":
            found += files_below(part) if part.is_dir() else [part]
    assert len(found) > 300
    return found


def flush(place: Place) -> None:
    """Let PostgreSQL write every page it has in memory to its files."""
    if not in_sqlite(place):
        with engine_of(place.sessions).connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT")
            connection.exec_driver_sql("CHECKPOINT")


def test_while_open_no_file_holds_an_answer_a_word_or_a_code(place, canaries, everywhere):
    assert found_in(everywhere(), canaries) == []
    flush(place)
    files = everywhere()
    assert found_in(files, canaries) == []
    boxes = {row[0]: row[3] for row in place.tables()["box"]}
    looked = found_in(files, {"a box": next(iter(boxes))})
    assert looked, "the search must see the boxes, else it looks in the wrong files"


def deleted_values(place: Place) -> dict[str, bytes]:
    """What closing deletes: credential and nullifier of every code, runs of every box, the key."""
    needles: dict[str, bytes] = {}
    boxes = {row[0]: row[3] for row in place.tables()["box"]}
    assert len(boxes) == len(place.codes)
    for at, code in enumerate(place.codes):
        spent = nullifier(code, place.slug)
        needles |= named(f"person {at}", forms_of_code(code))
        needles |= named(f"person {at}", forms_of_bytes("nullifier", spent))
        hashed = credential(code, place.slug)
        needles |= named(f"person {at}", forms_of_bytes("credential", hashed))
        needles[f"person {at}: half of the nullifier"] = spent[16:]
        needles |= named(f"person {at}", pieces_of_box(boxes[spent]))
    wrapped = (place.keys.path / f"{place.slug}.key").read_text()
    sealed = [line.split('"')[3] for line in wrapped.splitlines() if '"sealed"' in line]
    assert sealed
    return needles | {f"wrapped key {at}": text.encode() for at, text in enumerate(sealed)}


def released_comments(place: Place) -> str:
    return repr(place.tables()["released_comment"])


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_after_closing_no_file_of_sqlite_holds_anything_of_anybody(place, canaries, everywhere):
    gone = deleted_values(place) | canaries
    close(place)
    only_released_words_are_left(place, gone)
    assert found_in(everywhere(), gone) == []
    assert not place.keys.holds(place.slug)
    assert files_below(place.keys.path) == []
    empty_log(engine_of(place.sessions))
    assert found_in(everywhere(), gone) == []
    place.end()
    assert found_in(everywhere(), gone) == []


def only_released_words_are_left(place: Place, gone: dict[str, bytes]) -> None:
    """Take from `gone` what closing does release: the plain words of the large unit."""
    told = released_comments(place)
    assert WORDS["north"] in told
    assert WORDS["south"] not in told
    assert WORDS["desk"] not in told
    for form in ("plain", "in JSON", "in an address", "in a form"):
        raw = gone[f"comment of north: {form}"]
        if raw == WORDS["north"].encode():
            del gone[f"comment of north: {form}"]


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
@pytest.mark.postgres
def test_after_closing_no_table_or_index_of_postgresql_holds_anything(place, canaries, request):
    gone = deleted_values(place) | canaries
    close(place)
    only_released_words_are_left(place, gone)
    flush(place)
    files = files_of_server(place, request)
    in_log = [path for path in files if "pg_wal" in path.parts]
    assert in_log
    assert found_in([path for path in files if path not in in_log], gone) == []
    assert not place.keys.holds(place.slug)
    assert files_below(place.keys.path) == []
    canaries.pop("comment of north: plain")
    keep_only_plain(place, canaries)
    assert found_in(in_log, canaries) == []


def keep_only_plain(place: Place, needles: dict[str, bytes]) -> None:
    """All codes are looked for in the log of changes, not only those of the canaries."""
    for at, code in enumerate(place.codes):
        needles |= named(f"person {at}", forms_of_code(code))


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
@pytest.mark.postgres
def test_statistics_that_postgresql_gathered_by_itself_do_not_outlive_closing(place, request):
    """Autovacuum analyses a table soon after 50 changes; its samples lie in `pg_statistic`."""
    for code, response in responses_for(place.codes).items():
        place.answer(code, response)
    gone = deleted_values(place)
    analyse(place)
    close(place)
    flush(place)
    tables = [path for path in files_of_server(place, request) if "pg_wal" not in path.parts]
    assert found_in(tables, gone) == []


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
@pytest.mark.postgres
def test_statistics_of_postgresql_do_not_tell_how_many_answered_in_a_small_unit(place):
    """The commonest values of `box.unit` and how often they came would stay after closing."""
    for code, response in responses_for(place.codes).items():
        place.answer(code, response)
    analyse(place)
    close(place)
    query = "SELECT tablename, attname, most_common_vals FROM pg_stats WHERE schemaname = 'public'"
    with engine_of(place.sessions).connect() as connection:
        told = [tuple(row) for row in connection.exec_driver_sql(query)]
    assert [row for row in told if row[0] in ("box", "credential", "participation")] == []


def analyse(place: Place) -> None:
    with engine_of(place.sessions).connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        connection.exec_driver_sql("ANALYZE box, credential")


def test_the_search_finds_what_is_there(tmp_path):
    """Each form is written by somebody else's function, in the middle of something longer."""
    words = WORDS["north"]
    written = written_by_others(words)
    for name, raw in written.items():
        file = tmp_path / "file"
        file.write_bytes(b"abc" + raw + b"xyz")
        found = found_in([file], forms_of_text(words))
        assert found, f"not found as {name}"


def written_by_others(words: str) -> Mapping[str, bytes]:
    import base64
    import json
    import urllib.parse

    whole = f"before {words} after".encode()
    return {
        "text": words.encode(),
        "UTF-16": f"a{words}b".encode("utf-16-le"),
        "base64": base64.b64encode(whole),
        "base64 one on": base64.b64encode(b"x" + whole),
        "base64 two on": base64.b64encode(b"xx" + whole),
        "hex": whole.hex().encode(),
        "JSON": json.dumps({"O1": words}).encode(),
        "a form": urllib.parse.urlencode({"O1": words}).encode(),
    }
