"""A result that an instrument or a core facility posted: placed at its sample or culture, or left in the inbox."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from cultures.compounds.models import Lot
from cultures.passaging.deliveries import codes_one_slip_away, culture_of, moment_sent
from cultures.passaging.models import Culture, Event
from cultures.quality.errors.samples import (
    BadReadings,
    DeliveryHasNoMethod,
    KitMissing,
    NoSuchSample,
    ResultKnown,
    ResultOfAnotherMethod,
)
from cultures.quality.methods import METHODS, method_of
from cultures.quality.methods.base import read
from cultures.quality.models import KitRecord, QCTest
from cultures.quality.services.results import WITHDRAWN
from cultures.quality.services.samples import record_result, record_test
from lims.accounts.models import User
from lims.clock import lab_time
from lims.codes import is_code, tidy_code
from lims.errors import DomainError
from lims.instruments.handlers import Proposal, Taken, placed
from lims.instruments.models import Delivery, Instrument

ROUTE = "tests"
SAMPLE, CULTURE = "Q-", "C-"
MOST_SHOWN = 300


@dataclass(frozen=True, kw_only=True)
class PostedTest:
    """The result of a sample that waits for it; or, without `sample`, sample and result of a culture in one go."""

    readings: Mapping[str, Any]
    resulted_at: datetime
    sample: str = ""
    culture: str = ""
    method: str = ""
    taken_at: datetime | None = None
    kit: str = ""
    kit_lot: str = ""
    note: str = ""

    @property
    def of_either(self) -> dict[str, Any]:
        """What is said of the result, whichever way it is placed."""
        kit = kit_named(self.kit) if self.kit else None
        lot = Lot.objects.filter(code=tidy_code(self.kit_lot)).first() if self.kit_lot else None
        return {
            "readings": self.readings,
            "resulted_at": self.resulted_at,
            "kit_id": kit and kit.pk,
            "kit_lot_id": lot and lot.pk,
            "note": self.note,
        }


def kit_named(text: str) -> KitRecord | None:
    """MycoAlert v2"""
    name, _, version = text.rpartition(" v")
    if not (version.isascii() and version.isdigit() and len(version) <= 4):
        return None
    return KitRecord.objects.filter(name__iexact=name, version=int(version)).first()


def readings_as_text(said: Mapping[str, Any]) -> dict[str, Any]:
    """Numbers of JSON as a person would type them, for the form of the method."""
    return {name: f"{value:f}" if isinstance(value, Decimal) else value for name, value in said.items()}


# --- placing it -------------------------------------------------------------------------------------------------------


def place_test(*, delivery: Delivery, posted: PostedTest, by: Instrument) -> QCTest | None:
    """The result at its sample or culture; or None, and the delivery says why it waits.

    The same result sent again under another key is the one we have. Raises BadReadings, KitMissing or UnknownMethod:
    what is wrong wherever it is placed goes back to the sender.
    """
    if posted.method:
        method = method_of(posted.method)
        read(method.form, posted.readings)
        if method.needs_kit and not posted.kit:
            raise KitMissing
    return placed(
        delivery,
        lambda: _place(posted.sample or posted.culture, delivery, posted, by),
        goes_back=(BadReadings, KitMissing),
        known=lambda refusal: _if_the_same(refusal, posted),
    )


def _place(code: str, delivery: Delivery, posted: PostedTest, by: User | Instrument) -> QCTest:
    marked = {
        "by": by,
        "instrument": delivery.instrument,
        "delivery": delivery,
        "source": Event.Source.INSTRUMENT,
        **posted.of_either,
    }
    kind = tidy_code(code)[: len(SAMPLE)]
    if posted.taken_at is None and kind == CULTURE:
        raise DeliveryHasNoMethod
    if posted.taken_at is None or kind == SAMPLE:
        tidy = _code_of_sample(code)
        _refuse_another_method(tidy, posted.method)
        return record_result(code=tidy, **marked)
    return record_test(culture_id=culture_of(code).pk, method=posted.method, at=posted.taken_at, **marked)


def _code_of_sample(code: str) -> str:
    tidy = tidy_code(code)
    if not (tidy.startswith(SAMPLE) and is_code(tidy)):
        raise NoSuchSample(code.strip())
    return tidy


def _refuse_another_method(code: str, method: str) -> None:
    test = QCTest.objects.standing().filter(code=code).first()
    if test and method and test.method != method:
        raise ResultOfAnotherMethod(test, method_of(method).title, method_of(test.method).title)


def _if_the_same(refusal: DomainError, posted: PostedTest) -> QCTest | None:
    """The result that stands, when this one says just what it says."""
    if not isinstance(refusal, ResultKnown):
        return None
    stands = QCTest.objects.standing().get(code=refusal.extra["test"])
    said = posted.of_either
    is_same = (
        not stands.findings.get(WITHDRAWN)
        and stands.readings == read(method_of(stands.method).form, posted.readings)
        and stands.resulted_at == posted.resulted_at
        and said["kit_id"] in (None, stands.kit_id)
        and said["kit_lot_id"] in (None, stands.kit_lot_id)
    )
    return stands if is_same else None


# --- the inbox --------------------------------------------------------------------------------------------------------


class PostedTests:
    """How the inbox deals with results (lims.instruments.handlers.Handler)."""

    noun = "test result"
    goes_to = "sample"

    def told(self, delivery: Delivery) -> list[tuple[str, str]]:
        posted = _posted(delivery)
        whose = [("Sample", posted.sample)] if posted.sample else [("Culture", posted.culture)]
        how = [("Method", METHODS[posted.method].title if posted.method in METHODS else posted.method)]
        taken = [("Taken", _when(posted.taken_at))] if posted.taken_at else []
        read_at = [*taken, ("Read", _when(posted.resulted_at))]
        readings = [("Readings", "; ".join(_in_words(posted.readings))[:MOST_SHOWN])]
        return [pair for pair in (*whose, *how, *readings, *read_at, ("Note", posted.note)) if pair[1]]

    def proposals(self, deliveries: Sequence[Delivery]) -> Mapping[int, list[Proposal]]:
        """Waiting samples and growing cultures whose code is one slip away, and waiting samples of the very culture."""
        posted = {delivery.pk: _posted(delivery) for delivery in deliveries}
        slips = {pk: codes_one_slip_away(tidy_code(one.sample or one.culture)) for pk, one in posted.items()}
        named = {tidy_code(one.culture) for one in posted.values() if one.culture}
        codes = set().union(*slips.values())
        waiting = list(_waiting_samples().filter(code__in=codes) | _waiting_samples().filter(culture__code__in=named))
        growing = list(Culture.objects.growing().filter(code__in=codes).select_related("line", "vessel"))
        return {pk: [*_proposed(one, slips[pk], waiting, growing)] for pk, one in posted.items()}

    def assign(self, *, delivery: Delivery, code: str, by: User) -> Taken:
        test = _place(code, delivery, _posted(delivery), by)
        return Taken(url=test.get_absolute_url(), message=f"The result now stands at {test.code}, {test.culture}.")


def _in_words(readings: Mapping[str, Any]) -> Iterable[str]:
    for name, value in readings.items():
        if isinstance(value, Mapping):  # alleles by marker
            yield from _in_words(value)
        else:
            yield f"{name} {value}"


def _waiting_samples() -> Any:
    pending = QCTest.objects.standing().filter(verdict=QCTest.Verdict.PENDING)
    return pending.select_related("culture__line", "culture__vessel").order_by("pk")


def _proposed(
    posted: PostedTest, slips: set[str], waiting: Iterable[QCTest], growing: Iterable[Culture]
) -> Iterable[Proposal]:
    for test in waiting:
        is_its_own = tidy_code(posted.culture) == test.culture.code and posted.method == test.method
        if test.code in slips or is_its_own:
            why = "of this culture, waits for its result" if is_its_own else "one sign differs"
            yield Proposal(test.code, f"{test.culture}, taken {_when(test.at)}", why)
    for culture in growing if posted.culture else ():
        if culture.code in slips:
            yield Proposal(culture.code, f"{culture.line} p{culture.passage_number}", "one sign differs")


def _posted(delivery: Delivery) -> PostedTest:
    said = json.loads(delivery.body, parse_float=Decimal)
    times: dict[str, Any] = {name: moment_sent(said.pop(name)) for name in ("taken_at", "resulted_at") if name in said}
    return PostedTest(readings=readings_as_text(said.pop("readings")), **times, **said)


def _when(at: datetime) -> str:
    return f"{lab_time(at):%a %d %b %Y, %H:%M %Z}"
