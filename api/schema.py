"""The description of the interface: OpenAPI for machines, a page of it for people, both from local files."""

from typing import Any

from csp.constants import NONE, SELF
from csp.decorators import csp_replace
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from api.auth import MayDoItsVerb
from api.idempotency import HEADER
from lims.accounts.access import requires
from lims.instruments.deliveries import LONGEST_KEY

OF_INSTRUMENTS = frozenset(f"/api/v1/instruments/{what}/" for what in ("counts", "tests", "runs"))
PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "Why it was refused. `code` is stable, `detail` is a sentence for people.",
    "required": ["code", "detail"],
    "properties": {
        "code": {"type": "string", "example": "culture_not_growing"},
        "detail": {"type": "string"},
        "field": {"type": "string", "description": "The key at fault, when there is one"},
        "fields": {"type": "object", "additionalProperties": {}, "description": "Of a 400: the keys at fault"},
        "extra": {"type": "object", "additionalProperties": {}, "description": "The numbers behind the sentence"},
    },
}
REFUSED = {
    "description": "Refused; nothing was changed. docs/integrator.md lists the codes.",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
# Swagger's own page sets styles in its markup; nothing else of ours may.
DOCS_POLICY = {
    "default-src": [NONE],
    "script-src": [SELF],
    "style-src": [SELF, "'unsafe-inline'"],
    "img-src": [SELF, "data:"],
    "connect-src": [SELF],
    "font-src": [SELF],
    "base-uri": [NONE],
    "form-action": [SELF],
    "frame-ancestors": [NONE],
}


def describe_refusals_and_keys(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """A hook of drf-spectacular: every operation may be refused in one shape, and every POST may bear a key."""
    _forget_marks(result)
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
    for path, operations in result["paths"].items():
        for method, operation in operations.items():
            operation["responses"]["default"] = REFUSED
            if method == "post":
                operation.setdefault("parameters", []).append(_key_parameter(required=path in OF_INSTRUMENTS))
    return result


def _forget_marks(node: Any) -> None:
    """drf-spectacular marks each enumeration for a hook that we do not use."""
    if isinstance(node, dict):
        node.pop("x-spec-enum-id", None)
    for part in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        _forget_marks(part)


def _key_parameter(*, required: bool) -> dict[str, Any]:
    return {
        "name": HEADER,
        "in": "header",
        "required": required,
        "description": "A name of your own for this command. Sent again under it, the first answer is given again.",
        "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY, "pattern": "^[!-~]+$"},
    }


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = "api.auth.InstrumentTokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "The key of an instrument: sub_..."}


class SessionScheme(OpenApiAuthenticationExtension):
    target_class = "api.auth.PersonSessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": "sessionid",
            "description": "A person who is signed in; X-CSRFToken is needed to act.",
        }


class SchemaView(SpectacularAPIView):
    verb = "read_bench"
    permission_classes = [MayDoItsVerb]


class DocsView(SpectacularSwaggerSplitView):
    """The same for people. They are let in as to any page, so whoever is not signed in is sent to sign in."""

    verb = "read_bench"
    authentication_classes: list[type] = []
    permission_classes: list[type] = []
    url_name = "api:schema"


docs = csp_replace(DOCS_POLICY)(requires("read_bench")(DocsView.as_view()))
