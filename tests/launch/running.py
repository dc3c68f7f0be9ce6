"""Starts Subline as a person would, in a process of its own with data of its own, and watches what it says."""

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import sysconfig
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from lims.launch.accounts import closed_folder_above
from lims.launch.folder import PROJECT
from lims.launch.network import free_port

SYSTEM_PYTHON = f"/usr/bin/python{sys.version_info.major}.{sys.version_info.minor}"
MANAGER = {
    "SUBLINE_MANAGER_USERNAME": "anna",
    "SUBLINE_MANAGER_NAME": "Anna Meier",
    "SUBLINE_MANAGER_PASSWORD": "incubator-7-humid",
}


def clean_environment(**more: str) -> dict[str, str]:
    """Ours without what points to other servers."""
    unwanted = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "SUBLINE_", "PORT", "HOST", "DEMO", "DJANGO_", "PYTEST_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(unwanted)}
    if programs := os.environ.get("SUBLINE_POSTGRES_BIN"):
        kept["SUBLINE_POSTGRES_BIN"] = programs
    return kept | more


def python_for_everyone() -> tuple[str, dict[str, str]]:
    """A Python that any account may run, with our packages: ours, or the system's of the same version."""
    for python, more in ((sys.executable, {}), (SYSTEM_PYTHON, {"PYTHONPATH": sysconfig.get_path("purelib")})):
        reachable = not any(map(closed_folder_above, (Path(python).resolve(), Path(python), PROJECT / "lims")))
        if reachable and Path(python).exists():
            return python, more
    pytest.skip("another account can run no Python of this version here, or not enter the project")


class Subline:
    """One `python -m lims.supervisor`."""

    def __init__(
        self, data: Path, *, python: str = sys.executable, popen: Mapping[str, Any] | None = None, **more: str
    ):
        self.data, self.port = data, int(more.pop("PORT", "") or free_port())
        self.environment = clean_environment(
            SUBLINE_DATA=str(data), PORT=str(self.port), DEMO="0", TICK_SECONDS="1", **MANAGER | more
        )
        self.python, self.popen = python, popen or {}
        self.start()

    def start(self) -> "Subline":
        """Start it (again, on the same data)."""
        self.said_before = f"{getattr(self, 'said_before', '')}{self.said if hasattr(self, 'lines') else ''}"
        self.lines: list[str] = []
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(
            [self.python, "-m", "lims.supervisor"],
            cwd=PROJECT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            **self.popen,
        )
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        return self

    @property
    def is_running(self) -> bool:
        return self.process.poll() is None

    def _listen(self) -> None:
        for line in self.process.stdout or ():
            self.lines.append(line.rstrip("\n"))

    @property
    def said(self) -> str:
        return "\n".join(self.lines)

    # --- looking ---
    def facts(self) -> dict[str, Any]:
        return dict(json.loads((self.data / "lock").read_text()))

    def pid_of(self, child: str) -> int:
        return int(self.facts()["children"][child])

    def get(self, path: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        with contextlib.closing(connection), contextlib.suppress(OSError, http.client.HTTPException):
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        return 0, ""

    def parts(self) -> dict[str, str]:
        status, body = self.get("/readyz")
        return dict(json.loads(body)["parts"]) if status in {200, 503} and body.startswith("{") else {}

    def ask(self, statement: str) -> Any:
        run_folder = self.facts()["run_folder"]
        connection = psycopg2.connect(f"postgres://subline@/subline?host={run_folder}")
        with contextlib.closing(connection), connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchone()

    # --- waiting ---
    def until(self, condition: Callable[[], Any], what: str, patience_s: float = 30) -> float:
        """Wait for something; the seconds it took. Fails with what Subline said meanwhile."""
        start = time.monotonic()
        while not condition():
            if time.monotonic() - start > patience_s:
                raise AssertionError(f"{what} did not come true in {patience_s} s. Subline said:\n{self.said}")
            time.sleep(0.05)
        return time.monotonic() - start

    def until_served(self) -> "Subline":
        self.until(lambda: "Ctrl-C stops it" in self.said or not self.is_running, "the welcome", 90)
        assert self.is_running, self.said
        self.seconds_to_serve = time.monotonic() - self.started_at
        return self

    def until_ready(self) -> float:
        return self.until(lambda: set(self.parts().values()) == {"ok"}, "readiness")

    # --- ending ---
    def stop(self, with_signal: int = signal.SIGINT) -> int:
        if self.is_running:
            self.process.send_signal(with_signal)
        code = self.process.wait(60)
        self._listener.join(5)
        return code


def refusal(data: Path, **more: str) -> str:
    """What a start that is to be refused says; it must be a sentence, not a trace, and end with 1."""
    subline = Subline(data, **more)
    code = subline.process.wait(60)
    subline._listener.join(5)
    assert code == 1, subline.said
    assert "Traceback" not in subline.said
    return subline.said
