"""Addresses of the board, the runs and the tests. A sample's code is its address, so a scanned tube opens it."""

from django.urls import path, register_converter

from cultures.quality.views import board, culture, importing, papers, runs, tests
from lims.codes import tidy_code


class SampleCode:
    """Q-7K4QX, however it was typed."""

    regex = "[Qq]-[0-9A-Za-z]+"

    def to_python(self, text: str) -> str:
        return tidy_code(text)

    def to_url(self, code: str) -> str:
        return code


register_converter(SampleCode, "sample")

run, one = "qc/runs/<int:run_id>/", "qc/tests/<sample:code>/"
urlpatterns = [
    path("qc/", board.board, name="qc"),
    path("qc/qc.csv", board.board_csv, name="qc_csv"),
    path("qc/samples/", runs.samples, name="qc_samples"),
    path("qc/labels/", papers.labels, name="qc_labels"),
    path("qc/labels.pdf", papers.labels_as_pdf, name="qc_labels_pdf"),
    path("qc/runs/", runs.runs, name="qc_runs"),
    path("qc/runs/start/", runs.start, name="qc_run_start"),
    path(run, runs.run, name="qc_run"),
    path(f"{run}results/", runs.results, name="qc_run_results"),
    path(f"{run}import/", importing.import_file, name="qc_run_import"),
    path(f"{run}sheet/", papers.sheet, name="qc_run_sheet"),
    path(f"{run}labels.pdf", papers.run_labels, name="qc_run_labels"),
    path(f"{run}abandon/", runs.abandon, name="qc_run_abandon"),
    path(one, tests.test, name="qc_test"),
    path(f"{one}result/", tests.result, name="qc_test_result"),
    path(f"{one}correct/", tests.correct, name="qc_test_correct"),
    path(f"{one}void/", tests.void, name="qc_test_void"),
    path("qc/files/<int:raw_id>/", tests.raw_file, name="qc_file"),
    path("cultures/<culture:code>/qc/", culture.culture_qc, name="culture_qc"),
    path("cultures/<culture:code>/qc/sample/", culture.culture_sample, name="culture_sample"),
]
