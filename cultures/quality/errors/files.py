"""Refusals about files of results."""

from cultures.passaging.errors import moment
from cultures.quality.errors.words import opened, who
from cultures.quality.models import QCRun, QCTest, RawFile
from lims.errors import DomainError


class FileKnown(DomainError):
    """These bytes were imported before."""

    code = "file_known"

    def __init__(self, raw: RawFile, run: QCRun | None, test: QCTest | None) -> None:
        where = f"as run {run.pk}" if run else f"as the result of {test.code}" if test else "before"
        super().__init__(
            f"This file was imported by {who(raw.by)} on {moment(raw.at)} {where}, as {raw.name}. "
            "Choose the file of this run.",
            field="file",
            ways=((f"Open run {run.pk}", run.get_absolute_url()),) if run else (opened(test),) if test else (),
            extra={"run": run.pk if run else None, "test": test.code if test else None},
        )


class FileTooLarge(DomainError):
    code = "file_too_large"

    def __init__(self, most_bytes: int) -> None:
        super().__init__(f"The file is larger than {most_bytes // 1_000_000} MB. Export this run alone.", field="file")


class FileNotUnderstood(DomainError):
    """What is in the file has no single meaning; the sentence names the row or well."""

    code = "file_not_understood"

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, field="file")
