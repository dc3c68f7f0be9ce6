"""Typed readers for environment variables. Secrets may also come from a file: NAME_FILE."""

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

# A statement that takes a minute, or waits a quarter of one for a lock, is given up: the web must not hang on it.
PATIENCE = "-c statement_timeout=60000 -c lock_timeout=15000"


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, default).strip()


def secret(name: str, default: str = "") -> str:
    """The variable itself, or the content of the file that NAME_FILE points to (Docker secrets)."""
    if path := text(f"{name}_FILE"):
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as trouble:
            raise ImproperlyConfigured(f"{name}_FILE names {path}, which cannot be read: {trouble}.") from None
    return text(name, default)


def flag(name: str, *, default: bool = False) -> bool:
    value = text(name).lower()
    if not value:
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} is {value!r}; write 1 or 0.")


def integer(name: str, default: int) -> int:
    value = text(name)
    try:
        return int(value) if value else default
    except ValueError:
        raise ImproperlyConfigured(f"{name} is {value!r}; write a whole number.") from None


def words(name: str, default: str = "") -> list[str]:
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def database(name: str = "DATABASE_URL", default: str = "") -> dict[str, object]:
    """postgres://user:password@host:port/name as Django wants it; only PostgreSQL is supported."""
    try:
        url = urlsplit(secret(name, default))
        port = str(url.port or "")
    except ValueError as trouble:  # without the address itself: it holds the password
        raise ImproperlyConfigured(f"{name} is not an address: {trouble}.") from None
    if url.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured(
            f"{name} is not set to a PostgreSQL address. Write postgres://user:password@host:5432/name, "
            "or use `make run`, which brings a PostgreSQL of its own."
        )
    options = {"options": PATIENCE} | dict(pair.split("=", 1) for pair in url.query.split("&") if "=" in pair)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(url.path.lstrip("/")),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": unquote(url.hostname or options.pop("host", "")),
        "PORT": port,
        "OPTIONS": {key: unquote(value) for key, value in options.items()},
    }
