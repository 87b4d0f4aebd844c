"""Surveys that are opened through the console, for tests of whatever comes after.

`open_one` takes the short way: client and draft are made by services, and the last page is sent.
How a draft is filled in is tested in test_preparing.
"""

from typing import Any

import sqlalchemy as sa

from survey.services.draft_grounds import Site
from survey.storage.models import Survey
from survey.storage.workspace import Client
from survey.web.site import EXTENSION
from tests.drafting import NAME, make_client, make_draft
from tests.web.checking import text_of


def site_of(console) -> Any:
    """The site that a browser of tests looks at."""
    return console.client.application.extensions[EXTENSION]


def its_client(console) -> str:
    """The client of the site; made where there is none yet."""
    site = site_of(console)
    with site.sessions() as session:
        client = session.scalar(sa.select(Client.id).where(Client.name == NAME))
    return client or make_client(site.sessions, site.clock())


def ready_draft(console, **changed) -> str:
    """A draft in which nothing is missing but what is changed; its name."""
    site = site_of(console)
    can = Site(site.config.public_url, site.config.demo, site.config.mail_set_up)
    return make_draft(site.sessions, its_client(console), site.clock(), site=can, **changed)


def open_one(console, **changed):
    """Open a survey and return the page with its codes."""
    draft = ready_draft(console, **changed)
    console.get(f"/drafts/{draft}/open")
    return console.send({}, 200, f"/drafts/{draft}/open")


def only(sessions) -> str:
    """The name of the one survey there is."""
    with sessions() as session:
        (slug,) = session.scalars(sa.select(Survey.slug))
    return str(slug)


def faults(console) -> dict[str, str]:
    """Field -> what the summary on top says of it; the links lead to the fields."""
    links = console.html.one("div", role="alert").iter("a")
    return {link.get("href")[1:]: text_of(link) for link in links}
