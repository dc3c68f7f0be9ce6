"""What a start was asked for, read from the environment: DEMO, HOST, PORT, DATABASE_URL, REDIS_URL."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lims.launch.network import read_port
from lims.launch.words import CannotStart


@dataclass(frozen=True)
class Options:
    kind: str  # "demonstration" or "lab"
    host: str
    port: int
    database_url: str  # "" = the embedded PostgreSQL
    redis_url: str  # "" = the embedded Valkey

    @property
    def is_demonstration(self) -> bool:
        return self.kind == "demonstration"

    @classmethod
    def read(cls, environment: Mapping[str, str] = os.environ) -> "Options":
        """The demonstration by default, but never unasked in a database that somebody named."""
        database_url = _secret(environment, "DATABASE_URL")
        return cls(
            kind="demonstration" if _flag(environment, "DEMO", default=not database_url) else "lab",
            host=environment.get("HOST", "").strip() or "127.0.0.1",
            port=read_port(environment.get("PORT", "").strip() or "8000"),
            database_url=database_url,
            redis_url=_secret(environment, "REDIS_URL"),
        )


def _secret(environment: Mapping[str, str], name: str) -> str:
    """The variable, or the content of the file that NAME_FILE points to, as in the settings."""
    if path := environment.get(f"{name}_FILE", "").strip():
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise CannotStart(f"{name}_FILE points to {path}, which cannot be read ({error.strerror}).") from None
    return environment.get(name, "").strip()


def _flag(environment: Mapping[str, str], name: str, *, default: bool) -> bool:
    value = environment.get(name, "").strip().lower()
    if value in {"", "1", "yes", "true", "on"}:
        return default if not value else True
    if value in {"0", "no", "false", "off"}:
        return False
    raise CannotStart(f"{name} is {value!r}; write {name}=1 or {name}=0.")
