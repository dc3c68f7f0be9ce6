from decimal import Decimal

import pytest

from cultures.passaging.errors import NotAChoice, NotANumber, NumberOutOfRange
from cultures.quality.errors.samples import (
    KitChangedMeanwhile,
    KitNameTaken,
    KitUnchanged,
    MethodNameTaken,
    MethodRetired,
    UnknownMethod,
)
from cultures.quality.models import KitRecord
from cultures.quality.services import (
    define_method,
    register_kit,
    register_standard_kits,
    retire_method,
    revise_kit,
)
from lims.rules import RefusedByTheDatabase
from lims.tabular.text import BadText
from tests.cultures.quality import qc
from tests.lab import DAY, FRIDAY, growing, manager, nothing_written

pytestmark = pytest.mark.django_db
CUT_OFFS = {
    "negative_below": Decimal("0.9"),
    "positive_above": Decimal("1.2"),
    "positive_control_above": Decimal("1.2"),
    "negative_control_below": Decimal("0.9"),
}


def registered(name: str = "MycoAlert", **fields):
    return register_kit(**{"name": name, "by": manager(), **CUT_OFFS, **fields})


def test_a_result_keeps_the_version_of_the_kit_it_was_judged_by():
    first, culture = registered(), growing()
    old = qc.tested(culture, 1000, 950, kit_id=first.pk)
    second = revise_kit(kit_id=first.pk, changes={"negative_below": Decimal("0.99")}, reason="our SOP", by=manager())
    new = qc.tested(culture, 1000, 950, kit_id=second.pk, at=FRIDAY + 2 * DAY)
    assert (second.version, second.positive_above) == (2, Decimal("1.2"))
    assert (old.verdict, old.kit, new.verdict, new.kit) == ("inconclusive", first, "pass", second)


def test_of_two_revisions_one_is_told_of_the_other():
    first = registered()
    revise_kit(kit_id=first.pk, changes={"least_reading_a": 200}, reason="dim wells", by=manager())
    with pytest.raises(KitChangedMeanwhile, match=r"Lena Marek \(LM\) has revised this kit: MycoAlert v2"):
        revise_kit(kit_id=first.pk, changes={"least_reading_a": 300}, reason="dimmer", by=manager())


def test_a_revision_changes_something_and_says_why():
    kit = registered()
    with pytest.raises(KitUnchanged), nothing_written():
        revise_kit(kit_id=kit.pk, changes={"negative_below": Decimal("0.90")}, reason="none", by=manager())
    with pytest.raises(BadText):
        revise_kit(kit_id=kit.pk, changes={"negative_below": Decimal("0.8")}, reason=" ", by=manager())


def test_a_kit_has_one_record():
    registered()
    with pytest.raises(KitNameTaken):
        registered("mycoalert")


@pytest.mark.parametrize(
    ("field", "value", "refusal"),
    [
        ("negative_below", 0, NumberOutOfRange), ("negative_below", -1, NumberOutOfRange),
        ("positive_above", 1000, NumberOutOfRange), ("positive_above", "NaN", NotANumber),
        ("positive_above", "0.89", BadText), ("least_reading_a", -1, NumberOutOfRange),
        ("negative_below", "0.9001", NumberOutOfRange), ("name", " ", BadText),
    ],
)  # fmt: skip
def test_cut_offs_that_cannot_be_are_refused_by_their_field(field, value, refusal):
    with pytest.raises(refusal) as refused, nothing_written():
        registered(**{field: value})
    assert refused.value.field == field


def test_a_new_lab_starts_with_the_makers_cut_offs():
    (kit,) = register_standard_kits(by="system:first_words")
    assert (str(kit), kit.negative_below, kit.positive_above) == ("MycoAlert v1", Decimal("0.9"), Decimal("1.2"))
    assert KitRecord.objects.get().by is None


# --- methods of the laboratory ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("title", ["Sterility", "Mycoplasma", "mycoplasma by PCR", "STR", "Smell", "smell!"])
def test_a_method_has_a_name_of_its_own(title):
    define_method(title="smell", kind="pass_fail", by=manager())
    with pytest.raises(MethodNameTaken):
        define_method(title=title, kind="pass_fail", by=manager())


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        ({"kind": "vote"}, NotAChoice), ({"on_fail": "burn"}, NotAChoice), ({"title": "!!"}, BadText),
        ({"kind": "numeric"}, RefusedByTheDatabase), ({"passes_from": Decimal(1)}, RefusedByTheDatabase),
        ({"kind": "numeric", "passes_from": Decimal(2), "passes_to": Decimal(1)}, RefusedByTheDatabase),
        ({"kind": "numeric", "passes_to": Decimal(10**12)}, NumberOutOfRange),
        ({"kind": "numeric", "passes_to": Decimal("Infinity")}, NotANumber),
    ],
)  # fmt: skip
def test_a_method_that_cannot_be_is_refused(said, refusal):
    with pytest.raises(refusal), nothing_written():
        define_method(**{"title": "Smell", "kind": "pass_fail", "by": manager(), **said})


def test_a_method_is_retired_once():
    row = define_method(title="Smell", kind="pass_fail", by=manager())
    retire_method(code=row.code, by=manager())
    with pytest.raises(MethodRetired):
        retire_method(code=row.code, by=manager())
    with pytest.raises(UnknownMethod):
        retire_method(code="nothing", by=manager())
