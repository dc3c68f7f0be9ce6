from django.urls import path

from lims.audit import views

urlpatterns = [
    path("history/<slug:table>/<slug:pk>/", views.history, name="history"),
    path("ledger/", views.ledger, name="ledger"),
    path("ledger/csv/", views.ledger_csv, name="ledger_csv"),
]
