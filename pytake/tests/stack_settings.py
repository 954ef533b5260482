"""What `make run` has, except that static files are not compressed first: nobody waits for brotli in a test."""

from pytake.settings.local import *  # noqa: F403

STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}  # noqa: F405
