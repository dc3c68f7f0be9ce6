"""The family as a drawing: each mark with its words, its link and its place in px; the template only writes it down."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime

from cultures.passaging.graph import BUDGET, Family, Mark, Member, fold
from cultures.passaging.layout import GAP, PILL, Box, Layout, Tick, lay_out
from cultures.passaging.models import Culture, Discard

FATES = dict(Culture.Fate.choices)


@dataclass(frozen=True)
class DrawnMark:
    """One mark. All lengths in px, whole ones, for they are written into the page."""

    key: str
    url: str
    name: str  # what a screen reader says
    label: str
    above: str
    tail: str
    looks: str  # classes of the pill
    is_current: bool
    is_bundle: bool
    ends: bool  # a dead end: a bar after it
    row: int
    x: int
    y: int
    width: int
    left: str  # keys of the marks the arrow keys go to
    right: str

    @property
    def top(self) -> int:
        return self.y - PILL // 2

    @property
    def bottom(self) -> int:
        return self.y + PILL // 2

    @property
    def middle(self) -> int:
        return self.x + self.width // 2

    @property
    def end(self) -> int:
        return self.x + self.width

    @property
    def wedge(self) -> str:
        """A bundle: narrow where it branches off."""
        left, right, top, bottom = self.x, self.end, self.y - 13, self.y + 13
        return f"M{left} {self.y}L{left + 14} {top}H{right}V{bottom}H{left + 14}Z"


@dataclass(frozen=True)
class Edge:
    path: str
    is_treated: bool


@dataclass(frozen=True)
class Drawing:
    """A family as drawn, with the counts its caption needs."""

    marks: list[DrawnMark]
    edges: list[Edge]
    ticks: list[Tick]
    today_x: int | None
    width: int
    height: int
    cultures: int
    growing: int

    @property
    def bottom(self) -> int:
        return self.height - 28


def draw(family: Family, opened: list[str], reasons: Mapping[int, str], now: datetime) -> Drawing:
    """reasons   why cultures were discarded, by id; said at dead ends"""
    marks = fold(family, opened)
    current = family.by_id[family.current]
    main = next(mark for mark in marks if current in mark.members and not mark.is_bundle)
    words = _Words(marks, current, reasons)
    layout = lay_out(marks, main, words.of, now)
    drawn = [_drawn(box, layout, words, opened) for box in layout.boxes.values()]
    return Drawing(
        marks=drawn,
        edges=[_edge(box, child) for box, child in layout.edges()],
        ticks=[Tick(round(tick.x), tick.label) for tick in layout.ticks],
        today_x=None if layout.today_x is None else round(layout.today_x),
        width=round(layout.width),
        height=round(layout.height),
        cultures=len(family.by_id),
        growing=sum(member.is_growing for member in family.by_id.values()),
    )


def reasons_of_ends(family: Family) -> dict[int, str]:
    """Why the cultures of a family that have no daughters were discarded. One query."""
    ends = [pk for pk, daughters in family.down.items() if not daughters and family.by_id[pk].end]
    rows = Discard.objects.standing().filter(culture__in=ends).values_list("culture", "why")
    return {pk: Discard.Why(why).label for pk, why in rows}


class _Words:
    """What is written on, above and after each mark, and said of it."""

    def __init__(self, marks: list[Mark], current: Member, reasons: Mapping[int, str]) -> None:
        self.current, self.reasons = current, reasons
        self.was_treated: dict[Mark, bool] = {}
        for mark in marks:
            before = [self.was_treated.get(up, False) or bool(up.last.dose) for up in mark.parents]
            self.was_treated[mark] = any(before)

    def of(self, mark: Mark) -> tuple[str, str, str]:
        return self.label(mark), self.above(mark), self.tail(mark)

    def label(self, mark: Mark) -> str:
        if mark.is_bundle:
            growing = f", {mark.growing} growing" if mark.growing else ""
            return f"+{len(mark.members)} culture{'s' * (len(mark.members) > 1)}{growing}"
        if mark.is_run:
            return f"p{mark.first.passage}\u2013p{mark.last.passage} ({len(mark.members)})"
        return f"p{mark.first.passage}"

    def above(self, mark: Mark) -> str:
        if mark.is_bundle:
            return ""
        if not mark.last.dose and not mark.first.dose:
            came_off = self.was_treated[mark] and any(up.last.dose for up in mark.parents)
            began = not any(up.first.arm == "vehicle" for up in mark.parents)
            return "drug-free" if came_off else "vehicle control" if mark.first.arm == "vehicle" and began else ""
        if self.goes_on(mark):
            return ""
        known = {_compound(mark.first.dose)} == {_compound(up.last.dose) for up in mark.parents}
        first = _amount(mark.first.dose) if known else mark.first.dose
        if mark.first.dose == mark.last.dose:
            return first
        return f"{first or 'none'} to {_amount(mark.last.dose) or 'none'}"

    @staticmethod
    def goes_on(mark: Mark) -> bool:
        """At the dose of its parents: said once, and again where something grows today."""
        said_before = {up.last.dose for up in mark.parents} == {mark.first.dose} == {mark.last.dose}
        return said_before and not mark.last.is_growing

    def tail(self, mark: Mark) -> str:
        if mark.is_bundle:
            return ""
        if mark.last is self.current:
            return mark.last.code
        if mark.last.is_growing:
            return mark.last.code
        return self.ending(mark) if is_end(mark) else ""

    def ending(self, mark: Mark) -> str:
        return self.reasons.get(mark.last.id) or FATES.get(mark.last.fate, "")

    def name(self, mark: Mark) -> str:
        """For those who do not see the drawing."""
        first, last = mark.first, mark.last
        if mark.is_bundle:
            side = "branch off here" if mark.parents else "lead here"
            return f"{len(mark.members)} more cultures {side}, {mark.growing} growing: show them"
        dose = f", {last.dose}" if last.dose else ", vehicle control" if last.arm == "vehicle" else ""
        if mark.is_run:
            run = f"{len(mark.members)} cultures without branches"
            return f"{run}, {first.line} p{first.passage} to p{last.passage}{dose}: show them"
        state = "growing" if last.is_growing else f"{FATES.get(last.fate, '')} {_day(last.end)}"
        here = ", the culture of this page" if last is self.current else ""
        why = f", {self.reasons[last.id]}" if last.id in self.reasons else ""
        return f"{last.code}, {last.line} p{last.passage}{dose}, {state}{why}{here}"

    def looks(self, mark: Mark) -> str:
        if mark.is_bundle:
            return "t" if any(member.dose for member in mark.members) else ""
        looks = ["t"] if mark.last.dose else ["free"] if self.was_treated[mark] else []
        if mark.last is self.current:
            looks.append("now")
        elif mark.last.is_growing:
            looks.append("grows")
        elif is_end(mark):
            looks.append("dead")
        return " ".join(looks)


def is_end(mark: Mark) -> bool:
    """Nothing of it is left: ended, without daughters."""
    return not mark.is_bundle and not mark.last.is_growing and not mark.children


def _drawn(box: Box, layout: Layout, words: _Words, opened: list[str]) -> DrawnMark:
    mark = box.mark
    near = sorted(mark.children, key=lambda child: (child.is_bundle, layout.boxes[child].row != box.row))
    back = sorted(mark.parents, key=lambda parent: layout.boxes[parent].row != box.row)
    return DrawnMark(
        key=_key(mark),
        url=_url(mark, words.current, opened),
        name=words.name(mark),
        label=box.label,
        above=box.above,
        tail=box.tail,
        looks=words.looks(mark),
        is_current=mark.last is words.current and not mark.is_bundle,
        is_bundle=mark.is_bundle,
        ends=is_end(mark) and mark.last is not words.current,
        row=box.row,
        x=round(box.x),
        y=box.y,
        width=round(box.width),
        left=_key(back[0]) if back else "",
        right=_key(near[0]) if near else "",
    )


def _edge(box: Box, child: Box) -> Edge:
    """Down after the parent's end and along the daughter's row; into a pool along the parent's row, and then down."""
    is_treated = bool(box.mark.last.dose) and bool(child.mark.last.dose)
    x, y, to_x, to_y = round(box.right), box.y, round(child.x), child.y
    if child.mark.is_bundle:
        x = round(box.x) + 12
        return Edge(f"M{x} {y + PILL // 2}V{to_y - 8}Q{x} {to_y} {to_x} {to_y}", bool(child.mark.first.dose))
    if y == to_y:
        return Edge(f"M{x} {y}H{to_x}", is_treated)
    joins = len(child.mark.parents) > 1
    bend = to_x - GAP if joins else x
    return Edge(f"M{x} {y}H{bend}C{bend + 20} {y} {bend + 4} {to_y} {bend + GAP - 4} {to_y}H{to_x}", is_treated)


def _key(mark: Mark) -> str:
    return f"{'b' if mark.is_bundle else 'm'}-{mark.first.code}"


def _url(mark: Mark, current: Member, opened: list[str]) -> str:
    """A culture opens its page; a run or bundle opens itself, on this page."""
    if not mark.is_bundle and not mark.is_run:
        return reverse("cultures:culture", args=[mark.first.code])
    query = urlencode([("open", code) for code in [*opened, mark.first.code]])
    return f"?{query}#m-{mark.first.code}"


def _compound(dose: str) -> str:
    return dose.rsplit(" ", 2)[0] if dose else ""


def _amount(dose: str) -> str:
    """10 nM of "lapatinib 10 nM"; a combination is said in full."""
    return dose if " + " in dose else " ".join(dose.rsplit(" ", 2)[1:])


def _day(at: datetime | None) -> str:
    return date_format(localtime(at), "j M Y") if at else ""


__all__ = ["BUDGET", "Drawing", "draw", "reasons_of_ends"]
