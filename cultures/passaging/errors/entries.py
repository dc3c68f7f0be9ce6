"""Refusals about observations, and about undoing and correcting entries."""

from lims.errors import DomainError


class NotAPhoto(DomainError):
    code = "not_a_photo"

    def __init__(self) -> None:
        super().__init__("This file is not a readable picture. Take a JPEG, PNG or TIFF.", field="photo")


class PhotoTooLarge(DomainError):
    code = "photo_too_large"

    def __init__(self, has: str, limit: str) -> None:
        super().__init__(f"The picture has {has}, more than {limit}. Save it smaller and take it again.", field="photo")


class NothingObserved(DomainError):
    code = "nothing_observed"

    def __init__(self) -> None:
        super().__init__("Say what was seen: confluence, morphology, a photo or a note.", field="confluence")


class NotAChoice(DomainError):
    code = "not_a_choice"

    def __init__(self, what: str, value: object, known: list[str], *, field: str) -> None:
        super().__init__(f"{str(value)[:40]!r} is no {what} we know. Choose one of: {', '.join(known)}.", field=field)


class NothingToUndo(DomainError):
    code = "nothing_to_undo"

    def __init__(self, why: str) -> None:
        super().__init__(f"{why} Correct the entry instead.")


class TooLateToUndo(DomainError):
    code = "too_late_to_undo"

    def __init__(self, minutes: int) -> None:
        super().__init__(f"An entry can be undone for {minutes} minutes. Correct it instead, with a reason.")


class NotCorrectable(DomainError):
    code = "not_correctable"


class ReasonMissing(DomainError):
    code = "reason_missing"

    def __init__(self) -> None:
        super().__init__("Say why this is corrected: the record keeps it.", field="reason")


class NothingChanged(DomainError):
    code = "nothing_changed"

    def __init__(self) -> None:
        super().__init__("The correction changes nothing. Change what is wrong, or leave the entry as it is.")
