"""What is referenced cannot be deleted, by whichever way one tries: every foreign key of every model."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import Error, connection, models, transaction
from django.db.models import PROTECT, ProtectedError
from django.test import Client

from lims.audit.tables import watched_models
from tests.lab import manager
from tests.lims.audit.instances import saved

pytestmark = pytest.mark.django_db
OURS = ("lims", "cultures", "assays")
# What else a record needs once this link of it is filled.
A_STOCK = {"kind": "drug_stock", "concentration": 1, "concentration_unit": "mM", "vehicle": "DMSO"}
WITH: dict[str, dict[str, Any]] = {
    "cultures.Lot.compound": A_STOCK,
    "cultures.Lot.salt_form": A_STOCK,
    "cultures.Allocation.daughter": {"kind": "daughter"},
    "cultures.SharedDonor.other_line": {"other_accession": ""},
    "cultures.STRProfile.line": {"kind": "reference"},
}
CORRECTED = {"reason": "read again"}


def links() -> Iterator[models.ForeignKey]:
    """Of the lab's records; tables that are derived from them may follow what they hang from."""
    for model in watched_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, models.ForeignKey) and model._meta.app_label in OURS and not model._meta.auto_created:
                yield field


LINKS = list(links())


@pytest.mark.parametrize("link", LINKS, ids=str)
def test_every_link_protects_what_it_points_to(link: models.ForeignKey):
    assert link.remote_field.on_delete is PROTECT


@pytest.mark.parametrize("link", LINKS, ids=str)
def test_a_referenced_record_is_not_deleted_by_any_way(link: models.ForeignKey):
    target = referenced(link)
    model = type(target)
    for attempt in (target.delete, model._default_manager.filter(pk=target.pk).delete):
        with pytest.raises((ProtectedError, Error)), transaction.atomic():
            attempt()
    with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {model._meta.db_table} WHERE {model._meta.pk.column} = %s", [target.pk])
    assert model._default_manager.filter(pk=target.pk).exists()


def referenced(link: models.ForeignKey) -> models.Model:
    """A record that another points to by this link."""
    holder = saved(link.model)
    if (target := getattr(holder, link.name)) is not None:
        return target
    target = saved(link.related_model)
    others = CORRECTED if link.name == "supersedes" else WITH.get(str(link), {})
    if str(link) == "cultures.Lot.salt_form":
        others = others | {"compound": target.compound}
    if str(link) == "cultures.STRProfile.test":
        others = others | {"kind": "sample", "line": target.culture.line}
    saved(link.model, **{link.name: target, **others})
    return target


PAGES = ["/lines/1/", "/places/P-1/", "/lots/L-1/", "/recipes/1/", "/compounds/1/", "/vessels/1/retire/"]


@pytest.mark.parametrize("url", PAGES)
def test_no_page_takes_a_delete(url: str, client: Client):
    client.force_login(manager())
    assert client.delete(url).status_code == 405
