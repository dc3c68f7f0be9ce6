"""Files of results, kept byte for byte before anybody tries to understand them."""

import hashlib
from pathlib import Path
from typing import BinaryIO

from django.core.files.storage import default_storage

from cultures.passaging.services.photos import write_whole
from cultures.quality.errors.files import FileKnown, FileTooLarge
from cultures.quality.models import QCRun, QCTest, RawFile
from lims.accounts.models import User
from lims.audit.context import acting
from lims.instruments.models import Instrument
from lims.tabular.text import BadText, clean_text

MOST_BYTES = 5_000_000


def keep_raw_file(*, upload: BinaryIO, name: str, by: User | Instrument) -> RawFile:
    """Keep a file under the hash of its bytes, in a transaction of its own: it stays when its import is refused.

    Raises FileKnown when these bytes were imported already. A file whose import was refused may come again.
    """
    content = upload.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise FileTooLarge(MOST_BYTES)
    digest = hashlib.sha256(content).hexdigest()
    with acting(by, "enter_results"):
        if known := RawFile.objects.select_related("by").filter(sha256=digest).first():
            refuse_imported(known)
            return known
        stored = f"qc/{digest}"
        write_whole(Path(default_storage.path(stored)), content)  # the file first, its row last
        kept, _ = RawFile.objects.get_or_create(
            sha256=digest,
            defaults={"file": stored, "name": _tidy(name), "by": by if isinstance(by, User) else None},
        )
        return kept


def refuse_imported(raw: RawFile, *, besides: QCRun | None = None) -> None:
    """Raises FileKnown when a run or a result rests on this file."""
    run = raw.runs.exclude(pk=besides.pk if besides else 0).first()
    test = None if run else QCTest.objects.filter(raw=raw, run=None).first()
    if run or test:
        raise FileKnown(raw, run, test)


def lock_unused(raw: RawFile, *, besides: QCRun | None = None) -> None:
    """Of two imports of one file at once, the second is told of the first."""
    refuse_imported(
        RawFile.objects.select_for_update(of=("self",)).select_related("by").get(pk=raw.pk), besides=besides
    )


def content_of(raw: RawFile) -> bytes:
    with raw.file.open("rb") as file:
        return file.read()


def _tidy(name: str) -> str:
    """The name it was called by, without folders and without signs nobody can see."""
    last = name.replace("\\", "/").rpartition("/")[2]
    try:
        return clean_text(last)[:120] or "unnamed"
    except BadText:
        return clean_text("".join(sign for sign in last if sign.isprintable()))[:120] or "unnamed"
