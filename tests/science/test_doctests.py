import doctest
from types import ModuleType

import pytest

from cultures.passaging.errors import words
from cultures.science import (
    clean,
    concentration,
    dilution,
    doses,
    escalation,
    exposure,
    forecast,
    growth,
    mycoplasma,
    readiness,
    resistance,
    str_cells,
    str_match,
    str_profiles,
    str_search,
    strategies,
)


@pytest.mark.parametrize(
    "module",
    [
        clean,
        growth,
        mycoplasma,
        concentration,
        dilution,
        doses,
        escalation,
        exposure,
        forecast,
        readiness,
        resistance,
        strategies,
        words,
        str_cells,
        str_match,
        str_profiles,
        str_search,
    ],
    ids=lambda module: module.__name__,
)
def test_the_examples_in_the_docstrings_hold(module: ModuleType):
    result = doctest.testmod(module)
    assert result.attempted
    assert not result.failed
