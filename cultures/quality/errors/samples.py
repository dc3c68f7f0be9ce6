"""Refusals about samples, their results, runs, kits and methods."""

from collections.abc import Sequence
from datetime import datetime

from cultures.passaging.errors import day, link, moment
from cultures.passaging.models import Culture
from cultures.quality.errors.words import opened, who
from cultures.quality.models import KitRecord, QCRun, QCTest
from lims.errors import DomainError


class UnknownMethod(DomainError):
    code = "unknown_method"

    def __init__(self, method: str) -> None:
        super().__init__(f"{method[:40]!r} is no method we test by. Choose one of the list.", field="method")


class MethodRetired(DomainError):
    code = "method_retired"

    def __init__(self, title: str, since: datetime) -> None:
        super().__init__(f"{title} was retired on {day(since)}. Choose another method.", field="method")


class BadReadings(DomainError):
    """A reading that is missing, impossible or unknown. `field` is the reading at fault."""

    code = "bad_readings"

    def __init__(self, sentence: str, field: str = "readings") -> None:
        super().__init__(sentence, field=field)


class KitMissing(DomainError):
    code = "kit_missing"

    def __init__(self) -> None:
        super().__init__("The cut-offs are those of the kit. Choose the record of the kit you used.", field="kit")


# --- when, and of which culture ---------------------------------------------------------------------------------------


class NotAliveThen(DomainError):
    """A sample dated before the seeding of its culture, or after its end: the cells were in another flask then."""

    code = "not_alive_then"

    def __init__(self, culture: Culture, at: datetime, alive: Sequence[Culture]) -> None:
        if culture.ended_at and at >= culture.seeded_at:
            what = f"{culture} ended on {moment(culture.ended_at)}, before this sample of {moment(at)}."
        else:
            what = f"{culture} was seeded on {moment(culture.seeded_at)}, after this sample of {moment(at)}."
        if alive:
            named = " and ".join(str(one) for one in alive[:3])
            what += f" Its cells were in {named} then. Record the sample there, or correct the time."
        else:
            what += " Correct the time."
        super().__init__(
            what,
            field="at",
            ways=tuple(link(one) for one in alive[:2]) or (link(culture),),
            extra={"culture": culture.code, "alive_then": [one.code for one in alive]},
        )


class NoCultureChosen(DomainError):
    code = "no_culture_chosen"

    def __init__(self) -> None:
        super().__init__("Choose the cultures that are sampled.", field="cultures")


class ResultBeforeSample(DomainError):
    code = "result_before_sample"

    def __init__(self, at: datetime, field: str = "resulted_at") -> None:
        super().__init__(f"The sample was taken on {moment(at)}. Its result comes after that.", field=field)


class ResultInTheFuture(DomainError):
    code = "in_the_future"

    def __init__(self, at: datetime, field: str = "resulted_at") -> None:
        super().__init__(f"{moment(at)} has not come yet. Enter when it was read.", field=field)


# --- known already ----------------------------------------------------------------------------------------------------


class ResultKnown(DomainError):
    """Somebody has entered the result of this sample."""

    code = "result_known"

    def __init__(self, test: QCTest) -> None:
        super().__init__(
            f"{test.code} has its result: {test.get_verdict_display()}, entered by {who(test.run_by or test.by)} on "
            f"{moment(test.recorded_at)}. If it is wrong, correct it with a reason.",
            ways=(opened(test), link(test.culture)),
            extra={"test": test.code, "verdict": test.verdict},
        )


class SampleKnown(DomainError):
    """The same culture, method and time: it waits for its result."""

    code = "sample_known"

    def __init__(self, test: QCTest) -> None:
        super().__init__(
            f"{test.code} was taken of {test.culture.code} at this time by {who(test.taken_by)} and waits for its "
            "result. Enter the result there.",
            field="at",
            ways=(opened(test),),
            extra={"test": test.code},
        )


class NoSuchSample(DomainError):
    code = "no_such_sample"

    def __init__(self, code: str) -> None:
        super().__init__(f"There is no sample {code[:20]}. Scan its label again.", field="code")


class DeliveryHasNoMethod(DomainError):
    """A posted result named a sample and nothing else, so it cannot begin one at a culture."""

    code = "delivery_has_no_method"

    def __init__(self) -> None:
        super().__init__(
            "This result says neither its method nor when the sample was taken. Assign it to the sample: Q-7K4QX.",
            field="code",
        )


class ResultOfAnotherMethod(DomainError):
    code = "result_of_another_method"

    def __init__(self, test: QCTest, said: str, wanted: str) -> None:
        super().__init__(
            f"This is a result of {said}; {test.code} waits for one of {wanted}. Assign it to another sample.",
            field="code",
            ways=(opened(test),),
        )


class ChangedMeanwhile(DomainError):
    code = "sample_changed_meanwhile"

    def __init__(self, test: QCTest) -> None:
        super().__init__(f"Someone else has just changed {test.code}. Look at it again.", ways=(opened(test),))


class SampleInRun(DomainError):
    code = "sample_in_run"

    def __init__(self, test: QCTest) -> None:
        super().__init__(
            f"{test.code} is read in run {test.run_id}, whose controls decide whether it counts. Enter the results of "
            "the run.",
            extra={"run": test.run_id},
        )


class NoResultYet(DomainError):
    code = "no_result_yet"

    def __init__(self, test: QCTest) -> None:
        super().__init__(f"{test.code} has no result yet. Enter it as one.", ways=(opened(test),))


class SampleWithdrawn(DomainError):
    code = "sample_withdrawn"

    def __init__(self, test: QCTest) -> None:
        super().__init__(f"{test.code} was withdrawn: {test.sentence} Take another sample.", ways=(opened(test),))


# --- runs -------------------------------------------------------------------------------------------------------------


class NoRunsOf(DomainError):
    code = "no_runs_of_this_method"

    def __init__(self, title: str) -> None:
        super().__init__(f"{title.capitalize()} is not read in runs. Take the samples one by one.", field="method")


class NoSuchRun(DomainError):
    code = "no_such_run"

    def __init__(self) -> None:
        super().__init__("There is no such run. Go back to the list of runs.", field="run")


class RunClosed(DomainError):
    code = "run_closed"

    def __init__(self, run: QCRun) -> None:
        if run.read_at:
            what = f"{run} was read on {moment(run.read_at)} by {who(run.read_by)}"
        else:
            what = f"{run} was abandoned"
        super().__init__(f"{what}. Correct single results with a reason, or start another run.", extra={"run": run.pk})


class RunTooLarge(DomainError):
    code = "run_too_large"

    def __init__(self, most: int) -> None:
        super().__init__(
            f"A plate holds {most} samples and two controls. Start a second run for the rest.", field="cultures"
        )


class NotInRun(DomainError):
    code = "not_in_run"

    def __init__(self, run: QCRun, code: str) -> None:
        super().__init__(f"{code[:20]} is no sample of run {run.pk}. Check the sheet of the run.", field=code[:20])


class ReadingsMissing(DomainError):
    code = "readings_missing"

    def __init__(self, codes: Sequence[str]) -> None:
        more = f" and {len(codes) - 5} more" if len(codes) > 5 else ""
        super().__init__(
            f"There are no readings of {', '.join(codes[:5])}{more}. Enter them, or withdraw those samples first.",
            field=codes[0],
            extra={"missing": list(codes)},
        )


# --- kits and methods -------------------------------------------------------------------------------------------------


class KitNameTaken(DomainError):
    code = "kit_name_taken"

    def __init__(self, kit: KitRecord) -> None:
        super().__init__(f"There is a record of {kit.name} already. Revise its cut-offs instead.", field="name")


class KitChangedMeanwhile(DomainError):
    code = "kit_changed_meanwhile"

    def __init__(self, newest: KitRecord) -> None:
        super().__init__(f"{who(newest.by)} has revised this kit: {newest}. Look at it, then change what is wrong.")


class KitUnchanged(DomainError):
    code = "kit_unchanged"

    def __init__(self) -> None:
        super().__init__("These are its cut-offs already. Change one, or keep them.")


class MethodNameTaken(DomainError):
    code = "method_name_taken"

    def __init__(self, title: str) -> None:
        super().__init__(f"There is a method named {title} already. Use it, or choose another name.", field="title")
