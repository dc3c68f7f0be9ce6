"""Runs on their pages: started, read on one grid or out of a file, printed, abandoned; each mistake in its own cell."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cultures.passaging.models import Culture
from cultures.quality.models import QCRun, QCTest
from lims.clock import now
from tests import lab
from tests.cultures.quality import qc
from tests.lab import DAY, HOUR

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]


@pytest.fixture
def bench(client: Client) -> Client:
    client.force_login(lab.technician())
    return client


@pytest.fixture
def flasks() -> list[Culture]:
    return [lab.growing(of, at=now() - 20 * DAY) for of in ("SKBR3", "SKBR3", "BT474")]


@pytest.fixture
def run(flasks: list[Culture]) -> QCRun:
    return qc.run_of(flasks, at=now() - 3 * HOUR)


def text(page) -> str:
    return " ".join(page.content.decode().split())


def said(response) -> str:
    return " ".join(str(message) for message in response.context["messages"])


def led(bench: Client, answer):
    """The page that a finished form leads to."""
    assert answer.status_code == 303, answer.content.decode()[:3000]
    return bench.get(answer["Location"])


def codes_in(run: QCRun) -> list[str]:
    return list(run.tests.order_by("pk").values_list("code", flat=True))


def filled(run: QCRun, *light: tuple[object, object], **changes: object) -> dict[str, object]:
    """The grid as it is posted: good controls, and clean samples but for those given."""
    posted: dict[str, object] = {f"controls-{name}": value for name, value in qc.GOOD_CONTROLS.items()}
    for number, code in enumerate(dict.fromkeys(codes_in(run))):
        a, b = light[number] if number < len(light) else (1000, 500)
        posted |= {f"{code}-a": a, f"{code}-b": b}
    return posted | {"command_key": str(uuid4())} | changes


# --- begun ------------------------------------------------------------------------------------------------------------


def test_flasks_chosen_on_the_board_are_offered_each_with_its_box(bench, flasks):
    page = bench.get("/qc/runs/start/", {"due": [f"{flask.pk}:mycoplasma" for flask in flasks[:2]]})
    assert page.context["form"].cultures == flasks[:2]
    page = bench.get("/qc/runs/start/", {"codes": f"{flasks[2].code} {flasks[0].code}"})
    assert page.context["form"].cultures == [flasks[2], flasks[0]]


def test_a_run_is_started_with_the_flasks_that_are_ticked_and_those_scanned(bench, flasks):
    sent = {
        "offered": [flasks[0].code, flasks[1].code],
        "chosen": [flasks[1].code],
        "scanned": flasks[2].code.lower(),
        "method": qc.LUMINESCENCE,
        "kit": qc.kit().pk,
        "kit_lot": qc.kit_lot().pk,
        "command_key": str(uuid4()),
    }
    answer = led(bench, bench.post("/qc/runs/start/", sent))
    run = QCRun.objects.get()
    assert answer.request["PATH_INFO"] == f"/qc/runs/{run.pk}/"
    assert "is open with 2 samples" in said(answer)
    assert [test.culture for test in run.tests.order_by("culture")] == flasks[1:]
    assert run.kit_lot == qc.kit_lot()
    again = bench.post("/qc/runs/start/", sent)  # a double tap
    assert again.status_code == 303
    assert QCRun.objects.count() == 1


def test_what_was_scanned_is_shown_before_anything_is_saved(bench, flasks):
    page = bench.post("/qc/runs/start/", {"scanned": flasks[0].code, "method": qc.PCR, "work_out": "1"})
    assert page.status_code == 200
    assert page.context["form"].cultures == [flasks[0]]
    assert not QCRun.objects.exists()


def test_the_kit_of_the_last_run_is_proposed_and_not_for_pcr(bench, flasks):
    run = qc.run_of(flasks[:1], at=now() - DAY, kit_lot_id=qc.kit_lot().pk)
    page = bench.get("/qc/runs/start/")
    assert page.context["form"]["kit"].initial == run.kit_id
    assert f"as in run {run.pk}" in text(page)
    sent = {"offered": [flasks[1].code], "chosen": [flasks[1].code], "method": qc.PCR, "kit": qc.kit().pk}
    bench.post("/qc/runs/start/", sent)
    assert QCRun.objects.get(method=qc.PCR).kit is None


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"kit": ""}, "Choose the record of the kit"),
        ({"chosen": []}, "Choose the cultures"),
        ({"scanned": "C-00000"}, "is not a code of ours"),
    ],
)
def test_a_run_that_cannot_be_started_says_what_is_missing(bench, flasks, changes, sentence):
    sent = {
        "offered": [flasks[0].code], "chosen": [flasks[0].code], "method": qc.LUMINESCENCE, "kit": qc.kit().pk,
    }  # fmt: skip
    page = bench.post("/qc/runs/start/", sent | changes)
    assert page.status_code == 422
    assert sentence in text(page)
    assert not QCRun.objects.exists()


def test_the_board_of_a_lab_without_kits_says_who_enters_one(bench):
    assert "No kit has a record yet" in text(bench.get("/qc/runs/start/"))


def test_samples_without_a_run_lead_to_their_labels(bench, flasks):
    sent = {
        "offered": [flask.code for flask in flasks],
        "chosen": [flask.code for flask in flasks],
        "method": qc.CULTURE,
        "taken_by": lab.another_technician().pk,
    }
    page = led(bench, bench.post("/qc/samples/", sent))
    tests = list(QCTest.objects.order_by("pk"))
    assert "3 samples taken" in text(page)
    assert {test.taken_by for test in tests} == {lab.another_technician()}
    pdf = bench.get(page.context["pdf"])
    assert pdf.content.startswith(b"%PDF")


@pytest.mark.parametrize(("due", "method"), [("str", "str"), ("mycoplasma", qc.LUMINESCENCE)])
def test_the_method_offered_is_one_of_what_is_due(bench, flasks, due, method):
    page = bench.get("/qc/samples/", {"due": f"{flasks[0].pk}:{due}"})
    assert page.context["form"]["method"].initial == method


# --- read -------------------------------------------------------------------------------------------------------------


def test_the_grid_has_the_controls_on_top_and_a_row_for_each_sample(bench, run):
    rows = bench.get(f"/qc/runs/{run.pk}/").context["form"].rows
    assert [row.label for row in rows] == ["Positive control", "Negative control", *codes_in(run)]
    assert [row.well for row in rows] == ["A1", "B1", "C1", "D1", "E1"]


def test_all_samples_are_judged_at_once(bench, run):
    answer = led(bench, bench.post(f"/qc/runs/{run.pk}/results/", filled(run, (1000, 500), (1000, 1100))))
    assert said(answer) == f"Run {run.pk} is read: 2 pass, 1 inconclusive."
    assert "borderline" in text(answer)


def test_an_invalid_run_is_explained_and_can_be_repeated(bench, run, flasks):
    answer = led(bench, bench.post(f"/qc/runs/{run.pk}/results/", filled(run, **{"controls-positive_b": "1100"})))
    page = text(answer)
    assert "The run is invalid: positive control" in page
    assert "none of its 3 samples says anything" in page
    again = bench.get(answer.context["again"])
    assert again.context["form"].cultures == flasks


def test_a_wrong_reading_is_said_at_its_cell_and_what_was_typed_is_kept(bench, run):
    first, second, *_ = codes_in(run)
    answer = bench.post(f"/qc/runs/{run.pk}/results/", filled(run, (0, 500), (1234, "5,5")))
    assert answer.status_code == 422
    page = text(answer)
    assert "2 readings need another look" in page
    rows = {row.label: row.errors for row in answer.context["form"].rows}
    assert rows[first]
    assert rows[second]
    assert 'value="1234"' in page
    assert QCRun.objects.get(pk=run.pk).state == "open"


def test_a_control_that_was_left_out_is_said_at_its_cell(bench, run):
    answer = bench.post(f"/qc/runs/{run.pk}/results/", filled(run, **{"controls-negative_a": ""}))
    rows = {row.label: row.errors for row in answer.context["form"].rows}
    assert rows["Negative control"]


def test_a_run_read_before_its_samples_is_refused_with_the_reason(bench, run):
    early = f"{now() - 2 * DAY:%Y-%m-%dT%H:%M}"
    answer = bench.post(f"/qc/runs/{run.pk}/results/", filled(run, read_at=early))
    assert answer.status_code == 422
    assert "The sample was taken on" in text(answer)


def test_nobody_reads_a_run_twice(bench, run):
    sent = filled(run)
    bench.post(f"/qc/runs/{run.pk}/results/", sent)
    answer = bench.post(f"/qc/runs/{run.pk}/results/", filled(run), follow=True)
    assert "was read on" in said(answer)


def test_words_of_a_pcr_are_never_chosen_by_themselves(bench, flasks):
    run = qc.run_of(flasks[:1], qc.PCR, at=now() - HOUR)
    (code,) = codes_in(run)
    page = bench.get(f"/qc/runs/{run.pk}/")
    assert [row.label for row in page.context["form"].rows][:2] == [
        "Positive control", "Negative control (no template)",
    ]  # fmt: skip
    empty = {f"{code}-target": "", f"{code}-internal_control": ""}
    answer = bench.post(f"/qc/runs/{run.pk}/results/", empty | {"controls-positive_control": "detected"})
    assert answer.status_code == 422
    full = {
        "controls-positive_control": "detected",
        "controls-negative_control": "not_detected",
        f"{code}-target": "not_detected",
        f"{code}-internal_control": "detected",
    }
    answer = led(bench, bench.post(f"/qc/runs/{run.pk}/results/", full))
    assert "1 pass" in said(answer)


def test_a_viewer_sees_the_run_and_can_enter_nothing(client, run):
    client.force_login(lab.viewer())
    page = text(client.get(f"/qc/runs/{run.pk}/"))
    assert codes_in(run)[0] in page
    assert "<input" not in page.split('id="main"')[1].split("</main>")[0]
    assert client.post(f"/qc/runs/{run.pk}/results/", filled(run)).status_code == 403


def test_a_run_costs_the_same_for_two_samples_and_for_twenty(bench):
    def cost(number: int) -> int:
        run = qc.run_of([lab.growing(at=now() - 5 * DAY) for _ in range(number)], at=now() - HOUR)
        pages = [f"/qc/runs/{run.pk}/{what}" for what in ("", "sheet/", "labels.pdf")]
        for address in pages:
            bench.get(address)
        with CaptureQueriesContext(connection) as asked:
            for address in pages:
                bench.get(address)
        return len(asked)

    assert cost(2) == cost(20)


# --- out of a file ----------------------------------------------------------------------------------------------------


def export(run: QCRun, *light: tuple[object, object], controls: str = "POS,1000,9000\nNEG,1000,400\n") -> str:
    rows = [light[number] if number < len(light) else (1000, 500) for number in range(run.tests.count())]
    lines = [f"{code},{a},{b}" for code, (a, b) in zip(codes_in(run), rows, strict=True)]
    return "sample,A,B\n" + controls + "\n".join(lines) + "\n"


def upload(bench: Client, run: QCRun, content: str, name: str = "plate.csv"):
    file = SimpleUploadedFile(name, content.encode(), "text/csv")
    return bench.post(f"/qc/runs/{run.pk}/import/", {"file": file, "decimal": ""})


def confirmed(bench: Client, run: QCRun, page):
    initial = page.context["form"].initial
    sent = {name: value for name, value in initial.items() if value is not None} | {"command_key": str(uuid4())}
    return led(bench, bench.post(f"/qc/runs/{run.pk}/import/", sent))


def test_a_file_is_shown_row_by_row_before_anything_is_entered(bench, run):
    page = upload(bench, run, export(run, (1000, 1100), (1000, 9000)))
    assert page.status_code == 200
    assert [row.verdict for row in page.context["preview"].rows] == ["inconclusive", "fail", "pass"]
    assert QCRun.objects.get(pk=run.pk).state == "open"
    answer = confirmed(bench, run, page)
    assert said(answer) == f"Run {run.pk} is read: 1 pass, 1 fail, 1 inconclusive."
    assert QCRun.objects.get(pk=run.pk).raw.name == "plate.csv"


def test_the_code_of_the_flask_stands_for_its_sample(bench, run, flasks):
    content = export(run)
    for test in run.tests.select_related("culture"):
        content = content.replace(test.code, test.culture.code)
    assert upload(bench, run, content).context["preview"].can_be_entered


def test_a_row_that_is_not_of_this_run_is_marked_and_nothing_can_be_entered(bench, run, flasks):
    other = qc.sampled(lab.growing(at=now() - 9 * DAY), at=now() - DAY)
    page = upload(bench, run, export(run) + f"{other.code},1000,500\n")
    assert page.context["preview"].errors == 1
    assert "Enter these results" not in text(page)
    assert "waits under this code" in text(page)


def test_a_sample_that_the_file_leaves_out_is_named(bench, run):
    content = export(run)
    missing = codes_in(run)[2]
    page = upload(bench, run, "\n".join(line for line in content.splitlines() if missing not in line))
    assert [test.code for test in page.context["preview"].missing] == [missing]
    assert "Enter these results" not in text(page)


def test_failed_controls_are_said_before_they_are_entered(bench, run):
    page = upload(bench, run, export(run, controls="POS,1000,1100\nNEG,1000,400\n"))
    assert "every sample is invalid" in text(page)
    assert {row.verdict for row in page.context["preview"].rows} == {"invalid"}
    assert "Enter these results" in text(page)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "The file is empty"),
        ("sample,A,B\nPOS,1,2\n", "no negative control"),
        ("sample;A;B\nPOS;1,234;2\nNEG;1;2\n", "Say the decimal sign"),
        ("nothing,here\n", "no row with the heads"),
    ],
)
def test_a_file_that_cannot_be_understood_is_refused_with_the_row(bench, run, content, sentence):
    page = upload(bench, run, content)
    assert page.status_code == 422
    assert sentence in text(page)


def test_the_same_file_twice_names_the_run_that_has_it(bench, run, flasks):
    content = export(run)
    confirmed(bench, run, upload(bench, run, content))
    other = qc.run_of(flasks, at=now() - timedelta(minutes=30))
    page = upload(bench, other, content)
    assert page.status_code == 422
    assert f"as run {run.pk}" in text(page)
    assert f'<a class="btn do" href="{run.get_absolute_url()}">Open run {run.pk}</a>' in page.content.decode()


# --- on paper, and abandoned ------------------------------------------------------------------------------------------


def test_the_sheet_says_what_is_pipetted_where(bench, run, flasks):
    page = text(bench.get(f"/qc/runs/{run.pk}/sheet/"))
    for code, flask in zip(codes_in(run), flasks, strict=True):
        assert code in page
        assert flask.code in page
    assert "Positive control" in page
    assert page.count('class="matrix"') == 3


def test_labels_of_a_run_are_a_pdf_of_a_label_each(bench, run):
    answer = bench.get(f"/qc/runs/{run.pk}/labels.pdf?stock=sheet")
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")


def test_a_run_is_abandoned_with_a_reason(bench, run):
    page = f"/qc/runs/{run.pk}/abandon/"
    assert bench.post(page, {"reason": " "}).status_code == 422
    answer = led(bench, bench.post(page, {"reason": "the plate was dropped"}))
    assert "Abandoned: the plate was dropped." in text(answer)
    assert QCRun.objects.get(pk=run.pk).state == "abandoned"
    assert "was abandoned" in said(bench.get(page, follow=True))


def test_the_list_of_runs_is_narrowed_and_counts_what_failed(bench, run, flasks):
    read = qc.read(qc.run_of(flasks, at=now() - 5 * HOUR), {flasks[0]: (1000, 9000)})
    page = bench.get("/qc/runs/")
    assert [(one.pk, one.n_fail) for one, _ in page.context["found"]] == [(run.pk, 0), (read.pk, 1)]
    assert [one.pk for one, _ in bench.get("/qc/runs/?open=1").context["found"]] == [run.pk]
    assert "No run was started yet" not in text(page)


def test_a_run_that_is_not_there_is_said_so(bench):
    assert bench.get("/qc/runs/999999/").status_code == 404
    assert "No run was started yet" in text(bench.get("/qc/runs/"))
