"""docs/security.md names real tests."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NAMED = re.findall(r"`([\w/]+\.py)::(test_\w+)`", (ROOT / "docs" / "security.md").read_text(encoding="utf-8"))


def test_there_are_many():
    assert len(NAMED) > 80


@pytest.mark.parametrize(("file", "test"), sorted(set(NAMED)))
def test_a_test_that_is_named_is_there(file: str, test: str):
    assert re.search(rf"def {test}\(", (ROOT / "tests" / file).read_text(encoding="utf-8"))
