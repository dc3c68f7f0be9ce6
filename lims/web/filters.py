"""Filters of a list: chips in the address, each removable; what the address does not know is left out, not an error."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

Options = Callable[[], Iterable[tuple[Any, str]]]


@dataclass(frozen=True)
class Flag:
    """On or off: ?mine=1."""

    name: str
    label: str
    apply: Callable[[QuerySet], QuerySet]


@dataclass(frozen=True)
class Choice:
    """One of several: ?line=12. `choices` gives (value, label); it is asked once per page."""

    name: str
    label: str
    choices: Options
    apply: Callable[[QuerySet, str], QuerySet]


@dataclass(frozen=True)
class Chip:
    label: str
    url: str


@dataclass(frozen=True)
class Menu:
    name: str
    label: str
    options: list[tuple[str, str]]


class Filters:
    """The filters of one request. `apply` narrows the queryset; the template `_filters.html` shows the rest.

    keeps   what else of the address stays when a filter is chosen
    """

    def __init__(
        self,
        request: HttpRequest,
        *declared: Flag | Choice,
        search: Callable[[QuerySet, str], QuerySet] | None = None,
        keeps: Iterable[str] = ("sort",),
    ) -> None:
        self._request, self._search = request, search
        self.has_search = search is not None
        self.q = " ".join(request.GET.get("q", "").replace("\x00", "").split())[:100] if search else ""
        self._steps: list[Callable[[QuerySet], QuerySet]] = []
        self.on: list[Chip] = []
        self.offered: list[Chip] = []
        self.choices: list[Menu] = []
        self.kept: list[tuple[str, str]] = []
        for filter_ in declared:
            (self._flag if isinstance(filter_, Flag) else self._choice)(filter_)  # type: ignore[arg-type]  # the branch chose it by its class
        self.kept += [(name, value) for name in keeps if (value := request.GET.get(name))]

    def _flag(self, flag: Flag) -> None:
        if self._request.GET.get(flag.name) == "1":
            self._steps.append(flag.apply)
            self.on.append(Chip(flag.label, self._url(flag.name, "")))
            self.kept.append((flag.name, "1"))
        else:
            self.offered.append(Chip(flag.label, self._url(flag.name, "1")))

    def _choice(self, choice: Choice) -> None:
        options = [(str(value), label) for value, label in choice.choices()]
        asked = self._request.GET.get(choice.name, "")
        label = dict(options).get(asked)
        if label is None:
            self.choices.append(Menu(choice.name, choice.label, options))
            return
        self._steps.append(lambda rows: choice.apply(rows, asked))
        self.on.append(Chip(f"{choice.label}: {label}", self._url(choice.name, "")))
        self.kept.append((choice.name, asked))

    def _url(self, name: str, value: str) -> str:
        query = self._request.GET.copy()
        for old in (name, "after", "before"):
            query.pop(old, None)
        if value:
            query[name] = value
        return f"?{query.urlencode()}"

    def apply(self, rows: QuerySet) -> QuerySet:
        for step in self._steps:
            rows = step(rows)
        return self._search(rows, self.q) if self._search and self.q else rows

    @property
    def is_narrowed(self) -> bool:
        """Whether anything is left out: an empty list then says so, and offers the whole."""
        return bool(self.on or self.q)

    @property
    def query(self) -> str:
        """For the CSV link: the same filters, from the first row."""
        query = self._request.GET.copy()
        for name in ("after", "before"):
            query.pop(name, None)
        return query.urlencode()
