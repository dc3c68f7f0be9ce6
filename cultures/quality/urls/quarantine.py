"""Addresses of quarantines, of the contamination trace, of certificates, and of compliance over time."""

from django.urls import path

from cultures.quality.views import certificate, compliance, quarantine, tracing

one = "quarantine/<int:pk>/"
urlpatterns = [
    path("quarantine/", quarantine.quarantines, name="quarantines"),
    path("quarantine/quarantines.csv", quarantine.quarantines_csv, name="quarantines_csv"),
    path("quarantine/new/", quarantine.put_apart, name="put_apart"),
    path(one, quarantine.quarantine, name="quarantine"),
    path(f"{one}members.csv", quarantine.quarantine_csv, name="quarantine_csv"),
    path(f"{one}release/", quarantine.release, name="release_cultures"),
    path(f"{one}treat/", quarantine.treat, name="treat_cultures"),
    path(f"{one}plan/", quarantine.plan, name="plan_tests"),
    path("qc/tests/<str:code>/trace/", tracing.preview, name="trace_preview"),
    path("qc/tests/<str:code>/trace.csv", tracing.preview_csv, name="trace_preview_csv"),
    path("traces/<int:pk>/", tracing.trace, name="trace"),
    path("traces/<int:pk>/trace.csv", tracing.trace_csv, name="trace_csv"),
    path("cultures/<culture:code>/certificate.pdf", certificate.certificate, name="culture_certificate"),
    path("qc/compliance/", compliance.chart, name="qc_compliance"),
    path("qc/compliance.csv", compliance.chart_csv, name="qc_compliance_csv"),
]
