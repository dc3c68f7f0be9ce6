"""`make run` as a whole: served, healed, refused twice, stopped in order. One lab is started and then maltreated."""

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from lims.launch.folder import PROJECT
from lims.launch.processes import command_of, is_alive
from tests.launch.running import Subline, python_for_everyone, refusal

pytestmark = pytest.mark.worker
SECOND_START_S = 30  # 3-5 s on an idle machine
CHILDREN = ("web", "worker", "Valkey", "PostgreSQL")
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")


def children_of(pid: int) -> list[int]:
    if not Path("/proc").is_dir():
        said = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False).stdout
        return [int(child) for child in said.split()]
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it ended meanwhile
            stat = path.read_text(errors="replace")
            if int(stat.rpartition(")")[2].split()[1]) == pid:
                found.append(int(stat.split()[0]))
    return found


def test_it_serves_and_says_where(subline: Subline):
    assert subline.get("/healthz") == (200, "ok\n")
    assert f"http://127.0.0.1:{subline.port}" in subline.said
    # said at the first start; another test may have started it anew since
    assert "Anna Meier is the lab's manager and signs in as anna." in subline.said_before + subline.said
    subline.until_ready()
    assert subline.get("/")[0] in {200, 302}


def test_neither_server_listens_on_the_network(subline: Subline):
    run_folder = Path(subline.facts()["run_folder"])
    assert run_folder.stat().st_mode & 0o777 == 0o700
    assert {".s.PGSQL.5432", "broker.sock"} <= {path.name for path in run_folder.iterdir()}


def test_a_second_start_is_refused(subline: Subline):
    said = refusal(subline.data)
    assert f"is already in use by Subline (process {subline.process.pid}" in said
    assert f"http://127.0.0.1:{subline.port}" in said


def test_a_taken_port_is_refused(subline: Subline, open_folder: Path):
    said = refusal(open_folder / "another lab", PORT=str(subline.port))
    assert f"Port {subline.port} is already in use by" in said
    assert "PORT=" in said


@pytest.mark.parametrize("child", CHILDREN)
def test_a_killed_child_is_healed_and_that_is_said(subline: Subline, child: str):
    before = subline.pid_of(child)
    os.kill(before, signal.SIGKILL)
    subline.until(lambda: subline.pid_of(child) != before, f"a new {child}")
    subline.until_ready()
    assert f"{child} ended (killed by SIGKILL)" in subline.said
    assert f"{child} was started again (process {subline.pid_of(child)})" in subline.said


def test_a_killed_web_process_behind_the_server_is_replaced(subline: Subline):
    (serving, *_) = children_of(subline.pid_of("web"))
    os.kill(serving, signal.SIGKILL)
    subline.until(
        lambda: not is_alive(serving) or "defunct" in command_of(serving) or not command_of(serving), "its end"
    )
    subline.until(lambda: subline.get("/healthz")[0] == 200, "the page")


def test_a_killed_database_backend_costs_a_moment(subline: Subline):
    """PostgreSQL then restarts all its backends; nobody needs to do anything."""
    backend = subline.ask("SELECT pg_backend_pid() + 0 FROM pg_sleep(0)")
    assert backend
    victim = subline.ask(
        "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
    )
    os.kill(victim[0] if victim else children_of(subline.pid_of("PostgreSQL"))[0], signal.SIGKILL)
    subline.until_ready()


def test_reminders_are_swept_after_all_that(subline: Subline):
    """The worker found its broker again."""
    subline.until_ready()
    then = subline.ask("SELECT max(at) FROM lims_heartbeat")
    subline.until(lambda: subline.ask("SELECT max(at) FROM lims_heartbeat") > then, "another sweep", 60)


def test_the_workers_tasks_keep_their_connections(subline: Subline):
    """Opening one for each task costs more than most tasks."""
    kept = (
        "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND now() - backend_start > '4 s'"
    )
    subline.until(lambda: subline.ask(f"{kept} AND now() - state_change < '3 s'") != (0,), "a connection used again")


def test_a_killed_supervisor_leaves_nothing_that_the_next_start_cannot_clear(subline: Subline):
    left = {child: subline.pid_of(child) for child in CHILDREN}
    subline.process.kill()
    subline.process.wait()
    subline.start().until_served()
    assert not [child for child, pid in left.items() if command_of(pid)]
    assert "Stopping the web that an earlier start left behind." in subline.said
    assert "is the lab's manager" not in subline.said  # asked once only
    assert subline.seconds_to_serve < SECOND_START_S


def test_ctrl_c_stops_everything_in_order(subline: Subline):
    pids, run_folder = [subline.pid_of(child) for child in CHILDREN], subline.facts()["run_folder"]
    assert subline.stop(signal.SIGINT) == 0
    stopped = [line.removesuffix(" stopped").strip() for line in subline.lines if line.endswith(" stopped")]
    assert stopped == list(CHILDREN)
    assert not [pid for pid in pids if command_of(pid)]
    assert not Path(run_folder).exists()
    assert "Traceback" not in subline.said


def test_a_copy_of_the_running_lab_can_be_put_back(subline: Subline, tmp_path: Path):
    def servers(*command: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "lims.servers", *command],
            cwd=PROJECT, env=subline.environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert "Traceback" not in done.stdout + done.stderr
        return done.stdout

    copy, photo = tmp_path / "copy", subline.data / "files" / "photo.jpg"
    photo.write_bytes(b"confluent")
    assert f"The copy is in {copy}" in servers("backup", str(copy))
    assert {path.name for path in copy.iterdir()} == {"about.json", "database.dump", "files", "secrets"}
    assert "is already in use by Subline" in servers("restore", str(copy))
    subline.stop()
    photo.write_bytes(b"lost")
    assert "Restored the lab" in servers("restore", str(copy))
    subline.start().until_served()
    assert "is the lab's manager" not in subline.said  # her account came back with the copy
    assert subline.parts()["ledger"] == "ok"
    assert photo.read_bytes() == b"confluent"


@as_root
def test_an_ordinary_user_in_a_long_folder_with_spaces(open_folder: Path, static_root: str, one_lab: Subline):
    python, more = python_for_everyone()
    data = open_folder / ("a long way down " * 8).strip() / "lab"
    nobody = {"user": 65534, "group": 65534, "extra_groups": []}
    lab = Subline(data, python=python, popen=nobody, STATIC_ROOT=static_root, **more).until_served()
    try:
        assert data.stat().st_uid == 65534
        assert lab.get("/healthz")[0] == 200
    finally:
        assert lab.stop(signal.SIGTERM) == 0
    assert "belongs to nobody and you are root" in refusal(data)
