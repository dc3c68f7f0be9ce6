"""Filters of the lists. A parameter that a list does not know is refused: a misspelt filter would return everything."""

from typing import Any

from django.db.models import QuerySet
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.views import APIView

from api.pagination import KeysetPagination


class StrictFilterBackend(DjangoFilterBackend):
    def filter_queryset(self, request: Request, queryset: QuerySet, view: APIView) -> Any:
        filterset_class = self.get_filterset_class(view, queryset)
        known = {*(filterset_class.base_filters if filterset_class else ()), *KeysetPagination.parameters}
        if unknown := [name for name in request.query_params if name not in known]:
            raise ValidationError(
                {name[:60]: [f"This list knows: {', '.join(sorted(known))}."] for name in unknown[:20]}
            )
        return super().filter_queryset(request, queryset, view)
