"""Opening a survey in the console: the last page of a draft, and the codes that are shown once."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from survey.app import create_app
from survey.services.accounts import add_user
from survey.services.client_units import tree_of
from survey.services.surveys import list_surveys, survey_view
from survey.services.unit_editing import rename_unit
from survey.storage.models import Survey
from survey.storage.workspace import Draft
from tests.drafting import add_people, unit_ids
from tests.web.checking import Pages, SignedIn, fields_of, text_of
from tests.web.conftest import PASSWORD, Consultant
from tests.web.preparing import its_client, only, open_one, ready_draft


def test_a_survey_is_opened_as_the_draft_said(console, sessions, clock):
    open_one(console, spare="2", least="7", closable_from="2026-12-01T08:00")
    slug = only(sessions)
    with sessions() as session:
        view = survey_view(session, slug, clock())
        assert session.scalar(sa.select(Draft.id)) is None
    assert (view.title, view.client, view.practice) == (
        "Ready for handovers?",
        "Hafen AG",
        "joint handovers",
    )
    assert view.critical == ("COOP", "VISION")
    assert view.ends_at == datetime(2026, 12, 10, 17, 0, tzinfo=UTC)
    assert view.closable_from == datetime(2026, 12, 1, 7, 0, tzinfo=UTC)
    assert view.holders == ("Ana Lindqvist", "the works council")
    assert (view.policy.scores, view.policy.single, view.policy.spread) == (7, 10, 12)
    assert [(unit.name, unit.asked) for unit in view.units] == [
        ("Hafen", 0),
        ("Night shift", 14),  # two spare codes count as people asked
        ("Day shift", 11),
    ]
    assert view.questionnaire.id == "environment"
    assert (view.controller, view.client_id) == ("Hafen AG, personnel", its_client(console))


def test_the_codes_are_shown_and_every_one_leads_to_the_survey(console, sessions, app):
    response = open_one(console, spare="1")
    slug = only(sessions)
    assert response.headers["Cache-Control"] == "no-store"
    table = console.html.one("textarea", id="table").text.split("\n")
    codes = re.findall(f"http://localhost/s/{slug}#([0-9A-Z-]+)", "\n".join(table))
    assert len(set(codes)) == 12 + 9 + 2
    assert "Night shift 13 cards, 1 of them spare" in console.html.text
    sheets = [text_of(s) for s in console.html.all("section", class_="sheet")]
    assert "for Ana Lindqvist" in sheets[0]
    assert "for the works council" in sheets[1]
    opening = {text_of(p) for p in console.html.all("p", class_="bigcode")}
    assert len(opening) == 2
    assert [line for line in table if line.startswith('"Night shift",http://localhost/s/')] != []
    respondent = Pages(app)
    respondent.post(f"/s/{slug}", {"code": codes[0], "T1": "4"}, 200)
    assert respondent.html.h1 == "Your answers have arrived"


def test_of_groups_that_get_mails_only_spare_codes_are_shown(console, sessions, config, clock):
    told = {"smtp_host": "mail.example.org", "mail_from": "h@example.org"}
    settings = replace(config, public_url="http://localhost", **told)
    app = create_app(settings, sessions=sessions, clock=clock)
    app.testing = True
    mailing = Consultant(app, clock)
    client = its_client(mailing)
    hafen = unit_ids(sessions, client)["Hafen"]
    add_people(sessions, client, hafen, "Lea Roth", "Jan Vogt", "Ute Blau")
    open_one(mailing, by_mail=(hafen,), spare="1")
    table = mailing.html.one("textarea", id="table").text
    assert table.count('"Hafen",') == 1
    assert table.count('"Night shift",') == 13
    assert "Hafen 1 spare card" in mailing.html.text


def test_a_code_shown_as_an_opening_code_closes_the_survey(console, sessions):
    open_one(console)
    slug = only(sessions)
    code = text_of(console.html.all("p", class_="bigcode")[1])
    console.wait(days=30)
    console.get(f"/surveys/{slug}/close")
    console.send({"code": code}, action=f"/surveys/{slug}/close")


def test_a_form_sent_again_opens_nothing_and_shows_no_code(console, sessions):
    draft = ready_draft(console)
    console.get(f"/drafts/{draft}/open")
    form = fields_of(console.html.one("form", action=f"/drafts/{draft}/open"))
    console.post(f"/drafts/{draft}/open", form, 200)
    slug = only(sessions)
    again = console.post(f"/drafts/{draft}/open", form, 200)
    assert console.html.h1 == "The codes were shown once"
    console.html.one("a", href=f"/surveys/{slug}")
    assert not re.search(r"[0-9A-Z]{6}-[0-9A-Z]{6}-[0-9A-Z]{6}", again.text)
    assert only(sessions) == slug
    console.get(f"/drafts/{draft}", 404)


def test_a_double_click_opens_one_survey(console, sessions):
    """The second request leaves before the cookie of the first has come back."""
    draft = ready_draft(console)
    console.get(f"/drafts/{draft}/open")
    form = fields_of(console.html.one("form", action=f"/drafts/{draft}/open"))
    before = console.client.get_cookie("headwind").value
    console.post(f"/drafts/{draft}/open", form, 200)
    console.client.set_cookie("headwind", before)
    console.post(f"/drafts/{draft}/open", form, 200)
    assert console.html.h1 == "The codes were shown once"
    only(sessions)


def test_another_draft_opens_another_survey(console, sessions, clock):
    open_one(console)
    with sessions() as session, session.begin():
        session.execute(sa.update(Survey).values(state="closed", closed_at=clock()))
    open_one(console)
    with sessions() as session:
        assert len(list_surveys(session, clock())) == 2


def test_what_is_missing_keeps_it_from_being_opened_and_the_draft_stays(console, sessions):
    draft = ready_draft(console, rehearsed=False, ends="", holder_2="")
    console.get(f"/drafts/{draft}/open")
    assert "It cannot be opened yet" in console.html.text
    token = console.html.all("input", name="csrf_token")[0].get("value")
    console.post(f"/drafts/{draft}/open", {"csrf_token": token}, 422)
    told = text_of(console.html.one("div", role="alert"))
    for sentence in ("until when", "second opening code", "the rehearsal is missing"):
        assert sentence in told
    with sessions() as session:
        assert not session.scalar(sa.select(Survey.slug))
    console.get(f"/drafts/{draft}")


def test_without_a_public_address_the_check_list_says_so(app, account, clock, sessions):
    consultant = Consultant(app, clock)
    draft = ready_draft(consultant)
    consultant.get(f"/drafts/{draft}")
    assert "Set public_url first" in consultant.html.text
    assert not consultant.html.all("a", class_="btn", href=f"/drafts/{draft}/open")


def test_the_demo_shows_codes_for_the_address_it_was_reached_at(config, sessions, clock, account):
    app = create_app(replace(config, demo=True), sessions=sessions, clock=clock)
    app.testing = True
    consultant = Consultant(app, clock)
    draft = ready_draft(consultant)
    at = "http://localhost:8000"
    consultant.get(f"/drafts/{draft}/open", base_url=at)
    consultant.send({}, 200, f"/drafts/{draft}/open", base_url=at)
    assert f"http://localhost:8000/s/{only(sessions)}#" in consultant.html.source


def test_a_shorter_questionnaire_without_comments_can_be_chosen(console, sessions, clock, app):
    open_one(console, questionnaire="climate", comments=False)
    slug = only(sessions)
    with sessions() as session:
        view = survey_view(session, slug, clock())
    assert (view.questionnaire.id, view.comments) == ("climate", False)
    respondent = Pages(app)
    respondent.get(f"/s/{slug}")
    assert not respondent.html.all("textarea")


def test_a_stolen_form_opens_nothing(console, sessions):
    draft = ready_draft(console)
    console.post(f"/drafts/{draft}/open", {}, 400)
    with sessions() as session:
        assert not session.scalar(sa.select(Survey.slug))
    assert PASSWORD not in console.html.source


def test_nobody_opens_the_draft_of_a_client_that_is_not_theirs(console, sessions, clock):
    draft = ready_draft(console)
    with sessions() as session:
        add_user(session, "bob@example.org", "Bob", PASSWORD, "consultant")
    bob = SignedIn(console.client.application)
    bob.sign_in("bob@example.org", PASSWORD)
    bob.get("/surveys")
    token = bob.html.all("input", name="csrf_token")[0].get("value")
    bob.post(f"/drafts/{draft}/open", {"csrf_token": token}, 404)
    for page in ("", "/open", "/questions", "/people", "/rehearsal", "/preview", "/delete"):
        bob.get(f"/drafts/{draft}{page}", 404)
    with sessions() as session:
        assert not session.scalar(sa.select(Survey.slug))


@pytest.fixture
def closed(console, sessions) -> str:
    open_one(console)
    slug = only(sessions)
    with sessions() as session, session.begin():
        told = {"slug": slug, "at": "2026-12-06 00:00:00"}
        session.execute(
            sa.text(
                "update survey set state='closed', closed_at=:at, left_out='[]' where slug=:slug"
            ),
            told,
        )
    return slug


def test_the_next_wave_begins_with_what_the_last_one_had(console, closed, sessions, clock):
    console.get(f"/surveys/{closed}")
    console.html.one("a", href=f"/surveys/{closed}/next")
    console.get(f"/surveys/{closed}/next")
    assert "groups are as in the earlier wave, and can be compared." in console.html.text
    console.get(console.send({}, action=f"/surveys/{closed}/next").location)
    assert console.html.h1 == "Ready for handovers?, wave 2"
    console.get(console.html.all("a", href="/clients/hafen-ag")[0].get("href"))
    with sessions() as session:
        draft = session.scalars(sa.select(Draft)).one()
    console.get(f"/drafts/{draft.id}/questions")
    assert "those of the last wave, word for word" in console.html.text
    console.get(f"/drafts/{draft.id}/practice")
    assert console.html.one("input", id="practice").get("value") == "joint handovers"
    with sessions() as session:
        unit = tree_of(session, "hafen-ag")[-1]
        rename_unit(session, "hafen-ag", unit.id, "Elsewhere")
    console.get(f"/drafts/{draft.id}/people")
    assert "Not to be compared any more:" in console.html.text
    assert f"“{unit.name}” is called “Elsewhere” now." in console.html.text


def test_of_an_open_survey_no_next_wave_is_prepared(console, sessions):
    open_one(console)
    slug = only(sessions)
    console.get(f"/surveys/{slug}/next")
    assert "once this one is closed" in console.html.text
    token = console.html.all("input", name="csrf_token")[0].get("value")
    console.post(f"/surveys/{slug}/next", {"csrf_token": token}, 422)
