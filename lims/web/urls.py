"""The frame's addresses: sign-in, people, settings, history, instruments, inbox, Today, scan, health."""

from django.urls import include, path

urlpatterns: list = []
