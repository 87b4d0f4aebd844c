"""The units of a client, changed by hand and without a script."""

import time

import pytest
import sqlalchemy as sa

from survey.services.accounts import User
from survey.services.client_units import tree_of
from survey.services.clients import add_client
from survey.services.rosters import add_person
from survey.services.unit_editing import add_unit, set_people
from survey.storage.workspace import ClientUnit
from tests.web.checking import text_of

OWNER = User("owner@example.org", "Owner", "owner", 1)
HERE = "/clients/northgate/units"


@pytest.fixture
def client(sessions, clock) -> str:
    """A client with a small tree: Sales (North, South), Service desk."""
    with sessions() as session:
        client = add_client(session, OWNER, "Northgate", "en", "Europe/Berlin", clock())
        sales = add_unit(session, client, "Sales", None)
        add_unit(session, client, "North", sales)
        add_unit(session, client, "South", sales)
        add_unit(session, client, "Service desk", None)
    return client


def listed(console) -> list[str]:
    rows = console.html.one("table").iter("th")
    return [text_of(head) for head in rows if head.get("scope") == "row"]


def test_without_units_the_page_says_where_they_come_from(console, sessions, clock):
    with sessions() as session:
        add_client(session, OWNER, "Northgate", "en", "UTC", clock())
    console.get(HERE)
    assert "There are no units yet." in console.html.text
    console.send({"name": "Sales"}, action=HERE)
    console.get(HERE)
    assert listed(console) == ["Sales"]


def test_a_unit_is_added_under_another_and_shown_there(console, client):
    console.get(HERE)
    where = console.send({"name": "Key  accounts", "parent": "sales"}, action=HERE).location
    assert where == f"{HERE}#unit-key-accounts"
    console.get(HERE)
    assert listed(console) == ["Sales", "North", "South", "Key accounts", "Service desk"]


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"name": ""}, "Write the name of the unit."),
        ({"name": "SALES"}, "There is already a unit called “SALES” in this place."),
        ({"name": "x" * 101}, "Shorten the name to 100 characters."),
        ({"name": "West", "parent": "nowhere"}, "No unit is called “nowhere”."),
    ],
)
def test_a_unit_that_cannot_be_added_says_why(console, client, sent, told):
    console.get(HERE)
    console.send(sent, 422, action=HERE)
    assert told in console.html.text
    assert console.html.one("input", id="name").get("value") == sent["name"]


def test_a_unit_is_renamed_and_keeps_its_address(console, client):
    console.get(f"{HERE}/north")
    console.post(f"{HERE}/north", sent(console, name="Far North"))
    console.get(f"{HERE}/north")
    assert console.html.h1 == "Far North"


def sent(console, **told):
    token = console.html.all("input", name="csrf_token")[0].get("value")
    return {"csrf_token": token} | told


def test_a_unit_moves_with_all_under_it_and_never_under_itself(console, client):
    console.get(f"{HERE}/sales")
    offered = [option.get("value") for option in console.html.one("select").iter("option")]
    assert offered == [".", "service-desk"]
    console.post(f"{HERE}/sales", sent(console, parent="north"), 422)
    assert "“Sales” cannot stand under itself" in console.html.text
    console.post(f"{HERE}/sales", sent(console, parent="service-desk"))
    console.get(HERE)
    assert listed(console) == ["Service desk", "Sales", "North", "South"]
    console.get(f"{HERE}/north")
    console.post(f"{HERE}/north", sent(console, parent="."))
    console.get(HERE)
    assert listed(console) == ["Service desk", "Sales", "South", "North"]


def test_a_unit_goes_up_and_down_among_its_neighbours(console, client):
    console.get(HERE)
    where = console.post(f"{HERE}/north/place", sent(console, to="down")).location
    assert where == f"{HERE}#unit-north"
    console.get(HERE)
    assert listed(console) == ["Sales", "South", "North", "Service desk"]
    console.post(f"{HERE}/service-desk/place", sent(console, to="up"))
    console.get(HERE)
    assert listed(console) == ["Service desk", "Sales", "South", "North"]
    console.post(f"{HERE}/service-desk/place", sent(console, to="up"))
    console.post(f"{HERE}/north/place", sent(console, to="sideways"), 400)


@pytest.mark.parametrize("typed", ["-1", "1.5", "many", "", "１２", "999999999"])
def test_a_head_count_is_a_whole_number(console, client, typed):
    console.get(f"{HERE}/north")
    console.post(f"{HERE}/north", sent(console, people=typed), 422)
    assert "Write how many people, as a whole number from 0 to" in console.html.text


def test_people_without_a_name_are_counted_in_the_tree(console, client):
    console.get(f"{HERE}/north")
    console.post(f"{HERE}/north", sent(console, people="12"))
    console.get(HERE)
    assert "4 units, 12 people" in console.html.text


def test_a_unit_without_people_is_deleted_after_one_question(console, client):
    console.get(f"{HERE}/south/delete")
    console.send()
    console.get(HERE)
    assert listed(console) == ["Sales", "North", "Service desk"]
    console.get(f"{HERE}/south", 404)


def test_deleting_a_unit_with_people_says_how_many_go_and_asks_for_its_name(
    console, client, sessions
):
    with sessions() as session:
        add_person(session, client, "north", {"mail": "a@example.org"})
        set_people(session, client, "south", 1234)
    console.get(f"{HERE}/sales/delete")
    for told in ("3 units go", "1 person goes from the roster.", "1,234 people without a name"):
        assert told in console.html.text
    console.send({"typed": "yes"}, 422)
    assert "Nothing was deleted." in console.html.text
    console.send({"typed": "sales"})
    console.get(HERE)
    assert listed(console) == ["Service desk"]


def test_who_agreed_to_less_than_would_go_now_is_asked_again(console, client, sessions):
    console.get(f"{HERE}/south/delete")
    with sessions() as session:
        add_person(session, client, "south", {"mail": "new@example.org"})
    console.send({"typed": "South"}, 422)
    assert "Somebody changed this unit meanwhile." in console.html.text
    with sessions() as session:
        assert len(tree_of(session, client)) == 4


def test_five_thousand_units_come_in_pages_are_searched_and_moved_by_name(
    console, client, sessions
):
    with sessions() as session, session.begin():
        session.execute(
            sa.insert(ClientUnit),
            [
                {"client": client, "id": f"t{i}", "name": f"Team {i:04}", "people": 1}
                | {"parent": ["sales", "north"][i % 2], "place": 10 + i}
                for i in range(4996)
            ],
        )
    began = time.perf_counter()
    console.get(f"{HERE}?page=30")
    assert time.perf_counter() - began < 3
    assert len(listed(console)) == 100
    assert "5,000 units, 4,996 people" in console.html.text
    assert listed(console)[0].startswith("Sales >"), "the way to it, at the top of a page"
    console.get(f"{HERE}?q=team+0042")
    assert listed(console) == ["Sales > Team 0042"]
    console.get(f"{HERE}/t42")
    console.post(f"{HERE}/t42", sent(console, parent="Sales > South"))
    console.get(f"{HERE}/t42")
    assert "under Sales > South" in console.html.text
    assert not console.html.all("select")
    console.get(HERE)
    console.send({"name": "One more"}, 422, action=HERE)
    assert "A client can have 5000 units, no more." in console.html.text
