"""The embedded PostgreSQL. The lab's own listens on a private socket only; a throw-away one on a free loopback port."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg2

from lims.launch.accounts import Account, name_of
from lims.launch.processes import Program, command_of, is_alive, wait_until_gone
from lims.launch.programs import PostgresPrograms
from lims.launch.words import CannotStart, say

SUPERUSER, ROLE, DATABASE = "postgres", "subline", "subline"
DURABLE = {"max_connections": "60"}
THROW_AWAY = {"max_connections": "200", "fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
START_PATIENCE_S = 300  # recovery after a power loss may take minutes


@dataclass
class Postgres:
    programs: PostgresPrograms
    data: Path  # the cluster
    run_folder: Path
    account: Account
    log: Path
    port: int = 0  # 0: no TCP, the socket only

    # --- before it starts ---------------------------------------------------------------------------------------------
    def prepare(self) -> None:
        """Make the cluster at the first start; later check that it is ours and readable by these programs."""
        if (self.data / "PG_VERSION").exists():
            self._refuse_a_stranger()
            self.clear_stale_pid_file()
        else:
            self._initialise()

    def _initialise(self) -> None:
        """Into a folder beside it, so that a start that was cut short leaves nothing half made."""
        unfinished = self.data.with_name(self.data.name + ".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        self.account.own(unfinished)
        modern = self.programs.major >= 17
        locale = (
            ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"] if modern else ["--locale=C.UTF-8"]
        )
        access = ["--auth-local=trust", "--auth-host=trust" if self.port else "--auth-host=reject"]
        command = [self.programs["initdb"], "-D", str(unfinished), "-U", SUPERUSER, "--encoding=UTF8", *locale, *access]
        made = subprocess.run(
            [*command, *(["--no-sync"] if self.port else [])],
            env=self.environment, cwd="/", capture_output=True, text=True, check=False, **self.account.popen(),
        )  # fmt: skip
        if made.returncode:
            raise CannotStart(f"The database could not be made in {self.data}:\n{(made.stderr or made.stdout).strip()}")
        unfinished.rename(self.data)  # over an empty folder at most

    def _refuse_a_stranger(self) -> None:
        owner = self.data.stat().st_uid
        if owner != self.account.uid:
            raise CannotStart(
                f"{self.data} belongs to {name_of(owner)}, but the database would run as {self.account.name}: "
                "a database has one owner. Start Subline as at its first start, or name another folder in SUBLINE_DATA."
            )
        made_by = (self.data / "PG_VERSION").read_text(encoding="ascii").strip()
        if made_by != str(self.programs.major):
            raise CannotStart(
                f"{self.data} was made by PostgreSQL {made_by} and this is PostgreSQL {self.programs.version}. Name "
                f"the programs of version {made_by} in SUBLINE_POSTGRES_BIN; docs/operator.md says how to move on."
            )

    def clear_stale_pid_file(self) -> None:
        """Under our lock a postmaster.pid is stale unless its process really is a PostgreSQL on this folder.

        PostgreSQL itself clears the file of a dead process, but refuses to start on an empty one (power loss) or when
        the number now belongs to another process of the same user. A PostgreSQL that a killed start left is stopped.
        """
        pid_file = self.data / "postmaster.pid"
        if not pid_file.exists():
            return
        first_line = pid_file.read_text(encoding="utf-8", errors="replace").partition("\n")[0].strip()
        pid = int(first_line) if first_line.isdigit() else 0
        if not pid:
            pid_file.unlink()
        elif is_alive(pid):
            command = command_of(pid)
            if "postgres" not in command or str(self.data) not in command:
                pid_file.unlink()
                return
            say("Stopping the PostgreSQL that an earlier start left behind.")
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGINT)
            if not wait_until_gone(pid, 60):
                raise CannotStart(
                    f"A PostgreSQL from an earlier start (process {pid}) does not stop. Stop it, then try again."
                )

    # --- running ------------------------------------------------------------------------------------------------------
    def program(self) -> Program:
        settings = (THROW_AWAY if self.port else DURABLE) | {
            "listen_addresses": "127.0.0.1" if self.port else "",
            "port": str(self.port or 5432),
            "unix_socket_directories": f'"{self.run_folder}"',
            "random_page_cost": "1.1",  # its pages are in memory or on flash: an index search costs what it costs there
            "timezone": "UTC",
            "log_timezone": "UTC",
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return Program(
            "PostgreSQL",
            [self.programs["postgres"], "-D", str(self.data), *options],
            self.log,
            self.environment,
            popen=self.account.popen(),
            stop_signal=signal.SIGINT,
            patience_s=60,
            may_be_killed=False,
        )

    @property
    def environment(self) -> dict[str, str]:
        return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "HOME": "/"}

    def url(self, user: str = ROLE, database: str = DATABASE) -> str:
        if self.port:
            return f"postgres://{user}@127.0.0.1:{self.port}/{database}"
        return f"postgres://{user}@/{database}?host={quote(str(self.run_folder), safe='')}"

    def wait_until_ready(self, process: subprocess.Popen[bytes], program: Program) -> None:
        deadline = time.monotonic() + START_PATIENCE_S
        while True:
            try:
                psycopg2.connect(self.url(SUPERUSER, "postgres"), connect_timeout=5).close()
                return
            except psycopg2.OperationalError:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise CannotStart(f"PostgreSQL did not start. It says:\n{program.last_words()}") from None
            time.sleep(0.05)

    def make_database(self, *, superuser: bool = False) -> None:
        """The role that Subline works as, owner of its database and no superuser; and the database. Once."""
        self._unless_there("pg_roles", "rolname", ROLE, f"CREATE ROLE {ROLE} LOGIN CREATEDB {'SUPERUSER' * superuser}")
        self._unless_there("pg_database", "datname", DATABASE, f"CREATE DATABASE {DATABASE} OWNER {ROLE}")

    def make_empty_database(self, name: str) -> None:
        self._as_superuser(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        self._as_superuser(f"CREATE DATABASE {name} OWNER {ROLE}")

    def rename_database(self, name: str, to: str) -> None:
        self._as_superuser(f"ALTER DATABASE {name} RENAME TO {to}")

    def _unless_there(self, catalogue: str, column: str, name: str, statement: str) -> None:
        if not self._as_superuser(f"SELECT 1 FROM {catalogue} WHERE {column} = '{name}'"):
            self._as_superuser(statement)

    def _as_superuser(self, statement: str) -> bool:
        """Run one statement outside any transaction; whether it found a row."""
        connection = psycopg2.connect(self.url(SUPERUSER, "postgres"))
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statement)
                return cursor.description is not None and cursor.fetchone() is not None
        finally:
            connection.close()
