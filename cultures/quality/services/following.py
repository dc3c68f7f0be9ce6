"""What a passage, an arrival or a test brings about for cells, in the transaction of that event."""

from collections.abc import Sequence

from cultures.passaging.models import Culture, Receipt
from cultures.passaging.services.recomputing import lock_with_descendants
from cultures.quality.families import ARRIVAL_RELEASE, HOLD_RELEASE, MYCOPLASMA
from cultures.quality.methods import family_of, method_of
from cultures.quality.methods.base import Effect
from cultures.quality.models import QCPolicy, QCTest, Quarantine
from cultures.quality.services.folding import refold, stale
from cultures.quality.services.planning import hand_on, settle, take_back
from cultures.quality.services.quarantine import (
    begin_quarantine,
    end_answered_holds,
    end_holds_by,
    inherit,
    lift,
    reinstate,
)

V = QCTest.Verdict


def follow(culture_ids: Sequence[int]) -> None:
    """The bench changed the records of these cultures. One query when nothing of it matters here."""
    if not (changed := stale(culture_ids)):
        return
    ids = [culture.pk for culture in changed]
    refold(ids)
    origins, fates = {culture.origin for culture in changed}, {culture.fate for culture in changed}
    if Culture.Origin.RECEIVED in origins:
        put_arrivals_apart(ids)
    if Culture.Fate.ENTERED_IN_ERROR in fates:
        take_back(ids)
    if origins & {Culture.Origin.SPLIT, Culture.Origin.POOL}:
        inherit(ids)
        hand_on(ids)


def put_arrivals_apart(culture_ids: Sequence[int]) -> None:
    """Cells that came from outside start in quarantine, unless the lab's policy says otherwise."""
    receipts = Receipt.objects.standing().filter(
        culture__in=culture_ids, culture__origin=Culture.Origin.RECEIVED, is_taken_over=False
    )
    arrived = receipts.exclude(culture__quarantine_memberships__quarantine__cause=Quarantine.Cause.ARRIVAL)
    for receipt in arrived.select_related("culture"):  # one: a verb receives one flask
        policy = QCPolicy.current()
        if policy is None or policy.receives_into_quarantine:
            begin_quarantine(
                cause=Quarantine.Cause.ARRIVAL,
                kind=Quarantine.Kind.QUARANTINE,
                family=MYCOPLASMA,
                reason=f"came from outside ({receipt.came_from}) and is not yet tested",
                started_at=receipt.at,
                why={receipt.culture_id: "came from outside"},
                release=ARRIVAL_RELEASE,
                by=receipt.by,
            )


def follow_samples(tests: Sequence[QCTest]) -> None:
    """Samples were taken, of cultures that are locked: they count as taken, and settle what was planned."""
    refold([test.culture_id for test in tests])
    settle(tests)


def follow_test(test: QCTest, replaced: QCTest | None = None) -> None:
    """A test was recorded, or stands instead of `replaced`: standings, planned tests, quarantines and holds follow."""
    follow_tests([(test, replaced)])


def follow_tests(stood: Sequence[tuple[QCTest, QCTest | None]]) -> None:
    """Those of a run together, by one method and one person. More queries only for those that put cells apart."""
    tests = [test for test, _ in stood]
    touched = sorted({one.culture_id for pair in stood for one in pair if one})
    lock_with_descendants(touched)
    refold(touched)
    settle(tests)
    for test, replaced in stood:
        effect = effect_of(test)
        if replaced and not replaced.is_pending:
            _let_go_of(replaced, test, effect)
        if effect in (Effect.QUARANTINE, Effect.HOLD) and not _is_held_by(replaced, test, effect):
            _put_apart(test, family_of(test.method), effect)
    if passed := [test for test in tests if test.verdict == V.PASS]:
        end_holds_by(passed, family_of(passed[0].method), passed[0].run_by or passed[0].by)


def effect_of(test: QCTest) -> Effect | None:
    """What a verdict does to the cells: its own effect when the judge named one, else what its method says."""
    if test.verdict not in (V.FAIL, V.INCONCLUSIVE):
        return None
    if named := test.findings.get("effect"):
        return Effect(named)
    method = method_of(test.method)
    return method.on_fail if test.verdict == V.FAIL else method.on_inconclusive


def _let_go_of(replaced: QCTest, test: QCTest, effect: Effect | None) -> None:
    if not _is_held_by(replaced, test, effect):
        lift(replaced, test.reason, test.by)
    moved = (replaced.culture_id, replaced.at) != (test.culture_id, test.at)
    if replaced.verdict == V.PASS and (test.verdict != V.PASS or moved):
        reinstate(replaced)


def _is_held_by(replaced: QCTest | None, test: QCTest, effect: Effect | None) -> bool:
    """Whether the row before it put the same cells apart in the same way: then that quarantine goes on."""
    return (
        replaced is not None
        and (replaced.culture_id, replaced.at) == (test.culture_id, test.at)
        and effect is not None
        and effect_of(replaced) == effect
    )


def _put_apart(test: QCTest, family: str, effect: Effect) -> None:
    method = method_of(test.method)
    kind = Quarantine.Kind.QUARANTINE if effect == Effect.QUARANTINE else Quarantine.Kind.HOLD
    word = "failed" if test.verdict == V.FAIL else "inconclusive"
    begun = begin_quarantine(
        cause=Quarantine.Cause.TEST,
        kind=kind,
        family=family,
        reason=f"{method.title} {word} ({test.code}). {test.sentence}",
        started_at=test.at,
        why={test.culture_id: f"{method.title} {word}, {test.code}"},
        release=method.release if effect == Effect.QUARANTINE else HOLD_RELEASE,
        by=test.by,
        test=test,
    )
    if kind == Quarantine.Kind.HOLD:  # a late result may have been answered by a later sample already
        end_answered_holds(begun.members.filter(until=None), test.by)
