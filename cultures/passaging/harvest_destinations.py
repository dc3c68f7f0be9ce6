"""Where cells of a harvest can go besides daughters and waste. Upper domains register theirs in their app's ready()."""

DESTINATIONS: dict[str, str] = {}  # key -> label, as the planner shows it

DAUGHTER, DISCARDED = "daughter", "discarded"


def register_destination(key: str, label: str) -> None:
    """key: at most 16 letters, kept in Allocation.kind."""
    if key in (DAUGHTER, DISCARDED):
        raise ValueError(f"{key!r} is not a destination of its own.")
    DESTINATIONS[key] = label
