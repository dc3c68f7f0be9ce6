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
