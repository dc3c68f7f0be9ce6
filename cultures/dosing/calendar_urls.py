from django.urls import path

from cultures.dosing.views import calendar

urlpatterns = [
    path("calendar/", calendar.calendar, name="calendar"),
    path("calendar/move/", calendar.reschedule, name="reschedule"),
]
