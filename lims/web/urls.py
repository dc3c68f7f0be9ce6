"""The frame's addresses: sign-in, people, settings, history, instruments, inbox, Today, scan, health."""

from django.urls import path

from lims.web import health, views

urlpatterns: list = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("scan", views.scan, name="scan"),
    path("look", views.set_look, name="set_look"),
]
