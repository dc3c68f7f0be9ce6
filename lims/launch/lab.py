"""One lab's folder, keys and servers, and the environment that its web and worker processes get."""

import contextlib
import os
import shutil
import signal
from dataclasses import dataclass, field
from pathlib import Path

import psycopg2

from lims.launch import folder as data_folder
from lims.launch.accounts import Account, server_account
from lims.launch.keys import key_files
from lims.launch.network import addresses, allowed_hosts
from lims.launch.options import Options
from lims.launch.postgres import Postgres
from lims.launch.processes import command_of, wait_until_gone
from lims.launch.programs import find_postgres, find_valkey
from lims.launch.valkey import Valkey
from lims.launch.words import CannotStart, say


@dataclass
class Lab:
    options: Options
    folder: data_folder.DataFolder
    run_folder: Path
    postgres: Postgres | None  # None: DATABASE_URL names another
    valkey: Valkey | None  # None: REDIS_URL names another
    children: dict[str, int] = field(default_factory=dict)

    @property
    def path(self) -> Path:
        return self.folder.path

    def log(self, name: str) -> Path:
        return self.path / "log" / f"{name}.log"

    def note_child(self, name: str, pid: int) -> None:
        self.children[name] = pid
        self.folder.note(children=self.children)

    def environment(self) -> dict[str, str]:
        return environment_for(self.options, self.path, self.postgres, self.valkey)

    def close(self) -> None:
        shutil.rmtree(self.run_folder, ignore_errors=True)
        self.folder.release()


def environment_for(options: Options, path: Path, postgres: Postgres | None, valkey: Valkey | None) -> dict[str, str]:
    """For web, worker and management commands: what the person set, and what only we know."""
    as_the_network_sees_us = addresses(options.host, options.port)[:2][-1]
    defaults = {"SITE_URL": as_the_network_sees_us, "ALLOWED_HOSTS": ",".join(allowed_hosts(options.host))}
    ours = {
        "DJANGO_SETTINGS_MODULE": "lims.settings",
        "PYTHONUNBUFFERED": "1",
        "SUBLINE_MODE": "embedded",
        "SUBLINE_DEMO": "1" if options.is_demonstration else "0",
        "SUBLINE_DATA": str(path),
        "DATABASE_URL": postgres.url() if postgres else options.database_url,
        "REDIS_URL": valkey.url if valkey else options.redis_url,
    }
    environment = defaults | os.environ | key_files(path / "secrets") | ours
    for already_read in ("DATABASE_URL_FILE", "REDIS_URL_FILE"):
        environment.pop(already_read, None)
    return environment


def environment_of_a_running_lab(options: Options) -> dict[str, str]:
    """For a management command beside `make run`."""
    account = account_for(options)
    path = data_folder.choose(options.kind, servers_run_as_another=bool(account and account.is_another))
    running = data_folder.holder_of(path)
    if not running:
        raise CannotStart(f"Subline does not run on {path}. Start it with `make run` first.")
    run_folder = Path(running["run_folder"])
    postgres = postgres_of(path, run_folder, account) if account and not options.database_url else None
    valkey = valkey_of(path, run_folder, account) if account and not options.redis_url else None
    return environment_for(options, path, postgres, valkey)


def account_for(options: Options) -> Account | None:
    """None when both servers run elsewhere: then any account will do."""
    return None if options.database_url and options.redis_url else server_account()


def open_lab(options: Options, what: str) -> Lab:
    """Lock the data folder, clear up after a killed start, and find the programs; nothing runs yet."""
    account = account_for(options)
    as_another = bool(account and account.is_another)
    path = data_folder.choose(options.kind, servers_run_as_another=as_another)
    folder = data_folder.open_folder(path, options.kind, servers_run_as_another=as_another)
    _stop_what_was_left(folder)
    for each in ("log", "files", "mail"):
        (path / each).mkdir(mode=0o700, exist_ok=True)
    run_folder = data_folder.make_run_folder(open_to_root_only=as_another)
    folder.note(**data_folder.about_this_start(what), run_folder=str(run_folder), children={})
    try:
        if account:
            account.own(run_folder)
        return Lab(
            options,
            folder,
            run_folder,
            postgres=postgres_of(path, run_folder, account) if account and not options.database_url else None,
            valkey=valkey_of(path, run_folder, account) if account and not options.redis_url else None,
        )
    except BaseException:
        shutil.rmtree(run_folder, ignore_errors=True)
        folder.release()
        raise


def postgres_of(path: Path, run_folder: Path, account: Account) -> Postgres:
    return Postgres(find_postgres(account), path / "postgres", run_folder, account, path / "log" / "postgres.log")


def valkey_of(path: Path, run_folder: Path, account: Account) -> Valkey:
    return Valkey(find_valkey(account), run_folder, account, path / "log" / "valkey.log")


def _stop_what_was_left(folder: data_folder.DataFolder) -> None:
    """End the children of a start that was itself killed. They are known by the run folder in their command line."""
    run_folder = folder.facts.get("run_folder") or ""
    left = {
        name: pid
        for name, pid in folder.facts.get("children", {}).items()
        if name != "PostgreSQL" and run_folder and run_folder in command_of(pid)  # PostgreSQL has a pid file of its own
    }
    for name, pid in left.items():
        say(f"Stopping the {name} that an earlier start left behind.")
        _signal_group(pid, signal.SIGTERM)
    for pid in left.values():
        wait_until_gone(pid, 5)
        _signal_group(pid, signal.SIGKILL)
    if Path(run_folder).name.startswith("subline-"):
        shutil.rmtree(run_folder, ignore_errors=True)


def _signal_group(group: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, number)


def check_database_url(url: str) -> None:
    try:
        psycopg2.connect(url, connect_timeout=10).close()
    except psycopg2.Error as error:
        raise CannotStart(f"The database that DATABASE_URL names does not answer: {str(error).strip()}") from None
