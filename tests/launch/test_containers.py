"""docker/: linted, its rules kept, and the entrypoint's steps run against a real PostgreSQL and Redis."""

import http.client
import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import yaml

from lims.launch.folder import PROJECT
from lims.launch.network import free_port
from lims.servers import throw_away_servers
from tests.launch.running import MANAGER, clean_environment

DOCKER = PROJECT / "docker"
COMPOSE = yaml.safe_load((DOCKER / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
EXAMPLE = (DOCKER / "subline.env.example").read_text()
TAG = re.compile(r"[\w./-]+:\d+\.\d+(\.\d+)?[\w.-]*")


def test_the_dockerfile_passes_its_linter():
    hadolint = shutil.which("hadolint", path=f"{PROJECT / '.venv/bin'}:{os.environ['PATH']}")
    if hadolint is None:
        pytest.skip("hadolint is not made for this machine")
    done = subprocess.run([hadolint, DOCKER / "Dockerfile"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_image_is_built_in_two_stages_from_pinned_tags_and_runs_as_nobody_special():
    text = (DOCKER / "Dockerfile").read_text()
    bases = re.findall(r"^FROM (\S+)", text, re.MULTILINE)
    assert len(bases) == 2
    assert all(TAG.fullmatch(base) for base in bases)
    assert re.search(r"^USER \d+:\d+$", text, re.MULTILINE)
    assert "HEALTHCHECK" in text
    assert "--require-hashes" in text


def test_what_the_image_copies_is_there():
    for line in re.findall(r"^COPY (?!--from)(.+)$", (DOCKER / "Dockerfile").read_text(), re.MULTILINE):
        for source in line.split()[:-1]:
            assert (PROJECT / source).exists(), source


def test_the_parts_of_a_production_start():
    assert set(SERVICES) == {"postgres", "redis", "web", "worker", "beat", "proxy"}
    assert SERVICES["beat"]["deploy"]["replicas"] == 1
    assert [name for name, service in SERVICES.items() if service.get("ports")] == ["proxy"]
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    assert all("outside" not in SERVICES[name]["networks"] for name in ("postgres", "redis"))


@pytest.mark.parametrize("name", SERVICES)
def test_each_container_is_pinned_and_hardened(name: str):
    service = SERVICES[name]
    assert TAG.fullmatch(service["image"])
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert {"cpus", "memory"} <= set(service["deploy"]["resources"]["limits"])
    assert set(service.get("cap_add", [])) <= {"NET_BIND_SERVICE"}
    assert "privileged" not in service


def test_every_variable_of_the_compose_file_is_in_the_example():
    wanted = set(re.findall(r"\$\{(\w+)", (DOCKER / "compose.yaml").read_text()))
    offered = set(re.findall(r"^(\w+)=", EXAMPLE, re.MULTILINE))
    assert wanted <= offered
    assert not re.search(r"^\w*(KEY|PASSWORD|PEPPER)=.+$", EXAMPLE, re.MULTILINE), "an example secret gets used"


def test_only_the_web_container_may_migrate():
    assert [name for name, each in SERVICES.items() if "OWNER_DATABASE_URL" in str(each.get("environment"))] == ["web"]


# --- the entrypoint, step by step, with the roles of a production database --------------------------------------------
@pytest.fixture(scope="module")
def production(open_folder: Path) -> Iterator[dict[str, str]]:
    with throw_away_servers() as servers:
        superuser = servers["DATABASE_URL"].replace("subline@", "postgres@").rsplit("/", 1)[0]
        bare = psycopg2.connect(f"{superuser}/postgres")
        bare.autocommit = True
        with bare.cursor() as cursor:
            cursor.execute("DROP DATABASE subline")
            cursor.execute("DROP ROLE subline")
        passwords = {"OWNER_PASSWORD": "owner-of-tables-1", "SERVER_PASSWORD": "serves-only-2"}
        psql = [f"{servers['SUBLINE_POSTGRES_BIN']}/psql", "-qX", "-v", "ON_ERROR_STOP=1", f"{superuser}/postgres"]
        subprocess.run([*psql, "-f", DOCKER / "roles.sql"], env=os.environ | passwords, check=True)
        place = servers["DATABASE_URL"].rpartition("@")[2]
        yield clean_environment(
            DATABASE_URL=f"postgres://subline:{passwords['SERVER_PASSWORD']}@{place}",
            OWNER_DATABASE_URL=f"postgres://subline_owner:{passwords['OWNER_PASSWORD']}@{place}",
            REDIS_URL=servers["REDIS_URL"],
            SECRET_KEY="".join(f"{number:x}z" for number in range(40)),
            ALLOWED_HOSTS="lab.example.org",
            SUBLINE_DATA=str(open_folder / "data"),
            STATIC_ROOT=str(open_folder / "static"),
            HOST="127.0.0.1",
            PORT=str(free_port()),
            TICK_SECONDS="1",
            TMPDIR=str(open_folder),
            WEB_WORKERS="1",
            PATH=f"{PROJECT / '.venv/bin'}:{os.environ['PATH']}",
            **MANAGER,
        )


@pytest.fixture
def container(production: dict[str, str], tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    started: list[subprocess.Popen[bytes]] = []

    def start(*command: str) -> subprocess.Popen[bytes]:
        log = (tmp_path / f"{command[0]}.log").open("wb")
        started.append(
            subprocess.Popen(
                ["sh", "docker/entrypoint.sh", *command], cwd=PROJECT, env=production, stdout=log, stderr=log
            )
        )
        return started[-1]

    yield start
    for process in started:
        process.terminate()
    for process in started:
        process.wait(30)


def health(port: str, host: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=10)
    try:
        connection.request("GET", "/healthz", headers={"Host": host})
        return connection.getresponse().status
    except OSError:
        return 0


@pytest.mark.worker
def test_web_worker_and_beat_start_as_in_production(
    production: dict[str, str], container: Callable[..., subprocess.Popen[bytes]], tmp_path: Path
):
    for command in ("web", "worker", "beat"):
        container(command)
    deadline = time.monotonic() + 90
    with_server = {"env": production, "cwd": PROJECT, "check": False}
    while subprocess.run(["python", "docker/healthcheck.py"], **with_server).returncode:
        assert time.monotonic() < deadline, (tmp_path / "web.log").read_text()
        time.sleep(0.5)
    assert health(production["PORT"], "10.0.0.7") == 200  # a probe knows no name
    database = psycopg2.connect(production["DATABASE_URL"])
    database.autocommit = True
    with database.cursor() as cursor:
        while cursor.execute("SELECT 1 FROM lims_heartbeat") or cursor.fetchone() is None:
            assert time.monotonic() < deadline, (tmp_path / "worker.log").read_text() + (
                tmp_path / "beat.log"
            ).read_text()
            time.sleep(0.5)
        cursor.execute("SELECT username FROM lims_user")
        assert cursor.fetchall() == [("anna",)]
        cursor.execute("SELECT count(*) FROM lims_entry WHERE \"table\" = 'lims_user'")
        assert cursor.fetchone() == (1,)
        for forbidden in (
            "ALTER TABLE lims_user DISABLE TRIGGER ledger_record",
            "DROP TRIGGER ledger_record ON lims_user",
            "TRUNCATE lims_user CASCADE",
            "DELETE FROM lims_entry",
            "CREATE OR REPLACE FUNCTION ledger_record() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        ):
            with pytest.raises(psycopg2.Error):
                cursor.execute(forbidden)


def test_an_unknown_command_is_run_as_it_is():
    done = subprocess.run(
        ["sh", "docker/entrypoint.sh", "echo", "as it is"], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "as it is\n"
