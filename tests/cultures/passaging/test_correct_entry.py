from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from random import Random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cultures.passaging.errors import (
    BeforeItsSeeding,
    EntryBefore,
    InTheFuture,
    NotCorrectable,
    NotEnoughCells,
    NothingChanged,
    NumberOutOfRange,
    ReasonMissing,
)
from cultures.passaging.models import Culture, Event, Harvest, HarvestSource
from cultures.passaging.services import correct_entry, preview_correction, seed_culture
from cultures.science.growth import population_doublings
from lims.audit.models import Entry
from lims.clock import now
from tests.lab import (
    DAY,
    FRIDAY,
    HOUR,
    again,
    another_technician,
    count_of,
    discarded,
    drug,
    fed,
    growing,
    harvest,
    line_of_passages,
    lot,
    manager,
    moved,
    nothing_written,
    observed,
    pooled,
    recipe,
    seeding,
    shelf,
    split,
    technician,
)

pytestmark = pytest.mark.django_db


def corrected(event: Event, *, reason: str = "read from the wrong flask", **changes: object) -> Event:
    kind = type(event).__name__.lower()
    return correct_entry(kind=kind, event_id=event.pk, changes=changes, reason=reason, at=now(), by=manager())


# --- what a correction is ---------------------------------------------------------------------------------------------


def test_a_correction_is_a_new_row_that_names_its_reason():
    old = observed(growing(), 55)
    new = corrected(old, confluence_pct=45)
    old.refresh_from_db()
    assert (new.confluence_pct, new.reason, new.supersedes) == (45, "read from the wrong flask", old)
    assert (old.confluence_pct, old.withdrawn_by, old.withdrawn_reason) == (55, manager(), "read from the wrong flask")


def test_who_did_it_at_the_bench_stays_who_it_was():
    new = corrected(observed(growing(), by=another_technician()), confluence_pct=45)
    assert new.by == another_technician()
    assert not new.is_late


def test_the_ledger_names_the_corrector_and_the_reason():
    new = corrected(observed(growing()), confluence_pct=45)
    entry = Entry.objects.get(table="cultures_observation", record=str(new.pk))
    assert (entry.actor_label, entry.verb, entry.reason) == (
        "Lena Marek (LM)",
        "correct_entry",
        "read from the wrong flask",
    )


def test_a_correction_needs_a_reason():
    seen = observed(growing())
    with pytest.raises(ReasonMissing), nothing_written():
        corrected(seen, reason="  ", confluence_pct=45)


def test_a_correction_changes_something():
    seen = observed(growing(), 55)
    with pytest.raises(NothingChanged), nothing_written():
        corrected(seen, confluence_pct=55)


def test_a_row_that_was_corrected_is_not_corrected_again_but_its_successor_is():
    old = observed(growing(), 55)
    new = corrected(old, confluence_pct=45)
    with pytest.raises(NotCorrectable, match="Correct the one that stands"):
        corrected(old, confluence_pct=35)
    assert corrected(new, confluence_pct=35).confluence_pct == 35


def test_what_a_kind_does_not_have_cannot_be_corrected():
    with pytest.raises(NotCorrectable, match="culture_id cannot be corrected here"):
        corrected(observed(growing()), culture_id=5)


def test_a_corrected_number_keeps_within_the_limits():
    with pytest.raises(NumberOutOfRange):
        corrected(observed(growing()), confluence_pct=101)
    with pytest.raises(InTheFuture):
        corrected(observed(growing()), at=now() + DAY)


# --- receipts --------------------------------------------------------------------------------------------------------


def test_a_wrong_label_moves_all_descendants():
    founder = growing(passage=8, pdl=20.0)
    chain = line_of_passages(founder, 5)
    corrected(founder.receipts.get(), label_passage_number=18, label_pdl=50.0)
    assert [again(one).passage_number for one in chain] == [18, 19, 20, 21, 22, 23]
    assert again(chain[-1]).cpdl == pytest.approx(chain[-1].cpdl + 30)


def test_a_doubling_level_learned_late_makes_the_descendants_known():
    founder = growing(pdl=None)
    (daughter,) = split(founder, harvested=4_000_000)
    assert daughter.cpdl is None
    corrected(founder.receipts.get(), label_pdl=12.0)
    assert again(daughter).cpdl == pytest.approx(14.0)


def test_cells_miscounted_at_thaw_change_the_doublings():
    founder = growing(seeded=1_000_000, pdl=10.0)
    (daughter,) = split(founder, harvested=8_000_000)
    corrected(founder.receipts.get(), seeded_cells=2_000_000)
    assert again(founder).seeded_cells == 2_000_000
    assert again(daughter).cpdl == pytest.approx(12.0)


def test_an_arrival_can_have_been_earlier_but_not_after_what_followed():
    founder = growing(at=FRIDAY)
    fed(founder, at=FRIDAY + DAY)
    corrected(founder.receipts.get(), at=FRIDAY - DAY)
    assert again(founder).seeded_at == FRIDAY - DAY
    assert founder.feeds.get(at_seeding=True, withdrawn_at=None).at == FRIDAY - DAY
    with pytest.raises(EntryBefore):
        corrected(founder.receipts.get(withdrawn_at=None), at=FRIDAY + 2 * DAY)


# --- counts and harvests ---------------------------------------------------------------------------------------------


def test_a_corrected_count_takes_its_harvest_along():
    made = harvest(growing(seeded=1_000_000, pdl=10.0), harvested=4_000_000, volume_ml=10)
    (daughter,) = made.daughters
    corrected(made.used_count, live_per_ml=Decimal(800_000))
    standing = Harvest.objects.standing().get()
    assert standing.viable_cells == 8_000_000
    assert standing.supersedes == made
    assert standing.allocations.get(kind="discarded", withdrawn_at=None).cells == 7_000_000
    assert again(daughter).cpdl == pytest.approx(13.0)
    assert list(standing.daughters) == [daughter]
    assert list(HarvestSource.objects.filter(withdrawn_at=None).values_list("harvest_id", flat=True)) == [standing.pk]


def test_the_superseded_harvest_keeps_what_it_was():
    made = harvest(growing(), ("T75", "T25"), harvested=4_000_000)
    corrected(made, volume_ml=Decimal(20))
    assert [one.cells for one in made.allocations.order_by("pk")] == [1_000_000, 1_000_000, 2_000_000]
    assert all(one.withdrawn_at for one in made.allocations.all())


def test_a_count_corrected_below_what_was_seeded_is_refused():
    made = harvest(growing(), harvested=4_000_000)
    with pytest.raises(NotEnoughCells), nothing_written():
        corrected(made.used_count, live_per_ml=Decimal(50_000))


def test_a_dilution_that_was_forgotten_rescales_what_was_read():
    count = count_of(growing(), live=300_000, dead=10_000)
    new = corrected(count, dilution=Decimal(2))
    assert (new.live_per_ml, new.dead_per_ml) == (600_000, 20_000)


def test_dead_cells_alone_change_no_descendant():
    made = harvest(growing(), harvested=4_000_000)
    used = corrected(made.used_count, dead_per_ml=Decimal(30_000))
    assert Harvest.objects.standing().get().used_count == used


def test_the_cells_of_a_daughter_change_its_next_doublings():
    founder = growing(seeded=1_000_000, pdl=0.0)
    made = harvest(founder, ("T75",), harvested=4_000_000)
    (daughter,) = made.daughters
    (granddaughter,) = split(daughter, harvested=4_000_000)
    corrected(made, daughter_cells={daughter.pk: 2_000_000})
    assert again(daughter).seeded_cells == 2_000_000
    assert again(granddaughter).cpdl == pytest.approx(3.0)  # two, and one instead of two


def test_only_daughters_of_this_harvest_are_corrected_in_it():
    stranger = growing()
    with pytest.raises(NotCorrectable):
        corrected(harvest(growing()), daughter_cells={stranger.pk: 5})


def test_another_count_can_be_the_one_that_was_used():
    parent = growing()
    better = count_of(parent, live=700_000, at=FRIDAY + 6 * DAY)
    made = harvest(parent, harvested=6_000_000)
    assert corrected(made, used_count_id=better.pk).viable_cells == 7_000_000


def test_a_passage_can_have_been_earlier():
    parent = growing(at=FRIDAY)
    made = harvest(parent, at=FRIDAY + 6 * DAY)
    (daughter,) = made.daughters
    corrected(made, at=FRIDAY + 5 * DAY)
    assert again(parent).ended_at == again(daughter).seeded_at == FRIDAY + 5 * DAY
    assert daughter.feeds.get(withdrawn_at=None).at == FRIDAY + 5 * DAY


def test_a_passage_was_not_before_its_seeding_nor_after_its_daughters_lives():
    made = harvest(growing(at=FRIDAY), at=FRIDAY + 6 * DAY)
    fed(made.daughters.get(), at=FRIDAY + 7 * DAY)
    with pytest.raises(BeforeItsSeeding):
        corrected(made, at=FRIDAY - HOUR)
    with pytest.raises(EntryBefore):
        corrected(made, at=FRIDAY + 8 * DAY)


def test_a_daughter_seeded_later_keeps_its_time():
    made = harvest(growing(), discard_rest=False, at=FRIDAY + 6 * DAY)
    later = seed_culture(harvest_id=made.pk, seeding=seeding(), at=made.at + HOUR, by=technician())
    corrected(made, at=FRIDAY + 5 * DAY)
    assert again(later).seeded_at == FRIDAY + 6 * DAY + HOUR


# --- the other kinds -------------------------------------------------------------------------------------------------


def test_a_feed_can_have_held_another_drug():
    culture = growing(arm="treated", drugs=[drug(dose=10)])
    old = fed(culture, drugs=[drug(dose=100)])
    new = corrected(old, drugs=[drug(dose=200)])
    assert new.drugs.get().dose == 200
    assert {one.lot_id for one in new.lots.all()} == {one.lot_id for one in old.lots.all()}


def test_another_bottle_was_used():
    old, bottle = fed(growing()), lot("DMEM", "7")
    assert corrected(old, lot_ids=[bottle.pk]).lots.get().lot == bottle


def test_the_medium_of_a_seeding_is_corrected_but_not_its_time():
    culture = growing()
    feed = culture.feeds.get()
    other = recipe("McCoy 5A + 10 % FBS")
    with pytest.raises(NotCorrectable, match="that of its harvest or receipt"):
        corrected(feed, at=FRIDAY + HOUR)
    corrected(feed, recipe_id=other.pk, lot_ids=[])
    assert again(culture).medium == other


def test_a_move_went_elsewhere():
    culture = growing(where=shelf("shelf A"))
    first = moved(culture, shelf("shelf B"), at=FRIDAY + DAY)
    last = moved(culture, shelf("shelf C"), at=FRIDAY + 2 * DAY)
    corrected(first, to_place_id=shelf("shelf D").pk)
    last.refresh_from_db()
    assert last.from_place == shelf("shelf D")
    assert again(culture).place == shelf("shelf C")


def test_a_discard_had_another_reason_and_day():
    culture = growing()
    corrected(discarded(culture), why="lost", at=FRIDAY + 5 * DAY)
    assert (again(culture).fate, again(culture).ended_at) == ("lost", FRIDAY + 5 * DAY)


# --- looking before leaping -------------------------------------------------------------------------------------------


def test_the_preview_lists_what_would_change_and_changes_nothing():
    founder = growing(passage=8, pdl=None)
    (daughter,) = split(founder)
    receipt = founder.receipts.get()
    with nothing_written():
        changes = preview_correction(kind="receipt", event_id=receipt.pk, changes={"label_passage_number": 18})
    assert [(one.culture_code, one.what, one.old, one.new) for one in changes] == [
        (founder.code, "passage number", "8", "18"),
        (daughter.code, "passage number", "9", "19"),
    ]
    assert again(daughter).passage_number == 9


def test_the_preview_refuses_what_the_correction_would():
    made = harvest(growing(), harvested=4_000_000)
    with pytest.raises(NotEnoughCells), nothing_written():
        preview_correction(kind="count", event_id=made.used_count_id, changes={"live_per_ml": Decimal(1)})


# --- folding ---------------------------------------------------------------------------------------------------------


def test_corrections_in_any_order_end_in_the_same_state():
    def story(order: list[int]) -> list[tuple]:
        founder = growing(passage=5, pdl=10.0)
        one, other = split(founder, ("T75", "T75"), harvested=4_000_000)
        (joined,) = pooled([one, other], harvested=8_000_000)
        (last,) = split(joined, harvested=3_000_000)
        acts = [
            lambda: corrected(founder.receipts.get(), label_passage_number=15),
            lambda: corrected(_count_before(one), live_per_ml=Decimal(900_000)),
            lambda: corrected(_count_before(last), live_per_ml=Decimal(500_000)),
        ]
        for number in order:
            acts[number]()
        return [_state(culture) for culture in (founder, one, other, joined, last)]

    orders = [[0, 1, 2], [2, 1, 0], [1, 0, 2], [2, 0, 1]]
    stories = [story(order) for order in orders]
    assert all(told == stories[0] for told in stories)


def _count_before(culture: Culture) -> Event:
    return Harvest.objects.standing().get(allocations__daughter=culture, allocations__withdrawn_at=None).used_count


def _state(culture: Culture) -> tuple:
    now_ = again(culture)
    return (now_.passage_number, now_.passages_since_thaw, round(now_.cpdl, 9), round(now_.cpdl_net, 9))


def test_a_correction_costs_as_many_queries_for_five_descendants_as_for_fifty():
    used = []
    manager()
    for generations in (5, 50):
        founder = growing()
        line_of_passages(founder, generations)
        receipt = founder.receipts.get()
        with CaptureQueriesContext(connection) as queries:
            corrected(receipt, label_passage_number=30)
        used.append(len(queries))
    assert used[0] == used[1]


def test_random_corrections_leave_no_row_that_disagrees_with_its_parents():
    chance = Random(4)
    founder = growing(pdl=5.0, at=FRIDAY - timedelta(days=40))
    chain = line_of_passages(founder, 12)
    for _ in range(6):
        culture = chance.choice(chain[1:])
        count = _count_before(culture)
        corrected(count, live_per_ml=Decimal(chance.randrange(110_000, 3_000_000)))
    levels = [again(one) for one in chain]
    for parent, daughter in pairwise(levels):
        made = Harvest.objects.standing().get(allocations__daughter=daughter, allocations__withdrawn_at=None)
        assert daughter.passage_number == parent.passage_number + 1
        gained = population_doublings(made.viable_cells, parent.seeded_cells)
        assert daughter.cpdl == pytest.approx(parent.cpdl + max(gained, 0))
        assert daughter.cpdl_net == pytest.approx(parent.cpdl_net + gained)
