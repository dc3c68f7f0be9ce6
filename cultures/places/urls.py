from django.urls import path

from cultures.places import views

urlpatterns = [
    path("places/", views.places, name="places"),
    path("places/csv/", views.places_csv, name="places_csv"),
    path("places/new/", views.register, name="register_place"),
    path("places/<str:code>/", views.place, name="place"),
    path("places/<str:code>/rename/", views.rename, name="rename_place"),
    path("places/<str:code>/quarantine/", views.mark_quarantine, name="mark_quarantine_place"),
    path("places/<str:code>/retire/", views.retire, name="retire_place"),
    path("places/<str:code>/label/", views.label, name="place_label"),
]
