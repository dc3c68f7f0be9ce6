"""One child process: started in a session of its own (Ctrl-C reaches only us), watched, stopped, its group swept up."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

LOG_LIMIT_BYTES = 5_000_000


def command_of(pid: int) -> str:
    """The command line of a running process, or "" when there is none."""
    if Path("/proc/self/cmdline").exists():
        with contextlib.suppress(OSError):
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        return ""
    found = subprocess.run(["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return found.stdout.strip()


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def wait_until_gone(pid: int, patience_s: float) -> bool:
    deadline = time.monotonic() + patience_s
    while command_of(pid) and is_alive(pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def how_it_ended(returncode: int) -> str:
    """-9 -> "killed by SIGKILL"; 1 -> "exit code 1"."""
    if returncode >= 0:
        return f"exit code {returncode}"
    with contextlib.suppress(ValueError):
        return f"killed by {signal.Signals(-returncode).name}"
    return f"killed by signal {-returncode}"


@dataclass
class Program:
    """How one server is started and stopped."""

    name: str
    command: Sequence[str]
    log: Path
    environment: Mapping[str, str]
    folder: Path = Path("/")
    popen: Mapping[str, object] = field(default_factory=dict)
    stop_signal: int = signal.SIGTERM
    patience_s: float = 15
    may_be_killed: bool = True  # PostgreSQL is given SIGQUIT instead: it then recovers at the next start

    def start(self) -> subprocess.Popen[bytes]:
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT_BYTES:
            self.log.replace(self.log.with_suffix(".old.log"))
        with self.log.open("ab") as log:
            return subprocess.Popen(  # type: ignore[call-overload]  # popen holds only user, group and extra_groups
                list(self.command),
                cwd=self.folder,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **self.popen,
            )

    def stop(self, process: subprocess.Popen[bytes]) -> None:
        """Ask, wait, insist; then sweep up what is left of its process group."""
        if process.poll() is None:
            process.send_signal(self.stop_signal)
            try:
                process.wait(self.patience_s)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL if self.may_be_killed else signal.SIGQUIT)
                process.wait()
        self.sweep(process.pid)

    def sweep(self, group: int) -> None:
        if self.may_be_killed:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(group, signal.SIGKILL)

    def last_words(self, lines: int = 8) -> str:
        """The end of its log, for the sentence that says why it did not start."""
        try:
            text = self.log.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""
        return "\n".join(f"    {line}" for line in text.strip().splitlines()[-lines:])
