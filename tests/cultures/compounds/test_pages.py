"""The screens of lots, recipes, compounds and vessels."""

from datetime import timedelta

import pytest
from django.test import Client

from cultures.compounds.models import Compound, Lot, MediumRecipe
from cultures.compounds.services import register_lot
from lims.clock import now, today
from lims.codes import new_codes
from tests.lab import (
    compound,
    drug,
    fed,
    growing,
    harvest,
    lot,
    manager,
    nothing_written,
    recipe,
    stock,
    technician,
    trypsin,
    viewer,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
BOTTLE = {"kind": "serum", "product": "FBS", "number": "F-1", "expires_on": (now() + 300 * DAY).date().isoformat()}


@pytest.fixture
def at_bench(client: Client) -> Client:
    client.force_login(technician())
    client.get("/compounds/")  # the lab's settings are remembered from here on
    return client


@pytest.fixture
def as_manager(client: Client) -> Client:
    client.force_login(manager())
    return client


def bottles(how_many: int) -> None:
    Lot.objects.bulk_create(
        Lot(code=code, kind="kit", product="K", number=code, expires_on=today(), received_on=today(), opened_on=today())
        for code in new_codes("L", how_many)
    )


@pytest.mark.parametrize("query", ["", "?in_use=1", "?q=K", "?kind=kit&sort=expires", "?expiring=1"])
def test_the_list_of_lots_costs_the_same_at_10_and_at_200(query: str, at_bench: Client, django_assert_max_num_queries):
    bottles(10)
    with django_assert_max_num_queries(12) as few:
        at_bench.get(f"/lots/{query}")
    bottles(190)
    with django_assert_max_num_queries(12) as many:
        assert at_bench.get(f"/lots/{query}").status_code == 200
    assert len(many) == len(few)


def test_recipes_cost_the_same_at_10_and_at_200(at_bench: Client, django_assert_max_num_queries):
    MediumRecipe.objects.bulk_create(MediumRecipe(name=f"R{number}", version=1) for number in range(10))
    with django_assert_max_num_queries(12) as few:
        at_bench.get("/recipes/")
    MediumRecipe.objects.bulk_create(MediumRecipe(name=f"S{number}", version=1) for number in range(190))
    with django_assert_max_num_queries(12) as many:
        assert at_bench.get("/recipes/").status_code == 200
    assert len(many) == len(few)


def test_a_lot_is_registered_and_put_in_use_with_one_form(at_bench: Client):
    answer = at_bench.post("/lots/new/", {**BOTTLE, "received_on": today().isoformat(), "is_open": "on"})
    made = Lot.objects.get(number="F-1")
    assert (answer.status_code, answer["Location"]) == (303, f"/lots/{made.code}/")
    assert made.opened_on == today()


def test_lots_are_opened_finished_and_corrected_on_screen(at_bench: Client):
    made = register_lot(kind="serum", product="FBS", number="1", expires_on=today() + 9 * DAY, by=technician())
    at = made.get_absolute_url()
    assert at_bench.post(f"{at}open/").status_code == 303
    corrected = {"expires_on": (today() + 30 * DAY).isoformat(), "maker": "Gibco", "reason": "misread"}
    assert at_bench.post(f"{at}correct/", corrected).status_code == 303
    assert at_bench.post(f"{at}finish/").status_code == 303
    made.refresh_from_db()
    assert (made.opened_on, made.finished_on, made.maker) == (today(), today(), "Gibco")
    assert at_bench.get(f"{at}label/")["Content-Type"] == "application/pdf"


def test_an_expired_lot_cannot_be_opened_and_the_page_says_what_to_do(at_bench: Client):
    old = lot(number="old", expires_on=today() - DAY, opened_on=None)
    with nothing_written():
        answer = at_bench.post(f"{old.get_absolute_url()}open/")
    assert answer.status_code == 422
    assert "Take another lot" in answer.content.decode()
    assert "expired 1 d ago" in answer.content.decode().lower()


@pytest.mark.parametrize("written", ["03/04/2026", "29.02.2027", "2026-02-30", "1026-01-01", "tomorrow", "9999-01-01"])
def test_a_day_that_is_ambiguous_or_cannot_be_is_refused(written: str, at_bench: Client):
    with nothing_written():
        answer = at_bench.post("/lots/new/", {**BOTTLE, "expires_on": written, "received_on": today().isoformat()})
    assert answer.status_code == 422


def test_a_lot_shows_the_cultures_it_went_into(at_bench: Client):
    in_medium, with_drug = growing("SKBR3"), growing("BT474")
    fed(with_drug, drugs=[drug("lapatinib", 100)])
    harvested = growing("MCF7")
    harvest(harvested, dissociation_lot_ids=(trypsin().pk,))
    shown = {
        product: at_bench.get(product.get_absolute_url()).content.decode()
        for product in (lot("DMEM"), stock(), trypsin())
    }
    assert in_medium.code in shown[lot("DMEM")]
    assert with_drug.code in shown[stock()]
    assert in_medium.code not in shown[stock()]
    assert harvested.code in shown[trypsin()]


def test_the_uses_of_a_lot_cost_the_same_for_few_and_many(at_bench: Client, django_assert_max_num_queries):
    growing()
    growing()
    with django_assert_max_num_queries(15) as few:
        at_bench.get(lot("DMEM").get_absolute_url())
    for _ in range(10):
        growing()
    with django_assert_max_num_queries(15) as many:
        at_bench.get(lot("DMEM").get_absolute_url())
    assert len(many) == len(few)


def rows(*components: tuple[str, str, str, str]) -> dict[str, str]:
    said = {"component-TOTAL_FORMS": str(len(components)), "component-INITIAL_FORMS": "0"}
    for number, values in enumerate(components):
        for name, value in zip(("kind", "product", "amount", "unit"), values, strict=True):
            said[f"component-{number}-{name}"] = value
    return said


def test_a_recipe_is_registered_and_revised_on_screen(as_manager: Client):
    dmem, fbs = ("medium", "DMEM", "90", "% v/v"), ("serum", "FBS", "10", "% v/v")
    blank = ("medium", "", "", "% v/v")
    assert (
        as_manager.post("/recipes/new/", {"name": "DMEM + FBS", "note": "", **rows(dmem, fbs, blank)}).status_code
        == 303
    )
    first = MediumRecipe.objects.get()
    said = {"note": "serum is short", **rows(dmem, ("serum", "FBS", "5", "% v/v"))}
    answer = as_manager.post(f"/recipes/{first.pk}/revise/", said)
    second = MediumRecipe.objects.get(version=2)
    assert answer["Location"] == f"/recipes/{second.pk}/"
    text = as_manager.get(answer["Location"]).content.decode()
    assert "FBS 5 % v/v, was 10 % v/v" in text
    assert "serum is short" in text
    assert as_manager.post(f"/recipes/{first.pk}/retire/").status_code == 303


@pytest.mark.parametrize(
    ("components", "sentence"),
    [
        ([("medium", "DMEM", "", "% v/v")], "Write how much."),
        ([("medium", "", "90", "% v/v")], "Write which product."),
        ([("medium", "DMEM", "1,5", "% v/v")], "ambiguous"),
        ([("medium", "", "", "% v/v")], "at least one component"),
        ([("medium", "DMEM", "0", "% v/v")], "above zero"),
    ],
)
def test_a_recipe_that_says_too_little_is_422(components: list, sentence: str, as_manager: Client):
    with nothing_written():
        answer = as_manager.post("/recipes/new/", {"name": "X", "note": "", **rows(*components)})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_more_rows_than_a_recipe_has_are_refused(as_manager: Client):
    said = {"name": "X", "component-TOTAL_FORMS": "1000000", "component-INITIAL_FORMS": "0"}
    assert as_manager.post("/recipes/new/", said).status_code == 422


def test_a_compound_is_registered_and_shows_its_stocks(as_manager: Client):
    said = {"name": "neratinib", "kind": "small_molecule", "vehicle": "DMSO", "molar_mass_g_per_mol": "557.04"}
    assert as_manager.post("/compounds/new/", said).status_code == 303
    assert Compound.objects.get(name="neratinib").unit == "nM"
    stock("lapatinib", "S-9")
    assert "S-9" in as_manager.get(compound("lapatinib").get_absolute_url()).content.decode()


def test_the_vessel_catalogue_is_filled_and_kept_on_screen(as_manager: Client):
    assert "Add the usual vessels" in as_manager.get("/vessels/").content.decode()
    assert as_manager.post("/vessels/usual/").status_code == 303
    said = {"name": "T225", "growth_area_cm2": "225", "working_volume_ml": "45"}
    assert as_manager.post("/vessels/new/", said).status_code == 303
    assert as_manager.post("/vessels/new/", said).status_code == 422
    assert "T225" in as_manager.get("/vessels/").content.decode()


@pytest.mark.parametrize("url", ["/lots/", "/recipes/", "/compounds/", "/vessels/", "/places/", "/lines/"])
def test_every_list_says_what_to_do_when_it_is_empty_and_exports_as_csv(url: str, client: Client):
    client.force_login(viewer())
    assert client.get(url).status_code == 200
    answer = client.get(f"{url}csv/")
    assert b"".join(answer.streaming_content).count(b"\r\n") == 1
    client.force_login(manager())
    assert 'class="empty"' in client.get(url).content.decode()


def test_a_viewer_looks_but_does_not_touch(client: Client):
    bottle = lot()
    client.force_login(viewer())
    verbs = [f"{bottle.get_absolute_url()}{verb}/" for verb in ("open", "finish", "correct")]
    for url in [
        *verbs,
        "/lots/new/",
        "/recipes/new/",
        f"/recipes/{recipe().pk}/revise/",
        "/compounds/new/",
        "/vessels/usual/",
    ]:
        assert client.post(url).status_code == 403
    assert client.get(bottle.get_absolute_url()).status_code == 200


def test_a_scanned_bottle_opens_its_lot(at_bench: Client):
    assert at_bench.get("/scan", {"q": lot().code})["Location"] == lot().get_absolute_url()
