"""The registry's screens: list, page, forms."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from cultures.lines.models import CellLine, LineName, MolecularFeature
from cultures.lines.services import derive_subline, register_line, retire_line
from tests.lab import growing, line, manager, nothing_written, technician, viewer

pytestmark = pytest.mark.django_db
LEAST = {"name": "X1", "species": "Homo sapiens", "biosafety_level": "1", "growth_mode": "adherent"}


@pytest.fixture
def as_manager(client: Client) -> Client:
    client.force_login(manager())
    client.get("/lines/")  # the lab's settings are remembered from here on
    return client


def many(how_many: int) -> None:
    """Parental lines, each with a synonym, a feature and a subline."""
    parents = CellLine.objects.bulk_create(CellLine(name=f"L{number:04}") for number in range(how_many))
    CellLine.objects.bulk_create(CellLine(name=f"{parent.name}-R", parent=parent) for parent in parents)
    LineName.objects.bulk_create(LineName(line=one, name=one.name, key=one.name) for one in parents)
    LineName.objects.bulk_create(LineName(line=one, name=f"{one.name} b", key=f"{one.name}B") for one in parents)
    MolecularFeature.objects.bulk_create(MolecularFeature(line=one, gene="HER2", state="amplified") for one in parents)


def queries(client: Client, url: str, django_assert_max_num_queries: DjangoAssertNumQueries) -> int:
    with django_assert_max_num_queries(25) as made:
        assert client.get(url).status_code == 200
    return len(made)


@pytest.mark.parametrize("query", ["", "?q=L0", "?her2=amplified", "?sort=-growing", "?derived=1"])
def test_the_list_costs_the_same_at_10_and_at_200_lines(query: str, as_manager: Client, django_assert_max_num_queries):
    many(10)
    few = queries(as_manager, f"/lines/{query}", django_assert_max_num_queries)
    many_more = [CellLine(name=f"M{number:04}") for number in range(190)]
    parents = CellLine.objects.bulk_create(many_more)
    LineName.objects.bulk_create(LineName(line=one, name=one.name, key=f"{one.name}L0") for one in parents)
    assert queries(as_manager, f"/lines/{query}", django_assert_max_num_queries) == few


def test_a_page_costs_the_same_with_few_and_many_sublines(as_manager: Client, django_assert_max_num_queries):
    parent = line("BT474")
    CellLine.objects.bulk_create(CellLine(name=f"A{number}", parent=parent) for number in range(2))
    few = queries(as_manager, parent.get_absolute_url(), django_assert_max_num_queries)
    CellLine.objects.bulk_create(CellLine(name=f"B{number}", parent=parent) for number in range(50))
    assert queries(as_manager, parent.get_absolute_url(), django_assert_max_num_queries) == few


def test_searching_shows_the_exact_name_first_and_says_so(as_manager: Client):
    parental = register_line(name="BT474", by=manager())
    derive_subline(parent_id=parental.pk, name="BT474 A3", by=manager())
    text = as_manager.get("/lines/", {"q": "bt-474"}).content.decode()
    assert text.count("exactly") == 1
    assert text.index("exactly") < text.index("BT474 A3")


def test_the_list_is_filtered_by_what_is_known_of_a_gene(as_manager: Client):
    register_line(name="BT474", features=[("HER2", "amplified"), ("PIK3CA", "K111N")], by=manager())
    register_line(name="MCF7", features=[("HER2", "not amplified")], by=manager())
    assert "MCF7" not in as_manager.get("/lines/?her2=amplified").content.decode()
    assert "BT474" in as_manager.get("/lines/?pik3ca=K111N").content.decode()


def test_retired_lines_are_shown_only_when_asked_for(as_manager: Client):
    retire_line(line_id=line("MCF7").pk, by=manager())
    assert "MCF7" not in as_manager.get("/lines/").content.decode()
    assert "MCF7" in as_manager.get("/lines/?retired=1").content.decode()


def test_a_line_is_registered_with_names_features_ranges_and_durations(as_manager: Client):
    said = {
        "name": "SKBR3",
        "synonyms": "SK-BR-3\nSloan 3",
        "features": "HER2 amplified\nPIK3CA wild type",
        "rrid": "cvcl_0033",
        "species": "Homo sapiens",
        "biosafety_level": "1",
        "growth_mode": "adherent",
        "split_ratio_min": "2",
        "split_ratio_max": "4",
        "seeding_density_min_per_cm2": "2e4",
        "seeding_density_max_per_cm2": "3e4",
        "passage_interval": "7 d",
        "reference_doubling_time": "38 h",
    }
    answer = as_manager.post("/lines/new/", said)
    made = CellLine.objects.get(name="SKBR3")
    assert (answer.status_code, answer["Location"]) == (303, f"/lines/{made.pk}/")
    assert made.seeding_density_min_per_cm2 == 20_000
    assert made.passage_interval.days == 7
    assert [str(feature) for feature in made.features.order_by("pk")] == ["HER2 amplified", "PIK3CA wild type"]
    assert [str(name) for name in made.names.order_by("pk")] == ["SKBR3", "Sloan 3"]


def test_a_duplicate_is_answered_with_422_the_sentence_and_a_link_and_keeps_what_was_typed(as_manager: Client):
    holder = register_line(name="SKBR3", by=manager())
    with nothing_written():
        answer = as_manager.post(
            "/lines/new/",
            {"name": "SK-Br-3", "species": "Homo sapiens", "biosafety_level": "1", "growth_mode": "adherent"},
        )
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "SK-Br-3 is registered already" in text
    assert f'href="/lines/{holder.pk}/"' in text
    assert 'value="SK-Br-3"' in text


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("split_ratio_min", "1,5", "ambiguous"),
        ("split_ratio_min", "NaN", "not a number"),
        ("seeding_density_min_per_cm2", "20 000", "without blanks"),
        ("seeding_density_min_per_cm2", "1e999", "beyond anything"),
        ("seeding_density_min_per_cm2", "1.5", "not a whole number"),
        ("passage_interval", "7", "with its unit"),
        ("passage_limit", "-3", "negative"),
        ("tissue", "breast\x00", "invisible sign"),
        ("tissue", "b\u202ereast", "invisible sign"),
        ("features", "HER2", "Write what is known of HER2"),
        ("biosafety_level", "7", "Select a valid choice"),
    ],
)
def test_what_cannot_be_read_is_marked_at_its_field(field: str, typed: str, sentence: str, as_manager: Client):
    with nothing_written():
        answer = as_manager.post("/lines/new/", {**LEAST, field: typed})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_deriving_proposes_what_the_parent_has(as_manager: Client):
    parent = line("BT474", tissue="breast")
    text = as_manager.get(f"/lines/{parent.pk}/derive/").content.decode()
    assert 'value="breast"' in text
    assert "as BT474" in text


def test_an_edit_keeps_what_was_not_on_the_form(as_manager: Client):
    found = register_line(name="BT474", tissue="breast", source="ATCC", by=manager())
    form = as_manager.get(f"/lines/{found.pk}/edit/").context["form"]
    said = {name: form[name].value() or "" for name in form.fields if name != "command_key"}
    assert as_manager.post(f"/lines/{found.pk}/edit/", {**said, "tissue": "mammary gland"}).status_code == 303
    found.refresh_from_db()
    assert (found.tissue, found.source) == ("mammary gland", "ATCC")


def test_the_verbs_of_the_page_answer_with_the_page(as_manager: Client):
    found = register_line(name="BT474", synonyms=["Lasfargues"], features=[("HER2", "amplified")], by=manager())
    name, feature = found.names.get(name="Lasfargues"), found.features.get()
    at = found.get_absolute_url()
    assert as_manager.post(f"{at}names/", {"name": "HTB-20"}).status_code == 303
    assert as_manager.post(f"{at}features/", {"gene": "PIK3CA", "state": "K111N"}).status_code == 303
    assert as_manager.post(f"{at}names/{name.pk}/withdraw/").status_code == 303
    assert as_manager.post(f"{at}features/{feature.pk}/withdraw/").status_code == 303
    assert as_manager.post(f"{at}rename/", {"name": "BT-474"}).status_code == 303
    text = as_manager.get(at).content.decode()
    assert "HTB-20" in text
    assert "PIK3CA K111N" in text
    assert "withdrawn, still found" in text
    assert as_manager.get(f"{at}history/").status_code == 200
    assert as_manager.post(f"{at}retire/").status_code == 303


def test_a_refused_retirement_shows_the_page_with_the_reason(as_manager: Client):
    culture = growing("SKBR3")
    answer = as_manager.post(f"/lines/{culture.line_id}/retire/")
    assert answer.status_code == 422
    assert "cannot be retired while 1 culture of it is growing" in answer.content.decode()


def test_the_growing_cultures_stand_on_the_page_of_their_line(as_manager: Client):
    culture = growing("SKBR3")
    assert culture.code in as_manager.get(f"/lines/{culture.line_id}/").content.decode()


@pytest.mark.parametrize("who", [technician, viewer])
def test_only_the_lead_of_the_lab_registers_lines(who, client: Client):
    found = line("BT474")
    client.force_login(who())
    for url in ("/lines/new/", f"/lines/{found.pk}/derive/", f"/lines/{found.pk}/edit/", f"/lines/{found.pk}/retire/"):
        assert client.post(url, {"name": "X"}).status_code == 403
    assert client.get(f"/lines/{found.pk}/").status_code == 200


def test_the_csv_has_every_line_of_the_filtered_list(as_manager: Client):
    many(60)
    register_line(name="Formula", tissue="=1+1", by=manager())
    body = b"".join(as_manager.get("/lines/csv/?parental=1").streaming_content).decode()
    assert len(body.splitlines()) == 62
    assert ",'=1+1," in body
    assert "L0000,L0000 b," in body


def test_an_unknown_line_is_a_page_that_says_so(as_manager: Client):
    assert as_manager.get("/lines/999999/").status_code == 404
