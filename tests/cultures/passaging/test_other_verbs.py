"""Counting, feeding, observing, moving, discarding, and bench sessions."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from cultures.compounds.errors import LotExpired
from cultures.passaging import services
from cultures.passaging.errors import (
    AlreadyThere,
    BeforeItsSeeding,
    CompoundRetired,
    CultureNotGrowing,
    DoseUnitUnknown,
    DoseWithoutMolarMass,
    DoseWithoutStock,
    DrugNamedTwice,
    LotFinished,
    LotNotReceived,
    LotOfWrongKind,
    MethodUnknown,
    NoOpenSession,
    NotAChoice,
    NotAHood,
    NothingObserved,
    NumberOutOfRange,
    RecipeRetired,
    SessionEndsBeforeItsStart,
    StockIsOfAnotherDrug,
    TreatedWithoutDrug,
    VehicleArmHasADose,
    VehicleMismatch,
)
from lims.rules import RefusedByTheDatabase
from lims.tabular.text import BadText
from tests.lab import (
    DAY,
    FRIDAY,
    HOUR,
    again,
    compound,
    count_of,
    counter,
    discarded,
    drug,
    fed,
    growing,
    harvest,
    hood,
    lot,
    medium,
    moved,
    nothing_written,
    observed,
    recipe,
    shelf,
    split,
    stock,
    technician,
    trypsin,
)

pytestmark = pytest.mark.django_db


# --- counting --------------------------------------------------------------------------------------------------------


def test_the_dilution_is_applied_when_a_person_counts():
    count = count_of(growing(), live=300_000, dead=10_000, dilution=Decimal(2))
    assert (count.live_per_ml, count.dead_per_ml) == (600_000, 20_000)


def test_viability_is_computed_from_what_was_counted():
    assert count_of(growing(), live=94, dead=6).viability_pct == 94.0
    assert count_of(growing(), dead=None).viability_pct is None


def test_an_instrument_counts_under_its_own_name():
    count = count_of(growing(), by=counter("Vi-CELL 1"), method="automated", source="instrument")
    assert (count.by, count.instrument) == (None, counter("Vi-CELL 1"))


def test_two_counts_of_one_passage_are_both_kept():
    parent = growing()
    first, second = count_of(parent, at=FRIDAY + 6 * DAY), count_of(parent, live=700_000, at=FRIDAY + 6 * DAY)
    made = harvest(parent, count=second.pk)
    assert made.used_count == second
    assert set(parent.counts.all()) == {first, second}


def test_a_reading_posted_just_after_the_passage_is_kept():
    parent = growing()
    split(parent, at=FRIDAY + 6 * DAY)
    assert count_of(parent, at=FRIDAY + 6 * DAY + timedelta(minutes=20))
    with pytest.raises(CultureNotGrowing):
        count_of(parent, at=FRIDAY + 6 * DAY + 2 * HOUR)


def test_an_unknown_way_of_counting_is_refused():
    with pytest.raises(MethodUnknown):
        count_of(growing(), method="by eye")


# --- feeding ---------------------------------------------------------------------------------------------------------


def test_a_feed_says_what_is_in_the_flask():
    feed = fed(growing(arm="treated", drugs=[drug()]), drugs=[drug("lapatinib", "0.5", "µM")])
    dose = feed.drugs.get()
    assert (dose.dose, dose.dose_unit, dose.dose_canonical) == (Decimal("0.5"), "µM", 500)
    assert {one.lot.product for one in feed.lots.all()} == {"DMEM", "FBS"}


def test_a_feed_costs_few_queries(django_assert_max_num_queries):
    culture, what = growing(), medium(drugs=[drug()])
    technician()
    with django_assert_max_num_queries(15):
        fed(culture, medium=what)


def test_the_recipe_of_a_culture_is_that_of_its_newest_feed():
    culture, new = growing(), recipe("McCoy 5A + 10 % FBS")
    fed(culture, at=FRIDAY + 3 * DAY, medium=replace(medium(lots=[]), recipe_id=new.pk))
    fed(culture, at=FRIDAY + 2 * DAY)  # entered late
    assert again(culture).medium == new


def test_a_late_entry_of_an_ended_culture_is_kept():
    parent = growing()
    split(parent, at=FRIDAY + 6 * DAY)
    assert fed(parent, at=FRIDAY + 3 * DAY).is_late


def test_a_culture_is_not_fed_after_its_end():
    parent = growing()
    split(parent, at=FRIDAY + 6 * DAY)
    with pytest.raises(CultureNotGrowing), nothing_written():
        fed(parent, at=FRIDAY + 7 * DAY, medium=medium())


def test_a_culture_is_not_fed_before_its_seeding():
    with pytest.raises(BeforeItsSeeding):
        fed(growing(), at=FRIDAY - HOUR)


def test_a_lot_is_good_through_its_last_day():
    culture, bottle = growing(), lot("DMEM", "old", expires_on=date(2026, 3, 2))
    assert fed(culture, at=FRIDAY + 3 * DAY, medium=medium(lots=[bottle]))
    with pytest.raises(LotExpired, match=r"DMEM, lot old \(L-\w+\) expired on 2 Mar 2026"):
        fed(culture, at=FRIDAY + 4 * DAY, medium=medium(lots=[bottle]))


def test_a_finished_lot_and_one_that_had_not_come_are_refused():
    culture = growing()
    empty = lot("DMEM", "empty", finished_on=date(2026, 2, 20))
    new = lot("DMEM", "new", received_on=date(2026, 6, 1), opened_on=None)
    with pytest.raises(LotFinished):
        fed(culture, medium=medium(lots=[empty]))
    with pytest.raises(LotNotReceived):
        fed(culture, medium=medium(lots=[new]))


def test_trypsin_does_not_belong_in_the_medium():
    with pytest.raises(LotOfWrongKind, match="is a dissociation agent"):
        fed(growing(), medium=medium(lots=[trypsin()]))
    with pytest.raises(LotOfWrongKind):
        harvest(growing(), dissociation_lot_ids=[lot("DMEM").pk])


def test_a_retired_recipe_is_not_used():
    culture, old = growing(), recipe("Leibovitz")
    type(old).objects.filter(pk=old.pk).update(retired_at=FRIDAY)
    with pytest.raises(RecipeRetired):
        fed(culture, medium=replace(medium(lots=[]), recipe_id=old.pk))


def test_an_earlier_use_opens_a_bottle_earlier():
    culture, bottle = growing(), lot("DMEM", "late", opened_on=date(2026, 5, 1))
    fed(culture, at=FRIDAY + 3 * DAY, medium=medium(lots=[bottle]))
    bottle.refresh_from_db()
    assert bottle.opened_on == date(2026, 3, 2)


@pytest.mark.parametrize("unit", ["", "M", "%", "ng", "µg"])
def test_a_dose_without_a_known_unit_is_refused(unit: str):
    with pytest.raises(DoseUnitUnknown):
        fed(growing(), drugs=[replace(drug(), unit=unit)])


def test_mass_of_a_small_molecule_needs_its_molar_mass():
    with pytest.raises(DoseWithoutMolarMass):
        fed(growing(), drugs=[drug("refametinib", 1, "µg/mL")])
    feed = fed(growing(), drugs=[drug("lapatinib", "0.58106", "ug/mL")])
    assert feed.drugs.get().dose_canonical == 1000


def test_a_dose_names_its_stock_and_of_the_right_drug():
    with pytest.raises(DoseWithoutStock):
        fed(growing(), drugs=[replace(drug(), stock_id=None)])
    with pytest.raises(StockIsOfAnotherDrug):
        fed(growing(), drugs=[replace(drug(), stock_id=stock("trastuzumab").pk)])
    with pytest.raises(LotOfWrongKind):
        fed(growing(), drugs=[replace(drug(), stock_id=lot("DMEM").pk)])


def test_an_antibody_in_dmso_is_refused():
    bad = stock("trastuzumab", "S-9", vehicle="DMSO (anhydrous)")
    with pytest.raises(VehicleMismatch, match="Use a stock in water for injection"):
        fed(growing(), drugs=[replace(drug("trastuzumab", 10), stock_id=bad.pk)])


def test_a_vehicle_control_gets_no_drug():
    control = growing(arm="vehicle", drugs=[drug(dose=0)])
    with pytest.raises(VehicleArmHasADose):
        fed(control, drugs=[drug(dose=10)])
    assert fed(control, drugs=[drug(dose=0)]).drugs.get().vehicle_pct == Decimal("0.1")


def test_a_drug_is_named_once():
    with pytest.raises(DrugNamedTwice):
        fed(growing(), drugs=[drug(), drug(dose=200)])


def test_a_retired_compound_is_not_given():
    what = drug()
    type(compound()).objects.filter(pk=compound().pk).update(retired_at=FRIDAY)
    with pytest.raises(CompoundRetired):
        fed(growing(), drugs=[what])


@pytest.mark.parametrize(
    "wrong",
    [{"dose": Decimal(-1)}, {"dose": Decimal("1e6")}, {"dose": Decimal("0.0000001")}, {"vehicle_pct": Decimal(101)},
     {"dose": Decimal("999999"), "unit": "mM"}],
)  # fmt: skip
def test_doses_outside_the_bench_are_refused(wrong: dict):
    given = replace(drug(), **wrong)
    with pytest.raises(NumberOutOfRange):
        fed(growing(), drugs=[given])


# --- observing -------------------------------------------------------------------------------------------------------


def test_an_observation_says_something():
    with pytest.raises(NothingObserved):
        observed(growing(), None, note="   ")
    assert observed(growing(), None, note="floating cells").note == "floating cells"


@pytest.mark.parametrize("confluence", [-1, 101])
def test_confluence_is_a_percentage(confluence: int):
    with pytest.raises(NumberOutOfRange):
        observed(growing(), confluence)


def test_morphology_is_one_of_the_known():
    with pytest.raises(NotAChoice):
        observed(growing(), morphology="odd")


def test_a_note_with_invisible_signs_is_refused():
    with pytest.raises(BadText):
        observed(growing(), note="a\u202eb")


# --- moving ----------------------------------------------------------------------------------------------------------


def test_a_move_changes_where_a_culture_stands():
    culture = growing(where=shelf("shelf A"))
    move = moved(culture, shelf("shelf B"))
    assert (move.from_place, move.to_place) == (shelf("shelf A"), shelf("shelf B"))
    assert again(culture).place == shelf("shelf B")


def test_a_move_to_where_it_stands_is_refused():
    with pytest.raises(AlreadyThere):
        moved(growing(where=shelf("shelf A")), shelf("shelf A"))


def test_a_move_entered_late_takes_its_place_among_the_others():
    culture = growing(where=shelf("shelf A"))
    last = moved(culture, shelf("shelf C"), at=FRIDAY + 3 * DAY)
    between = moved(culture, shelf("shelf B"), at=FRIDAY + 2 * DAY)
    last.refresh_from_db()
    assert between.from_place == shelf("shelf A")
    assert last.from_place == shelf("shelf B")
    assert again(culture).place == shelf("shelf C")


# --- discarding ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("why", "fate"), [("contaminated", "discarded"), ("lost", "lost"), ("used_up", "used_up")])
def test_a_discard_ends_a_culture_with_its_reason(why: str, fate: str):
    culture = growing()
    discarded(culture, why)
    assert again(culture).fate == fate
    assert again(culture).ended_at == FRIDAY + 4 * DAY


def test_a_culture_is_discarded_once():
    culture = growing()
    discarded(culture)
    with pytest.raises(CultureNotGrowing, match=r"was discarded on 03 Mar 2026 by AM\."):
        discarded(culture)


def test_a_reason_is_one_of_the_known():
    with pytest.raises(NotAChoice):
        discarded(growing(), "bored")


# --- bench sessions --------------------------------------------------------------------------------------------------


def test_a_person_works_at_one_hood_at_a_time():
    first = services.start_bench_session(hood_id=hood("Hood 1").pk, at=FRIDAY, by=technician())
    second = services.start_bench_session(hood_id=hood("Hood 2").pk, at=FRIDAY + HOUR, by=technician())
    first.refresh_from_db()
    assert first.ended_at == second.started_at
    assert services.open_session_of(technician()) == second


def test_a_session_is_ended_once():
    services.start_bench_session(hood_id=hood().pk, at=FRIDAY, by=technician())
    services.end_bench_session(at=FRIDAY + HOUR, by=technician())
    with pytest.raises(NoOpenSession):
        services.end_bench_session(at=FRIDAY + HOUR, by=technician())


def test_a_session_does_not_end_before_it_began():
    services.start_bench_session(hood_id=hood().pk, at=FRIDAY, by=technician())
    with pytest.raises(SessionEndsBeforeItsStart):
        services.end_bench_session(at=FRIDAY - HOUR, by=technician())


def test_a_session_is_held_at_a_hood():
    with pytest.raises(NotAHood):
        services.start_bench_session(hood_id=shelf().pk, at=FRIDAY, by=technician())


def test_a_demonstration_is_not_late():
    culture = growing(source="demonstration")
    assert not fed(culture, source="demonstration").is_late
    assert fed(culture, at=FRIDAY + 4 * DAY).is_late


def test_a_treated_flask_without_its_drug_is_asked_about():
    flask = growing(arm="treated", drugs=[drug()])
    with pytest.raises(TreatedWithoutDrug, match="drug holiday, or was the drug left out"), nothing_written():
        fed(flask)
    assert fed(flask, medium=medium(without_drug="holiday")).without_drug == "holiday"


def test_a_flask_gets_one_medium_at_a_time():
    flask = growing()
    fed(flask, at=FRIDAY + DAY)
    with pytest.raises(RefusedByTheDatabase, match="at that very minute already"), nothing_written():
        fed(flask, at=FRIDAY + DAY)
