"""What stands on the tube of a sample: its own code, the flask it is of, its well, day and person."""

from collections.abc import Mapping

from django.db.models import prefetch_related_objects

from cultures.quality.board import known_methods
from cultures.quality.models import QCTest
from lims.clock import lab_time
from lims.web.labels import Label


def labels_of_samples(tests: list[QCTest], wells: Mapping[str, str] | None = None) -> list[Label]:
    """One query for their methods, and one for the people."""
    methods, stands = known_methods(), wells or {}
    prefetch_related_objects(tests, "taken_by")
    return [
        Label(
            test.code,
            (
                f"{test.culture.line} p{test.culture.passage_number}  {test.culture.code}",
                "  ".join(filter(None, (stands.get(test.code, ""), methods[test.method].short))),
                "  ".join(filter(None, (f"{lab_time(test.at):%d %b %Y}", _initials(test)))),
            ),
        )
        for test in tests
    ]


def _initials(test: QCTest) -> str:
    return test.taken_by.initials if test.taken_by else ""
