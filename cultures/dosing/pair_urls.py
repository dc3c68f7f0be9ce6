"""Addresses of what is done to both arms of a ladder at once."""

from django.urls import path

from cultures.dosing.views import pairs

of_ladder = "models/<str:code>/ladders/<str:name>/"
of_harvests = f"{of_ladder}passage/<int:treated_id>/<int:control_id>/"
urlpatterns = [
    path(f"{of_ladder}passage/", pairs.passage_pair, name="passage_pair"),
    path(of_harvests, pairs.paired_harvests, name="paired_harvests"),
    path(f"{of_harvests}labels.pdf", pairs.paired_labels_pdf, name="paired_labels_pdf"),
    path(f"{of_ladder}feed/", pairs.feed_pair, name="feed_pair"),
]
