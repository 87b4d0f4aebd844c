"""Every page of the site that needs no sign-in, in every state of a survey, kept to every rule."""

import pytest


def test_the_first_page_has_a_way_on_for_both_kinds_of_readers(page):
    page.get("/")
    assert page.html.all("a", href="/login")
    assert "I have a code" in page.html.text


def test_a_watching_machine_gets_a_sign_of_life(page):
    response = page.get("/healthz")
    assert response.text == "ok\n"


@pytest.mark.parametrize("state", ["ended", "destroying", "closed"])
def test_a_survey_that_is_over_is_a_plain_page(page, opened, sessions, clock, state):
    from sqlalchemy import text

    change = "update survey set state = :state, closed_at = :at where slug = :slug"
    at = clock() if state == "closed" else None
    with sessions() as session, session.begin():
        told = {"state": state, "slug": opened.slug, "at": at.isoformat(" ") if at else None}
        session.execute(text(change), told)
    page.get(f"/s/{opened.slug}")
    assert page.html.h1 == "This survey has ended"
    assert ("destroyed" in page.html.text) == (state == "closed")


@pytest.mark.parametrize(
    ("days", "told"),
    [
        (-3, "It was closed on Wednesday 2 December 2026, 09:00 (Europe/Berlin)."),
        (3, "It ended on Saturday 5 December 2026, 09:00 (Europe/Berlin)."),
    ],
)
def test_a_survey_that_was_closed_early_tells_that_day_and_not_the_planned_one(
    page, opened, sessions, clock, days, told
):
    from sqlalchemy import text

    change = "update survey set state = 'closed', closed_at = :at where slug = :slug"
    clock.pass_(days=12 + days)
    with sessions() as session, session.begin():
        at = clock().replace(tzinfo=None).isoformat(" ")
        session.execute(text(change), {"at": at, "slug": opened.slug})
    page.get(f"/s/{opened.slug}")
    assert told in page.html.text


def test_a_survey_whose_closing_is_under_way_tells_no_day(page, opened, sessions):
    from sqlalchemy import text

    with sessions() as session, session.begin():
        change = "update survey set state = 'destroying' where slug = :slug"
        session.execute(text(change), {"slug": opened.slug})
    page.get(f"/s/{opened.slug}")
    assert "It has been closed: the answers are being counted." in page.html.text
    assert "December" not in page.html.text


def test_the_checks_themselves_can_fail(page):
    from tests.web.checking import Html, check_page

    def whole(body: str, head: str = "<title>Hello</title>") -> str:
        return f'<!doctype html><html lang="en"><head>{head}</head><body>{body}</body></html>'

    check_page("/", Html(whole("<h1>Hello</h1>")))
    for broken, told in {
        "<h1>Hello</h1><p>a</div>": "not valid HTML",
        "<p>Hello</p>": "instead of one",
        "<h1>Hello</h1><h1>Hello</h1>": "instead of one",
        "<h1>Other</h1>": "must begin with the heading",
        '<h1 id="a">Hello</h1><p id="a">x</p>': "more than once",
        '<h1>Hello</h1><a href="#a">x</a>': "leads to nothing",
        '<h1 onclick="x">Hello</h1>': "move onclick",
        '<h1 style="x">Hello</h1>': "move the style",
        "<h1>Hello</h1><script>1</script>": "move the script",
        '<h1>Hello</h1><img alt="" src="https://elsewhere.example/x.png">': "loads https",
        "<h1>Hello</h1><form><button>Go</button></form>": "where the form goes",
        '<h1>Hello</h1><form action="/"></form>': "without a button",
        '<h1>Hello</h1><input name="a">': "a <label>",
    }.items():
        with pytest.raises(AssertionError, match=told):
            check_page("/", Html(whole(broken)))
