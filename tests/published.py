"""A pytest plugin: where the published data sets are present, a test that reads them may not be skipped.

`.ci/run` sets PUBLISHED=required when it finds the data; elsewhere such tests are skipped as usual.
"""

import os
from collections.abc import Generator

import pytest

REQUIRED = os.environ.get("PUBLISHED") == "required"
WHY = "a `published` test was skipped although the data sets are here"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if REQUIRED and report.skipped and not hasattr(report, "wasxfail") and item.get_closest_marker("published"):
        report.outcome, report.longrepr = "failed", f"{WHY}: {_reason(report)}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """A module that skips itself as a whole never reaches its marks: it counts when it speaks of `published`."""
    report = yield
    skipped = REQUIRED and report.skipped and isinstance(collector, pytest.Module)
    if skipped and "published" in collector.path.read_text(encoding="utf-8"):
        report.outcome, report.longrepr = "failed", f"{WHY}: {_reason(report)}"
    return report


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    return report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
