"""The frame's addresses: sign-in, people, settings, history, instruments, inbox, Today, scan, health."""

from django.urls import path

from lims.web import views

urlpatterns: list = [
    path("scan", views.scan, name="scan"),
    path("look", views.set_look, name="set_look"),
]
