"""Mechanism notes on the page of a model, and mechanisms behind the search box."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from cultures.dosing.mechanism_selectors import mechanisms_matching, notes_on, with_models
from cultures.dosing.models import Mechanism, ResistanceModel
from cultures.dosing.vocabulary import keys_of
from cultures.lines.names import search_key
from lims.web.panels import register_panel
from lims.web.scanning import ROWS_PER_GROUP, Hit, register_searcher

NOTES = "cultures/dosing/mechanisms/panel.html"


def notes_of_model(request: HttpRequest, model: ResistanceModel) -> dict[str, Any]:
    return {"model": model, "notes": notes_on(model)}


def mechanisms_for(words: str) -> Iterable[Hit]:
    """The words of the vocabulary that fit; p27 finds p27 (CDKN1B) exactly."""
    key = search_key(words)
    fitting = [one.pk for one in mechanisms_matching(words)]
    for one in with_models(Mechanism.objects.filter(pk__in=fitting))[:ROWS_PER_GROUP] if fitting else ():
        address = reverse("cultures:mechanism", args=[one.pk])
        yield Hit(one.name, address, _held(one), is_exact=key in keys_of(one.name))


def _held(mechanism: Any) -> str:
    """Of a mechanism `with_models`: "HER2 itself, of 3 models"."""
    models = mechanism.suspected + mechanism.supported + mechanism.refuted
    return f"{mechanism.group}, noted for {models} {'model' if models == 1 else 'models'}"


def register() -> None:
    register_panel("model", template=NOTES, build=notes_of_model, place=60)
    register_searcher("Mechanisms", mechanisms_for)
