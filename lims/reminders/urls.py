from django.urls import path

from lims.reminders import views

urlpatterns = [path("", views.today, name="today")]
