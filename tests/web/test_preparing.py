"""Preparing a survey in the console, step by step, from a client to the last page."""

import re
from typing import Any

import pytest
import sqlalchemy as sa

from survey.services.accounts import add_user
from survey.services.drafts import draft_view
from survey.services.preparing import prepared
from survey.storage.models import Box, Survey
from survey.storage.workspace import Client, Draft
from tests.drafting import (
    FILLED,
    add_people,
    grounds,
    make_client,
    unit_ids,
)
from tests.web.checking import Pages, SignedIn, fields_of, text_of
from tests.web.conftest import PASSWORD
from tests.web.preparing import faults, its_client, only, open_one, ready_draft, site_of

STEPS = "questions", "practice", "people", "dates", "answering", "rehearsal"


@pytest.fixture
def draft(console) -> str:
    return ready_draft(console)


def settings_of(sessions, draft):
    with sessions() as session:
        return draft_view(session, draft).settings


def state_of_steps(console) -> dict[str, bool]:
    """Each line of the check list: is it done?"""
    lines = console.html.one("ol", class_="checklist").findall("li")
    return {text_of(next(line.iter("a"))): line.get("class") == "done" for line in lines}


def send(console, draft, step, typed, status=303, query=""):
    console.get(f"/drafts/{draft}/{step}{query}")
    return console.send(typed, status, f"/drafts/{draft}/{step}{query}")


# --- beginning


def test_a_survey_begins_with_a_client(console, sessions):
    console.get("/surveys/new")
    assert "There is no client yet." in console.html.text
    client = its_client(console)
    console.get("/surveys/new")
    console.get(console.send({}, action=f"/clients/{client}/drafts").location)
    assert state_of_steps(console) == {
        "Questions": True,
        "The planned practice": False,
        "Who is asked": True,
        "When and how": False,
        "Who answers for it": False,
        "Rehearsal": False,
    }
    console.get("/surveys/new")
    assert "Go on with what was begun" in console.html.text


def test_hundreds_of_clients_are_searched_and_paged(console, sessions):
    for at in range(60):
        make_client(sessions, console.clock(), f"Client {at:02}", units=())
    console.get("/surveys/new")
    assert len(console.html.all("h3")) == 50
    console.get(console.html.one("a", rel="next").get("href"))
    assert len(console.html.all("h3")) == 10
    console.get("/surveys/new?q=client+07")
    assert [text_of(h) for h in console.html.all("h3")] == ["Client 07"]


def test_a_deleted_draft_is_asked_for_first_and_then_gone(console, draft, sessions):
    console.get(f"/drafts/{draft}/delete")
    console.send({}, action=f"/drafts/{draft}/delete")
    console.get(f"/drafts/{draft}", 404)
    with sessions() as session:
        assert session.scalar(sa.select(Draft.id)) is None


def test_what_can_be_no_name_of_a_draft_is_not_found(console):
    for name in ("x", "0" * 99, "../..", "%00"):
        console.get(f"/drafts/{name}/questions", 404)


# --- the check list


def test_every_fault_in_the_check_list_leads_to_its_field(console, draft, sessions):
    empty = dict.fromkeys(("practice", "ends", "holder_2", "privacy_notice", "controller"), "")
    draft = ready_draft(console, **empty, title="x" * 201, spare="many")
    console.get(f"/drafts/{draft}")
    links = [a.get("href") for a in console.html.one("ol", class_="checklist").iter("a")]
    links = [link for link in links if "#" in link]
    assert {link.partition("#")[2] for link in links} == {*empty, "title", "spare"}
    for link in links:
        page, _, field = link.partition("#")
        console.get(page)
        (place,) = [e for e in console.html.elements() if e.get("id") == field]
        assert place.tag in ("input", "textarea")
        assert f"{field}-fault" in place.get("aria-describedby")
        assert field in faults(console)
    assert not console.html.all("a", class_="btn", href=f"/drafts/{draft}/open")


def test_when_nothing_is_missing_the_survey_can_be_opened(console, draft):
    console.get(f"/drafts/{draft}")
    assert all(state_of_steps(console).values())
    console.html.one("a", class_="btn", href=f"/drafts/{draft}/open")
    assert "for 2 groups, if 70 % answer" in console.html.text


def test_the_check_list_says_who_will_be_put_together_or_left_out(console, sessions, clock):
    units = (("Top", "", 0), ("Large", "Top", 20), ("Small", "Top", 3), ("Tiny", "Top", 4))
    client = make_client(sessions, clock(), "Nord", units=(*units, ("Far", "", 2)))
    console.get("/surveys/new")
    console.get(console.send({}, action=f"/clients/{client}/drafts").location)
    assert "Small + Tiny: 7 people" in console.html.text
    assert "Far: too few, even together" in console.html.text


# --- filling in


def test_half_of_a_page_is_saved_and_what_is_missing_is_told_only_when_asked(console, sessions):
    draft = ready_draft(console, ends="", holder_2="")
    console.get(f"/drafts/{draft}/dates")
    assert not console.html.all("div", role="alert")
    answer = send(console, draft, "dates", {"holder_1": "Bob", "go": "on"})
    assert answer.location == f"/drafts/{draft}/answering"
    assert settings_of(sessions, draft).holder_1 == "Bob"
    console.get(f"/drafts/{draft}/dates?check")
    assert set(faults(console)) == {"ends", "holder_2"}


def test_what_is_wrong_is_saved_told_beside_its_field_and_shown_again(console, draft, sessions):
    typed = {"ends": "tomorrow <b>", "least": "4", "timezone": "Berlin", "holder_2": "ok"}
    send(console, draft, "dates", typed, 422)
    assert console.html.title.startswith("Error: ")
    assert set(faults(console)) == {"ends", "least", "timezone"}
    console.get(f"/drafts/{draft}/dates")
    assert set(faults(console)) == {"ends", "least", "timezone"}
    for name, value in typed.items():
        assert console.html.one("input", id=name).get("value") == value
    assert send(console, draft, "dates", FILLED_DATES).location == f"/drafts/{draft}"


FILLED_DATES = {"ends": FILLED.ends, "least": "5", "timezone": FILLED.timezone}


@pytest.mark.parametrize("step", ["questions", "practice", "dates", "answering"])
def test_saving_a_page_that_nobody_touched_changes_nothing(console, draft, sessions, step):
    send(console, draft, step, {})
    assert settings_of(sessions, draft) == FILLED
    console.get(f"/drafts/{draft}/{step}")
    assert "Saved by" not in console.html.text


def test_every_field_of_a_page_is_kept(console, sessions):
    draft = ready_draft(console)
    pages: dict[str, dict[str, Any]] = {
        "questions": {"title": "T & <t>", "questionnaire": "climate", "masked": "A\r\nB"},
        "practice": {"practice": "coaching", "critical": ["TRUST"], "unplanned": "y"},
        "dates": {
            **FILLED_DATES,
            "closable_from": "2026-12-01T08:00",
            "results_on": "2027-01-04",
            "scheme": "two of three",
            "holder_1": "A",
            "holder_2": "B",
            "holder_3": "C",
        },
        "answering": {
            "organiser": "o",
            "help_contact": "h",
            "harm_role": "r",
            "controller": "c",
            "controller_contact": "cc",
            "privacy_notice": "p\r\nq",
            "sponsor": "s",
            "introduction": "One.\r\n\r\nTwo.",
        },
    }
    for step, typed in pages.items():
        send(console, draft, step, typed)
    kept = settings_of(sessions, draft)
    for typed in pages.values():
        for name, value in typed.items():
            told = tuple(value) if isinstance(value, list) else value.replace("\r", "")
            expected = True if value == "y" else told
            assert getattr(kept, name) == expected, name
    assert set(kept.saved) == set(pages)


def test_comments_can_be_left_out(console, draft, sessions):
    console.get(f"/drafts/{draft}/questions")
    form = fields_of(console.html.one("form", action=f"/drafts/{draft}/questions"))
    del form["comments"]
    console.post(f"/drafts/{draft}/questions", form, 303)
    assert settings_of(sessions, draft).comments is False
    framed = console.client.get(f"/drafts/{draft}/preview")
    assert "<textarea" not in framed.text


def test_the_practice_stands_in_its_sentences_in_every_language(console, draft):
    console.get(f"/drafts/{draft}/practice")
    said = text_of(console.html.one("section", class_="said"))
    assert "This team could keep joint handovers going when pressure is high." in said
    assert "„joint handovers“ beibehalten" in said
    assert len(list(console.html.one("dl", class_="hang").iter("dt"))) >= 3


def test_the_sponsors_words_are_counted(console, draft):
    told = {"introduction": "x" * 801, "sponsor": "Eva"}
    send(console, draft, "answering", told, 422)
    assert faults(console) == {"introduction": "Shorten this to 800 characters; it has 801."}


# --- two at once


@pytest.fixture
def bob(console, sessions):
    """A colleague in a browser of his own."""
    with sessions() as session:
        add_user(session, "bob@example.org", "Bob", PASSWORD)
    his = SignedIn(console.client.application)
    his.sign_in("bob@example.org", PASSWORD)
    return his


def test_who_saves_second_sees_the_others_version_and_loses_nothing(console, bob, draft, sessions):
    console.get(f"/drafts/{draft}/dates")
    send(bob, draft, "dates", {"ends": "2026-12-11T18:00", "holder_2": "Otto"})
    console.clock.pass_(minutes=2)
    console.send({"ends": "2026-12-12T18:00", "least": "7"}, 409, f"/drafts/{draft}/dates")
    told = text_of(console.html.one("div", role="alert"))
    assert "Bob changed the same 2 minutes ago" in told
    assert "Answers until: 2026-12-11T18:00" in told
    assert "Who holds the second" not in told  # that was changed by him alone
    assert console.html.one("input", id="ends").get("value") == "2026-12-12T18:00"
    assert console.html.one("input", id="least").get("value") == "7"
    assert settings_of(sessions, draft).least == "5"
    console.send({"holder_2": "Otto"}, 303, f"/drafts/{draft}/dates")
    kept = settings_of(sessions, draft)
    assert (kept.ends, kept.least, kept.holder_2) == ("2026-12-12T18:00", "7", "Otto")
    console.get(f"/drafts/{draft}/dates")
    assert "Saved by Eva Lindqvist, just now." in console.html.text


def test_two_who_change_different_fields_are_both_kept(console, bob, draft, sessions):
    console.get(f"/drafts/{draft}/answering")
    send(bob, draft, "answering", {"organiser": "Bob & Co"})
    console.send({"harm_role": "the ombudsperson"}, 303, f"/drafts/{draft}/answering")
    kept = settings_of(sessions, draft)
    assert (kept.organiser, kept.harm_role) == ("Bob & Co", "the ombudsperson")


def test_two_who_change_the_spare_cards_are_told_and_groups_are_never_lost(
    console, bob, draft, sessions
):
    ids = list(unit_ids(sessions, its_client(console)).values())[1:]
    console.get(f"/drafts/{draft}/people")
    send(bob, draft, "people", {"spare": "3"})
    console.send({"spare": "2", "tick": ids, "name": "Shifts"}, 409, f"/drafts/{draft}/people")
    assert console.html.one("input", id="spare").get("value") == "2"
    assert console.html.one("input", id="name").get("value") == "Shifts"
    assert len(console.html.all("input", name="tick", checked="")) == 2
    console.send({"do": "join"}, 303, f"/drafts/{draft}/people")
    kept = settings_of(sessions, draft)
    assert (kept.spare, len(kept.joins)) == ("2", 1)


# --- the preview


def test_the_preview_is_the_real_page_and_can_send_nothing(console, draft, sessions):
    console.get(f"/drafts/{draft}/questions")
    frame = console.html.one("iframe")
    assert frame.get("src") == f"/drafts/{draft}/preview?lang=en"
    german = console.html.one("a", target=frame.get("name"), lang="de").get("href")
    page = console.client.get(f"/drafts/{draft}/questions")
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]
    framed = console.client.get(german)
    assert "joint handovers" in framed.text
    assert '<html lang="de"' in framed.text
    policy = framed.headers["Content-Security-Policy"].split("; ")
    assert {"default-src 'none'", "frame-ancestors 'self'", "form-action 'none'"} <= set(policy)
    assert "/s/preview/" not in framed.text.replace('action="/s/preview/', "")
    assert framed.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert framed.headers["Cache-Control"] == "no-store"
    with sessions() as session:
        assert not session.scalar(sa.select(Survey.slug))
    Pages(console.client.application).get(frame.get("src"), 303)
    with sessions() as session, session.begin():
        session.get_one(Client, its_client(console)).language = "de"
    console.get(f"/drafts/{draft}/questions")
    assert [a.get("lang") for a in console.html.all("a", target="phone")] == ["de", "en"]


def test_an_empty_draft_can_be_looked_at_too(console):
    client = its_client(console)
    console.get("/surveys/new")
    draft = console.send({}, action=f"/clients/{client}/drafts").location
    assert console.client.get(f"{draft}/preview").status_code == 200


# --- who is asked


def table_of(console) -> dict[str, str]:
    """The rows of the table by the name of the group, in words."""
    rows = console.html.one("table", class_="groups").iter("tr")
    heads = [(next(row.iter("th")), row) for row in rows]
    return {text_of(head).split(" Leaders answer")[0]: text_of(row) for head, row in heads[1:]}


def test_each_group_shows_its_chances_and_how_its_people_get_codes(console, draft):
    console.get(f"/drafts/{draft}/people")
    assert "21 people in 2 groups." in console.html.text
    rows = table_of(console)
    assert re.fullmatch(
        r"Night shift 12( \d in 10){3} 0\.\d .*12 without address", rows["Night shift"]
    )
    assert rows["Hafen"] == "Hafen"


def test_ticked_groups_are_joined_and_taken_apart_again(console, draft, sessions):
    ids = unit_ids(sessions, its_client(console))
    both = [ids["Night shift"], ids["Day shift"]]
    send(console, draft, "people", {"tick": both, "name": "Shifts", "do": "join"})
    console.get(f"/drafts/{draft}/people")
    assert "Shifts Night shift + Day shift Take apart" in " ".join(table_of(console))
    (button,) = [b for b in console.html.all("button") if "Take apart" in text_of(b)]
    console.send({"do": button.get("value")}, 303, f"/drafts/{draft}/people")
    assert settings_of(sessions, draft).joins == ()


def test_what_cannot_be_joined_is_told_and_stays_ticked(console, draft, sessions):
    one = unit_ids(sessions, its_client(console))["Night shift"]
    typed = {"tick": [one], "name": "Alone", "spare": "4", "do": "join"}
    send(console, draft, "people", typed, 422)
    assert faults(console) == {"groups": "Choose two groups or more to join."}
    assert [box.get("value") for box in console.html.all("input", name="tick", checked="")] == [one]
    assert console.html.one("input", id="name").get("value") == "Alone"
    assert settings_of(sessions, draft).spare == "4"


@pytest.fixture
def staffed(console, sessions):
    """A client whose leaders are in the roster, small teams among its units."""
    units = (("Nord", "", 0), ("Field North", "Nord", 6), ("Field South", "Nord", 5))
    client = make_client(sessions, console.clock(), "Nord AG", (*units, ("Desk", "Nord", 0)))
    ids = unit_ids(sessions, client)
    add_people(sessions, client, ids["Desk"], *(f"Desk {letter}" for letter in "abcdefgh"))
    add_people(sessions, client, ids["Field North"], "Lea Roth", leads=True)
    console.get("/surveys/new")
    return console.send({}, action=f"/clients/{client}/drafts").location.rpartition("/")[2]


def test_a_suggested_join_is_followed_with_one_click(console, staffed, sessions):
    console.get(f"/drafts/{staffed}/people")
    (button,) = [b for b in console.html.all("button") if text_of(b) == "Join them"]
    assert "Field North + Field South" in text_of(console.html.one("section", class_="suggested"))
    console.send({"do": button.get("value")}, 303, f"/drafts/{staffed}/people")
    (join,) = settings_of(sessions, staffed).joins
    assert join.units == ("field-north", "field-south")
    console.get(f"/drafts/{staffed}/people")
    assert not [b for b in console.html.all("button") if text_of(b) == "Join them"]


def test_leaders_answer_in_a_group_of_their_own_that_is_joined_with_none(console, staffed):
    console.get(f"/drafts/{staffed}/people")
    assert "Leaders answer here" in table_of(console)["Leaders of Nord"]
    joined = {"tick": ["leaders-of-nord", "desk"], "do": "join"}
    send(console, staffed, "people", joined, 422)
    assert "joined with no other" in faults(console)["groups"]


def test_mail_is_chosen_group_by_group_or_wherever_all_have_an_address(console, staffed, sessions):
    send(console, staffed, "people", {"mail": ["desk"]}, 303)
    assert settings_of(sessions, staffed).by_mail == ("desk",)
    send(console, staffed, "people", {"do": "mail"})
    assert settings_of(sessions, staffed).by_mail == ("desk", "leaders-of-nord")
    console.get(f"/drafts/{staffed}/people")
    assert "This installation sends no mails yet" in faults(console)["groups"]
    console.send({"do": "cards"}, 303, f"/drafts/{staffed}/people")
    assert settings_of(sessions, staffed).by_mail == ()


def test_five_thousand_units_are_searched_and_paged_without_a_script(console, sessions, clock):
    from survey.storage.workspace import ClientUnit

    client = make_client(sessions, clock(), "Wide", units=(("Top", "", 0),))
    with sessions() as session, session.begin():
        rows = [
            {"client": client, "id": f"team-{at:04}", "name": f"Team {at:04}", "parent": "top",
             "place": at, "people": 9}
            for at in range(1, 4990)
        ]  # fmt: skip
        session.execute(sa.insert(ClientUnit), rows)
    draft = ready_draft_of(console, client)
    console.get(f"/drafts/{draft}/people")
    assert len(table_of(console)) == 50
    assert "4,990 of 4,990 groups, page 1 of 100" in console.html.text.replace("4990", "4,990")
    first = {"tick": ["team-0003"], "spare": "3", "q": "team 47", "do": "find"}
    console.get(console.send(first, 303, f"/drafts/{draft}/people").location)
    assert len(table_of(console)) == 50
    assert "1 more is ticked on another page." in console.html.text
    console.get(console.send({"do": "page:2"}, 303, f"/drafts/{draft}/people").location)
    ticked = ["team-0003", "team-4750"]
    answer = console.send({"tick": ticked, "do": "join"}, 303, f"/drafts/{draft}/people")
    assert answer.location == f"/drafts/{draft}/people?q=team+47&page=2"
    kept = settings_of(sessions, draft)
    assert (kept.joins[0].units, kept.spare) == (tuple(ticked), "3")


def ready_draft_of(console, client) -> str:
    console.get("/surveys/new")
    return str(console.send({}, action=f"/clients/{client}/drafts").location).rpartition("/")[2]


# --- the rehearsal


def test_the_whole_rehearsal(console, sessions, app):
    draft = ready_draft(console, rehearsed=False)
    send(console, draft, "rehearsal", {"do": "start"})
    console.get(f"/drafts/{draft}/rehearsal")
    assert len(console.html.all("div", class_="qr")) == 2
    link = next(a.get("href") for a in console.html.all("a") if "#" in (a.get("href") or "")
                and "/s/" in a.get("href"))  # fmt: skip
    slug, _, code = link.rpartition("/")[2].partition("#")
    token = console.html.all("input", name="csrf_token")[0].get("value")
    console.post(f"/drafts/{draft}/rehearsal", {"csrf_token": token, "do": "wipe"}, 422)
    assert "Nobody has answered" in text_of(console.html.one("div", role="alert"))
    for address in ("", "/close", "/report", "/check", "/next"):
        console.get(f"/surveys/{slug}{address}", 404)
    Pages(app).post(f"/s/{slug}", {"code": code, "T1": "4"}, 200)
    console.get(f"/drafts/{draft}/rehearsal")
    assert "1 test answer came in." in console.html.text
    console.get("/surveys")
    assert slug not in console.html.source
    console.get(f"/drafts/{draft}/rehearsal")
    console.post(f"/drafts/{draft}/rehearsal", {"csrf_token": token, "do": "wipe"}, 303)
    with sessions() as session:
        assert session.scalar(sa.select(Survey.slug)) is None
        assert session.scalar(sa.select(Box.survey)) is None
    console.get(f"/drafts/{draft}")
    assert state_of_steps(console)["Rehearsal"]
    send(console, draft, "practice", {"practice": "coaching"})
    console.get(f"/drafts/{draft}")
    assert not state_of_steps(console)["Rehearsal"]
    assert "try it out again" in console.html.text


def test_it_starts_only_when_nothing_else_is_missing(console, sessions):
    draft = ready_draft(console, rehearsed=False, privacy_notice="")
    console.get(f"/drafts/{draft}/rehearsal")
    console.html.one("a", href=f"/drafts/{draft}/answering?check")
    token = console.html.all("input", name="csrf_token")[0].get("value")
    console.post(f"/drafts/{draft}/rehearsal", {"csrf_token": token, "do": "start"}, 422)
    with sessions() as session:
        assert session.scalar(sa.select(Survey.slug)) is None


def test_every_page_of_a_draft_is_reached_from_every_other(console, draft):
    for step in (*STEPS, "open"):
        console.get(f"/drafts/{draft}/{step}")
        links = {a.get("href") for a in console.html.one("nav", class_="way").iter("a")}
        assert links == {f"/drafts/{draft}/{one}" for one in (*STEPS, "open")}
        assert len(console.html.all("a", aria_current="step")) in (0, 1)


def test_a_survey_in_other_groups_than_a_closed_one_opens_only_if_its_people_are_told(
    console, sessions
):
    open_one(console)
    first, now = only(sessions), site_of(console).clock()
    with sessions() as session, session.begin():
        session.execute(sa.update(Survey).values(state="closed", closed_at=now, left_out=()))
    draft = ready_draft(console, least="6", title="Once more")
    for page in (f"/drafts/{draft}", f"/drafts/{draft}/open"):
        console.get(page)
        assert "The same people were asked about the same before, in other" in console.html.text
        console.html.one("a", href=f"/surveys/{first}/next")
    console.send({}, 422, f"/drafts/{draft}/open")
    assert "asked the same people in other groups. Tick that they are told." in console.html.text
    console.send({"told": "yes"}, 200, f"/drafts/{draft}/open")
    with sessions() as session:
        slug = session.scalar(sa.select(Survey.slug).where(Survey.title == "Once more"))
    console.client.get("/logout")
    console.get(f"/s/{slug}/about")
    assert "“Ready for handovers?”, closed on" in console.html.text
    console.get(f"/s/{first}/about")
    assert "Asked before" not in console.html.text


def test_what_the_pages_read_is_what_will_be_opened(console, draft, sessions):
    site = site_of(console)
    with sessions() as session:
        view = draft_view(session, draft)
    assert prepared(view.settings, grounds(sessions, view.client, site.clock())).faults == ()
    open_one(console)
