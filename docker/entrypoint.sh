#!/bin/sh
# What a container does: wait for its servers, migrate (web only), then become the one process it is for.
#   web | worker | beat | any other command
set -eu

case "${1:-web}" in
  web)
    python manage.py wait_ready
    # The owner of the tables migrates; the role that serves cannot disarm the ledger (roles.sql).
    DATABASE_URL="${OWNER_DATABASE_URL:-$DATABASE_URL}" python manage.py migrate --noinput --verbosity 1
    unset OWNER_DATABASE_URL
    python manage.py first_words
    python manage.py first_manager
    exec granian --interface wsgi --host "${HOST:-0.0.0.0}" --port "${PORT:-8000}" --no-ws --log-level warning \
      --workers "${WEB_WORKERS:-2}" --blocking-threads 16 --respawn-failed-workers lims.wsgi:application
    ;;
  worker)
    python manage.py wait_ready --migrated --timeout 300
    exec celery -A lims worker -P threads -c "${WORKER_THREADS:-4}" --loglevel WARNING
    ;;
  beat)
    python manage.py wait_ready --migrated --timeout 300
    exec celery -A lims beat -s "$(mktemp -d)/schedule" --pidfile= --loglevel WARNING
    ;;
  *)
    exec "$@"
    ;;
esac
