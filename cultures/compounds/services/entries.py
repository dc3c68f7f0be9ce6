"""What every service of this package asks of the words and amounts it is given."""

from decimal import Decimal

from lims.errors import DomainError
from lims.tabular.text import BadText, clean_text


def text_of(value: str, what: str, max_length: int, field: str, *, required: bool = False) -> str:
    text = clean_text(value or "", f"The {what}", max_length=max_length)
    if required and not text:
        raise BadText(f"Write the {what}.", field=field)
    return text


def check_amount(value: Decimal | None, what: str, below: Decimal | int, field: str) -> None:
    if value is None or not value.is_finite() or not 0 < value < below:
        raise DomainError(f"The {what} is a number above zero and below {below}. Check it.", field=field)


def check_count(value: int, what: str, least: int, most: int, field: str) -> None:
    if not isinstance(value, int) or not least <= value <= most:
        raise DomainError(f"The {what} is a whole number from {least} to {most}. Check it.", field=field)
