"""Refusals about contamination traces."""

from collections.abc import Sequence

from cultures.passaging.errors import link
from cultures.passaging.models import Culture
from cultures.quality.models import QCTest
from lims.errors import DomainError

SAYS = {
    QCTest.Verdict.PASS: "is clean",
    QCTest.Verdict.INVALID: "was invalid, take the sample again",
    QCTest.Verdict.PENDING: "has no result yet",
}


class NothingToTrace(DomainError):
    """Only a standing result that failed, or was suspicious, of a culture that there was."""

    code = "nothing_to_trace"

    def __init__(self, test: QCTest) -> None:
        if test.withdrawn_at:
            sentence = f"This result of sample {test.code} was corrected. Reload to trace from the one that stands."
        elif test.verdict in SAYS:
            sentence = f"Sample {test.code} {SAYS[QCTest.Verdict(test.verdict)]}: there is no contamination to trace."
        else:
            sentence = f"{test.culture.code} was entered in error. Correct sample {test.code} to its culture first."
        super().__init__(sentence, ways=((f"Open {test.code}", test.get_absolute_url()),))


class NotReached(DomainError):
    code = "not_reached"

    def __init__(self, cultures: Sequence[Culture], test: QCTest) -> None:
        named = ", ".join(culture.code for culture in cultures[:5]) or "What you chose"
        more = f" and {len(cultures) - 5} more" if len(cultures) > 5 else ""
        super().__init__(
            f"{named}{more}: not reached by the trace from {test.code} as it is now. Reload the trace, or put them "
            "apart by themselves.",
            field="cultures",
            ways=tuple(link(culture) for culture in cultures[:2]),
            extra={"cultures": [culture.code for culture in cultures]},
        )
