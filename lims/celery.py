import os
from typing import Any

from celery import Celery
from celery.signals import task_prerun, worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lims.settings")
app = Celery("subline")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["lims.reminders", "lims.notifications"])


@task_prerun.connect
def look_after_connections(**_: Any) -> None:
    """Before a task, as before a request: drop a broken or old connection, keep a good one (CELERY_DB_REUSE_MAX)."""
    from django.db import close_old_connections

    close_old_connections()


@worker_ready.connect
def sweep_at_once(**_: Any) -> None:
    """A worker that comes back makes up for its absence now, not at beat's next tick."""
    app.send_task("lims.reminders.tasks.sweep_reminders")
