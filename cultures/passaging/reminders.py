"""What falls due at the bench: passages and medium changes of growing cultures."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Case, CharField, Count, F, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Cast, Concat

from cultures.passaging.models import Culture, DrugInMedium, Feed, HarvestSource, Observation
from cultures.passaging.registry import marks_of
from lims.accounts.models import Role, User
from lims.reminders.registry import DoneSource, Source, register_done, register_source


def register() -> None:
    register_source(Source("passage_due", "passage", passages_due, cards, "cultures/passaging/_job.html"))
    register_source(Source("feed_due", "feed", feeds_due, cards, "cultures/passaging/_job.html"))
    register_done(DoneSource(done_today))


def passages_due(by: datetime) -> QuerySet:
    due = Culture.objects.passage_due_before(by)
    return for_its_people(due, kind="passage_due", due_at=F("passage_due_at"), action="passage_culture", page="passage")


def feeds_due(by: datetime) -> QuerySet:
    due = Culture.objects.feed_due_before(by)
    return for_its_people(due, kind="feed_due", due_at=F("feed_due_at"), action="feed_culture", page="feed")


def for_its_people(due: QuerySet, *, kind: str, due_at: F, action: str, page: str) -> QuerySet:
    """One row for the keeper; when the keeper has left, for the lab manager who has been here longest."""
    manager = User.objects.filter(is_active=True, role=Role.MANAGER).order_by("pk").values("pk")[:1]
    return due.annotate(
        kind=Value(kind, CharField()),
        subject=F("code"),
        subject_label=Concat(
            F("line__name"), Value(" p"), Cast("passage_number", CharField()), Value(", "), F("vessel__name")
        ),
        person_id=Case(When(keeper__is_active=True, then=F("keeper_id")), default=Subquery(manager)),
        due_at=due_at,
        place_label=F("place__full_name"),
        url=Concat(Value("/cultures/"), F("code"), Value(f"/{page}/")),
        action=Value(action, CharField()),
    ).filter(person_id__isnull=False)


def cards(codes: Iterable[str]) -> Mapping[str, Any]:
    """What Today shows of each culture: itself, its newest confluence, what is in its medium, and what the
    domains above say of it. Three queries of our own for all."""
    cultures = {
        culture.code: culture
        for culture in Culture.objects.filter(code__in=codes).select_related("line", "vessel", "place", "keeper")
    }
    ids = [culture.pk for culture in cultures.values()]
    confluence = dict(
        Observation.objects.standing()
        .filter(culture__in=ids, confluence_pct__isnull=False)
        .order_by("culture", "-at")
        .distinct("culture")
        .values_list("culture", "confluence_pct")
    )
    newest = Feed.objects.standing().filter(culture__in=ids).order_by("culture", "-at", "-pk").distinct("culture")
    drugs: dict[int, list[DrugInMedium]] = {}
    for drug in DrugInMedium.objects.filter(feed__in=newest.values("pk")).select_related("compound", "feed"):
        drugs.setdefault(drug.feed.culture_id, []).append(drug)
    marks = marks_of(list(cultures.values()))
    return {
        code: {
            "culture": culture,
            "confluence": confluence.get(culture.pk),
            "drugs": drugs.get(culture.pk, []),
            "marks": [mark for _, mark in marks[culture.pk] if mark and not mark.is_quiet],
        }
        for code, culture in cultures.items()
    }


def done_today(person: User, since: datetime) -> Iterable[Mapping[str, Any]]:
    """The passages and medium changes a person finished since a moment, as lines of the round. Two queries."""
    feeds = (
        Feed.objects.standing()
        .filter(by=person, recorded_at__gte=since, at_seeding=False)
        .exclude(source=Feed.Source.DEMONSTRATION)
        .select_related("culture__line")
        .prefetch_related("drugs__compound")
    )
    for feed in feeds:
        yield {"event": feed, "kind": "feed", "culture": feed.culture, "drugs": feed.drugs.all()}
    sources = (
        HarvestSource.objects.filter(
            harvest__by=person, harvest__recorded_at__gte=since, harvest__withdrawn_at=None, withdrawn_at=None
        )
        .exclude(harvest__source=Feed.Source.DEMONSTRATION)
        .select_related("harvest", "culture__line")
        .annotate(daughters=Count("harvest__allocations", filter=Q(harvest__allocations__kind="daughter")))
    )
    for source in sources:
        yield {"event": source.harvest, "kind": "harvest", "culture": source.culture, "daughters": source.daughters}
