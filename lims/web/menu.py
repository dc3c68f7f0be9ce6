"""The main menu, filled by each app's `ready()`; only pages that exist and that the person may open appear."""

from bisect import insort
from dataclasses import dataclass, field

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from lims.accounts.access import may


@dataclass(frozen=True, order=True)
class Entry:
    """One page of the menu. `place` orders the entries; the first five also stand at the bottom edge of a tablet."""

    place: int
    label: str = field(compare=False)
    url_name: str = field(compare=False)
    icon: str = field(compare=False)
    verb: str = field(compare=False)
    covers: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True)
class Link:
    label: str
    url: str
    icon: str
    is_current: bool


_entries: list[Entry] = []


def register(label: str, url_name: str, *, icon: str, verb: str, place: int, covers: tuple[str, ...] = ()) -> None:
    """Add a page; what lies below its address, or below one that it covers ("/harvests/"), counts as inside it."""
    entry = Entry(place, label, url_name, icon, verb, covers)
    if all(known.url_name != url_name for known in _entries):
        insort(_entries, entry)


def links(request: HttpRequest) -> list[Link]:
    """The menu of this person on this page."""
    found = []
    for entry in _entries:
        try:
            url = reverse(entry.url_name)
        except NoReverseMatch:
            continue
        if may(request.user, entry.verb):
            inside = request.path == url if url == "/" else request.path.startswith((url, *entry.covers))
            found.append(Link(entry.label, url, entry.icon, inside))
    return found
