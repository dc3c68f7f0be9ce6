"""Words and ways that refusals of quality control share."""

from cultures.quality.models import QCTest
from lims.accounts.models import User


def who(person: User | None) -> str:
    return f"{person} ({person.initials})" if person else "an instrument"


def opened(test: QCTest) -> tuple[str, str]:
    return f"Open {test.code}", test.get_absolute_url()
