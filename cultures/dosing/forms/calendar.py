"""When a thing that is due is to be done instead, and why."""

from cultures.passaging.forms.fields import LabTimeField
from lims.web.entry import SteppedForm
from lims.web.fields import CleanCharField


class RescheduleForm(SteppedForm):
    STEPS = (("New time", ("moved_to",)), ("Why", ("reason",)))

    moved_to = LabTimeField(label="Day and time", help_text="Today or later, at most 60 days from when it is due.")
    reason = CleanCharField(label="Reason", max_length=300, help_text="It stands beside it on the calendar.")
