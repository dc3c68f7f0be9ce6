from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cultures.passaging import services
from cultures.passaging.commands import Plan, Portion
from cultures.passaging.errors import (
    BeforeItsLastEntry,
    BeforeItsSeeding,
    CountAlreadyUsed,
    CountNotStanding,
    CountOfAnotherCulture,
    CultureNotGrowing,
    DestinationUnknown,
    InTheFuture,
    LongAgo,
    NoSuchCulture,
    NotASubline,
    NotEnoughCells,
    NothingLeft,
    NotThere,
    NumberOutOfRange,
    PlaceKeepsNoCultures,
    PlaceRetired,
    SeedingSaidTwice,
    SeedingWithoutCells,
    VesselRetired,
)
from cultures.passaging.models import Culture
from lims.clock import now
from lims.tabular.numbers import NotANumber
from tests.lab import (
    DAY,
    FRIDAY,
    HOUR,
    again,
    another_technician,
    count_of,
    counted,
    drug,
    fed,
    growing,
    harvest,
    hood,
    line,
    lot,
    medium,
    nothing_written,
    observed,
    seeding,
    shelf,
    split,
    technician,
    trypsin,
    vessel,
)

pytestmark = pytest.mark.django_db


def test_daughters_are_one_passage_on_from_their_parent():
    parent = growing("SKBR3", passage=8)
    t75, t25 = split(parent, into=("T75", "T25"))
    assert t75.passage_number == t25.passage_number == 9
    assert t75.passages_since_thaw == 1
    assert list(t75.parents) == [parent]
    assert (t75.vessel.name, t25.vessel.name) == ("T75", "T25")


def test_the_parent_ends_when_it_is_passaged():
    parent = growing()
    split(parent, at=FRIDAY + 5 * DAY)
    assert again(parent).fate == Culture.Fate.PASSAGED
    assert again(parent).ended_at == FRIDAY + 5 * DAY


def test_daughters_keep_line_arm_place_and_keeper_of_their_parent():
    parent = growing("BT474", arm="treated", drugs=[drug()], keeper="JT", where=shelf("shelf B"))
    (daughter,) = split(parent)
    assert (daughter.line, daughter.arm, daughter.place, daughter.keeper) == (
        parent.line,
        "treated",
        shelf("shelf B"),
        another_technician(),
    )


def test_a_daughter_can_begin_a_subline():
    parent = growing("SKBR3")
    subline = line("SKBR3-L", parent=line("SKBR3"))
    (daughter,) = split(parent, [replace(seeding(), line_id=subline.pk)])
    assert daughter.line == subline


def test_a_daughter_of_an_unrelated_line_is_refused():
    parent, unrelated = growing("SKBR3"), replace(seeding(), line_id=line("BT474").pk)
    with pytest.raises(NotASubline), nothing_written():
        split(parent, [unrelated])


def test_a_culture_is_passaged_only_once():
    parent = growing("SKBR3")
    split(parent)
    with pytest.raises(CultureNotGrowing, match=r"\(SKBR3 p8, T75\) was passaged on 05 Mar 2026 by AM\.") as refusal:
        split(parent)
    assert refusal.value.ways[0][1] == Culture.objects.get(passage_number=9).get_absolute_url()


def test_seeding_more_cells_than_were_harvested_changes_nothing():
    parent = growing("SKBR3")
    with pytest.raises(NotEnoughCells, match=r"1\.00×10⁶ viable cells, and there are 6\.00×10⁵"), nothing_written():
        split(parent, harvested=600_000)


def test_every_harvested_cell_can_be_seeded():
    t75 = seeding("T75", cells=3_000_000)
    made = harvest(growing(), [t75, t75], harvested=6_000_000)
    assert made.allocations.get(kind="discarded").cells == 0


# --- growth ----------------------------------------------------------------------------------------------------------


def test_doublings_are_counted_from_seeding_to_harvest():
    (daughter,) = split(growing(seeded=1_000_000, pdl=20.0), harvested=8_000_000)
    assert daughter.cpdl == pytest.approx(23.0)
    assert daughter.cpdl_net == pytest.approx(23.0)


def test_a_loss_lowers_the_net_doublings_alone():
    (daughter,) = split(growing(seeded=4_000_000, pdl=20.0), ["T25"], harvested=1_000_000)
    assert daughter.cpdl == pytest.approx(20.0)
    assert daughter.cpdl_net == pytest.approx(18.0)


def test_doublings_nobody_counted_stay_unknown():
    (daughter,) = split(growing(seeded=1_000_000, pdl=None))
    assert daughter.cpdl is None


def test_an_uncounted_seeding_carries_the_doublings_on():
    (daughter,) = split(growing(seeded=None, pdl=20.0))
    assert daughter.cpdl == 20.0


# --- how cells are said -----------------------------------------------------------------------------------------------


def test_cells_by_density_and_by_ratio():
    parent = growing(vessel="T75")
    dense, quarter = split(
        parent, [seeding("T25", density_per_cm2=Decimal(20_000)), seeding("T25", split_ratio=Decimal(4))]
    )
    assert dense.seeded_cells == 500_000
    assert quarter.seeded_cells == 500_000  # a quarter of six million, for a third of the area


def test_a_ratio_is_kept_as_a_label():
    made = harvest(growing(), [seeding("T75", split_ratio=Decimal(4))] * 4)
    assert made.reference_ratio == "1:4"
    assert [daughter.seeded_cells for daughter in made.daughters] == [1_500_000] * 4


@pytest.mark.parametrize("amount", [{}, {"cells": 5, "split_ratio": Decimal(2)}])
def test_cells_are_said_in_exactly_one_way(amount: dict):
    with pytest.raises(SeedingSaidTwice):
        split(growing(), [replace(seeding(), **{"cells": None, **amount})])


def test_a_vessel_without_cells_is_refused():
    with pytest.raises(SeedingWithoutCells):
        split(growing(), [seeding("T75", cells=0)])


# --- the suspension ---------------------------------------------------------------------------------------------------


def test_what_is_left_over_is_discarded_in_so_many_words():
    made = harvest(growing(), ("T75", "T25"), harvested=6_000_000, volume_ml=10)
    rest = made.allocations.get(kind="discarded")
    assert rest.cells == 4_000_000
    assert rest.volume_ml == pytest.approx(Decimal("6.667"), abs=Decimal("0.001"))


def test_volumes_follow_from_the_count():
    made = harvest(growing(), ("T75",), harvested=6_000_000, volume_ml=10)
    assert made.allocations.get(kind="daughter").volume_ml == Decimal("1.667")


def test_the_rest_can_stay_in_hand_and_be_seeded_later():
    parent = growing()
    made = harvest(parent, ("T75",), discard_rest=False)
    later = services.seed_culture(harvest_id=made.pk, seeding=seeding("T25"), at=made.at + HOUR, by=technician())
    assert (later.passage_number, later.seeded_at) == (9, made.at + HOUR)
    assert list(later.parents) == [parent]
    rest = services.discard_rest(harvest_id=made.pk, at=made.at + HOUR, by=technician())
    assert rest.cells == 4_000_000


def test_what_was_discarded_cannot_be_seeded():
    made = harvest(growing())
    with pytest.raises(NothingLeft):
        services.seed_culture(harvest_id=made.pk, seeding=seeding(), at=made.at, by=technician())


def test_later_daughters_take_no_more_than_is_left():
    made = harvest(growing(), ("T75",), discard_rest=False, harvested=1_500_000)
    with pytest.raises(NotEnoughCells, match=r"there are 5\.00×10⁵"):
        services.seed_culture(harvest_id=made.pk, seeding=seeding(), at=made.at, by=technician())


def test_a_harvest_without_daughters_uses_the_culture_up():
    parent = growing()
    made = harvest(parent, ())
    assert again(parent).fate == Culture.Fate.USED_UP
    assert made.allocations.get().cells == 6_000_000


def test_a_daughter_seeded_later_makes_it_a_passage_after_all():
    parent = growing()
    made = harvest(parent, (), discard_rest=False)
    services.seed_culture(harvest_id=made.pk, seeding=seeding(), at=made.at, by=technician())
    assert again(parent).fate == Culture.Fate.PASSAGED


def test_a_dead_flask_is_harvested_for_the_record():
    made = harvest(growing(), (), harvested=0)
    assert made.viable_cells == 0


def test_cells_go_only_to_destinations_that_are_known():
    parent, vials = growing(), Portion(kind="no-such-kind", cells=5, volume_ml=Decimal(1))
    with pytest.raises(DestinationUnknown), nothing_written():
        harvest(parent, (), portions=[vials])


# --- the count -------------------------------------------------------------------------------------------------------


def test_a_posted_count_is_used_and_not_written_again():
    parent = growing()
    reading = count_of(parent, live=600_000)
    made = harvest(parent, count=reading.pk, volume_ml=10)
    assert made.used_count == reading
    assert made.viable_cells == 6_000_000
    assert parent.counts.count() == 1


def test_a_dilution_is_applied_once():
    made = harvest(growing(), count=counted(3_000_000, dilution=Decimal(2)))
    assert made.viable_cells == 6_000_000
    assert made.used_count.live_per_ml == 600_000


def test_the_count_of_another_flask_is_refused():
    other = count_of(growing("BT474"))
    with pytest.raises(CountOfAnotherCulture):
        harvest(growing("SKBR3"), count=other.pk)


def test_a_count_serves_one_harvest():
    one, other = growing(), growing()
    reading = count_of(one)
    services.pool_cultures(
        culture_ids=[one.pk, other.pk], count=reading.pk, volume_ml=Decimal(10), plan=Plan(), at=FRIDAY + 6 * DAY,
        by=technician(),
    )  # fmt: skip
    third = growing()
    with pytest.raises((CountAlreadyUsed, CountOfAnotherCulture)):
        harvest(third, count=reading.pk)


def test_an_undone_count_is_refused():
    parent = growing()
    reading = count_of(parent)
    services.undo_entry(kind="count", event_id=reading.pk, at=now(), by=technician())
    with pytest.raises(CountNotStanding):
        harvest(parent, count=reading.pk)


# --- time ------------------------------------------------------------------------------------------------------------


def test_a_passage_before_the_seeding_is_refused():
    parent = growing(at=FRIDAY)
    with pytest.raises(BeforeItsSeeding, match="was seeded on 27 Feb 2026 09:00"), nothing_written():
        split(parent, at=FRIDAY - HOUR)


def test_a_passage_in_the_future_is_refused():
    parent = growing()
    with pytest.raises(InTheFuture), nothing_written():
        split(parent, at=now() + timedelta(minutes=6))


def test_a_bench_clock_may_run_a_little_ahead():
    assert split(growing(), at=now() + timedelta(minutes=4))


def test_a_passage_before_another_entry_is_refused():
    parent = growing()
    fed(parent, at=FRIDAY + 3 * DAY)
    with pytest.raises(BeforeItsLastEntry, match="has a medium change of 02 Mar 2026 09:00"):
        split(parent, at=FRIDAY + 2 * DAY)


def test_what_is_entered_the_next_day_is_kept_and_marked_late():
    assert harvest(growing(), at=FRIDAY + 6 * DAY).is_late
    assert not harvest(growing(at=now() - 6 * DAY), at=now()).is_late


def test_a_date_of_the_year_one_is_refused_in_words():
    parent = growing()
    with pytest.raises(LongAgo):
        split(parent, at=datetime(1, 1, 1, tzinfo=UTC))


# --- vessels, places, people -----------------------------------------------------------------------------------------


def test_a_retired_vessel_is_not_seeded():
    vessel("T25").__class__.objects.filter(pk=vessel("T25").pk).update(retired_at=FRIDAY)
    with pytest.raises(VesselRetired):
        split(growing(), ["T25"])


def test_cultures_stand_in_incubators():
    with pytest.raises(PlaceKeepsNoCultures, match="Hood 2 is a hood"):
        split(growing(), [replace(seeding(), place_id=hood().pk)])


def test_a_retired_place_takes_no_daughters():
    gone = shelf("shelf Z")
    type(gone).objects.filter(pk=gone.pk).update(retired_at=FRIDAY)
    with pytest.raises(PlaceRetired):
        split(growing(), [replace(seeding(), place_id=gone.pk)])


def test_ids_that_name_nothing_are_refused_in_words():
    parent = growing()
    for bad in (
        replace(seeding(), vessel_id=999_999),
        replace(seeding(), place_id=999_999),
        replace(seeding(), keeper_id=999_999),
        replace(seeding(), medium=replace(medium(), recipe_id=999_999)),
        replace(seeding(), medium=replace(medium(), lot_ids=[999_999])),
    ):
        with pytest.raises(NotThere), nothing_written():
            split(parent, [bad])
    with pytest.raises(NoSuchCulture):
        split(Culture(pk=999_999, seeded_at=FRIDAY))


# --- numbers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", ["NaN", "sNaN", "Infinity", "-Infinity"])
@pytest.mark.parametrize("place", ["live", "dead", "volume", "cells", "density", "ratio", "medium"])
def test_what_is_no_number_is_refused_everywhere(number: str, place: str):
    bad, parent = Decimal(number), growing()
    options: dict = {"count": counted(6_000_000), "volume_ml": Decimal(10)}
    into = seeding()
    match place:
        case "live":
            options["count"] = replace(options["count"], live_per_ml=bad)
        case "dead":
            options["count"] = replace(options["count"], dead_per_ml=bad)
        case "volume":
            options["volume_ml"] = bad
        case "medium":
            into = replace(into, medium=replace(medium(), volume_ml=bad))
        case _:
            name = {"cells": "cells", "density": "density_per_cm2", "ratio": "split_ratio"}[place]
            into = replace(into, **{"cells": None, name: bad})
    with pytest.raises((NotANumber, NumberOutOfRange)), nothing_written():
        services.passage_culture(
            culture_id=parent.pk, plan=Plan(daughters=[into]), at=FRIDAY + DAY, by=technician(), **options
        )


@pytest.mark.parametrize(
    ("live", "dead", "dilution", "volume"),
    [(-1, 0, 1, 10), (1, -1, 1, 10), (1, 0, 0, 10), (1, 0, -2, 10), (1, 0, 1, 0), (1, 0, 1, -5), (10**14, 0, 1, 1),
     (10**12, 0, 10_000, 1), (1, 0, 1, "1e9"), (1, 0, 1, "0.001"), ("1e400", 0, 1, 1)],
)  # fmt: skip
def test_numbers_outside_the_bench_are_refused(live, dead, dilution, volume):
    parent = growing()
    count = replace(counted(), live_per_ml=Decimal(live), dead_per_ml=Decimal(dead), dilution=Decimal(dilution))
    with pytest.raises(NumberOutOfRange), nothing_written():
        harvest(parent, (), count=count, volume_ml=Decimal(volume))


# --- what else is on record ------------------------------------------------------------------------------------------


def test_each_daughter_starts_with_its_medium():
    treated = replace(seeding(), arm="treated", medium=medium(drugs=[drug(dose=100)]))
    control = replace(seeding(), arm="vehicle", medium=medium(drugs=[drug(dose=0)]))
    one, other = split(growing(), [treated, control])
    assert one.feeds.get(at_seeding=True).drugs.get().dose_canonical == 100
    assert other.feeds.get(at_seeding=True).drugs.get().dose == 0
    assert one.feeds.get().lots.count() == 2


def test_the_dissociation_agent_is_kept_with_the_harvest():
    made = harvest(growing(), dissociation_lot_ids=[trypsin().pk])
    assert made.lots.get().lot == trypsin()


def test_an_unopened_bottle_is_opened_by_its_first_use():
    bottle = lot("DMEM", "2", opened_on=None)
    split(growing(), [seeding(said=medium(lots=[bottle]))], at=FRIDAY + 6 * DAY)
    bottle.refresh_from_db()
    assert f"{bottle.opened_on}" == "2026-03-05"


def test_entries_belong_to_the_bench_session_they_were_made_in():
    held = services.start_bench_session(hood_id=hood().pk, at=FRIDAY + 6 * DAY - HOUR, by=technician())
    assert harvest(growing(), at=FRIDAY + 6 * DAY).session == held
    assert harvest(growing(), at=FRIDAY + 6 * DAY, by=another_technician()).session is None


def test_an_observation_does_not_stop_a_passage():
    parent = growing()
    observed(parent, at=FRIDAY + 6 * DAY - HOUR)
    assert split(parent)


def test_a_passage_costs_as_many_queries_for_one_daughter_as_for_twenty():
    used = []
    for daughters in (1, 20):
        parent = growing()
        into = [replace(seeding(said=medium(drugs=[drug()])), cells=10_000) for _ in range(daughters)]
        with CaptureQueriesContext(connection) as queries:
            split(parent, into)
        used.append(len(queries))
    assert used[0] == used[1]
    assert used[0] <= 40
