import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lims.settings")
app = Celery("subline")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["lims.reminders", "lims.notifications"])
