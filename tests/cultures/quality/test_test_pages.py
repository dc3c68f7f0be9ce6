"""The pages of tests: recorded, answered later, corrected, withdrawn; and what shows on other pages."""

from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cultures.passaging.models import Culture
from cultures.quality.models import QCTest, QuarantineMember
from cultures.quality.services import adopt_standard_policy
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
def flask() -> Culture:
    return lab.growing(at=now() - 20 * DAY)


def text(page) -> str:
    return " ".join(page.content.decode().split())


def led(bench: Client, answer):
    """The page that a finished form leads to."""
    assert answer.status_code == 303, text(answer)[:3000]
    return bench.get(answer["Location"])


def said(page) -> str:
    return " ".join(str(message) for message in page.context["messages"])


def posted(page, **changes: object) -> dict[str, object]:
    """A form as it stands on its page, the folded and hidden fields too, with changes."""
    form = page.context["form"]
    filled = {form.add_prefix(name): form[name].initial for name in form.fields}
    filled |= {bound.html_name: bound.initial for bound in form.readings} if hasattr(form, "readings") else {}
    filled |= {"method": page.context["method"].code, "confirmed": [one.code for one in form.warnings]}
    shown = {name: f"{value:%Y-%m-%dT%H:%M}" if hasattr(value, "hour") else value for name, value in filled.items()}
    return {name: value for name, value in shown.items() if value is not None} | {"command_key": str(uuid4())} | changes


def pcr(target: str = "not_detected", internal: str = "detected") -> dict[str, str]:
    return {"readings-target": target, "readings-internal_control": internal}


# --- recorded ---------------------------------------------------------------------------------------------------------


def test_a_test_is_recorded_in_the_methods_own_form(bench, flask):
    page = bench.get(f"/cultures/{flask.code}/qc/?method={qc.PCR}")
    answer = led(bench, bench.post(f"/cultures/{flask.code}/qc/", posted(page, **pcr())))
    test = QCTest.objects.get()
    assert answer.request["PATH_INFO"] == f"/qc/tests/{test.code}/"
    assert (test.verdict, test.taken_by, test.run_by) == ("pass", lab.technician(), lab.technician())
    assert f"{test.code}: pass." in said(answer)
    assert [message.level_tag for message in answer.context["messages"]] == ["success"]


def test_a_sample_alone_is_saved_without_its_readings(bench, flask):
    page = bench.get(f"/cultures/{flask.code}/qc/?method={qc.PCR}")
    answer = led(bench, bench.post(f"/cultures/{flask.code}/qc/", posted(page, save="sample")))
    test = QCTest.objects.get()
    assert test.is_pending
    assert "waits for its result" in text(answer)


def test_what_makes_a_poor_sample_is_said_before_and_does_not_block(bench, flask):
    young = lab.growing("BT474", at=now() - 2 * HOUR)
    page = bench.get(f"/cultures/{young.code}/qc/?method={qc.PCR}")
    assert "only 2 h old" in text(page)
    blind = posted(page, **pcr()) | {"confirmed": []}
    assert bench.post(f"/cultures/{young.code}/qc/", blind).status_code == 422
    assert not QCTest.objects.exists()
    led(bench, bench.post(f"/cultures/{young.code}/qc/", posted(page, **pcr())))


def test_a_positive_test_puts_the_culture_apart_and_its_page_says_what_to_do(bench, flask):
    page = bench.get(f"/cultures/{flask.code}/qc/?method={qc.PCR}")
    answer = led(bench, bench.post(f"/cultures/{flask.code}/qc/", posted(page, **pcr("detected"))))
    assert [message.level_tag for message in answer.context["messages"]] == ["warning"]  # it is not said in green
    assert QuarantineMember.objects.filter(culture=flask, until=None).exists()
    for address in (f"/cultures/{flask.code}/", f"/cultures/{flask.code}/passage/", f"/cultures/{flask.code}/feed/"):
        shown = text(bench.get(address))
        assert "Quarantine since" in shown
        assert "2 clean samples at least 14 days apart" in shown


@pytest.mark.parametrize(
    ("changes", "where", "sentence"),
    [
        ({"readings-target": ""}, "target", "Say what was seen."),
        ({"at": "2100-01-01T10:00"}, None, "has not come yet"),
        ({"resulted_at": "2026-03-01T10:00"}, "resulted_at", "Its result comes after that"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field_and_kept_as_typed(bench, flask, changes, where, sentence):
    page = bench.get(f"/cultures/{flask.code}/qc/?method={qc.PCR}")
    answer = bench.post(f"/cultures/{flask.code}/qc/", posted(page, **pcr()) | changes)
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert not QCTest.objects.exists()
    if where == "target":
        assert answer.context["form"].readings.errors[where]


def test_a_sample_dated_before_the_flask_names_the_flask_that_was_there(bench, flask):
    (daughter,) = lab.split(flask, at=now() - 3 * DAY)
    page = bench.get(f"/cultures/{daughter.code}/qc/?method={qc.PCR}")
    early = {"at": f"{now() - 5 * DAY:%Y-%m-%dT%H:%M}"}
    answer = bench.post(f"/cultures/{daughter.code}/qc/", posted(page, **pcr()) | early)
    assert answer.status_code == 422
    assert f"Open {flask.code}" in text(answer)


def test_the_method_first_offered_is_one_of_what_is_due(bench, flask):
    adopt_standard_policy(by=lab.manager())
    qc.negative(flask, now() - DAY)
    page = bench.get(f"/cultures/{flask.code}/qc/")
    assert page.context["method"].code == "str"
    assert bench.get(f"/cultures/{flask.code}/qc/?family=sterility").context["method"].code == "sterility"
    assert bench.get(f"/cultures/{flask.code}/qc/?method=witchcraft").context["method"].code == "str"


def test_the_file_of_a_result_is_kept_and_comes_back_as_it_was(bench, flask):
    page = bench.get(f"/cultures/{flask.code}/qc/?method={qc.PCR}")
    report = SimpleUploadedFile("report.pdf", b"%PDF-1.4 <script>alert(1)</script>", "application/pdf")
    led(bench, bench.post(f"/cultures/{flask.code}/qc/", posted(page, **pcr(), file=report)))
    raw = QCTest.objects.get().raw
    answer = bench.get(f"/qc/files/{raw.pk}/")
    assert b"".join(answer.streaming_content) == b"%PDF-1.4 <script>alert(1)</script>"
    assert answer["Content-Disposition"] == 'attachment; filename="report.pdf"'
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_the_same_report_for_another_flask_is_refused_and_named(bench, flask):
    other = lab.growing("BT474", at=now() - 20 * DAY)
    for culture in (flask, other):
        page = bench.get(f"/cultures/{culture.code}/qc/?method={qc.PCR}")
        report = SimpleUploadedFile("report.pdf", b"%PDF one", "application/pdf")
        answer = bench.post(f"/cultures/{culture.code}/qc/", posted(page, **pcr(), file=report))
    assert answer.status_code == 422
    assert f"as the result of {QCTest.objects.get().code}" in text(answer)


# --- answered later ---------------------------------------------------------------------------------------------------


def test_a_waiting_sample_gets_its_result_once(bench, flask):
    sample = qc.sampled(flask, qc.PCR, at=now() - DAY)
    address = f"/qc/tests/{sample.code}/result/"
    page = bench.get(address)
    answer = led(bench, bench.post(address, posted(page, **pcr())))
    assert "No mycoplasma DNA was detected" in text(answer)
    late = bench.post(address, posted(page, **pcr("detected")))
    assert late.status_code == 422
    assert "entered by" in text(late)
    assert "entered by" in said(bench.get(address, follow=True))


def test_a_sample_of_an_open_run_is_answered_in_the_run(bench, flask):
    run = qc.run_of([flask], at=now() - HOUR)
    answer = bench.get(f"/qc/tests/{run.tests.get().code}/result/", follow=True)
    assert answer.request["PATH_INFO"] == f"/qc/runs/{run.pk}/"
    assert "whose controls decide" in said(answer)


# --- looked at, corrected, withdrawn ----------------------------------------------------------------------------------


def test_a_test_shows_its_whole_history_with_who_and_why(bench, flask):
    sample = qc.sampled(flask, at=now() - 3 * DAY)
    qc.result(sample, b=9000)
    qc.corrected(sample, "typed 9000 for 500", readings={"b": 500})
    page = bench.get(f"/qc/tests/{sample.code}/")
    assert [version.title for version in page.context["versions"]] == ["Corrected", "Result", "Sample taken"]
    assert ("Reading B", "9000 RLU", "500 RLU") in page.context["versions"][0].changes
    assert "typed 9000 for 500" in text(page)
    assert "Ratio B / A" in text(page)


def test_a_test_names_the_growing_cultures_it_speaks_for(bench, flask):
    test = qc.negative(flask, now() - 6 * DAY)
    daughters = lab.split(flask, ("T75", "T25"), at=now() - 3 * DAY)
    page = bench.get(f"/qc/tests/{test.code}/")
    assert list(page.context["spoken_for"]) == daughters


def test_a_correction_says_only_what_changed_and_keeps_the_rest(bench, flask):
    test = qc.positive(flask, now() - 3 * DAY)
    address = f"/qc/tests/{test.code}/correct/"
    page = bench.get(address)
    changed = posted(page, reason="typed wrong") | {"culture": flask.code, "readings-b": "500"}
    answer = led(bench, bench.post(address, changed))
    now_ = qc.now_of(test)
    assert (now_.verdict, now_.at, now_.resulted_at, now_.reason) == ("pass", test.at, test.resulted_at, "typed wrong")
    assert "is corrected: pass" in said(answer)
    assert not QuarantineMember.objects.filter(culture=flask, until=None).exists()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"reason": ""}, "Write why it is corrected."),
        ({"culture": "C-00000"}, "No culture bears the code"),
        ({"reason": "no reason"}, "as it was"),
    ],
)
def test_a_correction_without_reason_culture_or_change_is_refused(bench, flask, changes, sentence):
    test = qc.negative(flask, now() - 3 * DAY)
    address = f"/qc/tests/{test.code}/correct/"
    page = bench.get(address)
    answer = bench.post(address, posted(page, reason="typed wrong") | {"culture": flask.code} | changes)
    assert answer.status_code == 422
    assert sentence in text(answer) or "othing" in text(answer)
    assert QCTest.objects.count() == 1


def test_a_test_of_the_wrong_flask_is_moved_to_the_right_one(bench, flask):
    right = lab.growing("BT474", at=now() - 20 * DAY)
    test = qc.negative(flask, now() - 3 * DAY)
    address = f"/qc/tests/{test.code}/correct/"
    changed = posted(bench.get(address), reason="tube mixed up") | {"culture": right.code.lower()}
    led(bench, bench.post(address, changed))
    assert qc.now_of(test).culture == right


def test_a_withdrawn_test_stays_readable_and_is_not_corrected_again(bench, flask):
    test = qc.positive(flask, now() - 3 * DAY)
    address = f"/qc/tests/{test.code}/void/"
    assert bench.post(address, {"reason": ""}).status_code == 422
    page = led(bench, bench.post(address, {"reason": "the wrong tube"}))
    assert "Withdrawn: the wrong tube." in text(page)
    assert "/correct/" not in text(page)
    assert "was withdrawn" in said(bench.get(f"/qc/tests/{test.code}/correct/", follow=True))
    assert not QuarantineMember.objects.filter(culture=flask, until=None).exists()


def test_a_viewer_reads_a_test_and_changes_nothing(client, flask):
    test = qc.negative(flask, now() - 3 * DAY)
    client.force_login(lab.viewer())
    page = text(client.get(f"/qc/tests/{test.code}/"))
    assert "Ratio 0.500" in page
    assert "/correct/" not in page
    for address in (f"/qc/tests/{test.code}/correct/", f"/cultures/{flask.code}/qc/"):
        assert client.get(address).status_code == 403


# --- shown elsewhere --------------------------------------------------------------------------------------------------


def test_the_culture_page_says_clean_as_of_and_the_next_test(bench, flask):
    adopt_standard_policy(by=lab.manager())
    qc.negative(flask, now() - 3 * DAY)
    page = text(bench.get(f"/cultures/{flask.code}/"))
    assert f"Clean as of p{flask.passage_number}" in page
    assert "next test by" in page
    assert f"/cultures/{flask.code}/qc/" in page


def test_a_daughter_shows_what_it_inherited(bench, flask):
    adopt_standard_policy(by=lab.manager())
    qc.negative(flask, now() - 9 * DAY)
    (daughter,) = lab.split(flask, at=now() - 3 * DAY)
    page = text(bench.get(f"/cultures/{daughter.code}/"))
    assert f"clean as of p{flask.passage_number}" in page
    assert "came with its cells" in page


def test_an_overdue_test_is_said_where_the_flask_is_opened(bench):
    adopt_standard_policy(by=lab.manager())
    flask = lab.growing(at=now() - 60 * DAY)
    qc.negative(flask, now() - 40 * DAY)
    for deed in ("passage", "feed"):
        page = text(bench.get(f"/cultures/{flask.code}/{deed}/"))
        assert "Mycoplasma test overdue" in page
    assert "family=mycoplasma" in page


def test_an_ended_culture_shows_what_was_known_and_nothing_due(bench, flask):
    adopt_standard_policy(by=lab.manager())
    qc.negative(flask, now() - 9 * DAY)
    lab.discarded(flask, at=now() - DAY)
    page = text(bench.get(f"/cultures/{flask.code}/"))
    assert "clean as of" in page
    assert "next test" not in page


def test_the_culture_page_costs_the_same_whatever_was_tested(bench, flask):
    adopt_standard_policy(by=lab.manager())
    qc.positive(flask, now() - 15 * DAY)
    qc.unsterile(flask, now() - 14 * DAY)
    bench.get(f"/cultures/{flask.code}/")
    with CaptureQueriesContext(connection) as few:
        bench.get(f"/cultures/{flask.code}/")
    for days in range(1, 11):
        qc.negative(flask, now() - days * DAY)
        qc.unsterile(flask, now() - days * DAY)
    with CaptureQueriesContext(connection) as many:
        bench.get(f"/cultures/{flask.code}/")
    assert len(many) == len(few)


def test_a_scanned_tube_opens_its_sample_and_the_search_finds_it(bench, flask):
    test = qc.sampled(flask, at=now() - DAY)
    assert bench.get("/scan", {"q": f"LIMS:{test.code}"})["Location"] == f"/qc/tests/{test.code}/"
    found = text(bench.get("/scan", {"q": "SKBR3"}))
    assert test.code in found
    assert bench.get(f"/qc/tests/{test.code.lower()}/").status_code == 200
    assert bench.get("/qc/tests/Q-00000/").status_code == 404


def test_the_menu_leads_to_the_board(bench):
    page = text(bench.get("/cultures/"))
    assert 'href="/qc/"' in page
    assert "aria-current" in text(bench.get("/qc/runs/")).split('href="/qc/"')[1][:60]
