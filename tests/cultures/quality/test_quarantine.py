"""What keeps cells apart, what they may not be used for meanwhile, and what lets them out again."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from cultures.passaging.commands import Portion, Seeding
from cultures.passaging.errors import CultureNotGrowing
from cultures.passaging.harvest_destinations import DESTINATIONS
from cultures.passaging.models import Culture
from cultures.passaging.services import undo_entry
from cultures.places.models import Place
from cultures.quality import gates
from cultures.quality.errors.quarantine import (
    InQuarantine,
    MixesQuarantine,
    NobodyToHold,
    NotCleanYet,
    NothingReleasesIt,
    NotInQuarantine,
    NotInThatQuarantine,
)
from cultures.quality.models import CureMark, PlannedTest, QCTest, Quarantine, QuarantineMember
from cultures.quality.releases import progress_of, what_releases
from cultures.quality.services import plan_test, quarantine_cultures, release_cultures, treat_culture
from cultures.quality.services.policies import change_qc_policy, rules_of
from cultures.quality.services.tracing import act_on_trace
from cultures.quality.standing import held, samples_since
from lims.clock import now
from lims.tabular.text import BadText
from tests import lab
from tests.cultures.quality import qc
from tests.lab import DAY, FRIDAY, HOUR, nothing_written

pytestmark = pytest.mark.django_db


def into(place: Place, vessel: str = "T75") -> Seeding:
    return lab.seeding(vessel, cells=1_000_000, place_id=place.pk)


def passed_on(culture: Culture, at: datetime | None = None, flasks: int = 1) -> list[Culture]:
    """Passaged within the quarantine incubator."""
    return lab.split(culture, [into(lab.quarantine_shelf())] * flasks, at=at)


def kept(*cultures: Culture) -> list[bool]:
    found = held(culture.pk for culture in cultures)
    return [culture.pk in found for culture in cultures]


def quarantine_of(test: QCTest) -> Quarantine:
    return Quarantine.objects.filter(test__code=test.code, members__until=None).distinct().get()


def let_out(quarantine: Quarantine, *cultures: Culture, at: datetime | None = None) -> list[QuarantineMember]:
    return release_cultures(
        quarantine_id=quarantine.pk,
        culture_ids=[culture.pk for culture in cultures],
        reason="clean twice",
        at=at or now(),
        by=lab.manager(),
    )


def treated(culture: Culture, at: datetime, days: int | None = None, **options: Any) -> None:
    agent = "Plasmocin 25 µg/mL"
    treat_culture(culture_id=culture.pk, agent=agent, days=days, at=at, by=lab.technician(), **options)


def suspected(cultures: Sequence[Culture], **options: Any) -> Quarantine:
    options = {"reason": "it looks cloudy", "at": FRIDAY + DAY, "by": lab.technician(), **options}
    return quarantine_cultures(culture_ids=[culture.pk for culture in cultures], **options)


# --- what puts cells apart -------------------------------------------------------------------------------------------


def test_a_fail_puts_the_culture_and_all_that_descends_from_it_apart_at_once():
    flask = lab.growing()
    sample = qc.sampled(flask)
    (daughter,) = lab.split(flask)
    (granddaughter,) = lab.split(daughter)
    stranger = lab.growing("BT474")
    qc.result(sample, a=1000, b=9000)
    assert kept(flask, daughter, granddaughter, stranger) == [True, True, True, False]
    quarantine = quarantine_of(sample)
    assert (quarantine.cause, quarantine.kind, quarantine.started_at) == ("test", "quarantine", sample.at)
    assert "Ratio 9" in quarantine.reason
    why = dict(quarantine.members.values_list("culture__code", "why"))
    assert why[flask.code].startswith("mycoplasma by luminescence failed")
    assert why[granddaughter.code] == f"descends from {flask.code}"


def test_a_fail_that_cannot_put_the_cells_apart_is_not_recorded(monkeypatch):
    flask = lab.growing()

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("no disk")

    monkeypatch.setattr("cultures.quality.services.quarantine.add_members", broken)
    with pytest.raises(RuntimeError), nothing_written():
        qc.positive(flask)
    assert not QCTest.objects.exists()
    assert not Quarantine.objects.exists()


def test_daughters_seeded_later_join_with_their_parents_moment():
    flask = lab.growing()
    test = qc.positive(flask)
    (daughter,) = passed_on(flask)
    member = QuarantineMember.objects.get(culture=daughter)
    assert (member.quarantine, member.since, member.why) == (
        quarantine_of(test),
        test.at,
        f"descends from {flask.code}",
    )


def test_cells_from_outside_start_in_quarantine_and_one_clean_sample_lets_them_out():
    arrived = lab.growing(is_taken_over=False)
    (member,) = held([arrived.pk])[arrived.pk]
    assert member.quarantine.cause == "arrival"
    assert "came from outside (the lab next door)" in member.quarantine.reason
    with pytest.raises(NotCleanYet, match=r"after 1 clean sample in a row since it was put in. Take the next sample."):
        let_out(member.quarantine, arrived)
    sample = qc.negative(arrived)
    (released,) = let_out(member.quarantine, arrived)
    assert released.released_on == [sample.code]
    assert kept(arrived) == [False]


def test_a_flask_that_grew_here_before_and_a_vial_of_ours_do_not():
    assert kept(lab.growing(), lab.thawed()) == [False, False]


def test_a_lab_may_decide_that_arrivals_do_not_start_in_quarantine(standard_policy):
    change_qc_policy(
        rules=rules_of(standard_policy),
        receives_into_quarantine=False,
        reason="we test before we accept",
        based_on=standard_policy.version,
        by=lab.manager(),
    )
    assert kept(lab.growing(is_taken_over=False)) == [False]


@pytest.fixture
def standard_policy():
    from cultures.quality.services import adopt_standard_policy

    return adopt_standard_policy(by=lab.manager())


def test_a_person_puts_cultures_apart_on_a_suspicion():
    one, other = lab.growing(), lab.growing()
    (daughter,) = lab.split(one, at=FRIDAY + HOUR)
    quarantine = suspected([daughter, other])
    assert kept(one, other, daughter) == [False, True, True]
    assert (quarantine.cause, quarantine.passes_needed, quarantine.apart) == ("person", 2, 14 * DAY)


def test_nothing_is_put_apart_without_a_reason_a_culture_or_once_it_has_ended():
    flask, gone = lab.growing(), lab.growing()
    lab.discarded(gone)
    with pytest.raises(BadText, match="Write why"), nothing_written():
        suspected([flask], reason=" ")
    with pytest.raises(NobodyToHold), nothing_written():
        suspected([])
    with pytest.raises(CultureNotGrowing), nothing_written():
        suspected([flask, gone], at=now())


def test_a_suspicion_of_bacteria_ends_with_one_clean_sample():
    flask = lab.growing()
    quarantine = suspected([flask], family="sterility")
    assert what_releases(quarantine) == "1 clean sample, and a lab manager or PI"


# --- what cells may not be used for meanwhile ------------------------------------------------------------------------


def test_cells_in_quarantine_are_not_passaged_into_a_clean_incubator():
    flask = lab.growing()
    qc.positive(flask)
    with pytest.raises(InQuarantine) as refused, nothing_written():
        lab.split(flask)
    said = str(refused.value)
    assert said.startswith(f"{flask} is in quarantine since 28 Feb 2026: mycoplasma by luminescence failed")
    assert said.endswith("None is marked as one: ask the lab manager to mark a place, or discard the culture.")
    shelf = lab.quarantine_shelf()
    with pytest.raises(
        InQuarantine, match=r"only into a quarantine incubator. Choose one, or discard or treat"
    ) as again:
        lab.split(flask, [into(shelf), lab.seeding()])
    assert [label for label, _ in again.value.ways] == [f"Open {flask.code}", "Open the quarantine"]
    assert again.value.field == "place"
    (daughter,) = lab.split(flask, [into(shelf)])
    assert kept(daughter) == [True]


def test_cells_in_quarantine_are_moved_only_to_a_quarantine_incubator():
    flask = lab.growing()
    qc.positive(flask)
    with pytest.raises(InQuarantine, match="It may be moved only to a quarantine incubator"), nothing_written():
        lab.moved(flask, lab.shelf("shelf B"), at=FRIDAY + 2 * DAY)
    lab.moved(flask, lab.quarantine_shelf(), at=FRIDAY + 2 * DAY)


def test_cells_in_quarantine_and_clean_ones_are_not_pooled():
    one, other = lab.growing(), lab.growing()
    qc.positive(one)
    with pytest.raises(MixesQuarantine, match=f"{other.code} is not. Passage them apart"), nothing_written():
        lab.pooled([one, other], [into(lab.quarantine_shelf())])


def test_cells_in_quarantine_are_neither_frozen_nor_used_but_sampled_and_discarded(monkeypatch):
    monkeypatch.setitem(DESTINATIONS, "freezing", "for freezing")
    monkeypatch.setitem(DESTINATIONS, "qc_sample", "QC sample")
    flask, other = lab.growing(), lab.growing()
    qc.positive(flask)
    with pytest.raises(InQuarantine, match=r"may not be used for freezing. Discard or treat"), nothing_written():
        lab.harvest(flask, (), portions=(Portion(kind="freezing", cells=1_000_000, volume_ml=Decimal(1)),))
    lab.harvest(flask, (), portions=(Portion(kind="qc_sample", cells=1_000_000, volume_ml=Decimal(1)),))
    qc.positive(other)
    lab.discarded(other)


def test_the_ladders_are_told_that_cells_in_quarantine_are_not_escalated_from():
    flask, clean = lab.growing(), lab.growing()
    qc.positive(flask)
    assert list(gates_bar([flask, clean])) == [flask.pk]
    assert "It is in quarantine since 28 Feb 2026" in gates_bar([flask])[flask.pk]


def gates_bar(cultures: Sequence[Culture]) -> dict[int, str]:
    from cultures.dosing.gates import barred

    return barred([culture.pk for culture in cultures])


def test_the_gate_mycoplasma_says_that_it_is_kept_apart():
    flask = lab.growing()
    qc.positive(flask)
    (member,) = held([flask.pk])[flask.pk]
    finding = gates._finding(None, [member], now())
    assert finding.sentence.startswith("It is in quarantine since 28 Feb 2026")


# --- what lets them out ----------------------------------------------------------------------------------------------


def test_mycoplasma_takes_two_clean_samples_two_weeks_apart():
    flask = lab.growing()
    quarantine = quarantine_of(qc.positive(flask))
    first = qc.negative(flask, FRIDAY + 5 * DAY)
    qc.negative(flask, FRIDAY + 10 * DAY)
    with pytest.raises(NotCleanYet) as refused, nothing_written():
        let_out(quarantine, flask)
    assert str(refused.value) == (
        f"{flask.code} leaves quarantine after 2 clean samples in a row since it was put in. "
        f"There is 1: {first.code}. The next one counts from 18 Mar 2026 on."
    )
    last = qc.negative(flask, FRIDAY + 19 * DAY)
    (member,) = let_out(quarantine, flask)
    assert member.released_on == [first.code, last.code]
    assert (member.released_by, kept(flask)) == (lab.manager(), [False])


def test_a_pass_of_another_mycoplasma_method_counts_and_one_of_another_family_does_not():
    flask = lab.growing()
    quarantine = quarantine_of(qc.positive(flask))
    pcr = {"target": "not_detected", "internal_control": "detected"}
    qc.tested(flask, method=qc.PCR, readings=pcr, at=FRIDAY + 5 * DAY)
    qc.tested(flask, method="sterility", readings={"growth": "none", "days": 14}, at=FRIDAY + 20 * DAY,
              resulted_at=FRIDAY + 34 * DAY)  # fmt: skip
    with pytest.raises(NotCleanYet, match="There is 1"):
        let_out(quarantine, flask)


def test_a_fail_in_between_begins_the_count_anew():
    flask = lab.growing()
    quarantine = quarantine_of(qc.positive(flask))
    qc.negative(flask, FRIDAY + 5 * DAY)
    again = qc.positive(flask, FRIDAY + 12 * DAY)
    qc.negative(flask, FRIDAY + 20 * DAY)
    (progress,) = progress_of(quarantine.members.select_related("quarantine")).values()
    assert len(progress.found) == 1
    with pytest.raises(NotCleanYet):
        let_out(quarantine, flask)
    assert quarantine_of(again) != quarantine


def test_a_parents_clean_sample_counts_for_daughters_seeded_after_it_and_pools_begin_anew():
    flask = lab.growing()
    quarantine = quarantine_of(qc.positive(flask, FRIDAY + HOUR))
    sample = qc.negative(flask, FRIDAY + DAY)
    one, other = passed_on(flask, FRIDAY + 2 * DAY, flasks=2)
    (pool,) = lab.pooled([one, other], [into(lab.quarantine_shelf())])
    found = samples_since([one.pk, pool.pk], "mycoplasma", quarantine.started_at)
    assert [code for code, _ in found[one.pk]] == [sample.code]
    assert found[pool.pk] == []


def test_a_sample_taken_after_the_day_of_the_release_does_not_count_for_it():
    flask = lab.growing()
    quarantine = quarantine_of(qc.positive(flask))
    qc.negative(flask, FRIDAY + 5 * DAY)
    qc.negative(flask, FRIDAY + 25 * DAY)
    with pytest.raises(NotCleanYet):
        let_out(quarantine, flask, at=FRIDAY + 20 * DAY)


def test_cultures_are_released_together_or_not_at_all():
    flask = lab.growing()
    quarantine = quarantine_of(qc.positive(flask, FRIDAY + HOUR))
    one, other = passed_on(flask, FRIDAY + DAY, flasks=2)
    for day in (2, 20):
        qc.negative(one, FRIDAY + day * DAY)
    with pytest.raises(NotCleanYet, match=other.code), nothing_written():
        let_out(quarantine, one, other)
    let_out(quarantine, one)
    assert kept(one, other) == [False, True]
    with pytest.raises(NotInThatQuarantine), nothing_written():
        let_out(quarantine, one)


def test_another_identity_is_released_by_one_repeat():
    flask = lab.growing()
    assert what_releases(suspected([flask], family="str")) == "1 clean sample, and a lab manager or PI"


def test_a_borderline_result_holds_until_the_retest_and_needs_nobody():
    flask = lab.growing()
    test = qc.borderline(flask)
    (daughter,) = passed_on(flask, FRIDAY + 2 * DAY)
    hold = quarantine_of(test)
    assert (hold.kind, what_releases(hold)) == ("hold", "a clean retest")
    with pytest.raises(InQuarantine, match="is on hold since 28 Feb 2026"):
        lab.split(daughter, [into(lab.shelf())])
    retest = qc.negative(daughter, FRIDAY + 3 * DAY)
    assert kept(daughter) == [False]
    assert QuarantineMember.objects.get(culture=daughter).release_reason == f"the retest {retest.code} was clean"


def test_a_hold_ends_only_for_the_cells_that_were_sampled():
    flask = lab.growing()
    qc.borderline(flask, FRIDAY + HOUR)
    one, other = passed_on(flask, FRIDAY + DAY, flasks=2)
    qc.negative(one, FRIDAY + 2 * DAY)
    assert kept(one, other) == [False, True]


def test_a_pool_stays_on_hold_when_only_one_of_its_flasks_was_retested():
    flask = lab.growing()
    qc.borderline(flask, FRIDAY + HOUR)
    one, other = passed_on(flask, FRIDAY + DAY, flasks=2)
    sample = qc.sampled(one, at=FRIDAY + 2 * DAY)
    (pool,) = lab.pooled([one, other], [into(lab.quarantine_shelf())])
    qc.result(sample)
    assert kept(one, other, pool) == [False, True, True]


def test_a_late_borderline_result_that_a_later_sample_has_answered_holds_nobody():
    flask = lab.growing()
    late = qc.sampled(flask, at=FRIDAY + DAY)
    qc.negative(flask, FRIDAY + 3 * DAY)
    qc.result(late, a=1000, b=1000, at=FRIDAY + 4 * DAY)
    assert kept(flask) == [False]


def test_sterility_has_no_release_but_treatment_and_a_clean_sample_after_it():
    flask = lab.growing()
    quarantine = quarantine_of(qc.unsterile(flask))
    broth = {"method": "sterility", "readings": {"growth": "none", "days": 14}}
    qc.tested(flask, at=FRIDAY + 3 * DAY, resulted_at=FRIDAY + 17 * DAY, **broth)
    with pytest.raises(NothingReleasesIt, match="Discard it, or record the treatment"), nothing_written():
        let_out(quarantine, flask)
    treated(flask, FRIDAY + 18 * DAY)
    with pytest.raises(NotCleanYet):
        let_out(quarantine, flask)
    qc.tested(flask, at=FRIDAY + 40 * DAY, resulted_at=FRIDAY + 54 * DAY, **broth)
    let_out(quarantine, flask)
    assert CureMark.objects.get().culture == flask


def test_what_was_sampled_before_the_end_of_the_treatment_tells_of_the_drug():
    flask = lab.growing()
    quarantine = quarantine_of(qc.positive(flask))
    treated(flask, FRIDAY + 2 * DAY, days=14)
    qc.negative(flask, FRIDAY + 10 * DAY)
    first = qc.negative(flask, FRIDAY + 20 * DAY)
    (progress,) = progress_of(quarantine.members.select_related("quarantine")).values()
    assert progress.codes == [first.code]
    assert progress.next_from == first.at + 14 * DAY


def test_cured_cells_are_marked_for_ever_and_so_is_all_that_descends_from_them():
    flask = lab.growing()
    quarantine = quarantine_of(qc.positive(flask, FRIDAY + HOUR))
    treated(flask, FRIDAY + DAY)
    (treated_daughter,) = passed_on(flask, FRIDAY + 2 * DAY)
    for day in (3, 20):
        qc.negative(treated_daughter, FRIDAY + day * DAY)
    let_out(quarantine, treated_daughter)
    (daughter,) = lab.split(treated_daughter, at=FRIDAY + 30 * DAY)
    (granddaughter,) = lab.split(daughter)
    assert set(CureMark.objects.values_list("culture", flat=True)) == {
        one.pk for one in (treated_daughter, daughter, granddaughter)
    }
    assert kept(daughter, granddaughter) == [False, False]


def test_only_cells_that_are_kept_apart_are_treated_against_what_they_are_kept_apart_for():
    flask = lab.growing(is_taken_over=False)
    other = lab.growing()
    with pytest.raises(NotInQuarantine), nothing_written():
        treated(other, FRIDAY + DAY)
    test = qc.unsterile(flask)
    treated(flask, FRIDAY + 2 * DAY)
    assert quarantine_of(test).treatments.count() == 1
    foreign = suspected([other])
    with pytest.raises(NotInThatQuarantine), nothing_written():
        treated(flask, FRIDAY + 2 * DAY, quarantine_id=foreign.pk)
    with pytest.raises(BadText, match=r"with what|what it was treated with"), nothing_written():
        treat_culture(culture_id=flask.pk, agent="", at=FRIDAY + 3 * DAY, by=lab.technician())


# --- when a result is corrected --------------------------------------------------------------------------------------


def test_a_corrected_fail_lifts_what_rested_on_it():
    flask = lab.growing()
    test = qc.positive(flask)
    (daughter,) = passed_on(flask, FRIDAY + 3 * DAY)
    qc.corrected(test, "A and B were swapped", readings={"a": 9000, "b": 1000})
    assert kept(flask, daughter) == [False, False]
    assert (
        "was corrected: A and B were swapped" in QuarantineMember.objects.filter(culture=daughter).get().release_reason
    )


def test_a_fail_that_was_corrected_twice_is_lifted_too():
    flask = lab.growing()
    test = qc.positive(flask)
    qc.corrected(test, "read one row lower", readings={"b": 8000})
    assert kept(flask) == [True]
    qc.corrected(test, "A and B were swapped", readings={"a": 8000, "b": 1000})
    assert kept(flask) == [False]


def test_a_fail_of_the_wrong_tube_puts_the_other_culture_apart():
    flask, other = lab.growing(), lab.growing()
    test = qc.positive(flask)
    qc.corrected(test, "the tubes were swapped", culture_id=other.pk)
    assert kept(flask, other) == [False, True]


def test_a_fail_that_turns_out_borderline_becomes_a_hold():
    flask = lab.growing()
    test = qc.positive(flask)
    qc.corrected(test, "a digit was missing", readings={"b": 1000})
    assert quarantine_of(test).kind == "hold"


def test_what_was_traced_from_a_result_is_lifted_with_it():
    mother = lab.growing()
    one, sister = lab.split(mother, ("T75", "T75"))
    test = qc.positive(one)
    act_on_trace(code=test.code, quarantine=[sister.pk], at=now(), by=lab.technician())
    assert kept(one, sister) == [True, True]
    qc.voided(test)
    assert kept(one, sister) == [False, False]


def test_a_voided_pass_brings_back_whom_it_let_out_with_the_daughters_seeded_since():
    flask = lab.growing()
    quarantine = quarantine_of(qc.positive(flask))
    qc.negative(flask, FRIDAY + 2 * DAY)
    second = qc.negative(flask, FRIDAY + 20 * DAY)
    let_out(quarantine, flask)
    (daughter,) = lab.split(flask, at=FRIDAY + 21 * DAY)
    assert kept(flask, daughter) == [False, False]
    qc.voided(second)
    assert kept(flask, daughter) == [True, True]


def test_a_pass_that_was_of_another_culture_lets_nobody_out():
    flask, other = lab.growing(), lab.growing()
    hold = quarantine_of(qc.borderline(flask))
    retest = qc.negative(flask, FRIDAY + 2 * DAY)
    assert kept(flask) == [False]
    qc.corrected(retest, "the tubes were swapped", culture_id=other.pk)
    assert kept(flask) == [True]
    assert hold.members.get().until is None


# --- undo, plans -----------------------------------------------------------------------------------------------------


def test_a_passage_that_is_undone_leaves_the_flask_in_quarantine_and_its_planned_test_with_it():
    flask = lab.growing(at=now() - 6 * DAY)
    qc.positive(flask)
    plan_test(culture_ids=[flask.pk], family="str", due_at=now() + DAY, why="the trace", by=lab.technician())
    harvest = lab.harvest(flask, [into(lab.quarantine_shelf())], at=now())
    (daughter,) = harvest.daughters
    assert [plan.culture for plan in PlannedTest.objects.filter(settled_at=None)] == [daughter]
    undo_entry(kind="harvest", event_id=harvest.pk, at=now(), by=lab.technician())
    assert kept(flask) == [True]
    assert [plan.culture for plan in PlannedTest.objects.filter(settled_at=None)] == [flask]
    (again,) = passed_on(flask, now())
    assert kept(again) == [True]
    assert [plan.culture for plan in PlannedTest.objects.filter(settled_at=None)] == [again]


def test_a_culture_that_was_clean_long_ago_shows_what_it_still_needs_in_words():
    flask = lab.growing()
    qc.negative(flask, FRIDAY + HOUR)
    quarantine = quarantine_of(qc.positive(flask))
    (before,) = progress_of(quarantine.members.select_related("quarantine")).values()
    assert str(before) == "0 of 2 clean samples"
    sample = qc.negative(flask, FRIDAY + 5 * DAY)
    (after,) = progress_of(quarantine.members.select_related("quarantine")).values()
    assert str(after) == f"1 of 2 clean samples: {sample.code}, 04 Mar 2026; next from 18 Mar 2026"
    assert not after.can_be_sampled(sample.at + timedelta(days=13))
    assert after.can_be_sampled(sample.at + timedelta(days=14))


def test_the_progress_of_many_costs_as_much_as_that_of_one(django_assert_num_queries):
    flask = lab.growing()
    quarantine = quarantine_of(qc.positive(flask, FRIDAY + HOUR))
    treated(flask, FRIDAY + HOUR)
    daughters = passed_on(flask, FRIDAY + DAY, flasks=4)
    for daughter in daughters:
        qc.negative(daughter)
    members = list(quarantine.members.select_related("quarantine"))
    for some in (members[:1], members):
        with django_assert_num_queries(3):
            assert len(progress_of(some)) == len(some)
