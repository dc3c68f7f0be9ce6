"""Which growing cultures are due for which test, as JSON and as a table."""

import django_filters
from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import mixins
from rest_framework.generics import GenericAPIView
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from api.filters import ByCode, MomentFilter, StrictFilterBackend
from api.v1.acting import ActingViewSet
from api.v1.cultures import ID
from api.v1.models import CsvOrRefusal
from api.v1.quality_answers import DueOut
from cultures.quality.models import QCDue
from lims.tabular.writing import Column, csv_response

COLUMNS = (
    Column("Culture", "culture.code"),
    Column("Line", "culture.line.name"),
    Column("Passage", "culture.passage_number"),
    Column("Place", "culture.place.full_name"),
    Column("Keeper", "culture.keeper.username"),
    Column("Test", "method"),
    Column("Clean as of", "clean.at"),
    Column("Clean at passage", "clean.culture.passage_number"),
    Column("Clean sample", "clean.code"),
    Column("Last verdict", "last.verdict"),
    Column("Due", "due_at"),
    Column("Why", "why"),
)


def due_rows() -> QuerySet[QCDue]:
    named = ("culture__line", "culture__place", "culture__keeper", "clean__culture", "last")
    return QCDue.objects.exclude(due_at=None).select_related(*named)


class DueFilter(django_filters.FilterSet):
    culture = ByCode(field_name="culture__code", max_length=20, help_text="Its code")
    line = django_filters.NumberFilter(field_name="culture__line_id", **ID)
    keeper = django_filters.CharFilter(field_name="culture__keeper__username", max_length=150)
    family = django_filters.CharFilter(field_name="method", max_length=24, help_text="mycoplasma, str ...")
    due_before = MomentFilter(field_name="due_at", lookup_expr="lt")

    class Meta:
        model = QCDue
        fields: list[str] = []


class DueViewSet(mixins.ListModelMixin, ActingViewSet):
    """What is due when, of all growing cultures, those in quarantine too; the earliest first."""

    verb = "read_bench"
    queryset = due_rows()
    serializer_class = DueOut
    filter_backends = [StrictFilterBackend]
    filterset_class = DueFilter
    order = ("due_at",)


class DueCsvView(GenericAPIView):
    verb = "read_bench"
    queryset = due_rows()
    serializer_class = DueOut
    renderer_classes = [CsvOrRefusal, JSONRenderer]
    filter_backends = [StrictFilterBackend]
    filterset_class = DueFilter
    pagination_class = None

    @extend_schema(operation_id="qc_due_csv", filters=True, responses={(200, "text/csv"): OpenApiTypes.STR})
    def get(self, request: Request) -> StreamingHttpResponse:
        """What is due as a table, with the same filters."""
        return csv_response(self.filter_queryset(self.get_queryset()).order_by("due_at", "pk"), COLUMNS, "tests-due")
