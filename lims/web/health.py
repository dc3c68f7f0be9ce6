"""/healthz: this process answers. /readyz: so does everything it needs; if not, which part is down, in a sentence.

Both are answered before any other middleware: a probe comes by address and without TLS, and needs no database to learn
that the process lives.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import cache

from django.db import Error as DatabaseError
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

OK = "ok"
HEARTBEAT_AT_MOST = timedelta(minutes=3)  # the sweep runs each minute
BROKER_PATIENCE_S = 2


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """Alive. Touches neither database nor broker, so that a lost database never restarts a healthy web process."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when all parts are ready, else 503; the body names each part."""
    parts = {"database": database(), "broker": broker()}
    for name, check in DATABASE_CHECKS.items():
        parts[name] = _asked(check) if parts["database"] == OK else "Not known: the database is down."
    ready = all(state == OK for state in parts.values())
    response = JsonResponse({"ready": ready, "parts": parts}, status=200 if ready else 503)
    if not ready:
        response["Retry-After"] = "5"
    return response


def database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "The database does not answer."
    return OK


def broker() -> str:
    """A PING to Redis through Celery's own connection settings."""
    from lims.celery import app

    try:
        with app.connection_for_write(connect_timeout=BROKER_PATIENCE_S) as link:
            link.ensure_connection(max_retries=1, interval_start=0, timeout=BROKER_PATIENCE_S)
    except Exception:  # redis, kombu and the socket each have their own kinds
        return "The broker (Redis) does not answer; reminders wait until it does."
    return OK


def migrations() -> str:
    missing = _migrations_of_this_version() - set(MigrationRecorder(connection).applied_migrations())
    return OK if not missing else f"{len(missing)} migrations are not applied. Run `manage.py migrate`."


@cache
def _migrations_of_this_version() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None).disk_migrations or ())


def ledger() -> str:
    from lims.audit.triggers import drift

    faults = drift()
    return (
        OK
        if not faults
        else f"The ledger is not armed. {faults[0]} ({len(faults)} in all; run `manage.py arm_ledger`.)"
    )


def worker() -> str:
    from lims.reminders.models import Heartbeat

    last = Heartbeat.objects.order_by("-at").values_list("at", flat=True).first()
    if last is None:
        return "The worker has not run yet."
    age = timezone.now() - last
    return OK if age <= HEARTBEAT_AT_MOST else f"The worker last ran {int(age.total_seconds() // 60)} minutes ago."


def _asked(check: Callable[[], str]) -> str:
    try:
        return check()
    except DatabaseError:
        return "Its tables are missing or unreadable."


DATABASE_CHECKS = {"migrations": migrations, "ledger": ledger, "worker": worker}
PROBES = {"/healthz": healthz, "/readyz": readyz}


class HealthMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return PROBES.get(request.path_info, self.get_response)(request)
