"""What reversion tests refuse."""

from cultures.dosing.models import ResistanceModel, ReversionCheck, ReversionTest
from cultures.passaging.errors import day, link
from cultures.passaging.models import Culture
from lims.errors import DomainError


class NotOfTheModel(DomainError):
    code = "not_of_the_model"

    def __init__(self, culture: Culture, model: ResistanceModel) -> None:
        super().__init__(
            f"{culture.code} does not come from a treated flask of {model}. Take a daughter of one, without drug.",
            field="culture",
            ways=(link(culture),),
        )


class ControlRevertsNothing(DomainError):
    code = "control_reverts_nothing"

    def __init__(self, culture: Culture) -> None:
        super().__init__(
            f"{culture.code} is the vehicle control and was never in the drug. Take a daughter of a treated flask.",
            field="culture",
            ways=(link(culture),),
        )


class StillInTheDrug(DomainError):
    code = "still_in_the_drug"

    def __init__(self, culture: Culture) -> None:
        super().__init__(
            f"{culture.code} is in the drug. A reversion test begins with cells in medium without it: feed it first, "
            "or take a daughter seeded without.",
            field="culture",
            ways=(("Feed it", f"{culture.get_absolute_url()}feed/"),),
        )


class UnderTestAlready(DomainError):
    code = "under_test_already"

    def __init__(self, culture: Culture, test: ReversionTest) -> None:
        super().__init__(
            f"{culture.code} has been in a reversion test since {day(test.started_at)}. End that one first.",
            field="culture",
            ways=(("Open the model", test.model.get_absolute_url()),),
        )


class WeeksUnusable(DomainError):
    code = "weeks_unusable"

    def __init__(self) -> None:
        super().__init__("Write the weeks as whole numbers that rise, from 1 to 520: 4, 8, 12.", field="weeks")


class TestEnded(DomainError):
    code = "test_ended"

    def __init__(self, test: ReversionTest) -> None:
        super().__init__(f"This reversion test ended on {day(test.ended_at)}: {test.ended_reason}.")  # type: ignore[arg-type]  # ended, or it would not be refused


class CheckSettled(DomainError):
    code = "check_settled"

    def __init__(self, check: ReversionCheck) -> None:
        super().__init__(f"Week {check.week} was settled already: {check.note}. Reload to see it.")
