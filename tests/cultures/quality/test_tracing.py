"""How far a contamination reached: back to the last clean sample, forward, and sideways; and what the lab does then."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from cultures.compounds.models import Lot
from cultures.passaging.models import Culture
from cultures.passaging.services import (
    end_bench_session,
    receive_culture,
    seed_culture,
    start_bench_session,
    undo_entry,
)
from cultures.places.models import Place
from cultures.quality.errors.samples import NoSuchSample
from cultures.quality.errors.tracing import NothingToTrace, NotReached
from cultures.quality.models import ContaminationTrace, PlannedTest, QCTest, QuarantineMember, TraceMember
from cultures.quality.reach import TRACE_SOURCES, Member, Other, Source, Suspected, Window, register_source
from cultures.quality.services.samples import record_result, record_test, take_samples
from cultures.quality.services.tracing import act_on_trace
from cultures.quality.tracing import reach_of
from lims.clock import now
from lims.errors import DomainError
from tests import lab
from tests.lab import DAY, FRIDAY, HOUR

pytestmark = pytest.mark.django_db
Tier = TraceMember.Tier


def pcr(culture: Culture, at: datetime, target: str) -> QCTest:
    readings = {"target": target, "internal_control": "detected"}
    return record_test(
        culture_id=culture.pk,
        method="mycoplasma_pcr",
        at=at,
        readings=readings,
        resulted_at=at + HOUR,
        by=lab.technician(),
    )


def positive(culture: Culture, at: datetime | None = None) -> QCTest:
    return pcr(culture, at or culture.seeded_at + DAY, "detected")


def negative(culture: Culture, at: datetime | None = None) -> QCTest:
    return pcr(culture, at or culture.seeded_at + DAY, "not_detected")


def alone(
    of: str = "BT474", *, at: datetime = FRIDAY, bottles: Sequence[Lot] = (), where: Place | None = None
) -> Culture:
    """A flask that shares nothing with anybody: its own shelf, keeper and bottles."""
    return receive_culture(
        line_id=lab.line(of).pk,
        vessel_id=lab.vessel().pk,
        place_id=(where or lab.shelf(f"of {of}", "Incubator 9")).pk,
        keeper_id=lab.another_technician().pk,
        medium=lab.medium(lots=bottles),
        came_from="the lab next door",
        label_passage_number=5,
        is_taken_over=True,
        at=at,
        by=lab.another_technician(),
    )


def reached(test: QCTest) -> dict[Culture, Member]:
    members = reach_of(test, now()).members
    cultures = Culture.objects.in_bulk([one.id for one in members])
    return {cultures[one.id]: one for one in members}


def tiers(test: QCTest) -> dict[Culture, int]:
    return {culture: one.tier for culture, one in reached(test).items()}


def said_of(culture: Culture, test: QCTest) -> str:
    return "; ".join(reached(test)[culture].sentences)


# --- the same cells --------------------------------------------------------------------------------------------------


def test_all_that_descends_from_the_tested_culture_is_reached():
    flask = lab.growing()
    one, other = lab.split(flask, ("T75", "T25"))
    (deeper,) = lab.split(one)
    test = positive(flask)
    assert tiers(test) == {flask: 1, one: 2, other: 2, deeper: 2}
    assert said_of(flask, test) == f"mycoplasma positive: {test.code} in the sample of 28 Feb 2026"
    assert said_of(deeper, test) == f"descends from {flask.code}, the tested culture"


def test_untested_ancestors_and_all_their_daughters_are_likely():
    founder = lab.growing()
    mother, aunt = lab.split(founder, ("T75", "T75"))
    flask, sister = lab.split(mother, ("T75", "T75"))
    (cousin,) = lab.split(aunt)
    test = positive(flask)
    assert tiers(test) == {flask: 1, founder: 3, mother: 3, aunt: 3, sister: 3, cousin: 3}
    assert said_of(founder, test) == f"{flask.code} descends from it; never tested clean"
    assert said_of(cousin, test) == (
        f"descends from {founder.code}, an ancestor of the tested culture; {founder.code} was never tested clean"
    )
    reach = reach_of(test, now())
    assert reach.window.start is None
    assert [str(end) for end in reach.ends] == [f"{founder.code} came in on 27 Feb 2026 and was never tested clean"]


def test_the_way_back_ends_at_the_last_clean_sample():
    founder = lab.growing()
    mother, _ = lab.split(founder, ("T75", "T75"))
    clean = negative(mother)
    flask, sister = lab.split(mother, ("T75", "T75"))
    test = positive(flask)
    reach = reach_of(test, now())
    found = {one.id: one for one in reach.members if one.tier <= Tier.LIKELY}
    assert set(found) == {mother.pk, flask.pk, sister.pk}
    assert found[mother.pk].since == reach.window.start == clean.at
    assert [str(end) for end in reach.ends] == [f"{mother.code} was clean on 06 Mar 2026 ({clean.code})"]
    assert said_of(mother, test) == f"{flask.code} descends from it; last clean on 06 Mar 2026 ({clean.code})"


def test_a_clean_sample_of_any_method_for_the_same_thing_counts_and_of_another_does_not():
    mother = lab.growing()
    record_test(
        culture_id=mother.pk,
        method="sterility",
        at=mother.seeded_at + DAY,
        readings={"growth": "none", "days": 14},
        resulted_at=mother.seeded_at + 16 * DAY,
        by=lab.technician(),
    )
    (flask,) = lab.split(mother)
    test = positive(flask)
    assert mother in tiers(test)
    record_test(
        culture_id=mother.pk,
        method="mycoplasma_culture",
        at=mother.seeded_at + 2 * DAY,
        readings={"growth": "none", "days": 28},
        resulted_at=mother.seeded_at + 30 * DAY,
        by=lab.technician(),
    )
    assert reached(test)[mother].since == mother.seeded_at + 2 * DAY


def test_a_clean_sample_of_the_tested_culture_itself_clears_its_ancestors():
    mother = lab.growing()
    flask, sister = lab.split(mother, ("T75", "T75"))
    negative(flask, flask.seeded_at + DAY)
    found = tiers(positive(flask, flask.seeded_at + 3 * DAY))
    assert found[flask] == Tier.POSITIVE
    assert mother not in found or found[mother] > Tier.LIKELY
    assert found[sister] == Tier.REMOTE, "it stood beside it"


def test_a_parents_sample_speaks_only_for_daughters_seeded_after_it():
    mother = lab.growing()
    harvest = lab.harvest(mother, discard_rest=False)
    (early,) = harvest.daughters
    of_the_rest = QCTest.objects.create(
        code="Q-REST0", culture=mother, method="mycoplasma_pcr", at=harvest.at + HOUR, verdict="pass", resulted_at=now()
    )
    late = seed_culture(
        harvest_id=harvest.pk, seeding=lab.seeding(), at=harvest.at + 2 * HOUR, by=lab.another_technician()
    )
    assert reached(positive(early))[mother].since == mother.seeded_at
    of_late = reached(positive(late))
    assert of_late[mother].since == of_the_rest.at
    assert of_late.get(early) is None or of_late[early].tier > Tier.LIKELY


def test_each_way_back_through_a_pool_has_its_own_end():
    tested, untested = lab.growing(), lab.growing()
    negative(tested, tested.seeded_at + 2 * DAY)
    (pool,) = lab.pooled([tested, untested])
    test = positive(pool)
    assert reached(test)[tested].since == tested.seeded_at + 2 * DAY
    assert reached(test)[untested].since == untested.seeded_at
    reach = reach_of(test, now())
    assert [bool(end.clean) for end in reach.ends] == [True, False]
    assert reach.window.start is None


def test_a_later_clean_sample_takes_none_of_the_same_cells_out():
    founder = lab.growing()
    flask, sister = lab.split(founder, ("T75", "T75"))
    test = positive(flask)
    before = tiers(test)
    negative(flask, flask.seeded_at + 3 * DAY)
    negative(sister, sister.seeded_at + 3 * DAY)
    assert tiers(test) == before
    assert not any(one.is_cleared for one in reached(test).values())


def test_a_result_that_comes_late_counts_from_its_sample():
    mother = lab.growing()
    negative(mother, mother.seeded_at + DAY)
    (sample,) = take_samples(
        culture_ids=[mother.pk], method="mycoplasma_culture", at=mother.seeded_at + 2 * DAY, by=lab.technician()
    )
    (daughter,) = lab.split(mother)
    negative(daughter)
    test = record_result(
        code=sample.code,
        readings={"growth": "seen", "days": 20},
        resulted_at=mother.seeded_at + 23 * DAY,
        by=lab.technician(),
    )
    assert tiers(test) == {mother: 1, daughter: 2}
    assert reached(test)[mother].since == mother.seeded_at + DAY


def test_daughters_entered_in_error_are_not_followed():
    flask = lab.growing()
    harvest = lab.harvest(flask)
    undo_entry(kind="harvest", event_id=harvest.pk, at=now(), by=lab.technician())
    assert tiers(positive(flask)) == {flask: 1}


# --- what was shared -------------------------------------------------------------------------------------------------


def test_who_was_in_the_same_hood_round_is_possible_whoever_came_first():
    flask, before, after, another_day = lab.growing(), alone("BT474"), alone("HCC1954"), alone("MCF7")
    start_bench_session(hood_id=lab.hood().pk, at=FRIDAY + 2 * DAY, by=lab.another_technician())
    by = {"by": lab.another_technician()}
    lab.observed(before, at=FRIDAY + 2 * DAY + HOUR, **by)
    lab.observed(flask, at=FRIDAY + 2 * DAY + 2 * HOUR, **by)
    lab.observed(after, at=FRIDAY + 2 * DAY + 3 * HOUR, **by)
    end_bench_session(at=FRIDAY + 2 * DAY + 4 * HOUR, by=lab.another_technician())
    lab.observed(another_day, at=FRIDAY + 3 * DAY, **by)
    test = positive(flask)
    assert tiers(test) == {flask: 1, before: 4, after: 4}
    assert f"in one hood round with {flask.code} on 01 Mar 2026: " in said_of(after, test)
    assert "Hood 2, Jonas Thiel" in said_of(after, test)


def test_a_bottle_is_suspect_from_its_first_contact_with_a_suspect_culture():
    serum = lab.lot("FBS", "123", Lot.Kind.SERUM)
    earlier = alone("HCC1954", at=FRIDAY - 2 * DAY, bottles=(serum,))
    flask = lab.growing()
    lab.fed(flask, medium=lab.medium(lots=[serum]), at=FRIDAY + 3 * DAY)
    later = alone("BT474", at=FRIDAY + 7 * DAY, bottles=(serum,))
    test = positive(flask, FRIDAY + 4 * DAY)
    assert tiers(test) == {flask: 1, later: 4}
    assert earlier not in tiers(test)
    assert said_of(later, test) == (
        f"got FBS lot 123 ({serum.code}) on 06 Mar 2026, 4 days after it was on {flask.code}"
    )


def test_what_a_bottle_fed_after_the_culture_was_gone_is_reached_too():
    serum = lab.lot("FBS", "123", Lot.Kind.SERUM)
    flask = alone("SKBR3", bottles=(serum,))
    test = positive(flask)
    lab.discarded(flask, "contaminated")
    later = alone("BT474", at=FRIDAY + 30 * DAY, bottles=(serum,))
    assert tiers(test) == {flask: 1, later: 4}


def test_the_dissociation_agent_is_a_bottle_too():
    trypsin = lab.trypsin()
    flask, other = lab.growing(), alone("BT474")
    lab.split(flask, dissociation_lot_ids=(trypsin.pk,))
    there = {"at": FRIDAY + 10 * DAY, "by": lab.another_technician(), "dissociation_lot_ids": (trypsin.pk,)}
    (daughter,) = lab.split(other, [lab.seeding(said=lab.medium(lots=[]))], **there)
    test = positive(flask)
    assert tiers(test)[other] == Tier.POSSIBLE
    assert tiers(test)[daughter] == Tier.POSSIBLE, "seeded from cells that had been in contact"
    assert said_of(daughter, test).startswith(f"descends from {other.code}: got Trypsin-EDTA lot T-1")


def test_before_its_last_clean_sample_a_culture_taints_nothing():
    serum = lab.lot("FBS", "123", Lot.Kind.SERUM)
    flask = alone("SKBR3", bottles=(serum,))
    negative(flask, FRIDAY + 2 * DAY)
    other = alone("BT474", at=FRIDAY + 3 * DAY, bottles=(serum,))
    assert other not in tiers(positive(flask, FRIDAY + 4 * DAY))


def test_who_stood_on_the_same_shelf_meanwhile_is_remote():
    here, there = lab.shelf("shelf A"), lab.shelf("shelf B")
    flask = lab.growing(where=here)
    beside = alone("BT474", where=here)
    went_before = alone("HCC1954", where=here, at=FRIDAY - 3 * DAY)
    lab.moved(went_before, there, at=FRIDAY - DAY, by=lab.another_technician())
    elsewhere = alone("MCF7", where=there)
    lab.moved(beside, there, at=FRIDAY + 5 * DAY, by=lab.another_technician())
    test = positive(flask)
    assert tiers(test) == {flask: 1, beside: 5}
    assert elsewhere not in tiers(test)
    assert said_of(beside, test) == (f"stood on Incubator 1, shelf A with {flask.code} from 27 Feb 2026 to 04 Mar 2026")


def test_the_same_hands_on_the_same_day_of_the_lab_are_remote():
    flask, other = lab.growing(), alone("BT474")
    lab.observed(flask, at=FRIDAY + 2 * DAY)
    lab.observed(other, at=FRIDAY + 2 * DAY + 3 * HOUR)
    test = positive(flask)
    assert tiers(test) == {flask: 1, other: 5}
    assert said_of(other, test) == f"handled by Anna Meier on 01 Mar 2026, as {flask.code} was"


def test_a_culture_bears_its_strongest_tier_and_its_reasons_strongest_first():
    serum = lab.lot("FBS", "123", Lot.Kind.SERUM)
    flask = lab.growing()
    lab.fed(flask, medium=lab.medium(lots=[serum]), at=FRIDAY + 3 * DAY)
    other = alone("BT474", where=lab.shelf())
    lab.fed(other, medium=lab.medium(lots=[serum]), at=FRIDAY + 4 * DAY)
    member = reached(positive(flask))[other]
    assert (member.tier, [one.tier for one in member.reasons]) == (4, [4, 5])


def test_many_reasons_are_counted_and_the_first_few_are_said():
    flask, other = lab.growing(), alone("BT474")
    for n in range(1, 9):
        lab.observed(flask, at=FRIDAY + n * DAY)
        lab.observed(other, at=FRIDAY + n * DAY)
    member = reached(positive(flask, FRIDAY + 2 * DAY))[other]
    assert (member.reason_count, len(member.reasons)) == (8, 5)
    assert member.sentences[-1] == "and 3 more of this kind"


def test_a_clean_sample_after_the_last_contact_is_told_and_leaves_it_listed():
    flask, other = lab.growing(), alone("BT474")
    lab.observed(flask, at=FRIDAY + 2 * DAY)
    lab.observed(other, at=FRIDAY + 2 * DAY)
    test = positive(flask)
    negative(other, FRIDAY + DAY)
    assert not reached(test)[other].is_cleared, "taken before the contact"
    clean = negative(other, FRIDAY + 3 * DAY)
    assert reached(test)[other].is_cleared
    assert said_of(other, test).endswith(f"clean since: 02 Mar 2026 ({clean.code}), after the last contact")


def test_the_clean_sample_of_its_parent_speaks_for_a_daughter_seeded_after_it():
    flask, other = lab.growing(), alone("BT474")
    lab.observed(flask, at=FRIDAY + 2 * DAY)
    lab.observed(other, at=FRIDAY + 2 * DAY)
    negative(other, FRIDAY + 4 * DAY)
    there = {"at": FRIDAY + 8 * DAY, "by": lab.another_technician()}
    (daughter,) = lab.split(other, [lab.seeding(said=lab.medium(lots=[]))], **there)
    member = reached(positive(flask))[daughter]
    assert (member.tier, member.is_cleared) == (5, True)


# --- what has nothing to trace ---------------------------------------------------------------------------------------


def test_only_a_standing_positive_or_suspicious_result_is_traced():
    flask = lab.growing()
    clean = negative(flask)
    with pytest.raises(NothingToTrace, match="is clean"):
        reach_of(clean, now())
    (waiting,) = take_samples(culture_ids=[flask.pk], method="mycoplasma_pcr", at=now(), by=lab.technician())
    with pytest.raises(NothingToTrace, match="has no result yet"):
        reach_of(waiting, now())
    inhibited = {"target": "not_detected", "internal_control": "not_detected"}
    test = record_result(code=waiting.code, readings=inhibited, resulted_at=now(), by=lab.technician())
    assert "mycoplasma suspicious" in said_of(flask, test)
    waiting.refresh_from_db()
    with pytest.raises(NothingToTrace, match="was corrected"):
        reach_of(waiting, now())


# --- domains above ----------------------------------------------------------------------------------------------------


@pytest.fixture
def vials() -> Iterator[list[tuple[Suspected, Window]]]:
    """A domain above that finds one vial of each likely culture; what it was asked is kept."""
    asked = []

    def found(suspected: Suspected, window: Window) -> list[Other]:
        asked.append((suspected, window))
        codes = Culture.objects.in_bulk(list(suspected[Tier.LIKELY]))
        return [
            Other("vial", f"V-{culture.pk}", "vial", "/vials/", 3, f"frozen from {culture.code}", "clean then")
            for culture in codes.values()
        ]

    register_source(Source("vial", "vials", found))
    yield asked
    del TRACE_SOURCES["vial"]


def test_what_a_registered_source_finds_is_in_the_reach_and_kept_with_the_trace(vials):
    mother = lab.growing()
    (flask,) = lab.split(mother)
    test = positive(flask)
    reach = reach_of(test, now())
    ((suspected, window),) = vials
    assert suspected[Tier.POSITIVE] == {flask.pk: flask.seeded_at}
    assert suspected[Tier.LIKELY] == {mother.pk: mother.seeded_at}
    assert window == reach.window
    assert [(one.code, one.was) for one in reach.others] == [(f"V-{mother.pk}", "clean then")]
    trace = acted(test)
    assert trace.others[0]["reason"] == f"frozen from {mother.code}"


# --- acting on it -----------------------------------------------------------------------------------------------------


def acted(traced: QCTest, /, **chosen) -> ContaminationTrace:
    return act_on_trace(**{"code": traced.code, "at": now(), "by": lab.technician(), **chosen})


@pytest.fixture
def family() -> tuple[QCTest, Culture, Culture, Culture]:
    """A positive flask, its mother, its sister and a flask that stood beside them."""
    mother = lab.growing()
    beside = alone("BT474", where=lab.shelf())
    flask, sister = lab.split(mother, ("T75", "T75"))
    return positive(flask), flask, sister, beside


def test_acting_keeps_the_reach_as_it_was_known(family):
    test, _, sister, beside = family
    trace = acted(test, quarantine=[sister.pk], test=[beside.pk], reason="two flasks of one round")
    kept = {row.culture_id: row for row in trace.members.all()}
    assert [(one.id, one.tier, one.sentences) for one in reach_of(test, trace.window_to).members] == [
        (row.culture_id, row.tier, row.reasons) for row in trace.members.order_by("tier", "culture")
    ]
    assert {pk for pk, row in kept.items() if row.is_quarantined} == {sister.pk}
    assert {pk for pk, row in kept.items() if row.is_tested} == {beside.pk}
    assert (trace.window_from, trace.reason, trace.by) == (None, "two flasks of one round", lab.technician())


def test_what_is_chosen_is_put_apart_with_what_descends_from_it(family):
    test, _, sister, beside = family
    (daughter,) = lab.split(beside, at=FRIDAY + 20 * DAY)
    trace = acted(test, quarantine=[sister.pk, beside.pk])
    (quarantine,) = trace.quarantines.all()
    held = {row.culture_id: row for row in quarantine.members.all()}
    assert set(held) == {sister.pk, beside.pk, daughter.pk}
    assert (quarantine.cause, quarantine.passes_needed, quarantine.started_at) == ("trace", 2, trace.at)
    assert held[sister.pk].why.startswith("descends from ")
    assert held[beside.pk].why.startswith("stood on Incubator 1, shelf A with ")


def test_a_test_is_planned_of_those_chosen(family):
    test, flask, _, beside = family
    trace = acted(test, test=[beside.pk])
    plan = PlannedTest.objects.get(trace=trace)
    assert (plan.culture, plan.method, plan.due_at) == (beside, "mycoplasma", trace.at)
    assert plan.why == f"traced from {test.code} ({flask.code})"


def test_a_culture_the_trace_does_not_reach_is_refused_and_nothing_is_written(family):
    test, _, sister, _ = family
    stranger = alone("MCF7")
    with lab.nothing_written(), pytest.raises(NotReached, match=stranger.code):
        acted(test, quarantine=[sister.pk, stranger.pk])
    with lab.nothing_written(), pytest.raises(NotReached):
        acted(test, test=[999_999_999])
    assert not ContaminationTrace.objects.exists()


def test_pressed_twice_it_is_done_once(family):
    test, _, sister, beside = family
    first = acted(test, quarantine=[sister.pk], test=[beside.pk])
    with lab.nothing_written():
        assert acted(test, quarantine=[sister.pk], test=[beside.pk]) == first


def test_traced_again_only_what_is_new_is_written(family):
    test, _, sister, beside = family
    acted(test, quarantine=[sister.pk])
    newcomer = alone("MCF7", where=lab.shelf(), at=FRIDAY + 20 * DAY)
    again = acted(test, quarantine=[sister.pk, newcomer.pk], test=[beside.pk])
    assert {row.culture for row in again.members.all()} == {newcomer, beside}
    assert set(QuarantineMember.objects.filter(quarantine__trace=again).values_list("culture", flat=True)) == {
        newcomer.pk
    }


def test_all_of_it_or_nothing(family):
    test, _, sister, beside = family
    lab.discarded(beside, at=FRIDAY + 20 * DAY)
    with pytest.raises(DomainError) as refused:
        acted(test, quarantine=[sister.pk], test=[beside.pk])
    assert refused.value.code == "culture_not_growing"
    assert not QuarantineMember.objects.filter(culture=sister, quarantine__cause="trace").exists()
    assert not ContaminationTrace.objects.exists()


def test_there_must_be_such_a_sample():
    with pytest.raises(NoSuchSample):
        act_on_trace(code="Q-00000", at=now(), by=lab.technician())


def test_looking_writes_nothing_and_costs_a_fixed_number_of_queries(
    family, django_assert_max_num_queries: DjangoAssertNumQueries
):
    test = QCTest.objects.select_related("culture").get(pk=family[0].pk)
    with lab.nothing_written(), django_assert_max_num_queries(10):
        assert all(one.sentences for one in reach_of(test, now() + timedelta(minutes=1)).members)
