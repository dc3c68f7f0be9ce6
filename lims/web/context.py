"""What every page's frame shows. Nothing is read before a template asks, so fragments cost no query."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from lims.lab.models import LabSettings
from lims.web import menu

THEMES = ("light", "dark")


@dataclass(frozen=True)
class Bench:
    """Where the person works now: the name of the hood and the page that ends or changes it."""

    label: str
    url: str
    since: datetime | None = None


BenchLookup = Callable[[HttpRequest], Bench | None]
_bench_lookups: list[BenchLookup] = []


def register_bench(lookup: BenchLookup) -> None:
    """The domain that knows bench sessions says here how to find the one of a request."""
    if lookup not in _bench_lookups:
        _bench_lookups.append(lookup)


class Frame:
    """The bar round every page."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self.demonstration = settings.DEMONSTRATION

    @cached_property
    def is_signed_in(self) -> bool:
        user = getattr(self._request, "user", None)
        return bool(user and user.is_authenticated)

    @cached_property
    def lab_name(self) -> str:
        return LabSettings.current().lab_name

    @cached_property
    def menu(self) -> list[menu.Link]:
        return menu.links(self._request) if self.is_signed_in else []

    @cached_property
    def bench(self) -> Bench | None:
        return next((bench for lookup in _bench_lookups if (bench := lookup(self._request))), None)

    @property
    def theme(self) -> str:
        """light, dark, or empty: as the device says."""
        chosen = self._request.COOKIES.get("theme", "")
        return chosen if chosen in THEMES else ""

    @property
    def contrast(self) -> str:
        return "more" if self._request.COOKIES.get("contrast") == "more" else ""


def frame(request: HttpRequest) -> dict[str, Any]:
    return {"frame": Frame(request)}
