"""What is asked about a place."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from cultures.places.models import Place
from lims.web.entry import SteppedForm
from lims.web.fields import CleanCharField, field_of

NAME_HELP = "As people say it, without the room: Incubator 1, shelf A"


def standing_holders() -> QuerySet[Place]:
    """Places that other places can stand in."""
    return Place.objects.filter(retired_at=None, kind__in=["site", "room", "incubator"]).order_by("full_name")


class PlaceForm(SteppedForm):
    STEPS = (("What it is", ("kind", "name")), ("Where it stands", ("parent",)))

    kind = forms.ChoiceField(choices=Place.Kind, help_text="Shelves stand in incubators; hoods and incubators in rooms")
    name = CleanCharField(max_length=60, help_text=NAME_HELP)
    parent = forms.ModelChoiceField(
        Place.objects.none(),
        label="In",
        required=False,
        empty_label="nothing: it is a site",
        help_text="The place around it",
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field_of(self, "parent", forms.ModelChoiceField).queryset = standing_holders()

    def command(self) -> dict[str, Any]:
        values = super().command()
        parent = values.pop("parent")
        return values | {"parent_id": parent.pk if parent else None}


class RenameForm(SteppedForm):
    STEPS = (("New name", ("name",)),)

    name = CleanCharField(max_length=60, help_text=f"{NAME_HELP}. All places in it are named anew with it.")
