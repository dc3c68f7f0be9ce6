"""The one settings file. Everything that differs between places comes from the environment (docs/operator.md)."""

from pathlib import Path

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from lims import env

BASE_DIR = Path(__file__).resolve().parent.parent

# --- who we are, and where the data lie -----------------------------------------------------------------------------
MODE = env.text("SUBLINE_MODE", "production")  # production | embedded (make run) | test
if MODE not in {"production", "embedded", "test"}:
    raise ImproperlyConfigured(f"SUBLINE_MODE is {MODE!r}; write production, embedded or test.")
DEMONSTRATION = env.flag("SUBLINE_DEMO")
DEBUG = env.flag("DEBUG")
SECRET_KEY = env.secret("SECRET_KEY")
if not SECRET_KEY:
    raise ImproperlyConfigured("SECRET_KEY is missing. Set it (or SECRET_KEY_FILE) to 50 or more random characters.")
if MODE == "production":
    if DEBUG:
        raise ImproperlyConfigured("DEBUG is on in production. Remove it: it shows source code to visitors.")
    if len(SECRET_KEY) < 50 or len(set(SECRET_KEY)) < 10 or "change" in SECRET_KEY.lower():
        raise ImproperlyConfigured("SECRET_KEY is too short or a default. Use 50 or more random characters.")
# The pepper of token digests and the key of the ledger's seal; separate so that each can be rotated alone.
TOKEN_PEPPER = env.secret("TOKEN_PEPPER", SECRET_KEY)
LEDGER_KEY = env.secret("LEDGER_KEY", SECRET_KEY)

ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]" if MODE != "production" else "")
SITE_URL = env.text("SITE_URL", "http://127.0.0.1:8000")
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")
TRUSTED_PROXIES = env.integer("TRUSTED_PROXIES", 0)  # how many proxies of ours stand before us, counted from the right
HTTPS = env.flag("HTTPS", default=MODE == "production")

# --- applications ---------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "csp",
    "django_htmx",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "lims.apps.LimsConfig",
    "cultures.apps.CulturesConfig",
    "assays.apps.AssaysConfig",
    "api.apps.ApiConfig",
]
MIDDLEWARE = [
    "lims.web.health.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "lims.web.middleware.RequestIdMiddleware",
    "lims.web.middleware.PrivateAnswersMiddleware",
    "lims.web.middleware.SoundRequestMiddleware",
    "lims.web.middleware.DatabaseDownMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "lims.web.middleware.LabTimeZoneMiddleware",
]
ROOT_URLCONF = "lims.urls"
WSGI_APPLICATION = "lims.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "lims.web.context.frame",
            ],
            "builtins": ["lims.templatetags.lims"],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
INSTALLED_APPS.insert(0, "django.forms")

# --- PostgreSQL and Redis -------------------------------------------------------------------------------------------
DATABASES = {
    "default": env.database()
    | {
        "CONN_MAX_AGE": env.integer("DATABASE_CONN_MAX_AGE", 60),
        "CONN_HEALTH_CHECKS": True,
        "TEST": {"SERIALIZE": False},
    }
}
if MODE == "production" and DATABASES["default"]["PASSWORD"] in {
    *("postgres", "password", "subline", "secret", "admin", "changeme", "change-me"),
    DATABASES["default"]["USER"] or "postgres",
}:
    raise ImproperlyConfigured("DATABASE_URL holds a default password. Give the database role one of its own.")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env.secret("REDIS_URL", "redis://127.0.0.1:6379/0")

# --- people ---------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "lims.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in [
        ("UserAttributeSimilarityValidator", {}),
        ("MinimumLengthValidator", {"min_length": 10}),
        ("CommonPasswordValidator", {}),
    ]
]
LOGIN_URL = "lims:sign_in"
LOGIN_REDIRECT_URL = "/"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_SAVE_EVERY_REQUEST = False
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
if HTTPS:
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
    SECURE_SSL_REDIRECT = env.flag("SECURE_SSL_REDIRECT", default=True)
    SECURE_HSTS_SECONDS = env.integer("HSTS_SECONDS", 31_536_000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = env.flag("HSTS_SUBDOMAINS", default=True)
    SECURE_HSTS_PRELOAD = env.flag("HSTS_PRELOAD", default=True)
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None

# --- browsers -------------------------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "lims.web.views.csrf_failure"
SECURE_REFERRER_POLICY = "same-origin"

# --- time, words ----------------------------------------------------------------------------------------------------
USE_TZ = True
TIME_ZONE = "UTC"
LAB_TIME_ZONE = env.text("LAB_TIME_ZONE", "UTC")  # only the first value of the lab setting of that name
LANGUAGE_CODE = "en-gb"
USE_I18N = False
FORMAT_MODULE_PATH = None

# --- files ----------------------------------------------------------------------------------------------------------
DATA_DIR = Path(env.text("SUBLINE_DATA", str(BASE_DIR / "var" / "lab")))
MEDIA_ROOT = Path(env.text("MEDIA_ROOT", str(DATA_DIR / "files")))
MEDIA_URL = "/files/"
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.text("STATIC_ROOT", str(BASE_DIR / "var" / "static")))
BUILD_DIR = BASE_DIR / "var" / "build"  # files made from pinned packages: icon sprite, chart bundle
STATICFILES_DIRS = [BUILD_DIR] if BUILD_DIR.is_dir() else []
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if MODE != "test"
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_MANIFEST_STRICT = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
PHOTO_MAX_BYTES = 15_000_000

# --- mail -----------------------------------------------------------------------------------------------------------
EMAIL_HOST = env.text("EMAIL_HOST")
EMAIL_PORT = env.integer("EMAIL_PORT", 25)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env.secret("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS")
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.text("MAIL_FROM", "Subline <subline@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# Without a mail server mails are kept as files, so that nothing is lost and a demonstration mails nobody.
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend" if EMAIL_HOST else "django.core.mail.backends.filebased.EmailBackend"
)
EMAIL_FILE_PATH = DATA_DIR / "mail"

# --- Celery: the broker carries nudges, the truth is a row ------------------------------------------------------------
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1)  # Celery's word for the embedded one's socket
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 300
CELERY_DB_REUSE_MAX = 1_000_000_000  # never close a connection after a task; lims/celery.py looks after them
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600, "socket_keepalive": True, "health_check_interval": 30}
CELERY_TIMEZONE = "UTC"
CELERY_ENABLE_UTC = True
CELERY_BEAT_SCHEDULE = {
    "tick": {"task": "lims.reminders.tasks.sweep_reminders", "schedule": env.integer("TICK_SECONDS", 60)}
}

# --- the machines' interface ----------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["api.parsers.StrictJSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "api.auth.InstrumentTokenAuthentication",
        "api.auth.PersonSessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["api.auth.MayDoItsVerb"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "api.pagination.KeysetPagination",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "api.errors.exception_handler",
    "DEFAULT_VERSIONING_CLASS": None,
    "DEFAULT_METADATA_CLASS": None,
    "COERCE_DECIMAL_TO_STRING": True,
    "STRICT_JSON": True,
    "UNICODE_JSON": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Subline API",
    "DESCRIPTION": "Cell lines, cultures, passages and doses of drug-resistance models; and the door for instruments.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "POSTPROCESSING_HOOKS": ["api.schema.describe_refusals_and_keys"],
}

# --- logs -----------------------------------------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", "INFO")},
}
