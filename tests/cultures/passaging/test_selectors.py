from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cultures.compounds.models import Lot
from cultures.passaging.commands import CellCount
from cultures.passaging.models import Culture
from cultures.passaging.selectors import figures_of, growth_series, proposal_for, timeline
from cultures.passaging.services import correct_entry, undo_entry
from lims.clock import now
from tests.lab import (
    DAY,
    FRIDAY,
    HOUR,
    again,
    another_technician,
    count_of,
    counter,
    discarded,
    drug,
    fed,
    growing,
    harvest,
    line,
    line_of_passages,
    lot,
    manager,
    medium,
    moved,
    observed,
    pooled,
    seeding,
    shelf,
    split,
    stock,
    technician,
    trypsin,
)

pytestmark = pytest.mark.django_db


# --- what is proposed ------------------------------------------------------------------------------------------------


def test_the_daughters_of_last_time_are_proposed():
    founder = growing()
    big, _ = split(founder, [seeding("T75", cells=1_500_000), seeding("T25", cells=500_000)], volume_ml=12)
    proposal = proposal_for(again(big), big.seeded_at + 6 * DAY)
    assert [(one.vessel.name, one.cells) for one in proposal.daughters] == [("T75", 1_500_000), ("T25", 500_000)]
    assert proposal.volume_ml == 12
    assert proposal.source == "as on 05 Mar"


def test_a_sibling_of_another_arm_is_not_proposed():
    control = replace(seeding(), arm="vehicle", medium=medium(drugs=[drug(dose=0)]))
    kept, _ = split(growing(), ["T75", control])
    assert len(proposal_for(again(kept)).daughters) == 1


def test_cells_that_just_came_in_are_proposed_by_their_line():
    line("SKBR3", seeding_density_min_per_cm2=10_000, seeding_density_max_per_cm2=30_000)
    (daughter,) = proposal_for(again(growing("SKBR3", vessel="T75"))).daughters
    assert (daughter.vessel.name, daughter.cells) == ("T75", 1_500_000)


def test_the_latest_reading_that_waits_is_offered():
    culture = growing()
    at = FRIDAY + 6 * DAY
    count_of(culture, live=1, at=at - 2 * HOUR)
    latest = count_of(culture, at=at - HOUR, by=counter())
    assert proposal_for(again(culture), at).reading == latest
    assert proposal_for(again(culture), at + 2 * DAY).reading is None


def test_a_reading_that_was_used_or_undone_is_not_offered():
    culture = growing()
    at = FRIDAY + 6 * DAY
    undo_entry(kind="count", event_id=count_of(culture, at=at).pk, at=now(), by=technician())
    assert proposal_for(again(culture), at).reading is None
    used = count_of(culture, at=at)
    harvest(culture, count=used.pk, at=at)
    assert proposal_for(again(culture), at).reading is None


def test_the_bottle_in_use_is_proposed():
    culture = growing()
    lot("DMEM", "expired", expires_on=date(2026, 3, 1), opened_on=date(2026, 2, 25))
    lot("DMEM", "finished", opened_on=date(2026, 2, 25), finished_on=date(2026, 2, 26))
    lot("DMEM", "not opened", opened_on=None, expires_on=date(2026, 12, 1))
    newest = lot("DMEM", "newest", opened_on=date(2026, 2, 20))
    proposal = proposal_for(again(culture), FRIDAY + 6 * DAY)
    assert {one.product: one for one in proposal.lots if one.kind == Lot.Kind.MEDIUM} == {"DMEM": newest}


def test_without_an_open_bottle_the_one_that_expires_first_is_proposed():
    culture = growing()
    Lot.objects.filter(kind=Lot.Kind.MEDIUM).update(finished_on=date(2026, 3, 1))
    soon = lot("DMEM", "soon", opened_on=None, expires_on=date(2026, 12, 1))
    lot("DMEM", "later", opened_on=None, expires_on=date(2027, 12, 1))
    assert soon in proposal_for(again(culture), FRIDAY + 6 * DAY).lots


def test_the_drug_of_the_medium_is_proposed_with_the_stock_in_use():
    culture = growing(arm="treated", drugs=[drug(dose=50)])
    fed(culture, drugs=[drug(dose=100)])
    fresh = stock("lapatinib", "S-2", opened_on=date(2026, 3, 3))
    proposed = proposal_for(again(culture), FRIDAY + 6 * DAY).medium.drugs[0]
    assert (proposed.dose, proposed.unit, proposed.stock_id) == (100, "nM", fresh.pk)


def test_a_proposal_can_be_saved_as_it_stands():
    trypsin()
    culture = growing(arm="treated", drugs=[drug(dose=50)])
    assert fed(culture, medium=proposal_for(again(culture), FRIDAY + 3 * DAY).medium)


# --- the timeline ----------------------------------------------------------------------------------------------------


def busy() -> Culture:
    (culture,) = split(growing(arm="treated", drugs=[drug()]), at=FRIDAY + 6 * DAY)
    start = culture.seeded_at
    observed(culture, 55, at=start + DAY)
    fed(culture, drugs=[drug(dose=50)], at=start + 2 * DAY)
    moved(culture, shelf("shelf B"), at=start + 3 * DAY)
    count_of(culture, at=start + 4 * DAY, by=counter())
    harvest(culture, ("T75", "T25"), at=start + 6 * DAY)
    return again(culture)


def test_the_timeline_tells_everything_newest_first():
    kinds = [entry.kind for entry in timeline(busy())]
    assert kinds == ["harvest", "count", "count", "move", "feed", "observation", "seeding"]


def test_each_entry_speaks_in_words():
    told = {entry.kind: entry for entry in timeline(busy())}
    assert told["harvest"].headline == "Passaged into 2"
    assert told["feed"].headline == "Fed 15 mL"
    assert "lapatinib 50 nM, lot S-1" in told["feed"].facts
    assert told["observation"].headline == "Observed 55 %"
    assert told["move"].headline == "Moved to Incubator 1, shelf B"
    assert told["seeding"].headline == "Seeded 1.00×10⁶ in T75"
    assert [culture.passage_number for culture in told["harvest"].cultures] == [10, 10]
    assert told["seeding"].correct[0] == "harvest"


def test_an_arrival_and_a_discard_are_told():
    culture = growing(passage=8)
    discarded(culture, "contaminated")
    assert [entry.headline for entry in timeline(culture)] == [
        "Discarded: contaminated",
        "Received from the lab next door",
    ]


def test_a_corrected_entry_shows_what_it_was():
    culture = growing()
    old = observed(culture, 55)
    correct_entry(kind="observation", event_id=old.pk, changes={"confluence_pct": 45}, reason="wrong flask", at=now(),
                  by=manager())  # fmt: skip
    seen = timeline(culture)[0]
    assert (seen.headline, seen.event.reason) == ("Observed 45 %", "wrong flask")
    assert [before.headline for before in seen.superseded] == ["Observed 55 %"]


def test_a_corrected_passage_is_told_once():
    parent = growing()
    made = harvest(parent)
    correct_entry(kind="harvest", event_id=made.pk, changes={"volume_ml": Decimal(12)}, reason="pipette", at=now(),
                  by=manager())  # fmt: skip
    assert [entry.kind for entry in timeline(parent)] == ["harvest", "count", "receipt"]
    (daughter,) = Culture.objects.filter(passage_number=9)
    assert [entry.kind for entry in timeline(daughter)] == ["seeding"]
    assert timeline(parent)[0].superseded[0].facts[0] == "6.00×10⁶ viable cells in 10 mL"


def test_what_was_undone_is_not_told():
    culture = growing()
    undo_entry(kind="feed", event_id=fed(culture).pk, at=now(), by=technician())
    assert [entry.kind for entry in timeline(culture)] == ["receipt"]


def test_a_pool_is_told_with_its_other_flasks():
    one, other = growing(), growing()
    pooled([one, other])
    assert f"pooled with {other.code}" in timeline(one)[0].facts


def test_a_long_story_takes_no_more_queries_than_a_short_one():
    used = []
    for feeds in (1, 12):
        culture = growing()
        for number in range(feeds):
            fed(culture, drugs=[drug()], at=FRIDAY + (number + 1) * HOUR)
            observed(culture, at=FRIDAY + (number + 1) * HOUR)
        split(culture, ["T75"] * feeds, harvested=12_000_000)
        with CaptureQueriesContext(connection) as queries:
            timeline(again(culture))
        used.append(len(queries))
    assert used[0] == used[1]


# --- figures ---------------------------------------------------------------------------------------------------------


def test_the_figures_of_a_flask():
    line("SKBR3", reference_doubling_time=timedelta(hours=36), passage_interval=timedelta(days=7))
    founder = growing("SKBR3", seeded=1_000_000, pdl=20.0)
    made = harvest(founder, count=_counted(live=400_000, dead=100_000), volume_ml=20, at=FRIDAY + 6 * DAY)
    culture = again(made.daughters.get())
    observed(culture, 60)
    found = figures_of(culture, culture.seeded_at + 3 * DAY)
    assert found.days_in_flask == 3
    assert found.confluence.confluence_pct == 60
    assert found.viability_pct == 80
    assert found.is_below_viability_limit
    assert found.growth.pd == pytest.approx(3)
    assert found.growth.doubling_time_h == pytest.approx(48)
    assert found.doubling_time_vs_reference == pytest.approx(48 / 36)
    assert found.came_in.culture == founder
    assert found.passage_due_at == culture.seeded_at + 7 * DAY
    assert found.feed_due_at == culture.seeded_at + 3 * DAY
    assert found.density_per_cm2 == pytest.approx(1_000_000 / 75)


def _counted(live: int, dead: int) -> CellCount:
    return CellCount(live_per_ml=Decimal(live), dead_per_ml=Decimal(dead))


def test_a_culture_that_just_came_in_has_figures_too():
    found = figures_of(again(growing(seeded=None, pdl=None)))
    assert (found.growth, found.viability_pct, found.cpdl, found.density_per_cm2) == (None, None, None, None)


def test_growth_over_passages_is_told_oldest_first():
    chain = line_of_passages(growing(seeded=1_000_000, pdl=10.0), 3, harvested=4_000_000)
    points = growth_series(again(chain[-1]))
    assert [point.passage_number for point in points] == [8, 9, 10]
    assert [point.pd for point in points] == pytest.approx([2, 2, 2])
    assert [point.cpdl for point in points] == pytest.approx([12, 14, 16])
    assert points[0].doubling_time_h == pytest.approx(12)


def test_growth_that_was_a_loss_has_no_doubling_time():
    (daughter,) = split(growing(seeded=4_000_000), ["T25"], harvested=1_000_000)
    (point,) = growth_series(again(daughter))
    assert point.pd == pytest.approx(-2)
    assert point.doubling_time_h is None


def test_a_pool_grew_from_all_its_flasks():
    (joined,) = pooled([growing(seeded=1_000_000), growing(seeded=1_000_000)], harvested=8_000_000)
    (point,) = growth_series(again(joined))
    assert point.pd == pytest.approx(2)


def test_changes_of_dose_are_marked():
    founder = growing(arm="treated", drugs=[drug(dose=10)])
    fed(founder, drugs=[drug(dose=10)], at=FRIDAY + DAY)
    fed(founder, drugs=[drug(dose=20)], at=FRIDAY + 2 * DAY)
    (daughter,) = split(founder)
    (point,) = growth_series(again(daughter))
    assert [(mark.kind, mark.label) for mark in point.events] == [
        ("received", "received"),
        ("dose", "lapatinib 10 nM"),
        ("dose", "lapatinib 20 nM"),
    ]


@pytest.mark.parametrize("read", [proposal_for, figures_of, growth_series])
def test_a_long_line_takes_no_more_queries_than_a_short_one(read):
    used = []
    for generations in (2, 12):
        chain = line_of_passages(growing(arm="treated", drugs=[drug()]), generations)
        culture = again(chain[-1])
        with CaptureQueriesContext(connection) as queries:
            read(culture)
        used.append(len(queries))
    assert used[0] == used[1]


def test_the_person_of_an_entry_is_at_hand(django_assert_num_queries):
    culture = growing()
    fed(culture, by=another_technician())
    entries = timeline(again(culture))
    with django_assert_num_queries(0):
        assert [entry.event.by.initials for entry in entries] == ["JT", "AM"]
