"""The steps that results have in common: the row is locked, judged, and stands; then everything follows."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from cultures.passaging.models import Culture
from cultures.passaging.services.superseding import Withdrawal, draft_of
from cultures.quality.errors.samples import (
    ChangedMeanwhile,
    KitMissing,
    NoSuchSample,
    ResultBeforeSample,
    ResultInTheFuture,
    ResultKnown,
    SampleKnown,
)
from cultures.quality.methods.base import Judgement, Method, Sample
from cultures.quality.models import QCRun, QCTest, RawFile
from cultures.quality.services.files import lock_unused
from cultures.quality.services.following import follow_test, follow_tests
from cultures.quality.services.kits import kit_lot_in_use, kit_of
from lims.accounts.models import User
from lims.clock import CLOCK_SKEW, now
from lims.codes import tidy_code
from lims.instruments.models import Instrument

V = QCTest.Verdict
CAME_IN = "the result came in"
WITHDRAWN = "withdrawn"  # in the findings of a row that says a test was entered in error
# By method: what else is written with a result, such as the profile of an STR test. Called before anything follows.
KEEPERS: dict[str, Callable[[QCTest, QCTest | None], None]] = {}


def lock_test(code: str) -> QCTest:
    """The standing row of a sample, locked. Raises ResultKnown or ChangedMeanwhile when we waited for another's."""
    tidy = tidy_code(code)
    rows = QCTest.objects.standing().filter(code=tidy).select_related("culture__line", "culture__vessel", "run", "kit")
    if locked := rows.select_for_update(no_key=True, of=("self",)).first():
        return locked
    if newer := rows.select_related("by", "run_by").first():  # it was superseded while we waited for its lock
        raise ChangedMeanwhile(newer) if newer.is_pending else ResultKnown(newer)
    raise NoSuchSample(code)


def judge(test: QCTest, method: Method, readings: dict[str, Any]) -> None:
    """Verdict, sentence and findings of a row that is not written yet."""
    judged = method.judge(readings, Sample(test.culture, test.at, test.kit, test.run, test.resulted_at, test.code))
    if test.run and test.run.state == QCRun.State.INVALID:
        judged = Judgement(V.INVALID, test.run.sentence, judged.findings)
    test.readings, test.verdict, test.sentence = readings, judged.verdict, judged.sentence[:300]
    test.findings = dict(judged.findings) | ({"effect": str(judged.effect)} if judged.effect else {})
    if judged.verdict == V.PENDING:  # looked at, and still growing
        test.resulted_at = None


def stand(test: QCTest) -> QCTest:
    """Write the row of a new sample, and let everything follow."""
    test.save(force_insert=True)
    _keep(test, None)
    follow_test(test)
    return test


def stand_instead(test: QCTest, replaced: QCTest, withdrawal: Withdrawal) -> QCTest:
    return stand_instead_of_each([(test, replaced)], withdrawal)[0]


def stand_instead_of_each(stood: Sequence[tuple[QCTest, QCTest]], withdrawal: Withdrawal) -> list[QCTest]:
    """Write each row in the place of the one it supersedes, and let everything follow: those of a run together."""
    if not stood:
        return []
    QCTest.objects.filter(pk__in=[replaced.pk for _, replaced in stood]).update(**withdrawal.fields)
    QCTest.objects.bulk_create([test for test, _ in stood])
    for test, replaced in stood:
        _keep(test, replaced)
    follow_tests(stood)
    return [test for test, _ in stood]


def _keep(test: QCTest, replaced: QCTest | None) -> None:
    if keep := KEEPERS.get(test.method):
        keep(test, replaced)


def refuse_impossible_time(at: datetime, resulted_at: datetime, field: str = "resulted_at") -> None:
    if resulted_at > now() + CLOCK_SKEW:
        raise ResultInTheFuture(resulted_at, field)
    if resulted_at < at:
        raise ResultBeforeSample(at, field)


def refuse_known(cultures: Sequence[Culture], method: str, at: datetime) -> None:
    """Raises SampleKnown or ResultKnown for a sample by this method at this very time."""
    known = QCTest.objects.standing().filter(culture__in=cultures, method=method, at=at)
    if test := known.select_related("culture__line", "culture__vessel", "taken_by", "run_by", "by").first():
        raise SampleKnown(test) if test.is_pending else ResultKnown(test)


def take_result(
    test: QCTest,
    resulted_at: datetime,
    run_by: User | None,
    instrument: Instrument | None,
    raw: RawFile | None,
) -> None:
    if raw:
        lock_unused(raw)
    test.resulted_at, test.run_by, test.instrument, test.raw = resulted_at, run_by, instrument, raw


def take_kit(test: QCTest, method: Method, kit_id: int | None, kit_lot_id: int | None) -> None:
    if kit_id is not None:
        test.kit = kit_of(kit_id)
    if kit_lot_id is not None:
        test.kit_lot = kit_lot_in_use(kit_lot_id, test.resulted_at or test.at)
    if method.needs_kit and test.kit is None:
        raise KitMissing


def void(test: QCTest, withdrawal: Withdrawal) -> QCTest:
    """The row that says that a test says nothing."""
    return draft_of(
        test,
        withdrawal,
        verdict=V.INVALID,
        sentence=f"Withdrawn: {withdrawal.reason}."[:300],
        findings={WITHDRAWN: True},
        resulted_at=test.resulted_at or max(withdrawal.at, test.at),
    )
