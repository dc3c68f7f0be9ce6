"""Quarantines as pages show them: in the list, and one with the cultures it holds. A fixed number of queries each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Value, When
from django.http import HttpRequest

from cultures.passaging.models import Culture
from cultures.places.selectors import is_quarantine_at
from cultures.quality.families import MYCOPLASMA, families, title_in
from cultures.quality.models import PlannedTest, Quarantine, QuarantineMember, Treatment
from cultures.quality.releases import Progress, progress_of, what_releases
from lims.web.filters import Choice, Filters, Flag

SHOWN = 200
HELD = Q(until=None, culture__ended_at=None)


def with_counts(rows: QuerySet[Quarantine]) -> QuerySet[Quarantine]:
    """Annotates how many it holds now, ever held, and let out."""
    of = "members"
    return rows.annotate(
        held=Count(of, filter=Q(members__until=None, members__culture__ended_at=None)),
        reached=Count(of, filter=~Q(members__culture__fate=Culture.Fate.ENTERED_IN_ERROR)),
        let_out=Count(of, filter=Q(members__until__isnull=False)),
    )


def open_ones(rows: QuerySet[Quarantine]) -> QuerySet[Quarantine]:
    """Those that hold a growing culture."""
    return rows.filter(Exists(QuarantineMember.objects.filter(HELD, quarantine=OuterRef("pk"))))


class QuarantineFilters(Filters):
    """Only the open ones, until one asks for those that are over."""

    def __init__(self, request: HttpRequest) -> None:
        self.with_over = request.GET.get("over") == "1"
        super().__init__(
            request,
            Flag("over", "Over too", lambda rows: rows),
            Choice("cause", "Cause", lambda: Quarantine.Cause.choices, lambda rows, cause: rows.filter(cause=cause)),
            Choice("kind", "Kind", lambda: Quarantine.Kind.choices, lambda rows, kind: rows.filter(kind=kind)),
            Choice("family", "Test", lambda: families().items(), lambda rows, family: rows.filter(method=family)),
        )

    def quarantines(self) -> QuerySet[Quarantine]:
        rows = Quarantine.objects.all()
        return self.apply(rows if self.with_over else open_ones(rows))


@dataclass(frozen=True)
class QuarantineRow:
    """A quarantine in the list, with how far the cultures are that it holds."""

    quarantine: Quarantine
    title: str
    progress: Sequence[Progress]

    @property
    def releases(self) -> str:
        return what_releases(self.quarantine)

    @property
    def ready(self) -> int:
        return sum(one.is_ready for one in self.progress)

    @property
    def furthest_behind(self) -> Progress | None:
        """What the last of them still needs."""
        return min(self.progress, key=lambda one: (len(one.found), one.member.pk), default=None)

    @property
    def codes(self) -> list[Culture]:
        return [one.member.culture for one in self.progress[:3]]

    @property
    def more(self) -> int:
        return max(len(self.progress) - 3, 0)


def rows_of(quarantines: Iterable[Quarantine]) -> list[QuarantineRow]:
    """They come with their counts. Five queries for any number."""
    quarantines = list(quarantines)
    members = QuarantineMember.objects.filter(HELD, quarantine__in=quarantines)
    found: dict[int, list[QuarantineMember]] = {one.pk: [] for one in quarantines}
    for member in members.select_related("quarantine", "culture__line").order_by("pk"):
        found[member.quarantine_id].append(member)
    progress = progress_of(member for of_one in found.values() for member in of_one)
    titles = families()
    return [
        QuarantineRow(one, title_in(titles, one.method or MYCOPLASMA), [progress[row.pk] for row in found[one.pk]])
        for one in quarantines
    ]


# --- one of them -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class HeldRow:
    """A growing culture that is kept apart: how far it is, where it stands, and what is planned of it."""

    progress: Progress
    plan: PlannedTest | None
    others: int
    now: datetime

    @property
    def member(self) -> QuarantineMember:
        return self.progress.member

    @property
    def culture(self) -> Culture:
        return self.progress.member.culture

    @property
    def awaits_sample(self) -> bool:
        """A sample taken now would count, and none is on its way."""
        needs_one = not self.progress.is_ready and not self.progress.must_be_treated
        return needs_one and self.progress.can_be_sampled(self.now) and not self.progress.pending


def held_rows(quarantine: Quarantine, now: datetime, culture_codes: Sequence[str] | None = None) -> list[HeldRow]:
    """The growing ones, those that are furthest first; those of these codes only. Six queries."""
    members = quarantine.members.filter(HELD)
    if culture_codes is not None:
        members = members.filter(culture__code__in=culture_codes)
    progress = progress_of(named(members)[:SHOWN])
    ids = [one.member.culture_id for one in progress.values()]
    family = quarantine.method or MYCOPLASMA
    plans = {
        plan.culture_id: plan for plan in PlannedTest.objects.filter(culture__in=ids, method=family, settled_at=None)
    }
    besides = QuarantineMember.objects.filter(culture__in=ids, until=None).exclude(quarantine=quarantine)
    others = dict(besides.order_by().values_list("culture").annotate(Count("pk")))
    rows = [
        HeldRow(one, plans.get(one.member.culture_id), others.get(one.member.culture_id, 0), now)
        for one in progress.values()
    ]
    return sorted(rows, key=lambda row: (-len(row.progress.found), row.member.pk))


def named(members: QuerySet[QuarantineMember]) -> QuerySet[QuarantineMember]:
    """With what a row says of the culture, and whether it stands in a quarantine incubator."""
    found = members.select_related(
        "quarantine", "culture__line", "culture__vessel", "culture__place", "culture__keeper"
    )
    stands_apart = Case(When(is_quarantine_at("culture__place__"), then=Value(True)), default=Value(False))
    return found.annotate(stands_apart=stands_apart).order_by("pk")


def let_out_of(quarantine: Quarantine) -> list[QuarantineMember]:
    found = quarantine.members.filter(until__isnull=False).select_related("culture__line", "released_by")
    return list(found.order_by("-until", "pk")[:SHOWN])


def ended_in(quarantine: Quarantine) -> list[QuarantineMember]:
    """They ended while they were kept apart: passaged within it, or disposed of."""
    found = quarantine.members.filter(until=None, culture__ended_at__isnull=False).select_related("culture__line")
    known = found.exclude(culture__fate=Culture.Fate.ENTERED_IN_ERROR)
    return list(known.order_by("-culture__ended_at", "pk")[:SHOWN])


def treatments_in(quarantine: Quarantine) -> QuerySet[Treatment]:
    return quarantine.treatments.filter(withdrawn_at=None).select_related("culture", "by").order_by("-at", "-pk")
