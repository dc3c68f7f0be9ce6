from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cultures.passaging.commands import CellCount, Medium, Plan, Seeding
from cultures.passaging.models import Culture
from cultures.passaging.warnings import feed_warnings_for, warnings_for
from lims.clock import now
from tests.lab import DAY, HOUR, again, count_of, counted, drug, growing, line, lot, medium, seeding, split

pytestmark = pytest.mark.django_db


def said(
    culture: Culture | Sequence[Culture],
    count: CellCount | None = None,
    into: Sequence[Seeding] = (),
    at: datetime | None = None,
    volume_ml: int = 10,
) -> set[str]:
    count = count or counted(6_000_000, dead=20_000)
    flasks = [again(one) for one in ([culture] if isinstance(culture, Culture) else culture)]
    found = warnings_for(flasks, count, Decimal(volume_ml), Plan(daughters=into), at or now())
    assert all(warning.sentence.endswith((".", "?")) for warning in found)
    return {warning.code for warning in found}


def grown(*, days: int = 6, **fields) -> Culture:
    return growing(at=now() - days * DAY, **fields)


def test_a_plain_passage_raises_no_eyebrow():
    line("SKBR3", reference_doubling_time=timedelta(hours=52))
    assert said(grown(), into=[seeding()]) == set()


def test_a_viability_above_100_cannot_be():
    count = replace(counted(), reported_viability_pct=Decimal("104.2"))
    assert "viability_above_100" in said(grown(), count)


def test_a_viability_the_counter_computed_otherwise_is_said():
    count = replace(counted(live := 6_000_000, dead=live // 100), reported_viability_pct=Decimal("95.0"))
    assert "viability_disagrees" in said(grown(), count)
    assert "viability_disagrees" not in said(grown(), replace(count, reported_viability_pct=Decimal("91.0")))


@pytest.mark.parametrize(("arm", "warned"), [("", True), ("treated", False)])
def test_what_viability_is_low_depends_on_the_phase(arm: str, warned: bool):
    culture = grown(arm=arm, drugs=[drug()] if arm else [])
    assert ("low_viability" in said(culture, counted(6_000_000, dead=150_000))) is warned


def test_a_count_twice_off_shows_as_growth_nobody_has_seen():
    line("SKBR3", reference_doubling_time=timedelta(hours=52))
    assert "count_twice_off" in said(grown(), counted(20_000_000, dead=0))
    assert "count_twice_off" in said(grown(), counted(2_000_000, dead=0))


def test_the_flask_before_tells_what_growth_is_usual():
    line("SKBR3", reference_doubling_time=timedelta(hours=20))
    (daughter,) = split(grown(days=12, seeded=1_000_000), harvested=6_000_000, at=now() - 6 * DAY)
    assert "count_twice_off" not in said(daughter, counted(6_000_000, dead=0))


def test_cells_lost_under_drug_are_no_surprise():
    line("SKBR3", reference_doubling_time=timedelta(hours=52))
    assert "count_twice_off" not in said(grown(arm="treated", drugs=[drug()]), counted(1_000_000, dead=0))


def test_more_cells_than_fit_are_said():
    assert "denser_than_can_be" in said(grown(), counted(10**9, dead=0))


def test_two_counts_that_disagree_are_said():
    culture = grown()
    count_of(culture, live=1_300_000, at=now() - HOUR)
    assert "counts_disagree" in said(culture, counted(6_000_000, dead=0))


def test_the_range_of_the_line_is_kept_in_mind():
    line("SKBR3", seeding_density_min_per_cm2=10_000, seeding_density_max_per_cm2=30_000)
    assert "below_seeding_range" in said(grown(), into=[seeding("T75", cells=300_000)])
    assert "above_seeding_range" in said(grown(), into=[seeding("T25", cells=1_000_000)])


def test_the_passage_limit_is_said():
    line("SKBR3", passage_limit=1)
    (daughter,) = split(grown(days=12), at=now() - 6 * DAY)
    assert "passage_limit" in said(daughter, into=[seeding()])


def test_a_wrong_time_is_said():
    culture = grown(days=2)
    assert "before_seeding" in said(culture, at=now() - 3 * DAY)
    assert "short_stay" in said(culture, at=culture.seeded_at + HOUR)
    assert "late" in said(culture, at=now() - timedelta(hours=30))


def test_a_thin_suspension_is_said():
    assert "more_suspension_than_volume" in said(grown(), counted(1_000_000, dead=0), [seeding("T25", cells=800_000)])


def test_arms_and_drugs_that_do_not_agree_are_said():
    def about(arm: str, what: Medium) -> set[str]:
        culture = growing(arm=arm, at=now() - DAY)
        return {warning.code for warning in feed_warnings_for(again(culture), what, now())}

    assert about("vehicle", medium()) == {"control_without_vehicle"}
    assert about("", medium(drugs=[drug()])) == {"drug_outside_an_arm"}
    assert about("", medium()) == set()


def test_a_derived_line_in_its_drug_is_nothing_odd():
    line("SKBR3-L", parent=line("SKBR3"))
    culture = growing("SKBR3-L", drugs=[drug()], at=now() - DAY)
    assert feed_warnings_for(again(culture), medium(drugs=[drug()]), now()) == []


def test_much_dmso_and_odd_bottles_are_said():
    def about(what: Medium) -> set[str]:
        return {warning.code for warning in feed_warnings_for(again(grown(days=1)), what, now())}

    assert "much_dmso" in about(medium(drugs=[drug(vehicle_pct="0.6")]))
    assert "lot_not_in_recipe" in about(medium(lots=[lot("RPMI")]))


def test_nothing_is_said_of_numbers_not_yet_typed():
    assert warnings_for([again(grown())], None, None, Plan(), now()) == []


def test_a_large_plan_takes_no_more_queries_than_a_small_one():
    culture, used = again(grown()), []
    for daughters in (1, 20):
        plan = Plan(daughters=[seeding(said=medium(drugs=[drug()]))] * daughters)
        with CaptureQueriesContext(connection) as queries:
            warnings_for([culture], counted(), Decimal(10), plan, now())
        used.append(len(queries))
    assert used[0] == used[1]


# --- pools -----------------------------------------------------------------------------------------------------------


def test_a_plain_pool_raises_no_eyebrow():
    line("SKBR3", reference_doubling_time=timedelta(hours=52))
    assert said([grown(), grown()], counted(12_000_000, dead=20_000), into=[seeding()]) == set()


def test_the_flasks_of_a_pool_are_expected_together():
    line("SKBR3", reference_doubling_time=timedelta(hours=52))
    assert "count_twice_off" in said([grown(), grown()], counted(5_000_000, dead=0))
    assert "count_twice_off" not in said(grown(), counted(5_000_000, dead=0))


def test_what_is_odd_about_one_flask_is_odd_about_its_pool():
    limit = line("SKBR3", passage_limit=3)
    assert limit.passage_limit == 3
    old = grown()
    Culture.objects.filter(pk=old.pk).update(passages_since_thaw=3)
    assert "passage_limit" in said([grown(), old], into=[seeding()])
    assert "short_stay" in said([grown(), growing(at=now() - HOUR)])
    low = counted(6_000_000, dead=150_000)
    assert "low_viability" in said([grown(), grown()], low)
    assert "low_viability" not in said([grown(), grown(arm="treated", drugs=[drug()])], low)


def test_a_large_pool_takes_no_more_queries_than_a_small_one():
    used = []
    for how_many in (2, 6):
        flasks = [again(grown()) for _ in range(how_many)]
        with CaptureQueriesContext(connection) as queries:
            warnings_for(flasks, counted(), Decimal(10), Plan(daughters=[seeding()]), now())
        used.append(len(queries))
    assert used[0] == used[1]
