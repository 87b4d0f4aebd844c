"""Several waves in a row, from the tables to the report, on both databases."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from survey.services.released import EARLIER_WAVES, load_report
from survey.storage import models
from tests.collecting import AFTER, TREE, environment
from tests.waves import open_next, store_wave, wave_of


@pytest.fixture
def place(engine, originals, tmp_path):
    with originals(engine).copy(tmp_path) as place:
        yield place


def chain(place, many):
    """Close so many waves in a row, half a year apart, and return their addresses."""
    slugs = [place.slug]
    for at in range(many):
        if at:
            slugs.append(open_next(place, slugs[-1], at))
        released = wave_of(environment(), TREE, {"north": 2.6 + 0.3 * at}, seed=at)
        store_wave(place, slugs[-1], released, AFTER + timedelta(days=182 * at))
    return slugs


def report_of(place, slug):
    with place.sessions() as session:
        return load_report(session, slug, AFTER + timedelta(days=2000))


def test_a_report_tells_its_group_over_all_waves_oldest_first(place):
    slugs = chain(place, 4)
    report = report_of(place, slugs[-1])
    north = report.groups[0]
    assert len(north.history) == 4
    days = [point.closed for point in north.history]
    assert days == sorted(days)
    assert north.history[-1].figures["TRUST"] == north.dimensions[0].figure
    assert north.history[-1].changes == north.changes
    assert report.organisation is not None
    assert len(report.organisation.history) == 4
    assert len(report_of(place, slugs[2]).groups[0].history) == 3


def test_two_waves_are_no_row(place):
    slugs = chain(place, 2)
    assert report_of(place, slugs[-1]).groups[0].history == ()
    assert report_of(place, slugs[-1]).groups[0].changes


def test_a_row_ends_where_it_is_long_enough_or_runs_in_a_circle_or_nothing_is_known(place):
    slugs = chain(place, EARLIER_WAVES + 2)
    longest = report_of(place, slugs[-1])
    assert len(longest.groups[0].history) == EARLIER_WAVES + 1

    def change(slug, **values):
        with place.sessions.begin() as session:
            session.execute(
                sa.update(models.Survey).where(models.Survey.slug == slug).values(**values)
            )

    change(slugs[0], previous=slugs[3])
    assert len(report_of(place, slugs[3]).groups[0].history) == 4
    change(slugs[1], left_out=None)
    assert report_of(place, slugs[3]).groups[0].history == ()
