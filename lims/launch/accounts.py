"""Which account the servers run under. PostgreSQL refuses root, so root hands them to `nobody`."""

import os
import pwd
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lims.launch.words import CannotStart


@dataclass(frozen=True)
class Account:
    uid: int
    gid: int
    name: str

    @property
    def is_another(self) -> bool:
        """Whether we are root and the servers are not."""
        return self.uid != os.geteuid()

    def popen(self) -> dict[str, Any]:
        """What subprocess needs in order to start a program as this account: nothing, when it is our own."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.is_another else {}

    def own(self, path: Path) -> None:
        if self.is_another:
            os.chown(path, self.uid, self.gid)


def name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user number {uid}"


def server_account() -> Account:
    """The account for PostgreSQL and Valkey: ourselves, or nobody when we are root."""
    uid = os.geteuid()
    try:
        entry = pwd.getpwnam("nobody") if uid == 0 else pwd.getpwuid(uid)
    except KeyError:
        who = "There is no account `nobody`" if uid == 0 else f"User number {uid} has no entry in /etc/passwd"
        raise CannotStart(
            f"{who}, and PostgreSQL does not start without one. Use an ordinary account, "
            "or set DATABASE_URL and REDIS_URL to servers that run elsewhere."
        ) from None
    return Account(entry.pw_uid, entry.pw_gid, entry.pw_name)


def closed_folder_above(path: Path) -> Path | None:
    """The first folder on the way to `path` that other accounts may not enter, if any."""
    for folder in reversed(path.absolute().parents):
        if folder.is_dir() and not folder.stat().st_mode & 0o001:
            return folder
    return None
