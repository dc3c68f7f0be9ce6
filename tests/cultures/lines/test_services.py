"""The registry of lines: one line for all its names, and nothing lost when it changes."""

from datetime import timedelta
from decimal import Decimal

import pytest

from cultures.lines import services
from cultures.lines.errors import (
    FeatureStatedAlready,
    LineDescendsFromItself,
    LineRetired,
    LineStillGrowing,
    MainNameStays,
    NameKnownAlready,
    NameTaken,
    OutOfRange,
    RangeIncomplete,
    RridTaken,
)
from cultures.lines.facts import UnknownFact
from cultures.lines.models import CellLine
from cultures.lines.selectors import find_lines, line_named
from lims.audit.models import Entry
from lims.errors import DomainError
from lims.tabular.text import BadText
from tests.lab import growing, manager, nothing_written

pytestmark = pytest.mark.django_db


def registered(name: str = "BT474", **facts: object) -> CellLine:
    return services.register_line(name=name, by=manager(), **facts)


def test_a_line_is_found_by_every_spelling_of_its_names():
    line = registered("SKBR3", synonyms=["SK-BR-3", "Sloan Kettering 3"])
    for text in ("SKBR3", "SK-Br-3", "sk br 3", "sloan-kettering-3"):
        (found,) = find_lines(text)
        assert found.line == line
        assert found.is_exact


def test_a_search_for_bt474_does_not_return_bt474_a3_as_equal():
    parental = registered("BT474")
    derived = services.derive_subline(parent_id=parental.pk, name="BT474 A3", by=manager())
    exact, other = find_lines("BT-474")
    assert (exact.line, exact.is_exact) == (parental, True)
    assert (other.line, other.is_exact) == (derived, False)
    assert line_named("BT 474") == parental


def test_the_rrid_finds_its_line_and_no_other():
    line = registered("SKBR3", rrid="cvcl_0033")
    assert line.rrid == "CVCL_0033"
    assert [found.line for found in find_lines("RRID:CVCL_0033")] == [line]
    assert find_lines("CVCL_9999") == []


def test_a_duplicate_name_is_refused_with_the_line_that_has_it():
    line = registered("SKBR3")
    with (
        pytest.raises(NameTaken, match="SK-Br-3 is registered already: it is a name of SKBR3") as refusal,
        nothing_written(),
    ):
        registered("SK-Br-3")
    assert refusal.value.ways == (("Open SKBR3", line.get_absolute_url()),)


def test_a_synonym_of_one_line_is_the_name_of_no_other():
    registered("SKBR3", synonyms=["Sloan"])
    other = registered("BT474")
    with pytest.raises(NameTaken), nothing_written():
        services.add_synonym(line_id=other.pk, name="SLOAN", by=manager())
    with pytest.raises(NameTaken), nothing_written():
        services.rename_line(line_id=other.pk, name="sloan", by=manager())


def test_a_duplicate_rrid_is_refused_with_the_line_that_bears_it():
    registered("SKBR3", rrid="CVCL_0033")
    with pytest.raises(RridTaken, match="CVCL_0033 is the RRID of SKBR3"), nothing_written():
        registered("SKBR4", rrid="CVCL_0033")


def test_renaming_keeps_the_line_and_its_old_name():
    line = registered("BT474")
    services.rename_line(line_id=line.pk, name="BT-474 (HTB-20)", by=manager())
    line.refresh_from_db()
    assert line.name == "BT-474 (HTB-20)"
    assert line_named("BT474") == line
    with pytest.raises(NameTaken):
        registered("BT474")


def test_another_spelling_of_the_same_name_replaces_it():
    line = registered("SKBR3")
    services.rename_line(line_id=line.pk, name="SK-BR-3", by=manager())
    assert [name.name for name in line.names.all()] == ["SK-BR-3"]
    assert line_named("skbr3").name == "SK-BR-3"


def test_a_withdrawn_synonym_still_finds_its_line_and_can_be_taken_up_again():
    line = registered("BT474", synonyms=["Lasfargues 20"])
    name = line.names.get(name="Lasfargues 20")
    services.withdraw_synonym(name_id=name.pk, by=manager())
    assert line_named("Lasfargues-20") == line
    services.add_synonym(line_id=line.pk, name="LASFARGUES 20", by=manager())
    name.refresh_from_db()
    assert (name.name, name.withdrawn_at) == ("LASFARGUES 20", None)


def test_the_name_of_the_line_itself_cannot_be_withdrawn():
    line = registered("BT474")
    with pytest.raises(MainNameStays), nothing_written():
        services.withdraw_synonym(name_id=line.names.get().pk, by=manager())


def test_a_name_that_finds_the_line_already_is_not_added_again():
    line = registered("BT474")
    with pytest.raises(NameKnownAlready, match="BT474 is found as BT-474 already"):
        services.add_synonym(line_id=line.pk, name="BT-474", by=manager())


def test_a_subline_inherits_what_it_is_not_given():
    parent = registered(
        "BT474", rrid="CVCL_0179", tissue="breast", passage_interval=timedelta(days=7), features=[("HER2", "amplified")]
    )
    subline = services.derive_subline(parent_id=parent.pk, name="BT474-RES", tissue="breast, under drug", by=manager())
    assert subline.parent == parent
    assert subline.passage_interval == timedelta(days=7)
    assert subline.tissue == "breast, under drug"
    assert subline.rrid == ""
    assert [str(feature) for feature in subline.features.all()] == ["HER2 amplified"]


def test_nothing_is_derived_from_a_retired_line():
    parent = registered()
    services.retire_line(line_id=parent.pk, by=manager())
    with pytest.raises(LineRetired):
        services.derive_subline(parent_id=parent.pk, name="BT474-L", by=manager())


def test_a_line_never_descends_from_itself():
    parent = registered("A")
    child = services.derive_subline(parent_id=parent.pk, name="B", by=manager())
    grandchild = services.derive_subline(parent_id=child.pk, name="C", by=manager())
    for ancestor in (parent, child, grandchild):
        with pytest.raises(LineDescendsFromItself), nothing_written():
            services.edit_line(line_id=parent.pk, changes={"parent_id": ancestor.pk}, by=manager())


def test_an_edit_is_kept_in_the_ledger_with_its_reason_and_the_old_value():
    line = registered(tissue="brest")
    services.edit_line(line_id=line.pk, changes={"tissue": "breast"}, reason="typing mistake", by=manager())
    entry = Entry.objects.filter(table="cultures_cellline", record=str(line.pk)).latest("pk")
    assert (entry.old["tissue"], entry.new["tissue"], entry.reason) == ("brest", "breast", "typing mistake")
    assert entry.verb == "edit_line"


def test_an_edit_that_changes_nothing_writes_nothing():
    line = registered(tissue="breast")
    with nothing_written():
        services.edit_line(line_id=line.pk, changes={"tissue": " breast "}, by=manager())


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"split_ratio_min": Decimal(2)}, RangeIncomplete),
        ({"split_ratio_min": Decimal(4), "split_ratio_max": Decimal(2)}, RangeIncomplete),
        ({"split_ratio_min": Decimal("0.5"), "split_ratio_max": Decimal(2)}, OutOfRange),
        ({"split_ratio_min": Decimal("NaN"), "split_ratio_max": Decimal("NaN")}, OutOfRange),
        ({"split_ratio_min": Decimal("Infinity"), "split_ratio_max": Decimal("Infinity")}, OutOfRange),
        ({"seeding_density_max_per_cm2": 10_000}, RangeIncomplete),
        ({"seeding_density_min_per_cm2": 1, "seeding_density_max_per_cm2": 10**10}, OutOfRange),
        ({"biosafety_level": 5}, OutOfRange),
        ({"biosafety_level": 0}, OutOfRange),
        ({"growth_mode": "floating"}, OutOfRange),
        ({"passage_interval": timedelta()}, OutOfRange),
        ({"reference_doubling_time": timedelta(days=-1)}, OutOfRange),
        ({"passage_limit": 0}, OutOfRange),
        ({"passage_limit": 10**6}, OutOfRange),
        ({"tissue": "x" * 61}, BadText),
        ({"source": "evil\u202egnp"}, BadText),
        ({"rrid": "HTB-30"}, BadText),
        ({"colour": "teal"}, UnknownFact),
    ],
)
def test_facts_that_cannot_be_are_refused_without_a_trace(facts: dict, refusal: type[DomainError]):
    manager()
    with pytest.raises(refusal), nothing_written():
        registered("X1", **facts)


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "SKBR3\x00", "\u202eSKBR3", "---", "СКВР3"])
def test_a_hostile_or_empty_name_is_refused_without_a_trace(name: str):
    manager()
    with pytest.raises(BadText), nothing_written():
        registered(name)


def test_a_feature_is_stated_once():
    line = registered(features=[("HER2", "amplified")])
    with pytest.raises(FeatureStatedAlready), nothing_written():
        services.add_feature(line_id=line.pk, gene="her2", state="Amplified", by=manager())
    services.withdraw_feature(feature_id=line.features.get().pk, by=manager())
    services.add_feature(line_id=line.pk, gene="HER2", state="amplified", reference="FISH 2026", by=manager())
    assert line.features.filter(withdrawn_at=None).count() == 1


def test_a_line_with_growing_cultures_is_not_retired():
    culture = growing("SKBR3")
    manager()
    with pytest.raises(LineStillGrowing, match="1 culture of it is growing"), nothing_written():
        services.retire_line(line_id=culture.line.pk, by=manager())
