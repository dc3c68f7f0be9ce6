"""The screens of compounds, their salt forms and their stocks."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client

from cultures.compounds.models import Compound, Lot
from lims.clock import today
from tests.lab import compound, lot, manager, nothing_written, salt_form, stock, technician, viewer

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def at_bench(client: Client) -> Client:
    client.force_login(technician())
    client.get("/vessels/")  # the lab's settings are remembered from here on
    return client


@pytest.fixture
def as_manager(client: Client) -> Client:
    client.force_login(manager())
    return client


def text_of(client: Client, url: str) -> str:
    return " ".join(client.get(url).content.decode().replace("\u00a0", " ").split())


def test_the_usual_compounds_are_registered_with_one_tap(as_manager: Client):
    assert "Add the usual compounds" in text_of(as_manager, "/compounds/")
    for _ in range(2):
        assert as_manager.post("/compounds/usual/").status_code == 303
    assert Compound.objects.count() == 4
    assert "Add the usual compounds" not in text_of(as_manager, "/compounds/")


def test_a_compound_shows_its_limits_its_salt_forms_and_how_its_stocks_stand(at_bench: Client):
    salt_form()
    stock("lapatinib", "LAP-8", aliquots=10, aliquots_used=3, freeze_thaws=2, max_freeze_thaws=5)
    stock("lapatinib", "LAP-9", freeze_thaws=6, max_freeze_thaws=5)
    text = text_of(at_bench, compound("lapatinib").get_absolute_url())
    for shown in ("at most 0.5", "943.48", "4 d", "2 of 5", "7 left", "thawed 6 times, 5 allowed"):
        assert shown in text


def test_a_compound_costs_the_same_for_few_and_many_stocks(at_bench: Client, django_assert_max_num_queries):
    url = compound("lapatinib").get_absolute_url()
    stock("lapatinib", "D-0", salt_form=salt_form())
    with django_assert_max_num_queries(10) as few:
        at_bench.get(url)
    for number in range(1, 20):
        stock("lapatinib", f"D-{number}", salt_form=salt_form())
    with django_assert_max_num_queries(10) as many:
        assert at_bench.get(url).status_code == 200
    assert len(many) == len(few)


def test_limits_are_edited_on_screen_with_a_reason(as_manager: Client):
    url = f"{compound('lapatinib').get_absolute_url()}edit/"
    form = as_manager.get(url).context["form"]
    assert (form["max_dose"].value(), form["max_dose"].unit, form["redose_interval"].value()) == ("10000", "nM", "4 d")
    said = {"molar_mass_g_per_mol": "581.06", "max_dose": "5000", "max_vehicle_pct": "", "redose_interval": "3 d"}
    with nothing_written():
        assert as_manager.post(url, said).status_code == 422
    assert as_manager.post(url, said | {"reason": "as the paper did"}).status_code == 303
    changed = Compound.objects.get(name="lapatinib")
    assert (changed.max_dose, changed.max_vehicle_pct, changed.redose_interval) == (5000, None, 3 * DAY)


def test_a_salt_form_is_added_on_screen_and_once(as_manager: Client):
    url = f"{compound('lapatinib').get_absolute_url()}salt-forms/new/"
    said = {"name": "ditosylate monohydrate", "molar_mass_g_per_mol": "943.48"}
    assert as_manager.post(url, said).status_code == 303
    with nothing_written():
        assert as_manager.post(url, said).status_code == 422


def test_a_compound_is_registered_with_its_limits(as_manager: Client):
    said = {"name": "neratinib", "kind": "small_molecule", "vehicle": "DMSO", "max_dose": "1000"}
    assert as_manager.post("/compounds/new/", said | {"max_vehicle_pct": "0.1"}).status_code == 303
    assert Compound.objects.get(name="neratinib").max_dose == 1000
    assert as_manager.post("/compounds/new/", said | {"name": "x", "max_dose": "0"}).status_code == 422


def test_a_stock_is_registered_with_its_salt_form_and_aliquots(at_bench: Client):
    of = salt_form()
    said = {
        "kind": "drug_stock",
        "product": "lapatinib stock",
        "number": "LAP-8",
        "expires_on": (today() + 90 * DAY).isoformat(),
        "received_on": today().isoformat(),
        "compound": of.compound_id,
        "concentration": "10",
        "concentration_unit": "mg/mL",
        "vehicle": "DMSO",
    }
    with nothing_written():
        refused = at_bench.post("/lots/new/", said | {"salt_form": salt_form("free base").pk + 1_000})
    assert "salt_form" in refused.context["form"].errors
    details = {"salt_form": of.pk, "made_on": today().isoformat(), "aliquots": "20", "max_freeze_thaws": "5"}
    made_at = at_bench.post("/lots/new/", said | details)["Location"]
    text = text_of(at_bench, made_at)
    for shown in ("weighed as ditosylate monohydrate", "20 left of 20", "none yet", "Thaw a new aliquot"):
        assert shown in text
    assert "Same aliquot again" not in text


def test_a_stock_is_thawed_with_one_tap_and_a_double_tap_is_one_thaw(at_bench: Client):
    bottle = stock(aliquots=2, max_freeze_thaws=5)
    url = f"{bottle.get_absolute_url()}thaw/"
    first = {"aliquot": "new", "command_key": str(uuid4())}
    for _ in range(2):
        assert at_bench.post(url, first).status_code == 303
    assert at_bench.post(url, {"aliquot": "same", "command_key": str(uuid4())}).status_code == 303
    bottle.refresh_from_db()
    assert (bottle.aliquots_used, bottle.freeze_thaws) == (1, 2)
    assert "Same aliquot again" in text_of(at_bench, bottle.get_absolute_url())


def test_a_thaw_that_is_refused_says_the_way_on(at_bench: Client):
    spent = stock(aliquots=1, aliquots_used=1, freeze_thaws=1)
    url = f"{spent.get_absolute_url()}thaw/"
    with nothing_written():
        answer = at_bench.post(url, {"aliquot": "new"})
    assert answer.status_code == 422
    assert "Register a new stock" in answer.content.decode()
    with nothing_written():
        assert at_bench.post(url, {"aliquot": "half"}).status_code == 422


def test_a_stock_thawed_too_often_says_so_on_its_page(at_bench: Client):
    text = text_of(at_bench, stock(freeze_thaws=6, max_freeze_thaws=5).get_absolute_url())
    assert "Thawed 6 times, 5 allowed" in text
    assert "Doses from this aliquot are refused" in text


def test_thaws_are_corrected_on_screen_of_a_stock_alone(at_bench: Client):
    bottle, serum = stock(aliquots=9, aliquots_used=2, freeze_thaws=2), lot("FBS", kind=Lot.Kind.SERUM)
    form = at_bench.get(f"{bottle.get_absolute_url()}correct/").context["form"]
    assert (form["aliquots_used"].value(), form["aliquots"].value()) == ("2", "9")
    said = {
        "expires_on": "2099-12-31",
        "aliquots": "9",
        "aliquots_used": "1",
        "freeze_thaws": "",
        "reason": "miscounted",
    }
    assert at_bench.post(f"{bottle.get_absolute_url()}correct/", said).status_code == 303
    bottle.refresh_from_db()
    assert (bottle.aliquots_used, bottle.freeze_thaws) == (1, 0)
    assert "aliquots" not in at_bench.get(f"{serum.get_absolute_url()}correct/").context["form"].fields


def test_a_viewer_sees_stocks_and_neither_thaws_nor_edits(client: Client):
    bottle = stock()
    client.force_login(viewer())
    of = compound("lapatinib").get_absolute_url()
    for url in (f"{bottle.get_absolute_url()}thaw/", f"{of}edit/", f"{of}salt-forms/new/", "/compounds/usual/"):
        assert client.post(url).status_code == 403
    text = client.get(bottle.get_absolute_url()).content.decode()
    assert "Thaw a new aliquot" not in text
    assert "Dilute" in text
