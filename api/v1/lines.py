"""Lines of the registry, to read."""

import django_filters
from django.db.models import QuerySet
from rest_framework import mixins, viewsets

from api.filters import StrictFilterBackend, TrueOrFalse
from api.v1.answers import LineOut
from cultures.lines.models import CellLine
from cultures.lines.selectors import line_named


class LineFilter(django_filters.FilterSet):
    name = django_filters.CharFilter(method="called", max_length=60, help_text="Any of its names, however spelled")
    rrid = django_filters.CharFilter(max_length=20)
    parent = django_filters.NumberFilter(field_name="parent_id", min_value=1, max_value=2**63 - 1, decimal_places=0)
    is_parental = TrueOrFalse(field_name="parent", lookup_expr="isnull")
    is_retired = TrueOrFalse(field_name="retired_at", lookup_expr="isnull", exclude=True)
    gene = django_filters.CharFilter(method="with_gene", max_length=20, help_text="With a statement about this gene")

    class Meta:
        model = CellLine
        fields: list[str] = []

    def called(self, lines: QuerySet[CellLine], name: str, value: str) -> QuerySet[CellLine]:
        line = line_named(value)
        return lines.filter(pk=line.pk) if line else lines.none()

    def with_gene(self, lines: QuerySet[CellLine], name: str, value: str) -> QuerySet[CellLine]:
        return lines.filter(features__gene__iexact=value, features__withdrawn_at=None).distinct()


class LineViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Parental lines and the sublines derived from them."""

    verb = "read_bench"
    queryset = CellLine.objects.select_related("parent", "default_medium").prefetch_related("names", "features")
    serializer_class = LineOut
    filter_backends = [StrictFilterBackend]
    filterset_class = LineFilter
    order = ("name",)
    lookup_value_regex = "[0-9]{1,18}"
