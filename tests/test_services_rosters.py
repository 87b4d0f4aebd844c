"""Clients, units and rosters on both databases: kept, compared, saved in one go or not at all."""

import random
import threading
from contextlib import ExitStack
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from survey.services import rosters
from survey.services.accounts import User
from survey.services.client_units import tree_of
from survey.services.clients import (
    ClientNameTaken,
    add_client,
    change_client,
    client_view,
    list_clients,
)
from survey.services.roster import parse_units, tree_faults
from survey.services.roster_changes import changes
from survey.services.roster_checking import ColumnTwice, NoHeader, NoPeople, check
from survey.services.roster_saving import RosterChanged, Saved, save_people
from survey.services.roster_tables import read_table
from survey.services.rosters import (
    MailTaken,
    PersonFaulty,
    UnknownPerson,
    add_person,
    change_person,
    delete_person,
    delete_roster,
    edition_of_roster,
    find_people,
    people_of,
)
from survey.services.unit_editing import (
    Going,
    GoingChanged,
    TooDeep,
    UnitUnderItself,
    add_unit,
    delete_unit,
    going_with,
    move_unit,
    rename_unit,
    shift_unit,
)
from survey.storage.engine import engine_of, make_sessions
from survey.storage.migrate import migrate
from survey.storage.workspace import Client, ClientUnit, Draft, Person

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
OWNER = User("owner@example.org", "Owner", "owner", 1)
HEADER = "unit,name,mail,language,leads\n"


@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
)
def database(request, tmp_path_factory):
    """One database for all tests, on each of the two engines in turn."""
    with ExitStack() as stack:
        url = f"sqlite:///{tmp_path_factory.mktemp('rosters') / 'headwind.db'}"
        if request.param == "postgresql":
            url = stack.enter_context(request.getfixturevalue("postgres_server").database())
        migrate(url)
        made = make_sessions(url)
        yield made
        engine_of(made).dispose()


@pytest.fixture
def sessions(database):
    yield database
    with database() as session, session.begin():
        for table in (Person, Draft, ClientUnit, Client):
            session.execute(sa.delete(table))


@pytest.fixture
def client(sessions) -> str:
    with sessions() as session:
        return add_client(session, OWNER, "Northgate", "de", "Europe/Berlin", NOW)


def checked(sessions, client, text, make_units=False):
    with sessions() as session:
        tree, view = tree_of(session, client), client_view(session, client)
    return check(read_table(text.encode()).rows, view.language, tree, make_units)


def save(sessions, client, text, way="replace", make_units=False):
    found = checked(sessions, client, text, make_units)
    with sessions() as session:
        edition = edition_of_roster(session, client)
        return save_people(session, client, found.people, found.new_units, way, edition)


def told(sessions, client) -> list[tuple[str, str, str, str, bool]]:
    with sessions() as session:
        return [(p.unit, p.name, p.email, p.language, p.leads) for p in people_of(session, client)]


def ids(sessions, client) -> list[str]:
    with sessions() as session:
        return [unit.id for unit in tree_of(session, client)]


FIRST = HEADER + (
    "Sales,Bo Boss,bo@example.org,en,yes\n"
    "Sales > North,Anna,anna@example.org,,\n"
    "Sales > North,Ben,ben@example.org,en,\n"
    "Service,,,,\n"
    "Service,,,,\n"
)


def test_a_file_makes_units_and_people_and_leaders_stand_first(sessions, client):
    assert save(sessions, client, FIRST) == Saved(5, 0, 0, 3)
    assert ids(sessions, client) == ["sales", "north", "service"]
    assert told(sessions, client) == [
        ("sales", "Bo Boss", "bo@example.org", "en", True),
        ("north", "Anna", "anna@example.org", "de", False),
        ("north", "Ben", "ben@example.org", "en", False),
        ("service", "", "", "de", False),
        ("service", "", "", "de", False),
    ]
    with sessions() as session:
        sales, north, service = tree_of(session, client)
    assert (sales.leaders, sales.members, north.members, service.members) == (1, 0, 2, 2)


def test_the_same_file_again_changes_nothing_in_either_way(sessions, client):
    save(sessions, client, FIRST)
    before = told(sessions, client)
    for way in ("replace", "add"):
        assert save(sessions, client, FIRST, way) == Saved(0, 0, 0, 0)
    assert told(sessions, client) == before


def test_a_changed_file_adds_changes_moves_and_where_it_is_wanted_takes_out(sessions, client):
    save(sessions, client, FIRST)
    with sessions() as session:
        number = {p.email: p.id for p in people_of(session, client)}
    changed = HEADER + (
        "Service,Anna Meier,ANNA@example.org,de,\n"
        "Sales > North,Ben,ben@example.org,en,x\n"
        "Sales > South,Cleo,cleo@example.org,,\n"
        "Service,,,,\n"
    )
    assert save(sessions, client, changed, "add") == Saved(1, 2, 0, 1)
    assert len(told(sessions, client)) == 6
    assert save(sessions, client, changed, "replace") == Saved(0, 0, 2, 0)
    assert told(sessions, client) == [
        ("north", "Ben", "ben@example.org", "en", True),
        ("south", "Cleo", "cleo@example.org", "de", False),
        ("service", "", "", "de", False),
        ("service", "Anna Meier", "ANNA@example.org", "de", False),
    ]
    with sessions() as session:
        after = {p.email: p.id for p in people_of(session, client)}
    assert after["ben@example.org"] == number["ben@example.org"], "the same person stays the same"


def test_somebody_of_the_same_name_with_another_address_is_somebody_else(sessions, client):
    save(sessions, client, HEADER + "Sales,Anna,a1@example.org,,\n")
    other = HEADER + "Service,Anna,a2@example.org,,\n"
    assert save(sessions, client, other, "add", make_units=True) == Saved(1, 0, 0, 1)
    assert len(told(sessions, client)) == 2


def test_who_gets_an_address_at_last_is_the_same_person(sessions, client):
    save(sessions, client, HEADER + "Sales,Anna,,,\nSales,Ben,,,\n")
    later = HEADER + "Sales,Anna,anna@example.org,,\nSales > North,Ben,ben@example.org,,\n"
    assert save(sessions, client, later) == Saved(0, 2, 0, 1)


def test_an_apostrophe_against_formulas_comes_off_again(sessions, client):
    save(sessions, client, HEADER + "'=Sales,'+Anna,a@example.org,,\n")
    assert told(sessions, client)[0][:2] == ("sales", "+Anna")


def kinds(sessions, client, text, make_units=False) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for fault in checked(sessions, client, text, make_units).faults:
        assert fault.heading()
        assert fault.advice()
        found.setdefault(fault.row, []).append(fault.kind)
    return found


FAULTY = HEADER + (
    "Sales,Anna,anna@example.org,,\n"
    ",Ben,ben@example.org,,\n"
    "Sale,Cleo,cleo@example.org,,\n"
    "Nowhere,Dan,dan@example.org,,\n"
    "Sales,Eve,eve at example.org,tlh,maybe\n"
    "Sales,Fay,ANNA@example.org,,\n"
    "Service,Gus,anna@example.org,,\n"
    f"Sales,{'x' * 101},h@example.org,,\n"
    "Sales,I\u202evy,i@example.org,,\n"
    "Example unit > Team A,First Example,first.example@example.com,en,yes\n"
    f"{'x' * 101},Jo,jo@example.org,,\n"
    f"{' > '.join('abcdefghijklmnopqrstuvwxyz')},Kim,kim@example.org,,\n"
)


def test_every_fault_is_told_by_its_row(sessions, client):
    save(sessions, client, HEADER + "Sales,,,,\nService,,,,\n")
    assert kinds(sessions, client, FAULTY) == {
        3: ["unit_missing"],
        4: ["unit_meant"],
        5: ["unit_unknown"],
        6: ["mail_bad", "language_unknown", "leads_unknown"],
        7: ["mail_twice"],
        8: ["two_units"],
        9: ["name_long"],
        10: ["control"],
        11: ["example"],
        12: ["unit_long"],
        13: ["unit_deep"],
    }
    assert [p.entry.name for p in checked(sessions, client, FAULTY).people] == ["Anna"]


def test_units_that_are_named_alone_are_made_where_that_is_wanted(sessions, client):
    save(sessions, client, HEADER + "Sales,,,,\n")
    text = HEADER + "Nowhere,Dan,,,\nSALES,Anna,,,\nsales > North,Ben,,,\nSales>north,Cleo,,,\n"
    assert kinds(sessions, client, text) == {2: ["unit_unknown"]}
    found = checked(sessions, client, text, make_units=True)
    assert found.new_units == (("Nowhere",), ("Sales", "North"))
    assert save(sessions, client, text, "add", make_units=True).units == 2
    assert ids(sessions, client) == ["sales", "north", "nowhere"]


def test_a_name_that_two_units_have_needs_its_path(sessions, client):
    save(sessions, client, HEADER + "Sales > North,,,,\nService > North,,,,\n")
    text = HEADER + "North,Anna,,,\nService > North,Ben,,,\n"
    assert kinds(sessions, client, text) == {2: ["unit_twofold"]}
    assert "such as Sales > North" in checked(sessions, client, text).faults[0].advice()


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("name,mail\nAnna,a@example.org\n", NoHeader, "“name”, “mail”"),
        ("unit,team\nA,B\n", ColumnTwice, "“unit” and “team”"),
        ("unit,name\n", NoPeople, "nobody under the first row"),
    ],
)
def test_a_table_without_the_right_columns_says_so(sessions, client, text, error, words):
    with pytest.raises(error, match=words):
        checked(sessions, client, text)


def test_columns_in_german_in_any_order_are_read_and_others_named(sessions, client):
    text = "Personalnr;E-Mail;Sprache;ABTEILUNG;Name\n17;a@example.org;Englisch;Vertrieb;Anna\n"
    assert checked(sessions, client, text).ignored == ("Personalnr",)
    save(sessions, client, text)
    assert told(sessions, client) == [("vertrieb", "Anna", "a@example.org", "en", False)]


def test_nothing_is_saved_where_the_roster_has_changed_since_it_was_compared(sessions, client):
    save(sessions, client, FIRST)
    found = checked(sessions, client, HEADER + "Sales,New,new@example.org,,\n")
    with sessions() as session:
        edition = edition_of_roster(session, client)
        add_person(session, client, "sales", {"mail": "between@example.org"})
        with pytest.raises(RosterChanged):
            save_people(session, client, found.people, (), "replace", edition)
    assert len(told(sessions, client)) == 6


def test_two_who_save_at_once_do_not_mix(sessions, client):
    save(sessions, client, FIRST)
    texts = [HEADER + f"Sales,P{n},p{n}@example.org,,\n" for n in range(2)]
    found = [checked(sessions, client, text) for text in texts]
    with sessions() as session:
        edition = edition_of_roster(session, client)
    became = []

    def run(one):
        try:
            with sessions() as session:
                save_people(session, client, one.people, (), "replace", edition)
            became.append("saved")
        except RosterChanged:
            became.append("refused")

    threads = [threading.Thread(target=run, args=(one,)) for one in found]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(became) == ["refused", "saved"]
    assert len(told(sessions, client)) == 1


def test_a_failure_while_saving_leaves_everything_as_it_was(sessions, client):
    save(sessions, client, FIRST)
    before = told(sessions, client)
    found = checked(sessions, client, HEADER + "X > Y,New,new@example.org,,\n")

    def fail(_done, _total):
        raise RuntimeError

    with sessions() as session:
        edition = edition_of_roster(session, client)
        with pytest.raises(RuntimeError):
            save_people(session, client, found.people, found.new_units, "replace", edition, fail)
    assert told(sessions, client) == before
    assert ids(sessions, client) == ["sales", "north", "service"]


def test_a_big_roster_is_found_in_pages(sessions, client):
    rows = (f"Unit {i % 40},Person {i:04},p{i}@example.org,,\n" for i in range(3000))
    save(sessions, client, HEADER + "".join(rows))
    with sessions() as session:
        page = find_people(session, client, skip=50, most=50)
        assert (len(page.lines), page.found, page.total) == (50, 3000, 3000)
        found = find_people(session, client, "PERSON unit 7 p47@")
        assert [p.name for p in found.lines] == ["Person 0047"]
        assert find_people(session, client, unit="unit-3").found == 75
        assert find_people(session, client, unit="nowhere").found == 0


def test_one_person_is_added_changed_and_taken_out(sessions, client):
    save(sessions, client, FIRST)
    with sessions() as session:
        one = add_person(session, client, "north", {"name": "Zed", "mail": "zed@example.org"})
        with pytest.raises(MailTaken):
            add_person(session, client, "sales", {"mail": "ZED@example.org"})
        with pytest.raises(PersonFaulty):
            add_person(session, client, "sales", {"mail": "zed@example.org\r\nBcc: x@y.org"})
        change_person(session, client, one, "sales", {"mail": "zed@example.org", "leads": "yes"})
        with pytest.raises(UnknownPerson):
            change_person(session, client, one + 1, "sales", {})
    assert ("sales", "", "zed@example.org", "de", True) in told(sessions, client)
    with sessions() as session:
        delete_person(session, client, one)
        delete_person(session, client, one)
    assert len(told(sessions, client)) == 5


def test_a_person_of_another_client_is_out_of_reach(sessions, client):
    save(sessions, client, FIRST)
    with sessions() as session:
        other = add_client(session, OWNER, "Other", "en", "UTC", NOW)
        theirs = people_of(session, client)[0].id
        delete_person(session, other, theirs)
        with pytest.raises(UnknownPerson):
            rosters.person_of(session, other, theirs)
    assert len(told(sessions, client)) == 5


def test_deleting_a_roster_leaves_units_and_other_clients(sessions, client):
    save(sessions, client, FIRST)
    with sessions() as session:
        other = add_client(session, OWNER, "Other", "en", "UTC", NOW)
    save(sessions, other, FIRST)
    with sessions() as session:
        assert delete_roster(session, client) == 5
        assert people_of(session, client) == ()
        assert len(people_of(session, other)) == 5
    assert ids(sessions, client) == ["sales", "north", "service"]


def test_clients_are_told_apart_by_name_and_their_numbers_are_theirs(sessions, client):
    save(sessions, client, FIRST)
    with sessions() as session:
        with pytest.raises(ClientNameTaken):
            add_client(session, OWNER, "NORTHGATE", "en", "UTC", NOW)
        assert add_client(session, OWNER, "North-Gate!", "en", "UTC", NOW) == "north-gate"
        assert add_client(session, OWNER, "北門", "en", "UTC", NOW) == "client"
        lines = {line.id: line for line in list_clients(session, OWNER)}
        assert (lines[client].units, lines[client].people) == (3, 5)
        assert (lines["client"].units, lines["client"].people) == (0, 0)
        view = client_view(session, client)
        assert view.added_on == date(2026, 11, 22)
        with pytest.raises(ClientNameTaken):
            change_client(session, client_view(session, "client").__class__(
                **{**vars(view), "id": "client"}
            ), NOW)  # fmt: skip


def test_ids_of_units_are_never_those_that_something_else_goes_by(sessions, client):
    with sessions() as session, session.begin():
        session.add(
            Draft(
                id="d", client=client, title="T", settings='{"by_mail": ["west", "west-2"]}',
                changed_at=NOW, rehearsal=None, rehearsed="",
            )
        )  # fmt: skip
    with sessions() as session:
        made = [
            add_unit(session, client, name, None)
            for name in ("All", "North", "Nörth", "Leaders of Sales", "北", "West")
        ]
    assert made == ["all-2", "north", "north-2", "unit-leaders-of-sales", "unit", "west-3"]


def test_moving_units_about_at_random_always_leaves_a_tree(sessions, client):
    rng = random.Random(5)
    with sessions() as session:
        for at in range(12):
            above: list[str | None] = [*ids(sessions, client), None]
            add_unit(session, client, f"Unit {at}", rng.choice(above))
        for _ in range(60):
            units = ids(sessions, client)
            one, other = rng.choice(units), rng.choice([*units, None])
            try:
                move_unit(session, client, one, other)
            except UnitUnderItself:
                assert other is not None
            shift_unit(session, client, rng.choice(units), rng.choice([-1, 1]))
            tree = tree_of(session, client)
            assert len(tree) == 12
            assert [unit.place for unit in tree] == list(range(12))
    lines = "\n".join(
        f"{u.name},{next((p.name for p in tree if p.id == u.parent), '')},1" for u in tree
    )
    assert not tree_faults(parse_units("unit,parent,people\n" + lines))


def test_a_tree_has_its_deepest_level(sessions, client):
    with sessions() as session:
        above = None
        for at in range(21):
            above = add_unit(session, client, f"Level {at}", above)
        with pytest.raises(TooDeep):
            add_unit(session, client, "Too deep", above)
        add_unit(session, client, "Top", None)
        with pytest.raises(TooDeep):
            move_unit(session, client, "level-0", "top")
        rename_unit(session, client, "level-20", "Bottom")


def test_a_unit_goes_with_all_under_it_only_as_it_was_agreed(sessions, client):
    save(sessions, client, FIRST)
    with sessions() as session:
        going = going_with(tree_of(session, client), "sales")
        assert going == Going(2, 3, 0)
        with pytest.raises(GoingChanged):
            delete_unit(session, client, "sales", Going(2, 2, 0))
        delete_unit(session, client, "sales", going)
    assert ids(sessions, client) == ["service"]
    assert len(told(sessions, client)) == 2


def test_comparing_pairs_nobody_twice():
    assert changes((), ()).same == 0
