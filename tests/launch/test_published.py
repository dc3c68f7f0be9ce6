"""Where the published data are present, skipping a test that reads them fails the run."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lims.launch.folder import PROJECT

ONE_TEST = """
import pytest
@pytest.mark.published
def test_reads_published_data(): pytest.skip("no data")
"""
WHOLE_MODULE = """
import pytest
pytest.skip("no data", allow_module_level=True)
pytestmark = [pytest.mark.published, pytest.mark.thorough]
"""
ANOTHER = """
import pytest
def test_of_something_else(): pytest.skip("not on this machine")
"""


def run(folder: Path, test: str, **more: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_it.py").write_text(test)
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = published: x\n")
    options = ["-p", "tests.published", "-p", "no:django", "-p", "no:randomly", "-p", "no:cacheprovider"]
    environment = os.environ | {"PYTHONPATH": str(PROJECT)} | more
    command = [sys.executable, "-m", "pytest", "-q", *options, "test_it.py"]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("test", [ONE_TEST, WHOLE_MODULE])
def test_a_skipped_published_test_fails_where_the_data_are(tmp_path: Path, test: str):
    done = run(tmp_path, test, PUBLISHED="required")
    assert done.returncode not in {0, 5}
    assert "was skipped although the data sets are here: Skipped: no data" in done.stdout


def test_elsewhere_it_is_only_skipped(tmp_path: Path):
    assert run(tmp_path, ONE_TEST, PUBLISHED="").returncode == 0


def test_other_tests_may_be_skipped(tmp_path: Path):
    assert run(tmp_path, ANOTHER, PUBLISHED="required").returncode == 0
