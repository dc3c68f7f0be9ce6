"""What is asked about a kind of vessel."""

from decimal import Decimal

from lims.web.entry import SteppedForm
from lims.web.fields import CleanCharField
from lims.web.forms import NumberField


class VesselForm(SteppedForm):
    STEPS = (("What it is", ("name",)), ("Size", ("growth_area_cm2", "working_volume_ml")))

    name = CleanCharField(max_length=20, help_text="As people say it: T75, 6-well")
    growth_area_cm2 = NumberField(
        label="Growth area",
        unit="cm²",
        least=Decimal("0.01"),
        most=99_999,
        places=2,
        help_text="Of one well, for plates",
    )
    working_volume_ml = NumberField(
        label="Medium",
        unit="mL",
        least=Decimal("0.01"),
        most=99_999,
        places=2,
        help_text="The usual volume, of one well for plates",
    )
