"""The addresses of version 1."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from api.v1.bench import BenchSessionViewSet, EntryViewSet, HarvestViewSet
from api.v1.cultures import CultureViewSet
from api.v1.instruments import PostedCountView
from api.v1.lines import LineViewSet

router = SimpleRouter()
router.register("lines", LineViewSet, "line")
router.register("cultures", CultureViewSet, "culture")
router.register("harvests", HarvestViewSet, "harvest")
router.register("entries/(?P<kind>[a-z]+)/(?P<id>[0-9]{1,18})", EntryViewSet, "entry")
router.register("bench-session", BenchSessionViewSet, "bench-session")

urlpatterns = [
    path("instruments/counts/", PostedCountView.as_view(), name="counts"),
    *router.urls,
]
