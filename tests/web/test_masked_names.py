"""The names that are taken out of comments: those of the client's people, and a list besides."""

from survey.services.surveys import survey_view
from tests.drafting import add_people, unit_ids
from tests.web.checking import text_of
from tests.web.preparing import faults, its_client, only, open_one, ready_draft


def test_names_are_kept_until_figures_are_released(console, sessions, clock):
    client = its_client(console)
    add_people(
        sessions, client, unit_ids(sessions, client)["Hafen"], "Lea Roth", "4711", mail=False
    )
    open_one(console, masked="Anna Meier\n\nKoch, Thomas\n")
    with sessions() as session:
        view = survey_view(session, only(sessions), clock())
    assert view.masked == ("Anna Meier", "Koch, Thomas", "Lea Roth")


def test_a_fault_of_the_list_stands_beside_it_and_nothing_typed_is_lost(console, sessions):
    draft = ready_draft(console)
    console.get(f"/drafts/{draft}/questions")
    typed = "Anna Meier\r\n12345\r\n<script>\x00"
    console.send({"masked": typed}, 422)
    assert faults(console) == {"masked": "Names to take out of comments: “12345” is no name."}
    kept = console.html.one("textarea", id="masked").text.strip()
    assert kept == "Anna Meier\n12345\n<script>"
    console.get(f"/drafts/{draft}/questions")
    assert text_of(console.html.one("textarea", id="masked")) == "Anna Meier 12345 <script>"
