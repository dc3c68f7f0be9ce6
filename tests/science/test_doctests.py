import doctest
from types import ModuleType

import pytest

from cultures.passaging.errors import words
from cultures.science import (
    concentration,
    dilution,
    doses,
    escalation,
    exposure,
    forecast,
    growth,
    readiness,
    resistance,
    strategies,
)


@pytest.mark.parametrize(
    "module",
    [growth, concentration, dilution, doses, escalation, exposure, forecast, readiness, resistance, strategies, words],
    ids=lambda module: module.__name__,
)
def test_the_examples_in_the_docstrings_hold(module: ModuleType):
    result = doctest.testmod(module)
    assert result.attempted
    assert not result.failed
