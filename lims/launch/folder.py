"""The data folder of one lab: where it is, whose it is, on which file system, and the lock that one start holds."""

import contextlib
import fcntl
import hashlib
import json
import os
import re
import subprocess
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from lims.launch.accounts import closed_folder_above, name_of
from lims.launch.programs import ROOTS_FOLDER
from lims.launch.words import CannotStart, say

PROJECT = Path(__file__).resolve().parent.parent.parent
NOT_LOCAL = re.compile(
    r"nfs\d?|cifs|smb\d?|smbfs|9p|drvfs|afs|afpfs|webdav|davfs|ceph|glusterfs|lustre|gpfs|beegfs|ocfs2|gfs2|vboxsf"
    r"|fuse\.(sshfs|s3fs|rclone|gcsfuse|glusterfs|ceph.*|smb.*|davfs.*|vmhgfs.*)"
)


class DataFolder:
    """One lab's folder, locked for as long as this object lives (or until `release`)."""

    def __init__(self, path: Path, kind: str, lock: IO[str]) -> None:
        self.path, self.kind, self._lock = path, kind, lock
        self.facts: dict[str, Any] = {}
        with contextlib.suppress(ValueError):  # the last start's; an empty file at the first
            lock.seek(0)
            self.facts = json.loads(lock.read())

    def note(self, **facts: Any) -> None:
        """Keep facts about this start in the lock file: who holds it, where it listens, its children."""
        self.facts |= facts
        self._lock.seek(0)
        self._lock.truncate()
        json.dump(self.facts, self._lock)
        self._lock.flush()

    def release(self) -> None:
        self.note(children={}, run_folder="")
        self._lock.close()


def choose(kind: str, *, servers_run_as_another: bool) -> Path:
    """var/demo or var/lab, what SUBLINE_DATA names or, for root below a closed folder, a place under /var/lib."""
    named = os.environ.get("SUBLINE_DATA", "").strip()
    path = (
        Path(named).expanduser().absolute()
        if named
        else PROJECT / "var" / ("demo" if kind == "demonstration" else kind)
    )
    closed = closed_folder_above(path) if servers_run_as_another else None
    if closed and named:
        raise CannotStart(
            f"SUBLINE_DATA is {path}, but the database runs as the account `nobody`, which may not enter {closed}. "
            f"Name a folder outside it, such as {ROOTS_FOLDER}/lab, or start Subline as an ordinary user."
        )
    if closed:
        here = hashlib.sha256(str(path).encode()).hexdigest()[:8]
        path = ROOTS_FOLDER / f"{path.name}-{here}"
        say(f"You are root and {closed} is closed to other accounts, so the data are kept in {path}.")
    return path


def open_folder(path: Path, kind: str, *, servers_run_as_another: bool = False) -> DataFolder:
    """Check the folder, make it when it is new, and lock it; else say in one sentence why not."""
    refuse_network_file_system(path)
    _refuse_anothers(path)
    new = [folder for folder in path.parents if not folder.exists()] if servers_run_as_another else []
    try:
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(0o711 if servers_run_as_another else 0o700)
        for folder in new:  # nobody has to pass through, whatever root's umask
            folder.chmod(0o755)
        lock = (path / "lock").open("a+", encoding="utf-8")
    except OSError as error:
        raise CannotStart(
            f"The data folder {path} cannot be used ({error.strerror}). "
            "Name another one: SUBLINE_DATA=/local/path make run"
        ) from None
    _lock(lock, path)
    _refuse_the_other_kind(path, kind)
    return DataFolder(path, kind, lock)


def _refuse_anothers(path: Path) -> None:
    if path.exists() and (owner := path.stat().st_uid) != os.geteuid():
        raise CannotStart(
            f"{path} belongs to {name_of(owner)} and you are {name_of(os.geteuid())}: a database has one owner. "
            f"Start Subline as {name_of(owner)}, or name another folder: SUBLINE_DATA=/local/path make run"
        )


def _lock(lock: IO[str], path: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise CannotStart(f"{path} is already in use{_holder(lock)}") from None
    except OSError as error:
        raise CannotStart(
            f"{path} cannot be locked ({error.strerror}). "
            "Name a folder on a local disk: SUBLINE_DATA=/local/path make run"
        ) from None


def holder_of(path: Path) -> dict[str, Any] | None:
    """What the start that holds this folder noted about itself; None when nobody holds it."""
    try:
        with (path / "lock").open(encoding="utf-8") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return dict(json.load(lock))
    except (OSError, ValueError):
        pass
    return None


def _holder(lock: IO[str]) -> str:
    lock.seek(0)
    try:
        facts = json.loads(lock.read())
        where = f" Open {facts['address']}, or stop it first." if facts.get("address") else " Stop it first."
        return f" by {facts['what']} (process {facts['pid']} of {facts['user']}, since {facts['since']}).{where}"
    except (ValueError, KeyError):
        return " by another start of Subline. Stop it first."


def _refuse_the_other_kind(path: Path, kind: str) -> None:
    """The lab's own data and the demonstration never share a folder."""
    marker = path / "kind"
    if not marker.exists():
        marker.write_text(kind + "\n", encoding="utf-8")
    if (found := marker.read_text(encoding="utf-8").strip()) != kind:
        other = "DEMO=1" if found == "demonstration" else "DEMO=0"
        raise CannotStart(
            f"{path} holds the {found}'s data, not the {kind}'s. "
            f"Start with {other}, or name another folder in SUBLINE_DATA."
        )


def about_this_start(what: str) -> dict[str, Any]:
    since = datetime.now(UTC).astimezone().strftime("%d %b %Y %H:%M")
    return {"what": what, "pid": os.getpid(), "user": name_of(os.geteuid()), "since": since, "address": ""}


def refuse_network_file_system(path: Path, mounts: str | None = None) -> None:
    kind, source = file_system_of(path, _mounts() if mounts is None else mounts)
    if NOT_LOCAL.fullmatch(kind):
        raise CannotStart(
            f"{path} is on a network file system ({kind}, {source}), where locks are doubtful and a database can be "
            "damaged. Keep the data on a local disk: SUBLINE_DATA=/local/path make run"
        )


def file_system_of(path: Path, mounts: str) -> tuple[str, str]:
    """(type, source) of the file system below `path`, from the text of /proc/mounts. The deepest mount wins."""
    resolved = path.resolve()
    best, kind, source = -1, "", ""
    for line in mounts.splitlines():
        fields = [re.sub(r"\\(\d{3})", lambda octal: chr(int(octal[1], 8)), field) for field in line.split()]
        if len(fields) >= 3 and resolved.is_relative_to(fields[1]) and len(Path(fields[1]).parts) >= best:
            best, kind, source = len(Path(fields[1]).parts), fields[2], fields[0]
    return kind, source


def _mounts() -> str:
    """/proc/mounts or, on macOS, the answer of `mount` in the same three columns."""
    if (listing := Path("/proc/mounts")).exists():
        return listing.read_text(encoding="utf-8", errors="replace")
    try:
        text = subprocess.run(["mount"], capture_output=True, text=True, check=False).stdout
    except OSError:
        return ""
    rows = re.findall(r"^(.+?) on (.+?) \((\w+)", text, re.MULTILINE)
    return "\n".join(" ".join(part.replace(" ", r"\040") for part in (source, at, kind)) for source, at, kind in rows)


def make_run_folder(*, open_to_root_only: bool = False) -> Path:
    """A private folder for sockets and pid files, new at every start; short, for socket paths end at 103 characters."""
    own = os.environ.get("XDG_RUNTIME_DIR", "")
    base = own if own and not open_to_root_only and os.access(own, os.W_OK) and len(own) < 60 else "/tmp"
    return Path(tempfile.mkdtemp(prefix=f"subline-{os.geteuid()}-", dir=base))
