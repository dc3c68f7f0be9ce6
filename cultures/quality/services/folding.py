"""What follows for cultures when something is passaged or tested: folded anew in the transaction of each event.

Where a culture's cells came in, and which samples speak for it. Nothing here is the truth: `recompute` makes every
row anew, and `differences` compares.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q

from cultures.passaging.lineage import with_descendants
from cultures.passaging.models import Culture, Descent
from cultures.quality.methods import family_of
from cultures.quality.models import Provenance, QCStanding, QCTest
from cultures.science.clean import NOTHING, Known, Sample, known, worst

Key = tuple[int, str]  # culture and family of methods


def stale(culture_ids: Sequence[int]) -> list[Culture]:
    """Those of these cultures that are new, or that came to be at another time than was thought. One query."""
    is_error = Q(fate=Culture.Fate.ENTERED_IN_ERROR)
    is_new = Q(provenance=None) & ~is_error
    is_gone = Q(provenance__isnull=False) & is_error
    is_moved = Q(provenance__isnull=False) & ~Q(provenance__seeded_at=F("seeded_at"))
    return list(Culture.objects.filter(pk__in=culture_ids).filter(is_new | is_gone | is_moved).order_by("pk"))


def refold(culture_ids: Sequence[int]) -> None:
    """Fold these cultures and all that descends from them anew. Nine statements at most, however many."""
    ids = with_descendants(culture_ids)
    parents: dict[int, list[int]] = defaultdict(list)
    for daughter, parent in Descent.objects.filter(daughter__in=ids).values_list("daughter", "parent"):
        parents[daughter].append(parent)
    above = {pk for found in parents.values() for pk in found} - set(ids)
    cultures = Culture.objects.in_bulk(ids)
    folded = Provenance.objects.in_bulk([*ids, *above])
    entered = {pk: (row.entered_at, row.entered_as) for pk, row in folded.items() if pk in above}
    inherited = _inherited(above)
    own = _tests_of({*ids, *above})

    for pk in ids:  # ids rise from parent to daughter
        culture = cultures[pk]
        if culture.fate == Culture.Fate.ENTERED_IN_ERROR:
            continue
        came_in = [entered[parent] for parent in parents[pk] if parent in entered]
        entered[pk] = max(came_in, default=(culture.seeded_at, culture.origin))
        if parents[pk]:
            for family in {family for parent in parents[pk] for family in {*inherited[parent], *own[parent]}}:
                at_seeding = [
                    known(inherited[parent].get(family, NOTHING), own[parent].get(family, ()), culture.seeded_at)
                    for parent in parents[pk]
                ]
                inherited[pk][family] = worst(at_seeding)
    _clear([pk for pk in ids if pk in folded])
    _write({pk: cultures[pk].seeded_at for pk in ids if pk in entered}, entered, inherited, own)


def _tests_of(culture_ids: Iterable[int]) -> dict[int, dict[str, list[Sample]]]:
    found: dict[int, dict[str, list[Sample]]] = defaultdict(lambda: defaultdict(list))
    tests = QCTest.objects.standing().filter(culture__in=culture_ids).exclude(verdict=QCTest.Verdict.INVALID)
    for pk, culture_id, method, at, verdict in tests.order_by().values_list("pk", "culture", "method", "at", "verdict"):
        found[culture_id][family_of(method)].append(Sample(pk, at, verdict))
    return found


def _inherited(culture_ids: Iterable[int]) -> dict[int, dict[str, Known]]:
    found: dict[int, dict[str, Known]] = defaultdict(dict)
    rows = QCStanding.objects.filter(culture__in=culture_ids).select_related("inherited_clean", "inherited_last")
    for row in rows:
        found[row.culture_id][row.method] = Known(_sample(row.inherited_clean), _sample(row.inherited_last))
    return found


def _sample(test: QCTest | None) -> Sample | None:
    return Sample(test.pk, test.at, test.verdict) if test else None


def _clear(culture_ids: Sequence[int]) -> None:
    """The rows of cultures that were folded before; a new daughter has none."""
    if culture_ids:
        QCStanding.objects.filter(culture__in=culture_ids).delete()
        Provenance.objects.filter(pk__in=culture_ids).delete()


def _write(
    seeded_at: dict[int, datetime],
    entered: dict[int, tuple[datetime, str]],
    inherited: dict[int, dict[str, Known]],
    own: dict[int, dict[str, list[Sample]]],
) -> None:
    """The rows of these cultures, which have none."""
    Provenance.objects.bulk_create(
        [
            Provenance(culture_id=pk, seeded_at=at, entered_at=entered[pk][0], entered_as=entered[pk][1])
            for pk, at in seeded_at.items()
        ],
        batch_size=1000,
    )
    rows = []
    for pk in seeded_at:
        for family in {*inherited[pk], *own[pk]}:
            then = inherited[pk].get(family, NOTHING)
            now = known(then, own[pk].get(family, ()))
            if now.last or then.last:
                rows.append(
                    QCStanding(
                        culture_id=pk,
                        method=family,
                        clean_id=_key(now.clean),
                        last_id=_key(now.last),
                        inherited_clean_id=_key(then.clean),
                        inherited_last_id=_key(then.last),
                    )
                )
    QCStanding.objects.bulk_create(rows, batch_size=1000)


def _key(sample: Sample | None) -> int | None:
    return sample.key if sample else None


# --- the whole anew --------------------------------------------------------------------------------------------------


def recompute() -> int:
    """Make every row anew from the events; of how many cultures."""
    came_in = Culture.objects.filter(descents_up=None).order_by("pk").values_list("pk", flat=True)
    refold(list(came_in))
    return Provenance.objects.count()


def differences() -> list[str]:
    """Where what is stored is not what the events say, in words; nothing is left changed."""
    with transaction.atomic():
        stored = _stored()
        recompute()
        anew = _stored()
        transaction.set_rollback(True)
    return [
        f"culture {key[0]} {key[1]}: stored {stored.get(key)}, by its events {anew.get(key)}"
        for key in sorted({*stored, *anew})
        if stored.get(key) != anew.get(key)
    ]


def _stored() -> dict[Key, tuple[object, ...]]:
    found: dict[Key, tuple[object, ...]] = {}
    for pk, *rest in Provenance.objects.values_list("pk", "seeded_at", "entered_at", "entered_as"):
        found[pk, ""] = tuple(rest)
    columns = ("clean", "last", "inherited_clean", "inherited_last")
    for pk, method, *tests in QCStanding.objects.values_list("culture", "method", *columns):
        found[pk, method] = tuple(tests)
    return found
