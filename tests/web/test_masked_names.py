"""The names that are taken out of comments, in the form of a new survey."""

from survey.services.surveys import survey_view
from tests.web.test_console_opening import PLAN, faults, only


def test_names_are_kept_until_figures_are_released(console, sessions, clock):
    console.get("/surveys/new")
    console.send(PLAN | {"masked": "Anna Meier\r\n\r\nKoch, Thomas\x00\r\n"}, 200)
    with sessions() as session:
        view = survey_view(session, only(sessions), clock())
    assert view.masked == ("Anna Meier", "Koch, Thomas")


def test_a_fault_of_the_list_stands_beside_it_and_nothing_typed_is_lost(console, sessions):
    console.get("/surveys/new")
    typed = "Anna Meier\n12345\n<script>"
    console.send(PLAN | {"masked": typed}, 422)
    assert faults(console) == {"masked": "Names to take out of comments: “12345” is no name."}
    assert console.html.one("textarea", id="masked").text.strip() == typed
