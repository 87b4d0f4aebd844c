"""Titles: said in each language where they are the questionnaire's own, and naming their wave."""

import pytest

from survey.language import LANGUAGES, speaking
from survey.services.titles import title_in, title_of_wave

OWN = {"en": "How this team works", "de": "Wie dieses Team arbeitet"}


@pytest.mark.parametrize("said", LANGUAGES)
def test_a_wave_is_named_once_and_is_read_in_every_language(said):
    with speaking(said):
        second = title_of_wave(OWN[said], 2)
        third = title_of_wave(second, 3)
        assert title_of_wave("Ours, first wave", 2) == title_of_wave("Ours", 2)
    assert title_in(second, OWN, "de") == "Wie dieses Team arbeitet, Welle 2"
    assert title_in(third, OWN, "en") == "How this team works, wave 3"
    assert title_in(third, OWN, "fr") == third
    assert title_in("Our own words, wave 2", OWN, "de") == "Our own words, wave 2"
