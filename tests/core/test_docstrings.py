"""The examples in the docstrings of the statistics run, and give the published values they name."""

import doctest
import pkgutil

import pytest

import survey.measures
from survey import scoring

MODULES = [
    scoring,
    *(
        pkgutil.resolve_name(f"survey.measures.{m.name}")
        for m in pkgutil.iter_modules(survey.measures.__path__)
    ),
]


@pytest.mark.parametrize("module", MODULES, ids=lambda m: m.__name__)
def test_examples_in_docstrings_are_true(module):
    assert doctest.testmod(module).failed == 0


def test_every_module_that_computes_shows_an_example():
    silent = {m.__name__.rpartition(".")[2] for m in MODULES if doctest.testmod(m).attempted == 0}
    assert silent == {"figures", "grouping", "practices", "tallies", "wave"}
