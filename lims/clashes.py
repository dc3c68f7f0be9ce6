"""Two people may enter the same name at once. The database lets one in; the other is told who has it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import IntegrityError, transaction

from lims.errors import DomainError


@contextmanager
def refused_if_taken(refusal: Callable[[], DomainError | None]) -> Iterator[None]:
    """Writes inside the block; when a unique constraint stops it, raises `refusal()`, which names the holder.

    refusal   looks for what is in the way, and gives None when it finds nothing: then the error was another one
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as clash:
        if (refused := refusal()) is None:
            raise
        raise refused from clash
