"""Tests: real servers, quick hashes, mail in memory."""

from pytake import env
from pytake.settings.local import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
MEDIA_ROOT = env.text("MEDIA_ROOT", "/tmp/pytake-test-media")  # noqa: S108
DATASOURCES_ROOT = env.text("DATASOURCES_ROOT", "/tmp/pytake-test-datasources")  # noqa: S108
LOGGING = {"level": "WARNING", "format": "json"}
# Every test client makes the middleware anew; without this each of them would read all static files first.
WHITENOISE_AUTOREFRESH = True
