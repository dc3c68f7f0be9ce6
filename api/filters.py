"""Filters of the lists. A parameter that a list does not know is refused: a misspelt filter would return everything."""

from datetime import datetime
from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.views import APIView

from api.fields import Moment
from api.pagination import KeysetPagination
from lims.codes import tidy_code


class StrictFilterBackend(DjangoFilterBackend):
    def filter_queryset(self, request: Request, queryset: QuerySet, view: APIView) -> Any:
        filterset_class = self.get_filterset_class(view, queryset)
        known = {*(filterset_class.base_filters if filterset_class else ()), *KeysetPagination.parameters}
        if unknown := [name for name in request.query_params if name not in known]:
            raise ValidationError(
                {name[:60]: [f"This list knows: {', '.join(sorted(known))}."] for name in unknown[:20]}
            )
        return super().filter_queryset(request, queryset, view)


@extend_schema_field(OpenApiTypes.BOOL)
class TrueOrFalse(django_filters.TypedChoiceFilter):
    """true or false, and nothing else."""

    def __init__(self, **options: Any) -> None:
        choices = [("true", "true"), ("false", "false")]
        super().__init__(choices=choices, coerce=lambda text: text == "true", **options)


class MomentField(forms.CharField):
    def clean(self, value: Any) -> datetime | None:
        if not (text := super().clean(value)):
            return None
        try:
            return Moment().run_validation(text)
        except ValidationError as error:
            raise forms.ValidationError([str(detail) for detail in error.detail]) from None


@extend_schema_field(OpenApiTypes.DATETIME)
class MomentFilter(django_filters.Filter):
    """A time with its offset from UTC."""

    field_class = MomentField


class ByCode(django_filters.CharFilter):
    """The code on a label, however typed."""

    def filter(self, rows: QuerySet, value: str) -> QuerySet:
        return super().filter(rows, tidy_code(value) if value else value)
