"""JSON as strict as the lab needs it: what could be read two ways, or not be stored, is refused with a sentence."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import IO, Any

from rest_framework import status
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser

MOST_BYTES = 1_000_000
DEEPEST = 32
MOST_DIGITS = 30
FURTHEST_EXPONENT = 40


class BodyTooLarge(APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"
    default_detail = f"The body is larger than {MOST_BYTES:,} bytes."


class StrictJSONParser(BaseParser):
    """Refuses NaN, Infinity and numbers out of range, keys given twice, NUL and lone surrogates, deep nesting, size.

    Numbers with a point or an exponent arrive as Decimal, as written. The bytes as sent are kept in
    `parser_context["sent"]`, for the digest and the record of a delivery.
    """

    media_type = "application/json"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        sent = stream.read(MOST_BYTES + 1)
        if len(sent) > MOST_BYTES:
            raise BodyTooLarge
        if isinstance(parser_context, dict):
            parser_context["sent"] = sent
        return read_json(sent)


def read_json(sent: bytes) -> Any:
    try:
        found = json.loads(
            sent.decode(),
            object_pairs_hook=_object,
            parse_constant=_refuse_constant,
            parse_float=_decimal,
            parse_int=_whole,
        )
    except RecursionError:
        raise _too_deep() from None
    except UnicodeDecodeError:
        raise ParseError("The body is not UTF-8.", code="not_utf8") from None
    except ValueError as error:
        raise ParseError(f"The body is not JSON: {error}.", code="not_json") from None
    _check(found)
    return found


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ParseError(f"The key {twice[:60]!a} is given twice.", code="key_given_twice")
    return found


def _refuse_constant(text: str) -> None:
    raise ParseError(f"{text} is not a number of JSON.", code="not_a_number")


def _decimal(text: str) -> Decimal:
    exponent = text.lower().partition("e")[2].lstrip("+-")
    if len(text) <= MOST_DIGITS + 10 and len(exponent) <= 3:
        number = Decimal(text)
        if abs(number.adjusted()) <= FURTHEST_EXPONENT or not number:
            return number
    raise _out_of_range(text)


def _whole(text: str) -> int:
    if len(text.lstrip("-")) > MOST_DIGITS:
        raise _out_of_range(text)
    return int(text)


def _check(found: Any) -> None:
    """Depth and text of everything that was read, without recursion."""
    waiting = [(found, 1)]
    while waiting:
        value, depth = waiting.pop()
        if isinstance(value, str):
            _check_text(value)
            continue
        if isinstance(value, dict):
            for name in value:
                _check_text(name)
            inside = list(value.values())
        elif isinstance(value, list):
            inside = value
        else:
            continue
        if depth > DEEPEST:
            raise _too_deep()
        waiting.extend((part, depth + 1) for part in inside)


def _check_text(text: str) -> None:
    if "\x00" in text:
        raise ParseError("The body holds a NUL character, which cannot be stored.", code="nul_character")
    if any("\ud800" <= sign <= "\udfff" for sign in text):
        raise ParseError("The body holds half a character (a lone surrogate).", code="lone_surrogate")


def _too_deep() -> ParseError:
    return ParseError(f"The body is nested deeper than {DEEPEST} levels.", code="too_deep")


def _out_of_range(text: str) -> ParseError:
    return ParseError(f"The number {text[:20]} is out of range.", code="number_out_of_range")
