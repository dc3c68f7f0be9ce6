"""Refusals. A DomainError is a sentence for a technician and a code for machines; when raised, nothing has changed."""

from collections.abc import Mapping
from typing import Any


class DomainError(Exception):
    """A rule of the lab said no.

    code    stable snake_case word for machines
    field   the form field or JSON key at fault, when there is one
    ways    up to two ways on: (label, url)
    extra   numbers behind the sentence, JSON-safe
    """

    code = "refused"

    def __init__(
        self,
        sentence: str,
        *,
        field: str | None = None,
        ways: tuple[tuple[str, str], ...] = (),
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(sentence)
        self.sentence, self.field, self.ways, self.extra = sentence, field, ways, dict(extra or {})

    def __str__(self) -> str:
        return self.sentence


class NotAllowed(DomainError):
    """The role of this person does not include the verb."""

    code = "not_allowed"
