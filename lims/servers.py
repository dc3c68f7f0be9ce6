"""Throw-away PostgreSQL and Valkey for the time of one command; backup and restore of the embedded database.

python -m lims.servers -- COMMAND ...     what `make test`, `make proof` and `make bench` run under
python -m lims.servers backup [FOLDER]    a consistent copy, also while Subline runs
python -m lims.servers restore FOLDER     the way back, while Subline does not run
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from lims.launch.accounts import server_account
from lims.launch.backup import back_up, restore
from lims.launch.lab import environment_of_a_running_lab
from lims.launch.network import free_port
from lims.launch.options import Options
from lims.launch.postgres import Postgres
from lims.launch.processes import Program
from lims.launch.programs import find_postgres, find_valkey
from lims.launch.valkey import Valkey
from lims.launch.words import CannotStart, say, speak_any_language

TEST_KEY = "throw-away-servers-only-0123456789-abcdefghijklmnopqrstuvwxyz"


@contextlib.contextmanager
def throw_away_servers() -> Iterator[dict[str, str]]:
    """PostgreSQL (no fsync) and Valkey on free loopback ports; the environment that points to them. Nothing is left."""
    account = server_account()
    folder = Path(tempfile.mkdtemp(prefix="subline-test-", dir="/tmp"))
    with contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        account.own(folder)
        postgres = Postgres(
            find_postgres(account), folder / "pg", folder, account, folder / "postgres.log", free_port()
        )
        postgres.prepare()
        process = _running(stack, program := postgres.program())
        postgres.wait_until_ready(process, program)
        postgres.make_database(superuser=True)
        valkey = Valkey(find_valkey(account), folder, account, folder / "valkey.log", free_port())
        process = _running(stack, program := valkey.program())
        valkey.wait_until_ready(process, program)
        yield {
            "DATABASE_URL": postgres.url(),
            "REDIS_URL": valkey.url,
            "SECRET_KEY": TEST_KEY,
            "SUBLINE_MODE": "test",
            "SUBLINE_DATA": str(folder / "data"),
            "SUBLINE_POSTGRES_BIN": str(postgres.programs.folder),
        }


def _running(stack: contextlib.ExitStack, program: Program) -> "subprocess.Popen[bytes]":
    process = program.start()
    stack.callback(program.stop, process)
    return process


def run_with_servers(command: list[str]) -> int:
    """Run the command and answer its exit code. Ctrl-C and SIGTERM end the command first, then the servers."""
    for name in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, lambda *_: sys.exit(143))
    with throw_away_servers() as environment:
        process = subprocess.Popen(command, env=os.environ | environment)
        try:
            return process.wait()
        except (KeyboardInterrupt, SystemExit) as end:
            process.send_signal(signal.SIGINT if isinstance(end, KeyboardInterrupt) else signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(15)
            process.kill()
            return 130


def main(arguments: list[str]) -> int:
    speak_any_language()
    try:
        match arguments:
            case ["--", _, *_]:
                return run_with_servers(arguments[1:])
            case ["backup", *folder] if len(folder) <= 1:
                say(f"The copy is in {back_up(Path(folder[0]) if folder else None)}")
            case ["restore", folder]:
                restore(Path(folder))
            case ["manage", _, *_]:
                environment = environment_of_a_running_lab(Options.read())
                os.execve(sys.executable, [sys.executable, "manage.py", *arguments[1:]], environment)
            case _:
                say((__doc__ or "").strip())
                return 2
    except CannotStart as refusal:
        say(f"\n{refusal}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
