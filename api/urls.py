"""The machines' addresses."""

from django.urls import include, path

from api import schema

urlpatterns = [
    path("schema/", schema.SchemaView.as_view(), name="schema"),
    path("docs/", schema.docs, name="docs"),
    path("", include("api.v1.urls")),
]
