"""What the plays need: a closed survey, the app over it, an answer as a browser sends it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from survey.ballots.payload import Response
from survey.services.closing import close_survey
from survey.storage.engine import engine_of
from survey.storage.models import Base
from tests.collecting import AFTER, Place

Rows = dict[str, list[tuple[Any, ...]]]


def close(place: Place, now: datetime = AFTER) -> None:
    """Close a survey, with as many codes as its scheme takes."""
    close_survey(place.sessions, place.keys, place.slug, place.opening_codes, now)


def rows_as_they_lie(place: Place) -> Rows:
    """Every row of every table, in the order in which the database gives them unasked."""
    with engine_of(place.sessions).connect() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(sa.select(table))]
            for table in Base.metadata.sorted_tables
        }


class Site:
    """The app as visitors meet it: pages of respondents, and submissions as forms."""

    def __init__(
        self, place: Place, make: Callable[[Callable[[], datetime]], Flask], now: datetime
    ) -> None:
        self.place, self.now = place, now
        self.app = make(lambda: self.now)
        self.address = f"/s/{place.slug}"

    def get(self, address: str) -> TestResponse:
        return self.app.test_client().get(address)

    def send(self, code: str, response: Response) -> TestResponse:
        return self.app.test_client().post(self.address, data=form_of(code, response))


def form_of(code: str, response: Response) -> dict[str, Any]:
    """What a browser sends of a filled-in page."""
    form: dict[str, Any] = {column: str(value) for column, value in response.answers.items()}
    form |= {f"open-{question}": text for question, text in response.comments.items()}
    return form | {"tenure": response.tenure or "", "pick": list(response.picks), "code": code}
