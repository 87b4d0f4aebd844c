"""Who learns what: on the respondents' first page, on /who, and in the papers of the console."""

import pytest

from survey.disclosure.values import Policy
from survey.questionnaire.shipped import shipped_text
from survey.services.promises.table import rows
from survey.web.told import told_of
from tests.web.checking import text_of


def first_page(page, surveys, **told) -> str:
    page.get(f"/s/{surveys.open(**told).slug}")
    seen: str = page.html.text
    return seen


THREE = {"scheme": "two of three", "holders": ("Ada", "Grace", "the works council")}


def test_the_first_page_follows_the_scheme_of_the_opening_codes(page, surveys):
    assert "has one of the two opening codes could open the answers" in first_page(page, surveys)
    seen = first_page(page, surveys, **THREE)
    assert "two of three printed codes; one alone opens nothing" in seen
    assert "Holders: Ada, Grace and the works council" in seen
    assert "one of the two opening codes" not in seen


def test_the_first_page_follows_the_smallest_groups(page, surveys):
    seen = first_page(page, surveys, policy=Policy(scores=8, single=14, spread=14))
    assert "groups of 8 or more answers" in seen
    assert "shown from 14 answers on" in seen


def test_a_survey_without_comments_says_nothing_about_them(page, surveys):
    assert "recognise you in a comment" in first_page(page, surveys)
    climate = {"questionnaire_text": shipped_text("climate"), "critical": ()}
    assert "comment" not in first_page(page, surveys, **climate)


def test_the_first_page_leads_to_the_whole_table_and_keeps_what_was_filled_in(page, opened):
    page.get(f"/s/{opened.slug}")
    link = page.html.one("a", href=f"/s/{opened.slug}/who")
    assert link.get("target") == "_blank"
    assert link.get("rel") == "noopener"


def test_the_table_stands_whole_on_its_page(page, surveys, app, sessions, clock):
    from survey.services.surveys import survey_view

    opened = surveys.open(**THREE)
    page.get(f"/s/{opened.slug}/who")
    with sessions() as session, app.app_context():
        told = told_of(survey_view(session, opened.slug, clock()))
    shown = rows(told)
    assert told.scheme == "two of three"
    for row in shown:
        assert row.who + row.brief in page.html.text
        fold = text_of(page.html.one("dl", id=row.key))
        for part in (row.holding, row.open, row.closed, row.takes, row.helps):
            assert " ".join(part.split()) in fold
    assert "How to check this yourself" in page.html.text


def test_a_row_leads_to_the_row_that_it_names(page, opened):
    page.get(f"/s/{opened.slug}/who")
    leads = {text_of(link): link.get("href") for link in page.html.all("a")}
    assert leads["Two colleagues"] == "#two_colleagues"
    assert leads["The host"] == "#host"
    assert leads["The host with one opening code"] == "#host_one_code"


def test_what_stands_between_quotes_is_no_markup():
    from survey.services.promises.row import Row
    from survey.web.promises import linked

    shown = (Row("a", "The host <b>", "", "", ""),)
    assert linked("<i> see “The host”, see “<u>”.", shown) == (
        '&lt;i&gt; see “<a href="#a">The host</a>”, see “&lt;u&gt;”.'
    )


def test_there_is_a_way_back_to_the_survey_also_when_it_is_over(page, opened, clock):
    for days in (0, 13):
        clock.pass_(days=days)
        page.get(f"/s/{opened.slug}/who")
        assert page.html.all("a", href=f"/s/{opened.slug}")
        assert ("to go on answering" in page.html.text) == (days == 0)


def test_what_is_said_of_comments_follows_the_list_of_names(page, surveys):
    bare = first_page(page, surveys)
    assert "people’s names are not." in bare
    assert "word for word" not in bare
    assert "names on a list, are taken out" in first_page(page, surveys, masked=("Ada Meier",))


def test_it_is_the_same_for_everyone_and_after_a_submission(page, opened):
    address = f"/s/{opened.slug}/who"
    before = page.get(address).data
    page.post(f"/s/{opened.slug}", {"code": opened.codes["north"][0]}, status=200)
    assert page.get(address, headers={"User-Agent": "another"}).data == before


def test_it_can_be_read_after_the_end_too(page, opened, clock):
    clock.pass_(days=13)
    page.get(f"/s/{opened.slug}/who")
    assert page.html.h1 == "Who can learn what"


@pytest.mark.parametrize("slug", ["no-such-survey", "UPPER", "a%00b"])
def test_an_address_without_a_survey_says_so(page, slug):
    page.get(f"/s/{slug}/who", status=404)


def test_every_paper_is_a_page_to_print_and_a_file(console, surveys):
    slug = surveys.open(title="<Trust> & more").slug
    console.get(f"/surveys/{slug}")
    assert console.html.all("a", href=f"/surveys/{slug}/papers")
    console.get(f"/surveys/{slug}/papers")
    links = [
        link.get("href")
        for link in console.html.all("a")
        if f"/surveys/{slug}/papers/" in link.get("href")
    ]
    assert len(links) == 16
    for link in links:
        response = console.get(link)
        if link.endswith(".md"):
            assert response.mimetype == "text/markdown"
            assert f"{slug}-" in response.headers["Content-Disposition"]
            assert "\\<Trust\\> & more" in response.text
        else:
            assert "<Trust> & more" in console.html.h1
            assert "________ (" in console.html.text
            assert console.html.one("article").get("lang") in link.split("/")


@pytest.mark.parametrize("rest", ["fr/pledge", "en/nothing", "en/nothing.md", "en/../pledge"])
def test_a_paper_that_does_not_exist_is_no_page(console, opened, rest):
    console.get(f"/surveys/{opened.slug}/papers/{rest}", status=404)


def test_papers_are_for_those_who_are_signed_in(page, opened):
    for rest in ("", "/en/pledge", "/en/pledge.md"):
        page.get(f"/surveys/{opened.slug}/papers{rest}", status=303)
