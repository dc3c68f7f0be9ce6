"""Which samples speak for which cells: a parent's sample covers what was seeded after it, and nothing seeded before."""

from contextlib import suppress
from datetime import datetime, timedelta
from itertools import count
from random import Random

import pytest

from cultures.passaging.errors import BeforeItsLastEntry, EntryBefore, NothingChanged
from cultures.passaging.models import Culture, Harvest, Receipt
from cultures.passaging.services import correct_entry, undo_entry
from cultures.quality.errors.quarantine import MixesQuarantine
from cultures.quality.errors.samples import SampleWithdrawn
from cultures.quality.families import MYCOPLASMA, methods_of
from cultures.quality.models import Provenance, QCStanding, QCTest
from cultures.quality.services.folding import differences
from lims.clock import now
from tests import lab
from tests.cultures.quality import qc
from tests.lab import DAY, HOUR

pytestmark = pytest.mark.django_db


def standing(culture: Culture) -> QCStanding | None:
    return QCStanding.objects.filter(culture=culture, method=MYCOPLASMA).select_related("clean", "last").first()


def test_a_parents_sample_speaks_for_daughters_seeded_after_it():
    parent = lab.growing()
    sample = qc.negative(parent, parent.seeded_at + 2 * DAY)
    (daughter,) = lab.split(parent)
    assert standing(daughter).clean == sample


def test_a_parents_sample_says_nothing_of_daughters_seeded_before_it():
    parent = lab.growing()
    harvest = lab.harvest(parent, discard_rest=False)
    late = parent.seeded_at + 6 * DAY
    (early,) = harvest.daughters
    qc.negative(parent, late)  # from the supernatant, at the moment of the harvest
    assert standing(early).clean is not None
    other = lab.growing("BT474")
    (before,) = lab.split(other, at=other.seeded_at + 3 * DAY)
    qc.negative(before, before.seeded_at + DAY)
    assert standing(other) is None


def test_a_pool_is_as_clean_as_its_least_tested_flask():
    one, two = lab.growing(), lab.growing()
    qc.negative(one, one.seeded_at + DAY)
    (untested,) = lab.pooled([one, two])
    assert standing(untested) is None

    three, four = lab.growing("BT474"), lab.growing("BT474")
    older = qc.negative(three, three.seeded_at + DAY)
    qc.negative(four, four.seeded_at + 3 * DAY)
    (pool,) = lab.pooled([three, four])
    assert standing(pool).clean == older


def test_a_late_result_applies_to_its_sample_and_reaches_the_granddaughters():
    parent = lab.growing()
    waiting = qc.sampled(parent, at=parent.seeded_at + 2 * DAY)
    (daughter,) = lab.split(parent)
    (granddaughter,) = lab.split(daughter)
    assert standing(granddaughter).clean is None
    assert standing(granddaughter).last == waiting
    result = qc.result(waiting, a=1000, b=500)
    assert standing(granddaughter).clean == result


def test_an_invalid_sample_says_nothing():
    culture = lab.growing()
    clean = qc.negative(culture, culture.seeded_at + DAY)
    qc.voided(qc.negative(culture, culture.seeded_at + 2 * DAY))
    assert standing(culture).last == clean


def test_a_daughter_that_was_undone_leaves_no_row():
    parent = lab.growing(at=now() - DAY)
    harvest = lab.harvest(parent, at=now())
    (daughter,) = harvest.daughters
    assert Provenance.objects.filter(pk=daughter.pk).exists()
    undo_entry(kind="harvest", event_id=harvest.pk, at=now(), by=lab.technician())
    assert not Provenance.objects.filter(pk=daughter.pk).exists()


def test_cells_came_in_when_their_last_vial_was_thawed():
    (daughter,) = lab.split(lab.thawed())
    row = Provenance.objects.get(pk=daughter.pk)
    assert (row.entered_at, row.entered_as) == (lab.FRIDAY, "thawed")


def test_nothing_is_asked_of_the_database_again_while_a_culture_is_only_fed(django_assert_num_queries):
    from cultures.quality.services.following import follow

    culture = lab.growing()
    with django_assert_num_queries(1):
        follow([culture.pk])


def test_a_flask_cannot_have_ended_before_a_sample_of_it_was_taken():
    culture = lab.growing()
    qc.negative(culture, culture.seeded_at + 5 * DAY)
    with pytest.raises(BeforeItsLastEntry, match="QC sample"):
        lab.discarded(culture, at=culture.seeded_at + 4 * DAY)


def reseeded(entry: Receipt | Harvest, at: datetime) -> None:
    kind = "receipt" if isinstance(entry, Receipt) else "harvest"
    correct_entry(kind=kind, event_id=entry.pk, changes={"at": at}, reason="the wrong day", at=now(), by=lab.manager())


def test_a_flask_cannot_have_been_seeded_after_a_sample_of_it_was_taken():
    culture = lab.growing()
    sample = qc.negative(culture, culture.seeded_at + 2 * DAY)
    with pytest.raises(EntryBefore, match=f"A QC sample of {culture.code}.* Correct that entry first") as refused:
        reseeded(culture.receipts.get(), sample.at + HOUR)
    assert refused.value.ways[0][1] == culture.get_absolute_url()
    assert lab.again(culture).seeded_at == culture.seeded_at
    reseeded(culture.receipts.get(), sample.at)
    assert lab.again(culture).seeded_at == sample.at
    qc.voided(sample)
    reseeded(culture.receipts.get(withdrawn_at=None), sample.at + HOUR)
    assert lab.again(culture).seeded_at == sample.at + HOUR


def test_a_passage_is_not_dated_after_a_sample_of_a_daughter():
    parent = lab.growing()
    harvest = lab.harvest(parent)
    daughter = harvest.daughters.get()
    qc.sampled(daughter, at=harvest.at + HOUR)
    with pytest.raises(EntryBefore, match=f"A QC sample of {daughter.code}"):
        reseeded(harvest, harvest.at + 2 * HOUR)
    reseeded(harvest, harvest.at + HOUR / 2)
    assert lab.again(daughter).seeded_at == lab.again(parent).ended_at == harvest.at + HOUR / 2


# --- brute force -----------------------------------------------------------------------------------------------------


def by_hand(culture: Culture, until: datetime | None, verdicts: tuple[str, ...]) -> QCTest | None:
    """The newest sample of these verdicts that speaks for it, found by walking up. Written without the fold."""
    own = QCTest.objects.filter(
        culture=culture, withdrawn_at=None, method__in=methods_of(MYCOPLASMA), verdict__in=verdicts
    )
    if until:
        own = own.filter(at__lte=until)
    if newest := own.order_by("-at", "-pk").first():
        return newest
    found = [by_hand(parent, culture.seeded_at, verdicts) for parent in culture.parents]
    if not found or None in found:
        return None
    gravity = {"fail": 0, "inconclusive": 1}
    weigh = (lambda one: (gravity.get(one.verdict, 2), one.at)) if len(verdicts) > 1 else (lambda one: one.at)
    return min(found, key=weigh)


def a_lab_of_all_sorts(cultures: int, seed: int) -> None:
    """Flasks split, pooled and tested at random; results that come late, and corrected ones."""
    chance = Random(seed)
    waiting: list[QCTest] = []
    apart = lab.quarantine_shelf()
    second = count(1)  # no two samples of one flask at one time
    for _ in range(3):
        lab.growing(where=apart)
    while Culture.objects.count() < cultures:
        growing = list(Culture.objects.growing().order_by("pk"))
        culture = chance.choice(growing)
        at = culture.seeded_at + chance.randrange(1, 70) * HOUR + timedelta(seconds=next(second))
        match chance.choices(("split", "pool", "test", "sample", "result", "correct"), weights=(8, 2, 6, 3, 3, 2))[0]:
            case "split":
                lab.split(culture, chance.choice((("T75",), ("T75", "T25"))), at=culture.seeded_at + 3 * DAY)
            case "pool" if len(growing) > 4:
                pair = chance.sample(growing, 2)
                with suppress(MixesQuarantine):
                    lab.pooled(pair, at=max(one.seeded_at for one in pair) + 3 * DAY)
            case "test":
                a, b = chance.choice(((1000, 500), (1000, 500), (1000, 500), (1000, 1000)))
                qc.tested(
                    culture,
                    a=a,
                    b=b,
                    at=at,
                )
            case "sample":
                waiting.append(qc.sampled(culture, at=at))
            case "result" if waiting:
                qc.result(waiting.pop(), a=1000, b=500)
            case "correct":
                tests = QCTest.objects.standing().exclude(verdict="pending").order_by("?")
                if test := tests.first():
                    with suppress(NothingChanged, SampleWithdrawn):
                        qc.corrected(test, readings={"a": 1000, "b": chance.choice((400, 1000))})


@pytest.mark.thorough
@pytest.mark.parametrize("seed", [1, 2])
def test_the_fold_is_what_walking_up_finds(seed: int):
    a_lab_of_all_sorts(60, seed)
    assert differences() == []
    stood = {row.culture_id: row for row in QCStanding.objects.filter(method=MYCOPLASMA)}
    for culture in Culture.objects.exclude(fate="entered_in_error"):
        row = stood.get(culture.pk)
        assert (row.clean if row else None) == by_hand(culture, None, ("pass",))
        assert (row.last if row else None) == by_hand(culture, None, ("pass", "fail", "inconclusive", "pending"))
