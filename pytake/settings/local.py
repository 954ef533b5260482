"""Development: `make run`. Debug pages are off by default so that what is seen is what is shipped."""

from pytake import env
from pytake.settings.base import *  # noqa: F403

SECRET_KEY = env.text("SECRET_KEY", "local-development-only-not-a-secret")
DEBUG = env.flag("DEBUG", default=False)
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
VAULT_MASTER_KEY = env.text("VAULT_MASTER_KEY", "bG9jYWwtZGV2ZWxvcG1lbnQtbWFzdGVyLWtleS0zMmI=")
SIMULATOR_URL = env.text("SIMULATOR_URL", "http://127.0.0.1:8001")
GRAPH_API_URL = env.text("GRAPH_API_URL", SIMULATOR_URL)
OUTBOUND_TRUSTED_ORIGINS = env.items("OUTBOUND_TRUSTED_ORIGINS", [SIMULATOR_URL])
LOG_FORMAT = env.text("LOG_FORMAT", "console")
LOGGING = {"level": env.text("LOG_LEVEL", "INFO"), "format": LOG_FORMAT}
DEMO_ALLOWED = True
# Compressing takes half a minute of processor time, which only pays where files are served for long.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
}
