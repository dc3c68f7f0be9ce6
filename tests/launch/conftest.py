"""A running lab for the tests of the launcher; they use no test database of Django's."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.launch.running import Subline


@pytest.fixture(scope="session")
def open_folder() -> Iterator[Path]:
    """A folder that every account may enter, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="subline launch ", dir="/tmp"))
    folder.chmod(0o777)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def static_root(open_folder: Path) -> str:
    return str(open_folder / "static")


@pytest.fixture(scope="module")
def one_lab(open_folder: Path, static_root: str) -> Iterator[Subline]:
    lab = Subline(open_folder / "a lab", STATIC_ROOT=static_root).until_served()
    yield lab
    lab.stop()


@pytest.fixture
def subline(one_lab: Subline) -> Subline:
    """A lab that runs, whatever the test before did to it."""
    return one_lab if one_lab.is_running else one_lab.start().until_served()
