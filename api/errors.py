"""Every failure in one shape: {"code": ..., "detail": ...}, with "field" or "fields" when one is at fault."""

from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import DataError, IntegrityError, InterfaceError, OperationalError
from django.http import Http404
from django.http.multipartparser import MultiPartParserError
from rest_framework import exceptions, status
from rest_framework.response import Response

from cultures.quality.errors.samples import BadReadings
from lims.errors import DomainError, NotAllowed
from lims.instruments.errors import DeliveryInFlight, KeyReused
from lims.rules import OutOfRange, broken_rule

DATABASE_IS_BACK_IN_S = 5
STATUS_OF = {
    BadReadings: status.HTTP_400_BAD_REQUEST,
    KeyReused: status.HTTP_422_UNPROCESSABLE_ENTITY,
    NotAllowed: status.HTTP_403_FORBIDDEN,
    OutOfRange: status.HTTP_400_BAD_REQUEST,
}


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """What DRF calls for any exception in a view. Services roll back on their own. None: a fault of ours (500)."""
    match error:
        case DomainError():
            return _refused(error)
        case exceptions.ValidationError():
            detail = "These values cannot be taken."
            return problem(error.status_code, "invalid", detail, fields=_fields(error.get_full_details()))
        case exceptions.APIException():
            return _of_the_framework(error)
        case Http404():
            return problem(404, "not_found", "There is nothing here, or nothing by this code.")
        case PermissionDenied():
            return problem(403, "not_allowed", str(error) or "This is not allowed.")
        case RequestDataTooBig():
            return problem(413, "too_large", "The body is too large.")
        case SuspiciousOperation() | MultiPartParserError():
            return problem(400, "invalid", "The request cannot be read.")
        case IntegrityError():
            return _refused(refusal) if (refusal := broken_rule(error)) else None
        case DataError():
            return _refused(OutOfRange())
        case OperationalError() | InterfaceError():
            detail = "The database cannot be reached just now. Nothing was saved; send it again."
            return problem(503, "database_down", detail, retry_after_s=DATABASE_IS_BACK_IN_S)
    return None


def problem(status_code: int, code: str, detail: str, *, retry_after_s: int = 0, **more: Any) -> Response:
    body = {"code": code, "detail": detail} | {name: value for name, value in more.items() if value}
    headers = {"Retry-After": str(retry_after_s)} if retry_after_s else {}
    return Response(body, status=status_code, headers=headers, content_type="application/problem+json")


def _refused(refusal: DomainError) -> Response:
    code = next((found for kind, found in STATUS_OF.items() if isinstance(refusal, kind)), status.HTTP_409_CONFLICT)
    retry_after_s = refusal.retry_after_s if isinstance(refusal, DeliveryInFlight) else 0
    return problem(
        code, refusal.code, str(refusal), retry_after_s=retry_after_s, field=refusal.field, extra=refusal.extra
    )


def _of_the_framework(error: exceptions.APIException) -> Response:
    code = error.get_codes()
    response = problem(error.status_code, code if isinstance(code, str) else error.default_code, str(error.detail))
    if header := getattr(error, "auth_header", None):
        response["WWW-Authenticate"] = header
    if wait := getattr(error, "wait", None):
        response["Retry-After"] = str(int(wait) + 1)
    return response


def _fields(details: Any) -> Any:
    """{"taken_at": [{"code": "naive", "detail": "..."}]}, nested as the body is; "" stands for the body as a whole."""
    if isinstance(details, list):
        return [_fields(detail) for detail in details]
    if set(details) == {"message", "code"} and isinstance(details["message"], str):
        return {"code": details["code"], "detail": str(details["message"])}
    return {"" if name == "non_field_errors" else name: _fields(inside) for name, inside in details.items()}
