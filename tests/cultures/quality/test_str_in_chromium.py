"""Identity at a desk and at a hood: clean, by keyboard, by paste, and without script."""

import pytest
from playwright.sync_api import Page, expect

from cultures.passaging.models import Culture
from cultures.quality.models import IdentityPolicy, QCTest, STRProfile
from cultures.quality.services import change_identity_policy, import_profiles, state_shared_donor
from cultures.quality.str_files import NamedProfile
from cultures.science.str_profiles import Profile
from lims.clock import now
from tests import lab
from tests.browser import assert_clean, screenshot, settle, visit
from tests.cultures.quality import qc
from tests.cultures.quality.qc import str_profile, stranger
from tests.lab import DAY

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DRIFT = ({}, {"FGA": "20"}, {"FGA": "20", "D21S11": "29"}, {"FGA": "20", "D21S11": "29", "vWA": "16,18,19"})
FILE = """Sample,Amelogenin,TH01,TPOX,vWA,CSF1PO,D5S818,D13S317,D7S820,D16S539,FGA,Note
SK-BR-3,X,"6,9.3",8,"16,18","10,12","11,12",9,"8,10","11,13","20,23",first
tube 2,"X,Y","7,OL",8,16,11,"11,12","9,11","8,10","11,13","21,22",second
tube 3,X,9.33,8,16,11,"11,12","9,11","8,10","11,13","21,22",third
"""


@pytest.fixture
def house() -> dict[str, STRProfile]:
    """References, one with sources in conflict and one of demonstration; a lineage that drifts; a library; a swap."""
    lab.line("SKBR3", rrid="CVCL_0033")
    for name, parent in (("SKBR3-LR", "SKBR3"), ("BT474", ""), ("HCC1954", "")):
        lab.line(name, parent=lab.line(parent) if parent else None)
    usual = str_profile(Amelogenin="X") | {"Penta D": "9,13", "Penta E": "11,14", "D2S1338": "17,OL", "D99S1": "4"}
    made = {
        "SKBR3": qc.reference("SKBR3", usual | {"TH01": "6,9.3 (made up A; made up B) | 6,9 (made up C)"}),
        "BT474": qc.reference("BT474", str_profile(TH01="7", FGA="21", vWA="17", D18S51="13"), is_demonstration=True),
    }
    flask = lab.growing("SKBR3", passage=12, at=now() - 60 * DAY)
    for place, drift in enumerate(DRIFT):
        test = qc.profiled(flask, str_profile(Amelogenin="X", **drift))
        (flask,) = lab.split(flask, at=flask.seeded_at + 12 * DAY) if place < len(DRIFT) - 1 else (flask,)
    made["sample"] = qc.profile_of(test)
    swapped = qc.profiled(lab.growing("BT474", passage=20, at=now() - 9 * DAY), str_profile(FGA="20"))
    made["swapped"] = qc.profile_of(swapped)
    found = [
        NamedProfile("line of elsewhere", Profile.of(str_profile(TH01="8")), accession="CVCL_AB12"),
        NamedProfile("known mixture", Profile.of(crowded()), accession="CVCL_AB13", problem="Contaminated. A mixture."),
        *(
            NamedProfile(f"other {number}", Profile.of(stranger(TPOX="8", D5S818=f"{number},12")))
            for number in range(8, 14)
        ),
    ]
    made["library"] = import_profiles(found=found, lines={}, source="cellosaurus.txt", by=lab.manager())[1]
    state_shared_donor(
        line_id=lab.line("SKBR3").pk, other_accession="CVCL_AB12", reason="the same patient, a paper", by=lab.manager()
    )
    change_identity_policy(
        code="clastr-tanabe", mode="non-empty", marker_set="all", with_amelogenin=False,
        reason="as the core facility reports it", based_on=IdentityPolicy.current().version, by=lab.manager(),
    )  # fmt: skip
    return made


def crowded() -> dict[str, str]:
    return str_profile(**dict.fromkeys(list(str_profile())[:5], "8,9,10,11"))


@pytest.fixture
def flask() -> Culture:
    qc.reference("SKBR3")
    return lab.growing("SKBR3", at=now() - 3 * DAY)


def looked_at(page: Page, name: str, size: str, look: str) -> None:
    settle(page)
    screenshot(page, f"str-{name}-{size}-{look}", full_page=True)
    assert_clean(page)


def addresses(house: dict[str, STRProfile]) -> dict[str, str]:
    growing = house["sample"].test.culture
    return {
        "list": "/str/",
        "reference": house["SKBR3"].get_absolute_url(),
        "sample": house["sample"].get_absolute_url(),
        "swapped": house["swapped"].get_absolute_url(),
        "policy": "/qc/identity/",
        "line": lab.line("SKBR3").get_absolute_url(),
        "test": house["swapped"].test.get_absolute_url(),
        "nothing-fits": "/str/?q=nobody",
        "demonstration": house["BT474"].get_absolute_url(),
        "mixture": house["library"].get_absolute_url(),
        "enter": "/str/enter/",
        "export": "/str/export/",
        "donors": "/str/donors/",
        "state-donor": "/str/donors/new/",
        "change-policy": "/qc/identity/change/",
        "withdraw": f"{house['SKBR3'].get_absolute_url()}withdraw/",
        "subline": lab.line("SKBR3-LR").get_absolute_url(),
        "line-without": lab.line("HCC1954").get_absolute_url(),
        "record": f"/cultures/{growing.code}/qc/?method=str",
        "correct": f"{house['sample'].test.get_absolute_url()}correct/",
    }


COLOURFUL = 7  # the first of them have all that is coloured


@pytest.mark.parametrize(("size", "look"), [("desk", "light"), ("hood", "dark"), ("desk", "dark"), ("hood", "light")])
def test_every_page_is_clean(open_page, house, size, look):
    page = open_page("/str/", size=size, look=look, as_person=lab.manager())
    all_of_them = (size, look) in (("desk", "light"), ("hood", "dark"))
    for what, path in list(addresses(house).items())[: None if all_of_them else COLOURFUL]:
        visit(page, path)
        looked_at(page, what, size, look)


@pytest.mark.parametrize(("size", "look"), [("desk", "light"), ("hood", "dark")])
def test_a_search_and_an_import_are_clean_at_every_step(open_page, house, size, look):
    page = open_page("/str/search/", size=size, look=look, as_person=lab.manager())
    looked_at(page, "search", size, look)
    for marker, alleles in str_profile(FGA="20").items():
        page.get_by_label(marker, exact=True).fill(alleles)
    page.get_by_label("It should be").select_option(label="BT474")
    page.get_by_role("button", name="Search the house").click()
    expect(page.get_by_text("The closest of")).to_be_visible()
    looked_at(page, "found", size, look)
    page.get_by_label("TH01", exact=True).fill("9.33")
    page.get_by_role("button", name="Search the house").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.problems.clear()  # the browser itself reports a 422 as an error
    looked_at(page, "refused", size, look)
    visit(page, "/str/import/")
    looked_at(page, "import", size, look)
    file = {"name": "eurofins.csv", "mimeType": "text/csv", "buffer": FILE.encode()}
    page.get_by_label("File of profiles").set_input_files(file)
    page.get_by_role("button", name="Look at it").click()
    expect(page.get_by_text("Nothing is entered yet.")).to_be_visible()
    looked_at(page, "preview", size, look)


def test_a_profile_is_typed_by_keyboard_from_marker_to_marker(open_page, flask):
    page = open_page(f"/cultures/{flask.code}/qc/?method=str", as_person=lab.technician())
    page.get_by_label("D5S818", exact=True).focus()
    for alleles in str_profile().values():
        page.keyboard.type(alleles)
        page.keyboard.press("Enter")
    expect(page.get_by_label("Penta D", exact=True)).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.get_by_label("D3S1358", exact=True)).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_label("D18S51", exact=True)).to_be_focused()
    page.get_by_label("Penta E", exact=True).press("Enter")
    page.get_by_role("button", name="Save the test").click()
    expect(page.get_by_text("100.0 % to the reference of SKBR3: related").first).to_be_visible()
    assert QCTest.objects.standing().get().verdict == "pass"


PASTE = """(text) => {
    const data = new DataTransfer();
    data.setData("text/plain", text);
    const pasted = {clipboardData: data, bubbles: true, cancelable: true};
    document.activeElement.dispatchEvent(new ClipboardEvent("paste", pasted));
}"""


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Marker\tAllele 1\tAllele 2\nTHO1\t6\t9.3\nPenta_D\t9\t\nD2S1338\t17\t19\n", "3 markers pasted."),
        ("Sample\tTH01\tPenta D\tD2S1338\nSKBR3\t6,9.3\t9\t17,19", "3 markers pasted."),
    ],
)
def test_two_columns_or_a_row_of_a_spreadsheet_fill_the_grid(open_page, flask, text, told):
    page = open_page("/str/search/", as_person=lab.technician())
    page.get_by_label("D5S818", exact=True).focus()
    page.evaluate(PASTE, text)
    expect(page.locator("[data-live]")).to_have_text(told)
    expect(page.get_by_label("TH01", exact=True)).to_have_value("6,9.3")
    expect(page.get_by_label("Penta D", exact=True)).to_have_value("9")
    expect(page.get_by_label("Other marker 1", exact=True)).to_have_value("D2S1338")
    expect(page.get_by_label("Alleles of other marker 1", exact=True)).to_have_value("17,19")


def test_a_row_of_alleles_fills_the_grid_from_where_one_stands(open_page, flask):
    page = open_page("/str/search/", as_person=lab.technician())
    page.get_by_label("D5S818", exact=True).focus()
    page.evaluate(PASTE, "11,12\t9\t8,10")
    for marker, alleles in (("D5S818", "11,12"), ("D13S317", "9"), ("D7S820", "8,10")):
        expect(page.get_by_label(marker, exact=True)).to_have_value(alleles)


@pytest.mark.parametrize("scripted", [True, False])
def test_a_reference_is_entered_and_then_decides_with_or_without_script(open_page, scripted):
    lab.line("SKBR3")
    page = open_page("/str/enter/", size="hood", as_person=lab.manager(), java_script_enabled=scripted)
    page.get_by_label("Line", exact=True).select_option(label="SKBR3")
    page.get_by_label("Where it comes from").fill("the supplier's sheet")
    page.get_by_text("Other markers, or lines of a spreadsheet").click()
    page.get_by_label("Lines of a spreadsheet").fill("\n".join(f"{one}\t{two}" for one, two in str_profile().items()))
    page.get_by_role("button", name="Save the reference").click()
    expect(page.get_by_role("heading", name="SKBR3")).to_be_visible()
    assert STRProfile.objects.get().kind == "reference"
