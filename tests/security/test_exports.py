"""Every export, read back: no cell that a spreadsheet would compute, whatever names and notes are made of."""

import csv
import re
from io import StringIO

import pytest

from cultures.models import CellLine, Culture
from cultures.quality.models import STRProfile
from cultures.quality.services import adopt_standard_policy
from lims.accounts.models import Role
from lims.tabular.writing import FORMULA_SIGNS
from tests import lab
from tests.cultures.quality import qc
from tests.lims.accounts.test_every_view import ALL, Address, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]
EXPORTS = [one for one in ALL if re.search(r"csv", one.route)]
NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?")


def a_full_lab() -> Culture:
    """What every export has a row of: a culture that was harvested, with its family, its medium and what was seen."""
    culture = lab.growing(arm="treated", drugs=[lab.drug()])
    lab.fed(culture, note="-2+3", drugs=[lab.drug(dose=50)])
    lab.observed(culture, 55, note="@SUM(A1)")
    lab.split(culture)
    adopt_standard_policy(by=lab.manager())
    qc.positive(lab.growing())
    qc.reference("BT-474")
    return culture


@pytest.mark.parametrize("address", EXPORTS, ids=[one.route for one in EXPORTS])
def test_no_cell_of_an_export_is_a_formula(address: Address):
    lead, culture = signed_in(Role.PI), a_full_lab()
    url = re.sub(r"C-\w+", culture.code, address.url())
    STRProfile.objects.update(name="=1+1")
    CellLine.objects.update(name="=1+1", species="+cmd|' /C calc'!A0", tissue="@x", disease="\t=1", source="＝1")
    answer = lead.get(url)
    assert answer.status_code == 200
    rows = list(csv.reader(StringIO(answer.getvalue().decode())))
    assert len(rows) > 1, "the export is empty, so nothing is proven"
    cells = [cell for row in rows for cell in row]
    bad = [cell for cell in cells if cell.lstrip().startswith(FORMULA_SIGNS) and not NUMBER.fullmatch(cell)]
    assert bad == []
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_every_kind_of_export_is_looked_at():
    names = {address.pattern.name for address in EXPORTS}
    assert {"list_csv", "growth_csv", "lineage_csv", "ledger_csv", "lines_csv", "lots_csv", "recipes_csv"} <= names
