from django.urls import path

from cultures.passaging import vessel_views as views

urlpatterns = [
    path("vessels/", views.vessels, name="vessels"),
    path("vessels/csv/", views.vessels_csv, name="vessels_csv"),
    path("vessels/new/", views.register, name="register_vessel_type"),
    path("vessels/usual/", views.register_standard, name="register_standard_vessels"),
    path("vessels/<int:pk>/retire/", views.retire, name="retire_vessel_type"),
]
