from django.urls import path

from cultures.lines.views import pages, verbs

urlpatterns = [
    path("lines/", pages.lines, name="lines"),
    path("lines/csv/", pages.lines_csv, name="lines_csv"),
    path("lines/new/", verbs.register, name="register_line"),
    path("lines/<int:pk>/", pages.line, name="line"),
    path("lines/<int:pk>/history/", pages.history, name="line_history"),
    path("lines/<int:pk>/derive/", verbs.derive, name="derive_subline"),
    path("lines/<int:pk>/edit/", verbs.edit, name="edit_line"),
    path("lines/<int:pk>/rename/", verbs.rename, name="rename_line"),
    path("lines/<int:pk>/names/", verbs.add_name, name="add_synonym"),
    path("lines/<int:pk>/names/<int:name_pk>/withdraw/", verbs.withdraw_name, name="withdraw_synonym"),
    path("lines/<int:pk>/features/", verbs.state_feature, name="add_feature"),
    path("lines/<int:pk>/features/<int:feature_pk>/withdraw/", verbs.retract_feature, name="withdraw_feature"),
    path("lines/<int:pk>/retire/", verbs.retire, name="retire_line"),
]
