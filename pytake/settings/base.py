"""Settings shared by every environment; what differs is in local, test and production."""

import django_stubs_ext
from csp.constants import NONE, SELF

from django.utils.translation import gettext_lazy as _

from pytake import env

django_stubs_ext.monkeypatch()  # generic class-based views can name their types

BASE_DIR = env.ROOT
SECRET_KEY = env.text("SECRET_KEY", "")
DEBUG = False
ALLOWED_HOSTS = env.items("ALLOWED_HOSTS")
PUBLIC_URL = env.text("PUBLIC_URL", "http://127.0.0.1:8000")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
TRUSTED_PROXIES = env.number("TRUSTED_PROXIES", 0)  # how many of our own stand in front, for rate limits
PASSWORD_RESET_TIMEOUT = 24 * 3600

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "apps.ops.backoffice.BackofficeConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "csp",
    "django_htmx",
    "channels",
    "apps.core",
    "apps.accounts",
    "apps.organizations",
    "apps.audit",
    "apps.vault",
    "apps.media",
    "apps.notifications",
    "apps.contacts",
    "apps.whatsapp",
    "apps.teams",
    "apps.datasources",
    "apps.ai",
    "apps.conversations",
    "apps.routing",
    "apps.chatbots",
    "apps.desk",
    "apps.console",
    "apps.ops",
]

MIDDLEWARE = [
    "apps.core.middleware.CorrelationMiddleware",
    "apps.core.middleware.MetricsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "apps.accounts.middleware.UserLocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "apps.organizations.middleware.TenantMiddleware",
]

ROOT_URLCONF = "pytake.urls"
WSGI_APPLICATION = "pytake.wsgi.application"
ASGI_APPLICATION = "pytake.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "apps.organizations.context.membership",
                "apps.teams.context.presence",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "apps.core.templatetags.pytake"],
        },
    }
]
FORM_RENDERER = "apps.core.forms.Renderer"

# For `core.compiled`, the only statements that are prepared: planned once, not with every look-up.
PREPARED = {"prepare_threshold": 0, "options": "-c plan_cache_mode=force_generic_plan"}
DATABASES = {"default": env.database("DATABASE_URL", "postgres://localhost/pytake", options=PREPARED)}
DATABASES["default"] |= {
    "CONN_MAX_AGE": 600,
    "CONN_HEALTH_CHECKS": True,
    "DISABLE_SERVER_SIDE_CURSORS": False,
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.text("REDIS_URL", "redis://127.0.0.1:6379/0")
CACHES = {
    "default": {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "pytake",
        "OPTIONS": {"IGNORE_EXCEPTIONS": True, "CONNECTION_POOL_KWARGS": {"max_connections": 64}},
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {
    "whatsapp.drain": {"queue": "inbound"},
    "conversations.deliver": {"queue": "outbound"},
}
CELERY_TIMEZONE = "UTC"
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600, "socket_keepalive": True, "health_check_interval": 10}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE = {
    "drain what no wake-up reached": {"task": "whatsapp.drain", "schedule": 5.0},
    "deliver what no wake-up reached": {"task": "conversations.deliver", "schedule": 5.0},
    "hold sends without an echo": {"task": "conversations.reconcile", "schedule": 30.0},
    "fetch media that is still missing": {"task": "conversations.fetch_media", "schedule": 15.0},
    # Each account is asked once an hour; the beat only looks whose hour has come.
    "ask for templates that are due": {"task": "whatsapp.sync_templates", "schedule": 15.0},
    "drop old notifications": {"task": "notifications.prune", "schedule": 24 * 3600.0},
    "forget abandoned connections": {"task": "whatsapp.forget_attempts", "schedule": 3600.0},
    "give what waits to who is free": {"task": "routing.distribute", "schedule": 5.0},
    "overflow and return what waits too long": {"task": "routing.sweep", "schedule": 10.0},
    "set due times anew": {"task": "routing.review", "schedule": 15.0},
    "run scenarios that no wake-up reached": {"task": "routing.run_scenarios", "schedule": 30.0},
    "bring presence up to date": {"task": "teams.expire_presence", "schedule": 10.0},
    "wake snoozed conversations": {"task": "conversations.wake_snoozed", "schedule": 10.0},
    "send scheduled messages": {"task": "conversations.send_scheduled", "schedule": 10.0},
    "go on with flows that are due": {"task": "chatbots.run", "schedule": 2.0},
    "ask outside what no wake-up asked": {"task": "chatbots.work", "schedule": 5.0},
    "drop handled deliveries": {"task": "whatsapp.prune_deliveries", "schedule": 3600.0},
}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "apps.accounts.validators.UppercaseAndDigitValidator"},
]
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "organizations:home"

LANGUAGE_CODE = "pt-br"
LANGUAGES = [("pt-br", _("Portuguese (Brazil)")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "frontend" / "dist"]
STATIC_ROOT = env.text("STATIC_ROOT", str(BASE_DIR / "staticfiles"))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_IMMUTABLE_FILE_TEST = r"^.+[.-][0-9a-zA-Z]{8,12}\.[^/]+$"

MEDIA_BACKEND = env.text("MEDIA_BACKEND", "local")
MEDIA_ROOT = env.text("MEDIA_ROOT", str(BASE_DIR / "media"))
DATASOURCES_ROOT = env.text("DATASOURCES_ROOT", str(BASE_DIR / "media" / "datasources"))
MEDIA_S3_BUCKET = env.text("MEDIA_S3_BUCKET", "")
MEDIA_S3_ENDPOINT = env.text("MEDIA_S3_ENDPOINT", "")
MEDIA_S3_ACCESS_KEY = env.text("MEDIA_S3_ACCESS_KEY", "")
MEDIA_S3_SECRET_KEY = env.text("MEDIA_S3_SECRET_KEY", "")
MEDIA_PRESIGNED = env.flag("MEDIA_PRESIGNED")
CLAMAV_ADDRESS = env.text("CLAMAV_ADDRESS", "")
MEDIA_SCANNER_DOWN = env.text("MEDIA_SCANNER_DOWN", "refuse")
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "apps.media.handlers.CappedUploadHandler",
]
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

VAULT_MASTER_KEY = env.text("VAULT_MASTER_KEY", "")
VAULT_FORMER_MASTER_KEYS = env.items("VAULT_FORMER_MASTER_KEYS")  # still open while `rotate_vault_keys` runs
GRAPH_API_URL = env.text("GRAPH_API_URL", "https://graph.facebook.com")
GRAPH_API_VERSION = env.text("GRAPH_API_VERSION", "v26.0")
OUTBOUND_TRUSTED_ORIGINS = env.items("OUTBOUND_TRUSTED_ORIGINS")
SIMULATOR_URL = env.text("SIMULATOR_URL", "")
INBOUND_HANDLERS = [
    "apps.conversations.csat.SurveyAnswers",
    "apps.chatbots.handlers.Bot",
    "apps.routing.handlers.Queue",
]

EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "PyTake <no-reply@localhost>")

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "media-src": [SELF, "blob:"],
        "worker-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"

LOG_LEVEL = env.text("LOG_LEVEL", "INFO")
LOG_FORMAT = env.text("LOG_FORMAT", "json")
LOGGING_CONFIG = "apps.core.logs.configure"
LOGGING = {"level": LOG_LEVEL, "format": LOG_FORMAT}
METRICS_TOKEN = env.text("METRICS_TOKEN", "")
METRICS_FOLDER = env.text("PROMETHEUS_MULTIPROC_DIR", "")  # shared by the processes of one machine

UNFOLD = {
    "SITE_TITLE": "PyTake",
    "SITE_HEADER": "PyTake",
    "SITE_SYMBOL": "chat",
    "SITE_URL": "/",
    "COLORS": {
        "primary": {
            "50": "#eefaf5",
            "100": "#d5f1e5",
            "200": "#aee3cd",
            "300": "#7acfb0",
            "400": "#44b38e",
            "500": "#1f9874",
            "600": "#0b7a5b",
            "700": "#0a6b50",
            "800": "#075f46",
            "900": "#064c39",
            "950": "#032b20",
        }
    },
}
SILENCED_SYSTEM_CHECKS: list[str] = []
