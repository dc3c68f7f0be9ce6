"""The pages of identity: profiles, the search, references, files, shared donors, and how identity is decided."""

import io
import time
import zipfile

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cultures.quality.models import IdentityPolicy, QCTest, RawFile, SharedDonor, STRProfile
from cultures.quality.services import import_profiles, state_shared_donor
from cultures.quality.str_files import NamedProfile, read_profiles
from cultures.science.str_profiles import Profile
from lims.clock import now
from tests import lab
from tests.cultures.quality import qc
from tests.cultures.quality.qc import str_profile, stranger
from tests.lab import DAY

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]
PROFILES, SEARCH, ENTER, IMPORT = "/str/", "/str/search/", "/str/enter/", "/str/import/"
ALIKE = str_profile(FGA="20")


@pytest.fixture
def bench(client: Client) -> Client:
    client.force_login(lab.technician())
    return client


@pytest.fixture
def lead(client: Client) -> Client:
    client.force_login(lab.manager())
    return client


def text(page) -> str:
    return " ".join(page.content.decode().split())


def queries(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(
        connection,
    ) as caught:
        assert client.get(url).status_code == 200
    return len(caught)


def in_grid(markers: dict[str, str], prefix: str = "markers") -> dict[str, str]:
    return {f"{prefix}-{marker}": alleles for marker, alleles in markers.items()}


def wide(*rows: tuple[str, dict[str, str]]) -> SimpleUploadedFile:
    """A table with a row per sample, as the service sends it."""
    heads = list(str_profile())
    lines = ["Sample," + ",".join(heads)]
    lines += [f"{name}," + ",".join(f'"{markers.get(head, "")}"' for head in heads) for name, markers in rows]
    return SimpleUploadedFile("eurofins.csv", "\n".join(lines).encode())


def library(number: int) -> None:
    found = [
        NamedProfile(f"line {place:05}", Profile.of(stranger(TH01=f"{place % 90 + 5}", FGA=f"{place % 70 + 5}")))
        for place in range(number)
    ]
    import_profiles(found=found, lines={}, source="made up", by=lab.manager())


# --- the list ---------------------------------------------------------------------------------------------------------


def test_profiles_are_listed_with_what_has_to_be_known_of_them(bench):
    qc.reference("SKBR3", str_profile(TH01="6 (ATCC) | 7 (DSMZ)", FGA="OL") | {"D99S1": "5"}, is_demonstration=True)
    test = qc.profiled(lab.growing("SKBR3"), stranger())
    page = text(bench.get(PROFILES))
    for word in ("demonstration", "1 conflict", "off the ladder", "1 unknown marker", test.code, "fail"):
        assert word in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"SKBR3", "HeLa", "sample"}),
        ("?kind=reference", {"SKBR3"}),
        ("?kind=sample", {"sample"}),
        ("?kind=library", {"HeLa"}),
        ("?own=1", {"SKBR3", "sample"}),
        ("?problem=1", {"HeLa"}),
        ("?q=hela", {"HeLa"}),
        ("?q=cvcl_0030", {"HeLa"}),
        ("?q=sk-br-3", {"SKBR3", "sample"}),
        ("?q=nobody", set()),
        ("?kind=nonsense", {"SKBR3", "HeLa", "sample"}),
    ],
)
def test_profiles_are_narrowed_by_kind_name_and_accession(bench, query, found):
    qc.reference("SKBR3")
    qc.profiled(lab.growing("SKBR3"))
    hela = NamedProfile("HeLa", Profile.of(ALIKE), accession="CVCL_0030", problem="the contaminant")
    import_profiles(found=[hela], lines={}, source="cellosaurus", by=lab.manager())
    rows = bench.get(PROFILES + query).context["found"]
    assert {"sample" if row.profile.test else row.profile.name for row in rows} == found


def test_withdrawn_profiles_are_shown_when_asked_for(bench):
    former = qc.reference("SKBR3", ALIKE)
    qc.reference("SKBR3")
    assert len(bench.get(PROFILES).context["found"]) == 1
    page = bench.get(f"{PROFILES}?withdrawn=1")
    assert len(page.context["found"]) == 2
    assert "Withdrawn" in text(bench.get(former.get_absolute_url()))


def test_an_empty_house_says_how_to_begin(lead):
    assert "Enter a reference" in text(lead.get(PROFILES))


# --- one profile ------------------------------------------------------------------------------------------------------


def test_a_profile_is_shown_beside_its_reference_with_the_policy_that_scored_it(bench):
    qc.reference("SKBR3")
    profile = qc.profile_of(qc.profiled(lab.growing("SKBR3"), ALIKE | {"Amelogenin": "X"}))
    page = text(bench.get(profile.get_absolute_url()))
    for words in (
        "<dt>Tanabe</dt><dd>97.8<span",
        "<dt>Masters, versus query</dt><dd>100.0<span",
        "Tanabe 90/60",
        "policy version 0",
        "Amelogenin is not scored",
        "the reference of SKBR3",
    ):
        assert words.lower() in page.lower(), words
    assert '<s class="mono">23</s>' in page


def test_a_reference_tells_conflicts_with_their_sources_and_both_scores(bench):
    reference = qc.reference("SKBR3", str_profile(TH01="6,9.3 (ATCC; DSMZ) | 6,9 (JCRB)"))
    qc.profiled(lab.growing("SKBR3"))
    page = text(bench.get(reference.get_absolute_url()))
    assert "ATCC, DSMZ" in page
    assert "sources differ" in page
    assert "worst" in page


def test_alleles_lost_along_the_lineage_are_marked_with_the_passage_since_which(bench):
    qc.reference("SKBR3")
    flask = lab.growing("SKBR3", passage=8)
    line = [flask]
    for _ in range(3):
        line += lab.split(line[-1])
    told = [str_profile(), str_profile(FGA="20"), str_profile(FGA="20", TH01="6"), str_profile(FGA="20,24", TH01="6")]
    tests = [qc.profiled(culture, markers) for culture, markers in zip(line, told, strict=True)]
    page = bench.get(qc.profile_of(tests[-1]).get_absolute_url())
    lineage = page.context["told"].lineage
    changes = [
        {(one.marker, one.allele, one.is_lost): (one.since, one.is_new) for one in row.changes} for row in lineage
    ]
    assert changes == [
        {},
        {("FGA", "23", True): (9, True)},
        {("FGA", "23", True): (9, False), ("TH01", "9.3", True): (10, True)},
        {("FGA", "23", True): (9, False), ("TH01", "9.3", True): (10, False), ("FGA", "24", False): (11, True)},
    ]
    assert "since p9" in text(page)


def test_a_loss_in_a_sister_branch_says_nothing_of_the_other(bench):
    reference = qc.reference("SKBR3")
    one, other = lab.split(lab.growing("SKBR3", passage=8), into=("T75", "T25"))
    (granddaughter,) = lab.split(other)
    qc.profiled(one, ALIKE)
    qc.profiled(granddaughter, ALIKE)
    rows = bench.get(reference.get_absolute_url()).context["told"].lineage
    assert [[(change.since, change.is_new) for change in row.changes] for row in rows] == [[(9, True)], [(10, True)]]


def test_the_closest_of_the_house_are_ranked_without_itself(bench):
    mine = qc.reference("SKBR3")
    for number in range(25):
        qc.reference(f"line {number}", str_profile(TH01=str(number + 5)))
    rows = bench.get(mine.get_absolute_url()).context["told"].rows
    scores = [row.match.score for row in rows]
    assert len(rows) == 20
    assert scores == sorted(scores, reverse=True)
    assert mine.pk not in {row.profile.pk for row in rows}


def test_a_reference_too_close_to_another_donor_is_pointed_out(bench):
    qc.reference("BT474")
    mine = qc.reference("SKBR3")
    assert "Closer to the reference of BT474, of another donor" in text(bench.get(mine.get_absolute_url()))


def test_a_page_of_a_profile_costs_the_same_however_large_the_house_is(bench):
    qc.reference("SKBR3")
    flask = lab.growing("SKBR3")
    library(2)
    few = [queries(bench, qc.profile_of(qc.profiled(flask, ALIKE)).get_absolute_url()), queries(bench, PROFILES)]
    library(40)
    for culture in [*lab.split(flask, into=("T75", "T25")), *(lab.growing("SKBR3") for _ in range(5))]:
        last = qc.profiled(culture, ALIKE)
    profile = qc.profile_of(last)
    assert [queries(bench, profile.get_absolute_url()), queries(bench, PROFILES)] == few
    assert few[0] <= 16


def test_a_name_of_a_line_is_told_as_it_is_now(bench):
    mine, other = qc.reference("SKBR3"), qc.reference("BT474", ALIKE)
    bench.get(mine.get_absolute_url())
    other.line.name = "BT474 of Berlin"
    other.line.save()
    assert "of BT474 of Berlin" in text(bench.get(mine.get_absolute_url()))


# --- the search -------------------------------------------------------------------------------------------------------


def test_a_typed_profile_is_ranked_and_nothing_is_kept(bench):
    qc.reference("SKBR3")
    qc.reference("BT474", stranger())
    with lab.nothing_written():
        page = bench.post(SEARCH, in_grid(ALIKE))
    (found,) = page.context["results"]
    assert [(row.profile.name, row.match.verdict) for row in found.rows] == [("SKBR3", "related")]
    assert "97.8" in text(page)
    assert "of 22 and 23" in text(page)
    assert not QCTest.objects.exists()


def test_a_pasted_profile_is_read_like_a_typed_one(bench):
    qc.reference("SKBR3")
    lines = "\n".join(f"{marker}\t{alleles}" for marker, alleles in ALIKE.items())
    (found,) = bench.post(SEARCH, {"markers": lines}).context["results"]
    assert found.rows[0].match.shared == 22


def test_said_whose_it_should_be_it_is_said_whether_it_is(bench):
    mine, other = qc.reference("SKBR3"), qc.reference("BT474", ALIKE)
    page = text(bench.post(SEARCH, in_grid(ALIKE) | {"line": mine.line_id}))
    assert "97.8 % to the reference of SKBR3: related." in page
    assert "Closer to the reference of BT474, of another donor." in page
    state_shared_donor(line_id=mine.line_id, other_line_id=other.line_id, reason="one patient", by=lab.manager())
    page = text(bench.post(SEARCH, in_grid(ALIKE) | {"line": mine.line_id}))
    assert "of another donor" not in page
    assert "the same" in page


def test_another_rule_can_be_asked_for_and_is_named(bench):
    qc.reference("SKBR3", str_profile(FGA="20,23,24"))
    page = bench.post(SEARCH, in_grid(str_profile()) | {"rule": "asn-2011", "mode": "query", "with_amelogenin": "on"})
    assert page.context["results"][0].rows[0].match.score == 100
    assert "ASN-0002-2011, Masters 80/56, all markers of the sample, amelogenin scored, as asked here" in text(page)


def test_a_file_of_several_is_answered_one_by_one(bench):
    qc.reference("SKBR3")
    page = bench.post(SEARCH, {"file": wide(("tube 1", ALIKE), ("tube 2", stranger()), ("tube 3", {"TH01": "9.33"}))})
    assert [(found.asked, len(found.rows)) for found in page.context["results"]] == [("tube 1", 1), ("tube 2", 0)]
    assert "9.33 at TH01 has more than one digit" in text(page)
    assert not RawFile.objects.exists()


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({}, "Enter the alleles of at least one marker, or choose a file."),
        ({"markers-TH01": "six"}, "six at TH01 is no allele"),
        ({"markers": "rubbish"}, "“rubbish” is no marker"),
        ({"markers-TH01": "6", "markers": "THO1 9"}, "TH01 is written twice"),
        ({"markers-alleles-0": "5"}, "A marker has a name"),
        ({"file": SimpleUploadedFile("a.pdf", b"%PDF-1.4 x")}, "This is a PDF"),
    ],
)
def test_what_cannot_be_searched_says_why_and_keeps_what_was_typed(bench, said, words):
    page = bench.post(SEARCH, said)
    assert page.status_code == 422
    assert words in text(page)
    if "markers-TH01" in said:
        assert f'value="{said["markers-TH01"]}"' in text(page)


def test_the_cell_at_fault_is_marked(bench):
    page = text(bench.post(SEARCH, {"markers-TH01": "six", "markers-FGA": "20", "markers-vWA": "x"}))
    marked = [
        part.split('name="')[1].split('"')[0]
        for part in page.split("<input ")[1:]
        if "aria-invalid" in part.split(">")[0]
    ]
    assert marked == ["markers-vWA", "markers-TH01"]


def test_the_house_is_made_ready_once_and_then_searched_quickly(bench):
    library(3000)
    bench.post(SEARCH, in_grid(str_profile()))
    before = time.process_time()
    page = bench.post(SEARCH, in_grid(stranger()))
    assert page.context["results"][0].identity.searched == 3000
    assert time.process_time() - before < 1


# --- a reference ------------------------------------------------------------------------------------------------------


def test_a_reference_is_entered_on_the_grid(lead):
    line = lab.line("SKBR3")
    said = {"line": line.pk, "source": "ATCC sheet", "reason": ""} | in_grid(
        str_profile(TH01="6,9.3 (ATCC) | 6 (DSMZ)")
    )
    answer = lead.post(ENTER, said | {"markers-marker-0": "d2s1338", "markers-alleles-0": "17,19"})
    profile = STRProfile.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, profile.get_absolute_url())
    assert (profile.line, profile.kind, profile.by) == (line, "reference", lab.manager())
    assert profile.alleles["D2S1338"] == [{"alleles": ["17", "19"], "sources": []}]
    assert len(profile.alleles["TH01"]) == 2


def test_a_reference_is_asked_for_its_line_source_and_reason(lead):
    qc.reference("SKBR3")
    assert lead.get(f"{ENTER}?line={lab.line('SKBR3').pk}").context["form"].initial["line"] == lab.line("SKBR3").pk
    page = lead.post(ENTER, in_grid(ALIKE))
    assert page.status_code == 422
    assert "Write where it comes from" in text(page)
    page = lead.post(ENTER, in_grid(ALIKE) | {"line": lab.line("SKBR3").pk, "source": "a report"})
    assert "SKBR3 has a reference profile. Write why another takes its place." in text(page)
    assert STRProfile.objects.count() == 1


def test_a_reference_is_withdrawn_with_a_reason(lead):
    profile = qc.reference("SKBR3")
    url = f"{profile.get_absolute_url()}withdraw/"
    assert "Write why it is withdrawn." in text(lead.post(url, {"reason": ""}))
    assert lead.post(url, {"reason": "of another line"})["Location"] == profile.get_absolute_url()
    page = text(lead.get(profile.get_absolute_url()))
    assert "Of another line. Nothing is compared with it any more." in page
    assert lead.get(url).status_code == 303


def test_who_may_not_decide_sees_no_way_to_and_is_refused(bench):
    profile = qc.reference("SKBR3")
    pages = text(bench.get(PROFILES)) + text(bench.get(profile.get_absolute_url())) + text(bench.get("/qc/identity/"))
    for url in (ENTER, IMPORT, "/qc/identity/change/", f"{profile.get_absolute_url()}withdraw/", "/str/donors/new/"):
        assert url not in pages
        assert bench.get(url).status_code == 403


# --- the STR test on the pages of tests -------------------------------------------------------------------------------


def test_an_str_sample_is_recorded_on_the_grid_of_its_culture(bench):
    qc.reference("SKBR3")
    flask = lab.growing("SKBR3", at=now() - 3 * DAY)
    url = f"/cultures/{flask.code}/qc/?method=str"
    assert 'name="readings-markers-D5S818"' in text(bench.get(url))
    said = {"method": "str", "save": "test"} | in_grid(ALIKE, "readings-markers")
    answer = bench.post(url, said)
    test = QCTest.objects.standing().get()
    assert (answer["Location"], test.verdict) == (test.get_absolute_url(), "pass")
    page = text(bench.get(test.get_absolute_url()))
    assert "Closest of the house" in page or "to the reference of SKBR3" in page
    assert qc.profile_of(test).get_absolute_url() in page


def test_a_correction_of_an_str_test_shows_its_alleles_in_the_grid(bench):
    test = qc.profiled(lab.growing("SKBR3"), str_profile(TH01="6,9.3 | 6", D2S1338="17"))
    url = f"{test.get_absolute_url()}correct/"
    page = text(bench.get(url))
    assert 'value="6 | 6,9.3"' in page
    assert 'value="D2S1338"' in page
    said = {"at": f"{test.at:%Y-%m-%dT%H:%M}", "culture": test.culture.code, "reason": "typed wrong"}
    refused = bench.post(url, said | {"readings-markers-TH01": "6,9.33"})
    assert refused.status_code == 422
    assert "6,9.33" in text(refused)


# --- files ------------------------------------------------------------------------------------------------------------


def test_a_file_is_shown_row_by_row_before_anything_is_entered(lead):
    lab.line("SKBR3")
    rows = (("SK-BR-3", str_profile()), ("tube 2", str_profile(TH01="OL")), ("bad", {"TH01": "9.33"}))
    shown = lead.post(IMPORT, {"file": wide(*rows)})
    page = text(shown)
    assert not STRProfile.objects.exists()
    assert RawFile.objects.get().name == "eurofins.csv"
    assert [(row.named.name, row.line) for row in shown.context["form"].shown] == [("SK-BR-3", "SKBR3"), ("tube 2", "")]
    for words in (
        "Row 4: 9.33 at TH01 has more than one digit",
        "1 row cannot be read",
        "off the ladder",
        "by its name",
    ):
        assert words in page


def test_what_the_preview_said_is_entered_as_it_was_decided(lead):
    line = lab.line("SKBR3")
    file = wide(("SK-BR-3", str_profile()), ("tube 2", ALIKE), ("tube 3", stranger()))
    shown = lead.post(IMPORT, {"file": file})
    raw = shown.context["raw"]
    answer = lead.post(IMPORT, {"raw": raw.pk, "line-0": "sk-br-3", "line-1": "", "out-2": "on"})
    assert answer.status_code == 303, text(answer)
    assert {(one.name, one.kind, one.line) for one in STRProfile.objects.all()} == {
        ("SKBR3", "reference", line),
        ("tube 2", "library", None),
    }
    again = lead.post(IMPORT, {"raw": raw.pk, "line-0": "SKBR3", "out-2": "on"})
    assert (again.status_code, STRProfile.objects.count()) == (422, 2)
    assert "are in the house already" in text(again)


def test_a_reference_that_would_be_replaced_is_said_and_needs_a_reason(lead):
    qc.reference("SKBR3", ALIKE)
    shown = lead.post(IMPORT, {"file": wide(("SK-BR-3", str_profile()))})
    assert "SKBR3 has another reference" in text(shown)
    assert shown.context["form"].shown[0].line == ""
    said = {"raw": shown.context["raw"].pk, "line-0": "SKBR3"}
    assert "Write why another takes its place" in text(lead.post(IMPORT, said))
    assert lead.post(IMPORT, said | {"reason": "the sheet came"}).status_code == 303


def test_a_line_nobody_knows_is_pointed_out_at_its_row(lead):
    shown = lead.post(IMPORT, {"file": wide(("tube 1", str_profile()))})
    page = lead.post(IMPORT, {"raw": shown.context["raw"].pk, "line-0": "no such line"})
    assert page.status_code == 422
    assert "No line is called no such line." in text(page)


def test_two_profiles_for_one_line_are_refused(lead):
    lab.line("SKBR3")
    shown = lead.post(IMPORT, {"file": wide(("one", str_profile()), ("two", ALIKE))})
    page = lead.post(IMPORT, {"raw": shown.context["raw"].pk, "line-0": "SKBR3", "line-1": "SK-BR-3"})
    assert "Two profiles of the file would be the reference of SKBR3" in text(page)
    assert not STRProfile.objects.exists()


def test_a_workbook_is_imported_like_a_table(lead):
    book, file = openpyxl.Workbook(), io.BytesIO()
    for row in (
        ["Sample Name", "Marker", "Allele 1", "Allele 2"],
        ["SK-BR-3", "THO1", 6, 9.3],
        ["SK-BR-3", "AMEL", "X", None],
    ):
        book.active.append(row)
    book.save(file)
    shown = lead.post(IMPORT, {"file": SimpleUploadedFile("genemapper.xlsx", file.getvalue())})
    (row,) = shown.context["form"].shown
    assert (row.named.name, row.markers) == ("SK-BR-3", 1)


@pytest.mark.parametrize(("content", "words"), [(b"%PDF-1.7", "This is a PDF"), (b"a,b\n1,2", "names no marker")])
def test_a_file_that_cannot_be_read_is_refused(lead, content, words):
    page = lead.post(IMPORT, {"file": SimpleUploadedFile("x.csv", content)})
    assert (page.status_code, words in text(page)) == (422, True)


def test_a_hostile_workbook_is_refused_by_its_name_also_when_its_number_is_sent_again(lead):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/workbook.xml", bytes(4_000_000))
    page = lead.post(IMPORT, {"file": SimpleUploadedFile("bomb.xlsx", file.getvalue())})
    assert (page.status_code, "bomb.xlsx is packed too tightly" in text(page)) == (422, True)
    again = lead.post(IMPORT, {"raw": RawFile.objects.get().pk}, follow=True)
    assert "bomb.xlsx is packed too tightly" in text(again)


def test_the_preview_costs_the_same_however_many_profiles_it_has(lead):
    def cost(*rows):
        with CaptureQueriesContext(connection) as caught:
            lead.post(IMPORT, {"file": wide(*rows)})
        return len(caught)

    cost(("a", str_profile()))
    assert cost(("b", str_profile())) == cost(*((f"tube {number}", str_profile()) for number in range(30)))


def test_the_export_is_read_by_clastr_and_says_that_nothing_is_sent(bench):
    qc.reference("SKBR3", str_profile(TH01="6,9.3 (ATCC) | 6 (DSMZ)") | {"Amelogenin": "X"})
    qc.profiled(lab.growing("SKBR3"))
    assert "Nothing is sent outside." in text(bench.get("/str/export/"))
    answer = bench.get("/str/clastr.csv?kind=reference")
    assert answer["Content-Disposition"].startswith('attachment; filename="clastr-')
    head, *rows = answer.content.decode().splitlines()
    assert head.startswith("Sample,Amel,D5S818")
    assert [row.split(",")[0] for row in rows] == ["SKBR3 (version 1)", "SKBR3 (version 2)"]
    assert len(read_profiles(answer.content).complete()) == 2
    assert len(bench.get("/str/clastr.csv").content.splitlines()) == 4


# --- donors and policy ------------------------------------------------------------------------------------------------


def test_a_shared_donor_is_stated_shown_on_the_line_and_withdrawn(lead):
    one, other = lab.line("SKBR3"), lab.line("BT474")
    assert lead.get(f"/str/donors/new/?line={one.pk}").context["form"].initial["line"] == one.pk
    said = {"line": one.pk, "other": other.pk, "accession": "", "reason": "one patient"}
    assert lead.post("/str/donors/new/", said)["Location"] == "/str/donors/"
    shared = SharedDonor.objects.get()
    assert "one patient" in text(lead.get("/str/donors/"))
    assert "Shares its donor with" in text(lead.get(other.get_absolute_url()))
    assert "It is known already" in text(lead.post("/str/donors/new/", said))
    assert "is not a Cellosaurus accession" in text(
        lead.post("/str/donors/new/", said | {"other": "", "accession": "HeLa"})
    )
    url = f"/str/donors/{shared.pk}/withdraw/"
    assert lead.post(url, {"reason": ""}).status_code == 422
    assert lead.post(url, {"reason": "a misprint"}).status_code == 303
    assert "one patient" not in text(lead.get("/str/donors/"))
    assert "withdrawn already" in text(lead.post(url, {"reason": "again"}))


def test_the_policy_is_said_in_sentences_with_its_versions(lead):
    page = text(lead.get("/qc/identity/"))
    for words in ("version 0", "From 90 %: the sample passes.", "Below 60 %", "Fewer than 8 markers", "Shared donors"):
        assert words in page
    change = "/qc/identity/change/"
    assert 'value="default" checked' in text(lead.get(change)).replace(" required", "").replace(' id="id_code_0"', "")
    said = {"code": "atcc", "mode": "non-empty", "marker_set": "13", "with_amelogenin": "on", "based_on": 0}
    assert "Write why it changes." in text(lead.post(change, said | {"reason": ""}))
    assert lead.post(change, said | {"reason": "as ATCC does"})["Location"] == "/qc/identity/"
    page = text(lead.get("/qc/identity/"))
    for words in (
        "version 1",
        "As ATCC does",
        "Rule: Tanabe 90/60 → ATCC, Tanabe 90/80",
        "Below 80 %",
        "not scored → scored",
    ):
        assert words in page
    refused = text(lead.post(change, said | {"code": "default", "reason": "back"}))
    assert "changed the rules meanwhile" in refused
    assert IdentityPolicy.objects.count() == 1


def test_the_line_shows_its_reference_its_newest_samples_and_what_they_lost(bench):
    line = lab.line("SKBR3")
    assert "no reference" in text(bench.get(line.get_absolute_url()))
    qc.reference("SKBR3")
    qc.profiled(lab.growing("SKBR3"), ALIKE)
    page = text(bench.get(line.get_absolute_url()))
    for words in ("the reference of SKBR3", "97.8", "new at p8", "Tanabe 90/60"):
        assert words in page
    derived = lab.line("SKBR3-R1", parent=line)
    assert "which it derives from" in text(bench.get(derived.get_absolute_url()))


def test_the_panel_of_a_line_costs_the_same_however_many_samples_it_has(bench):
    line = lab.line("SKBR3")
    qc.reference("SKBR3")
    qc.profiled(lab.growing("SKBR3"), ALIKE)
    few = queries(bench, line.get_absolute_url())
    for _ in range(6):
        qc.profiled(lab.growing("SKBR3"), ALIKE)
    assert queries(bench, line.get_absolute_url()) <= few
