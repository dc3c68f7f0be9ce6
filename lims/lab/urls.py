from django.urls import path

from lims.lab import views

urlpatterns = [path("settings/", views.lab_settings, name="lab_settings")]
