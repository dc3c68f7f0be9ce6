"""A copy of one lab (database, files, keys) in a folder, also while Subline runs; and the way back.

<folder>/database.dump   pg_dump's own format: one consistent moment
<folder>/files/          photos and uploads; copied after the database, so that every row finds its file
<folder>/secrets/        without LEDGER_KEY the ledger's seal cannot be verified, without TOKEN_PEPPER tokens end
<folder>/about.json      which lab, when, by which PostgreSQL
"""

import contextlib
import json
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from lims.launch.accounts import server_account
from lims.launch.folder import PROJECT, choose, holder_of
from lims.launch.lab import Lab, open_lab, postgres_of
from lims.launch.options import Options
from lims.launch.postgres import DATABASE, Postgres
from lims.launch.programs import PostgresPrograms
from lims.launch.words import CannotStart, say


def back_up(target: Path | None = None) -> Path:
    options = Options.read()
    now = datetime.now(UTC)
    target = (target or PROJECT / "var" / "backups" / f"{options.kind}-{now:%Y-%m-%d-%H%M%S}").absolute()
    if target.exists():
        raise CannotStart(f"{target} exists already; name a new folder.")
    with _database(options) as (programs, url, data):
        target.mkdir(parents=True, mode=0o700)
        _run([programs["pg_dump"], "--format=custom", "--file", str(target / "database.dump"), url], "The database")
        _run([programs["pg_restore"], "--list", str(target / "database.dump")], "The copy")
        for name in ("files", "secrets"):
            if (data / name).is_dir():
                shutil.copytree(data / name, target / name)
        about = {"kind": options.kind, "made_at": now.isoformat(timespec="seconds"), "postgres": programs.version}
        (target / "about.json").write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")
    return target


def restore(source: Path) -> None:
    """Put a copy in the lab's place. What was there is kept beside it, under the name of this moment."""
    options = Options.read()
    if options.database_url:
        raise CannotStart(
            f"DATABASE_URL names your own server: restore {source / 'database.dump'} there with pg_restore."
        )
    try:
        about = json.loads((source / "about.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise CannotStart(f"{source} is no copy made by `make backup`: it has no about.json.") from None
    if about["kind"] != options.kind:
        raise CannotStart(
            f"{source} is a copy of the {about['kind']}, not of the {options.kind}. Choose with DEMO=1 or DEMO=0."
        )
    before = f"before_{datetime.now(UTC):%Y%m%d_%H%M%S}"
    with _opened(options) as lab, _started(lab) as postgres:
        postgres.make_empty_database("restored")
        url = postgres.url(database="restored")
        _run(
            [
                postgres.programs["pg_restore"],
                "--no-owner",
                "--exit-on-error",
                "--dbname",
                url,
                str(source / "database.dump"),
            ],
            "The copy",
        )
        postgres.rename_database(DATABASE, before)
        postgres.rename_database("restored", DATABASE)
        for name in ("files", "secrets"):
            if (source / name).is_dir():
                if (lab.path / name).exists():
                    (lab.path / name).rename(lab.path / f"{name}.{before}")
                shutil.copytree(source / name, lab.path / name)
        (lab.path / "demonstration.ready").touch()
    say(
        f"Restored the {options.kind} of {about['made_at']}. "
        f"What was there is kept: database {before}, folders *.{before}."
    )


@contextlib.contextmanager
def _database(options: Options) -> Iterator[tuple[PostgresPrograms, str, Path]]:
    """The programs, the address of the running database (started for the moment if it is not), and the data folder."""
    if options.database_url:
        raise CannotStart("DATABASE_URL names your own server: copy it with pg_dump (docs/operator.md).")
    account = server_account()
    data = choose(options.kind, servers_run_as_another=account.is_another)
    if running := holder_of(data):
        postgres = postgres_of(data, Path(running["run_folder"]), account)
        yield postgres.programs, postgres.url(), data
        return
    with _opened(options) as lab, _started(lab) as postgres:
        yield postgres.programs, postgres.url(), data


@contextlib.contextmanager
def _opened(options: Options) -> Iterator[Lab]:
    lab = open_lab(options, "a backup or restore")
    try:
        yield lab
    finally:
        lab.close()


@contextlib.contextmanager
def _started(lab: Lab) -> Iterator[Postgres]:
    postgres = lab.postgres
    assert postgres is not None  # asked by our callers: DATABASE_URL names no other
    postgres.prepare()
    program = postgres.program()
    process = program.start()
    try:
        postgres.wait_until_ready(process, program)
        postgres.make_database()
        yield postgres
    finally:
        program.stop(process)


def _run(command: list[str], what: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotStart(f"{what} could not be read or written:\n{done.stderr.strip()}")
