"""Pages of a list that begin after a row: the last page costs what the first one does."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response

from lims.web.pagination import BadCursor, Keyset

if TYPE_CHECKING:
    from rest_framework.views import APIView  # not while loading: its settings name this module

USUAL_SIZE = 50
LARGEST_SIZE = 200


class KeysetPagination(BasePagination):
    """`?after=` is the cursor that `next` holds, `?size=` up to 200. A view names its order: ("-seeded_at",)."""

    parameters = ("after", "size")

    def paginate_queryset(  # type: ignore[override]  # a queryset only, and DRF's names
        self, queryset: QuerySet, request: Request, view: "APIView | None" = None
    ) -> list[Any]:
        order: Sequence[str] = view.order  # type: ignore[union-attr]  # a view that is paged names its order
        size, keyset = self._size(request), Keyset(queryset, order)
        try:
            rows = keyset.slice(size + 1, after=request.query_params.get("after", ""))
        except BadCursor:
            raise ValidationError({"after": ["This is not a cursor of this list."]}) from None
        self.next = None
        if len(rows) > size:
            query = request.query_params.copy()
            query["after"] = keyset.cursor(rows[size - 1])
            self.next = request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
        return rows[:size]

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"next": self.next, "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "required": ["next", "results"],
            "properties": {
                "next": {"type": "string", "format": "uri", "nullable": True, "description": "null on the last page"},
                "results": schema,
            },
        }

    def get_schema_operation_parameters(self, view: "APIView") -> list[dict[str, Any]]:
        size = {"type": "integer", "minimum": 1, "maximum": LARGEST_SIZE, "default": USUAL_SIZE}
        return [
            {"name": "after", "in": "query", "schema": {"type": "string"}, "description": "Follow `next` instead."},
            {"name": "size", "in": "query", "schema": size, "description": "Rows per page."},
        ]

    def _size(self, request: Request) -> int:
        text = request.query_params.get("size", str(USUAL_SIZE))
        if not (text.isascii() and text.isdigit() and len(text) <= 3 and 1 <= int(text) <= LARGEST_SIZE):
            raise ValidationError({"size": [f"A number from 1 to {LARGEST_SIZE}."]})
        return int(text)
