"""Addresses of reversion tests."""

from django.urls import path

from cultures.dosing.views import reversion

urlpatterns = [
    path("models/<str:code>/reversion/new/", reversion.start, name="start_reversion_test"),
    path("models/<str:code>/reversion/<int:pk>/end/", reversion.end, name="end_reversion_test"),
    path("models/<str:code>/reversion/checks/<int:pk>/", reversion.settle, name="settle_reversion_check"),
]
