"""A whole run that an instrument posted, with its controls: entered in its run, or left in the inbox."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from cultures.passaging.deliveries import moment_sent
from cultures.passaging.models import Event
from cultures.quality.deliveries import readings_as_text
from cultures.quality.errors.samples import BadReadings, NoSuchSample, RunClosed
from cultures.quality.methods import method_of
from cultures.quality.methods.base import read
from cultures.quality.models import QCRun, QCTest
from cultures.quality.services.runs import enter_results
from lims.accounts.models import User
from lims.clock import lab_time
from lims.codes import tidy_code
from lims.instruments.handlers import Proposal, Taken, placed
from lims.instruments.models import Delivery, Instrument

ROUTE = "runs"
MOST_SHOWN = 8_000  # signs: the readings of a full plate, for whoever has to type them


@dataclass(frozen=True, kw_only=True)
class PostedRun:
    """The controls of a run, and the readings of its samples by their codes."""

    run: int
    controls: Mapping[str, Any]
    readings: Mapping[str, Mapping[str, Any]]
    read_at: datetime

    @property
    def codes(self) -> set[str]:
        return {tidy_code(code) for code in self.readings}


def place_run(*, delivery: Delivery, posted: PostedRun, by: Instrument) -> QCRun | None:
    """The run with its results; or None, and the delivery says why it waits.

    The same results sent again under another key are those we have. Raises BadReadings: what is wrong wherever it is
    entered goes back to the sender.
    """
    return placed(
        delivery,
        lambda: _place(posted.run, delivery, posted, by),
        goes_back=(BadReadings,),
        known=lambda refusal: _if_the_same(posted) if isinstance(refusal, RunClosed) else None,
    )


def _place(run_id: int, delivery: Delivery, posted: PostedRun, by: User | Instrument) -> QCRun:
    return enter_results(
        run_id=run_id,
        controls=posted.controls,
        readings=posted.readings,
        read_at=posted.read_at,
        by=by,
        instrument=delivery.instrument,
        delivery=delivery,
        source=Event.Source.INSTRUMENT,
    )


def _if_the_same(posted: PostedRun) -> QCRun | None:
    """The run as it stands, when this delivery says just what it says."""
    run = QCRun.objects.get(pk=posted.run)
    if run.read_at != posted.read_at:
        return None
    method = method_of(run.method)
    assert method.controls  # it was read
    stands = dict(QCTest.objects.standing().filter(run=run).values_list("code", "readings"))
    said = {tidy_code(code): read(method.form, readings) for code, readings in posted.readings.items()}
    is_same = run.controls == read(method.controls, posted.controls) and stands == said
    return run if is_same else None


# --- the inbox --------------------------------------------------------------------------------------------------------
class PostedRuns:
    """How the inbox deals with runs (lims.instruments.handlers.Handler). A run is found by the code of any sample."""

    noun = "run"
    goes_to = "run"

    def told(self, delivery: Delivery) -> list[tuple[str, str]]:
        posted = _posted(delivery)
        samples = "; ".join(f"{code}: {_in_words(said)}" for code, said in posted.readings.items())
        read_at = f"{lab_time(posted.read_at):%a %d %b %Y, %H:%M %Z}"
        told = [("Run", str(posted.run)), ("Controls", _in_words(posted.controls)), ("Samples", samples[:MOST_SHOWN])]
        return [*told, ("Read", read_at)]

    def proposals(self, deliveries: Sequence[Delivery]) -> Mapping[int, list[Proposal]]:
        """Open runs with samples that were named. One query."""
        posted = {delivery.pk: _posted(delivery) for delivery in deliveries}
        codes = set().union(*(one.codes for one in posted.values()))
        of_open_runs = QCTest.objects.standing().filter(code__in=codes, run__state=QCRun.State.OPEN)
        waiting = list(of_open_runs.select_related("run").order_by("run", "code"))
        return {pk: [*_proposed(one, waiting)] for pk, one in posted.items()}

    def assign(self, *, delivery: Delivery, code: str, by: User) -> Taken:
        test = QCTest.objects.standing().filter(code=tidy_code(code), run__isnull=False).first()
        if test is None or test.run_id is None:
            raise NoSuchSample(code)
        run = _place(test.run_id, delivery, _posted(delivery), by)
        return Taken(url=run.get_absolute_url(), message=f"The results now stand in {run}. {run.sentence}")


def _proposed(posted: PostedRun, waiting: Iterable[QCTest]) -> Iterable[Proposal]:
    for run, tests in groupby((test for test in waiting if test.code in posted.codes), key=lambda test: test.run):
        assert run
        named = [test.code for test in tests]
        label = f"{run}, started {lab_time(run.started_at):%a %d %b %Y, %H:%M %Z}"
        yield Proposal(named[0], label, f"{len(named)} of {len(posted.readings)} samples are its own")


def _in_words(said: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in said.items())


def _posted(delivery: Delivery) -> PostedRun:
    said = json.loads(delivery.body, parse_float=Decimal)
    return PostedRun(
        run=int(said["run"]),
        controls=readings_as_text(said["controls"]),
        readings={code: readings_as_text(light) for code, light in said["readings"].items()},
        read_at=moment_sent(said["read_at"]),
    )
