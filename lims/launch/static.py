"""Built assets and collected static files, made anew only when one of their sources has changed."""

import contextlib
import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from lims.launch.folder import PROJECT
from lims.launch.words import CannotStart, say

APPS = ("lims", "cultures", "assays", "api")


def sources() -> Iterator[Path]:
    """Our own files; what comes out of packages changes with the pinned requirements."""
    yield PROJECT / "requirements.txt"
    yield from sorted((PROJECT / "lims" / "web").glob("*.py"))
    yield PROJECT / "lims" / "management" / "commands" / "build_assets.py"
    for app in APPS:
        yield from sorted(path for path in (PROJECT / app / "static").rglob("*") if path.is_file())


def fingerprint() -> str:
    digest = hashlib.sha256()
    for path in sources():
        digest.update(str(path.relative_to(PROJECT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def make(environment: Mapping[str, str]) -> None:
    root = Path(environment.get("STATIC_ROOT") or PROJECT / "var" / "static")
    stamp = root / ".made-from"
    wanted = fingerprint()
    if stamp.exists() and stamp.read_text(encoding="ascii") == wanted and (root / "staticfiles.json").exists():
        return
    if not os.access(next(folder for folder in (root, *root.parents) if folder.exists()), os.W_OK):
        raise CannotStart(
            f"You may not write in {root}. Start Subline once as its owner, or set STATIC_ROOT to your own folder."
        )
    say("Preparing icons, charts and styles ...")
    run_command(["build_assets"], environment)
    run_command(["collectstatic", "--noinput", "--clear", "--verbosity", "0"], environment)
    stamp.write_text(wanted, encoding="ascii")


def run_command(command: list[str], environment: Mapping[str, str]) -> None:
    """A management command in a process of its own, on this terminal. Ctrl-C is ours, so that all ends in order."""
    process = subprocess.Popen(
        [sys.executable, "manage.py", *command], cwd=PROJECT, env=dict(environment), preexec_fn=_leave_ctrl_c_alone
    )
    try:
        code = process.wait()
    except BaseException:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.5)  # a question on the terminal is taken back before we end it
        process.terminate()
        process.wait()
        raise
    if code:
        raise CannotStart(f"`manage.py {command[0]}` failed; what it said stands above.")


def _leave_ctrl_c_alone() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
