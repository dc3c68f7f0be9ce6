"""What every test needs."""

import fcntl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.db import connection
from django.test import override_settings
from xdist.scheduler import LoadFileScheduling

from tests.ledger_db import use_fast_emptying

PUBLISHED = Path(django_settings.BASE_DIR).parent / "shared" / "data"
# What goes through whole pages or the API, waits for threads, or walks over every table comes after the unit part.
THOROUGH = ("tests/api/", "tests/lims/audit/test_every_table.py", "tests/cultures/test_nothing_is_deleted.py",
            "tests/lims/instruments/", "tests/lims/reminders/",
            "tests/cultures/passaging/pages/", "tests/cultures/passaging/culture_pages/test_", "tests/cultures/dosing/",
            "tests/cultures/compounds/test_pages", "tests/cultures/compounds/test_stock_pages")  # fmt: skip
LOADED_ONCE = "tests/cultures/demonstration"  # by all the files of the folder
PLUGINS = ("browser", "servers")

pytest_plugins = [f"tests.{name}" for name in PLUGINS if (Path(__file__).parent / f"{name}.py").exists()]
use_fast_emptying()


class ByFile(LoadFileScheduling):
    """What a file starts, its tests share: one process runs them all. The demonstration lab is loaded once."""

    def _split_scope(self, nodeid: str) -> str:
        return LOADED_ONCE if nodeid.startswith(LOADED_ONCE) else super()._split_scope(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile | None:
    return ByFile(config, log) if config.getvalue("dist") == "loadfile" else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Published data stand beside the project, not in it. The long forms run when they are asked for (make proof)."""
    for item in items:
        if item.nodeid.startswith(THOROUGH):
            item.add_marker(pytest.mark.thorough)
    if not PUBLISHED.is_dir():
        absent = pytest.mark.skip(reason=f"{PUBLISHED} is not here")
        for item in items:
            if "published" in item.keywords:
                item.add_marker(absent)
    if "proof" not in config.option.markexpr:
        long = [item for item in items if item.get_closest_marker("proof")]
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]


@pytest.fixture(scope="session")
def published() -> Path:
    """The folder of published data sets; a test that uses it is marked `published`."""
    return PUBLISHED


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None,
    django_db_blocker: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Migrations take long: the first process on these servers runs them, all others copy the database it made."""
    name, test, creation = connection.settings_dict["NAME"], connection.settings_dict["TEST"], connection.creation
    own, test["NAME"] = test["NAME"], f"test_{name}_migrated"
    lock = tmp_path_factory.getbasetemp().parent / "migrating"
    with django_db_blocker.unblock(), lock.open("w") as one_at_a_time:
        fcntl.flock(one_at_a_time, fcntl.LOCK_EX)
        with connection._nodb_cursor() as cursor:
            is_made = creation._database_exists(cursor, test["NAME"])
        if not is_made:
            creation.create_test_db(verbosity=0, serialize=False)
            creation.destroy_test_db(name, verbosity=0, keepdb=True)
    test["NAME"], test["TEMPLATE"] = own, test["NAME"]


@pytest.fixture(scope="session", autouse=True)
def _cheap_passwords_and_a_folder_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    files = tmp_path_factory.mktemp("files")
    with override_settings(
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        MEDIA_ROOT=str(files),
        EMAIL_FILE_PATH=files / "mail",
    ):
        yield


@pytest.fixture(autouse=True)
def _nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """The lab's settings are cached; a test that was rolled back must not leave its own behind.

    Nor are they forgotten in the middle of a test that counts queries.
    """
    cache.clear()
    monkeypatch.setattr("lims.lab.models.REMEMBERED_S", 3600)
