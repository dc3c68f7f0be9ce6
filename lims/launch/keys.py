"""The installation's own secrets, made at the first start: files that only their owner reads, beside the data."""

import os
import secrets
from pathlib import Path

from lims.launch.words import CannotStart

NAMES = ("SECRET_KEY", "TOKEN_PEPPER", "LEDGER_KEY")


def key_files(folder: Path) -> dict[str, str]:
    """SECRET_KEY_FILE and so on for the environment; a key that the environment already gives is left alone."""
    folder.mkdir(mode=0o700, exist_ok=True)
    given = {name for name in NAMES if os.environ.get(name) or os.environ.get(f"{name}_FILE")}
    return {f"{name}_FILE": str(_key_file(folder / name.lower())) for name in NAMES if name not in given}


def _key_file(path: Path) -> Path:
    if not path.exists():
        unfinished = path.with_suffix(".unfinished")
        unfinished.unlink(missing_ok=True)
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(64))
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(path)
    if len(path.read_text(encoding="ascii", errors="replace").strip()) < 50:
        raise CannotStart(
            f"The key in {path} is empty or cut short. Put the file back from a backup: "
            "a new key would end all sessions, tokens and the proof of the ledger."
        )
    return path
