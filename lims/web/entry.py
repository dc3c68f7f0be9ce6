"""The shape of every page that carries out one verb: a form in steps, the verb, a refusal with its ways on."""

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from django import forms
from django.http import HttpRequest, QueryDict

from lims.errors import DomainError
from lims.web.forms import BenchForm

Made = TypeVar("Made")
Steps = tuple[tuple[str, tuple[str, ...]], ...]  # title, names of the fields


class SteppedForm(BenchForm):
    """A form whose fields stand in titled steps; `lims/_steps.html` shows them."""

    STEPS: ClassVar[Steps] = ()

    @property
    def steps(self) -> list[tuple[str, list[forms.BoundField]]]:
        titled = ((title, [self[name] for name in names if name in self.fields]) for title, names in self.STEPS)
        return [(title, fields) for title, fields in titled if fields]

    def command(self) -> dict[str, Any]:
        """The service's arguments, as the form's fields are named."""
        return {name: value for name, value in self.cleaned_data.items() if name != "command_key"}


def sent(request: HttpRequest) -> QueryDict | None:
    """What was posted; None while the page is only looked at."""
    return request.POST if request.method == "POST" else None


def carried_out(form: BenchForm, verb: Callable[[], Made]) -> Made | None:
    """What the verb made of a sound form. None when there is something to show again: errors, or a refusal."""
    if not form.is_valid():
        return None
    try:
        return verb()
    except DomainError as refusal:
        form.refuse(refusal)
        return None
