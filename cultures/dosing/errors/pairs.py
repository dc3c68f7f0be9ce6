"""What is refused when both arms of a ladder are handled together."""

from cultures.passaging.models import Culture
from lims.errors import DomainError

ALIKE = {"recipe", "lots", "drugs", "without_drug", "override", "vessel", "place", "keeper"}  # said once for both arms
PLANNED = {"daughters", "at"}  # said once too, but what is wrong with it may be so in one arm alone


def arm_key(culture: Culture) -> str:
    """Before the names of an arm's own fields: treated-live, control-live."""
    return "treated" if culture.arm == Culture.Arm.TREATED else "control"


def of_arm(culture: Culture, sentence: str) -> str:
    """A sentence with the arm it is about: Control C-9MM2R: Viability is 61.0 %, below the lab's 85 %."""
    code = "" if culture.code in sentence else f" {culture.code}"
    return f"{arm_key(culture).capitalize()}{code}: {sentence}"


class OfOneArm(DomainError):
    """What one arm's own verb refused, with the arm named; its code, ways on and numbers stay."""

    def __init__(self, culture: Culture, refusal: DomainError) -> None:
        field = refusal.field
        own = field is not None and field not in ALIKE | PLANNED
        super().__init__(
            of_arm(culture, refusal.sentence),
            field=f"{arm_key(culture)}-{field}" if own else field,
            ways=refusal.ways,
            extra=refusal.extra | {"arm": arm_key(culture), "culture": culture.code},
        )
        self.code, self.refusal = refusal.code, refusal


class RatioInAPair(DomainError):
    code = "ratio_in_a_pair"

    def __init__(self) -> None:
        super().__init__(
            "A split ratio gives each arm its own number of cells, and then they cannot be compared. "
            "Say cells or a density: both arms get the same.",
            field="by",
        )
