"""What the launcher says, and its one kind of refusal."""

import contextlib
import sys


class CannotStart(Exception):
    """Why nothing was started, as a sentence for a person, and what to do next."""


def say(text: str = "") -> None:
    """Print a line; a terminal that was closed meanwhile must not stop the servers."""
    with contextlib.suppress(OSError, ValueError):
        print(text, flush=True)


def speak_any_language() -> None:
    """A terminal that cannot show µ shows ? instead of ending the program."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, OSError):
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # a stream without it is let be
