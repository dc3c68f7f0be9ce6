"""`make run`: one process that starts everything, watches over it and stops it in order.

    PostgreSQL -> Valkey -> static files, migrations, first content -> web and worker
    Ctrl-C:   web -> worker -> Valkey -> PostgreSQL

A child that dies is started again, at first at once and then ever less often, and that is said.
"""

import contextlib
import http.client
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from http import HTTPStatus

from lims.launch import static
from lims.launch.folder import PROJECT
from lims.launch.lab import Lab, check_database_url, open_lab
from lims.launch.network import EVERYWHERE, addresses, claim, qr_lines
from lims.launch.options import Options
from lims.launch.postgres import DATABASE
from lims.launch.processes import Program, how_it_ended
from lims.launch.words import CannotStart, say, speak_any_language

LONGEST_PAUSE_S = 30
STEADY_AFTER_S = 60  # having run this long, a child is no longer suspected
SERVED_WITHIN_S = 90


@dataclass
class Child:
    """One of the four servers under watch."""

    program: Program
    process: subprocess.Popen[bytes]
    started_at: float
    before_start: Callable[[], None] = lambda: None
    failures: int = 0
    start_again_at: float | None = None

    def watch(self, note: Callable[[str, int], None]) -> None:
        now = time.monotonic()
        if self.start_again_at is not None:
            if now >= self.start_again_at:
                self._start_again(note)
        elif (code := self.process.poll()) is not None:
            if now - self.started_at > STEADY_AFTER_S:
                self.failures = 0
            self.failures += 1
            pause_s = min(LONGEST_PAUSE_S, 0.25 * 2**self.failures)
            self.program.sweep(self.process.pid)
            self.start_again_at = now + pause_s
            say(f"{self.program.name} ended ({how_it_ended(code)}); it is started again in {pause_s:g} s.")
            if self.failures > 1:
                say(f"  It has ended {self.failures} times in a row. Its log says:\n{self.program.last_words()}")

    def _start_again(self, note: Callable[[str, int], None]) -> None:
        try:
            self.before_start()
            self.process = self.program.start()
        except (CannotStart, OSError) as error:
            say(str(error))
            self.start_again_at = time.monotonic() + LONGEST_PAUSE_S
            return
        self.started_at, self.start_again_at = time.monotonic(), None
        note(self.program.name, self.process.pid)
        say(f"{self.program.name} was started again (process {self.process.pid}).")


class Supervisor:
    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.environment = lab.environment()
        self.children: list[Child] = []
        self.asked = False  # to stop
        self.unbroken = False  # between starting a child and remembering it

    def run(self) -> None:
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(name, self._asked_to_stop)
        try:
            self._start_servers()
            static.make(self.environment)
            self._prepare()
            web = self._start(self._web())
            self._start(self._worker())
            self._wait_until_served(web)
            self._welcome()
            while True:
                for child in self.children:
                    child.watch(self.lab.note_child)
                time.sleep(0.2)
        except Stopped:
            say("\nStopping ...")
        finally:
            self._stop_all()

    def _asked_to_stop(self, *_: object) -> None:
        already, self.asked = self.asked, True
        if not already and not self.unbroken:
            raise Stopped

    # --- starting -----------------------------------------------------------------------------------------------------
    def _start_servers(self) -> None:
        if postgres := self.lab.postgres:
            postgres.prepare()
            child = self._start(postgres.program(), postgres.clear_stale_pid_file)
            postgres.wait_until_ready(child.process, child.program)
            postgres.make_database()
        else:
            check_database_url(self.environment["DATABASE_URL"])
        if valkey := self.lab.valkey:
            child = self._start(valkey.program())
            valkey.wait_until_ready(child.process, child.program)

    def _start(self, program: Program, before_start: Callable[[], None] = lambda: None) -> Child:
        self.unbroken = True
        child = Child(program, program.start(), time.monotonic(), before_start)
        self.children.append(child)
        self.lab.note_child(program.name, child.process.pid)
        self.unbroken = False
        if self.asked:
            raise Stopped
        return child

    def _prepare(self) -> None:
        """Migrations, then the first content: the demonstration, or the first manager's account."""
        ready = self.lab.path / "demonstration.ready"
        new = self.lab.options.is_demonstration and not ready.exists()
        if new and self.lab.postgres:  # a load that was cut short is begun again from nothing
            self.lab.postgres.make_empty_database(DATABASE)
        static.run_command(["prepare", *(["--load-demonstration"] if new else [])], self.environment)
        if new:
            ready.touch()

    def _web(self) -> Program:
        options = self.lab.options
        command = [
            *(sys.executable, "-m", "granian", "--interface", "wsgi", "lims.wsgi:application"),
            *("--host", options.host, "--port", str(options.port), "--no-ws", "--log-level", "warning"),
            *("--workers", "1", "--blocking-threads", "16", "--respawn-failed-workers"),
            *("--pid-file", str(self.lab.run_folder / "web.pid")),
        ]
        return Program("web", command, self.lab.log("web"), self.environment, folder=PROJECT)

    def _worker(self) -> Program:
        command = [
            *(sys.executable, "-m", "celery", "-A", "lims", "worker", "-B", "-P", "threads", "-c", "4"),
            *("-s", str(self.lab.run_folder / "beat"), "--loglevel", "WARNING", "--without-mingle", "--without-gossip"),
        ]
        return Program("worker", command, self.lab.log("worker"), self.environment, folder=PROJECT, patience_s=30)

    def _wait_until_served(self, web: Child) -> None:
        deadline = time.monotonic() + SERVED_WITHIN_S
        while (status := self._status()) != HTTPStatus.OK:
            if status or web.process.poll() is not None or time.monotonic() > deadline:
                raise CannotStart(f"The web server did not start. {web.program.log} says:\n{web.program.last_words()}")
            time.sleep(0.1)

    def _status(self) -> int:
        """What /healthz answers; 0 when nobody does."""
        host = "127.0.0.1" if self.lab.options.host in EVERYWHERE else self.lab.options.host
        connection = http.client.HTTPConnection(host, self.lab.options.port, timeout=10)
        with contextlib.closing(connection), contextlib.suppress(OSError, http.client.HTTPException):
            connection.request("GET", "/healthz")
            return connection.getresponse().status
        return 0

    def _welcome(self) -> None:
        options = self.lab.options
        places = addresses(options.host, options.port)
        self.lab.folder.note(address=places[0])
        what = "the demonstration lab" if options.is_demonstration else "your lab"
        say(f"\nSubline is ready: {what}, kept in {self.lab.path}\n")
        for place in places:
            say(f"  {place}")
        if options.host in EVERYWHERE and len(places) > 1:
            say(
                "\n".join(
                    [
                        "",
                        *qr_lines(places[1]),
                        "",
                        "Anyone on this network can reach it; docs/operator.md shows how to encrypt.",
                    ]
                )
            )
        with contextlib.suppress(OSError):
            log_ins = (self.lab.path / "log-ins.txt").read_text(encoding="utf-8")
            say(f"\nSign in as one of these:\n{log_ins.rstrip()}")
        say("\nCtrl-C stops it.")

    # --- stopping -----------------------------------------------------------------------------------------------------
    def _stop_all(self) -> None:
        """Web first, so that nothing is accepted that could not be finished; PostgreSQL last."""
        self.asked = True
        order = {"web": 0, "worker": 1, "Valkey": 2, "PostgreSQL": 3}
        for child in sorted(self.children, key=lambda child: order[child.program.name]):
            child.program.stop(child.process)
            say(f"  {child.program.name} stopped")


class Stopped(Exception):
    """Somebody pressed Ctrl-C, closed the terminal or sent SIGTERM."""


def main() -> int:
    speak_any_language()
    try:
        options = Options.read()
        with ExitStack() as stack:
            lab = open_lab(options, "Subline")
            stack.callback(lab.close)
            claim(options.host, options.port)
            Supervisor(lab).run()
    except CannotStart as refusal:
        say(f"\n{refusal}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
