"""Addresses of STR profiles, shared donors, and how identity is decided."""

from django.urls import path

from cultures.quality.views import identity, identity_settings, str_files

urlpatterns = [
    path("str/", identity.profiles, name="str_profiles"),
    path("str/search/", identity.search, name="str_search"),
    path("str/enter/", identity.enter, name="str_enter"),
    path("str/import/", str_files.import_file, name="str_import"),
    path("str/export/", str_files.export, name="str_export"),
    path("str/clastr.csv", str_files.clastr_csv, name="str_clastr"),
    path("str/donors/", identity_settings.donors, name="str_donors"),
    path("str/donors/new/", identity_settings.state_donor, name="state_shared_donor"),
    path("str/donors/<int:pk>/withdraw/", identity_settings.withdraw_donor, name="withdraw_shared_donor"),
    path("str/<int:pk>/", identity.profile, name="str_profile"),
    path("str/<int:pk>/withdraw/", identity.withdraw, name="withdraw_profile"),
    path("qc/identity/", identity_settings.policy, name="identity_policy"),
    path("qc/identity/change/", identity_settings.change_policy, name="change_identity_policy"),
]
