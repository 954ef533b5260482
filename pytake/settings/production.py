"""Production: every secret is required, HTTPS only."""

from pytake import env
from pytake.settings.base import *  # noqa: F403
from pytake.settings.base import PREPARED, PUBLIC_URL

SECRET_KEY = env.text("SECRET_KEY")
VAULT_MASTER_KEY = env.text("VAULT_MASTER_KEY")
DATABASES = {
    "default": env.database("DATABASE_URL", options=PREPARED) | {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}
}
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = env.flag("SECURE_SSL_REDIRECT", default=PUBLIC_URL.startswith("https://"))
SECURE_REDIRECT_EXEMPT = [r"^health/", r"^metrics$"]
SECURE_HSTS_SECONDS = 31536000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
EMAIL_BACKEND = env.text("EMAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend")
EMAIL_HOST = env.text("EMAIL_HOST", "localhost")
EMAIL_PORT = env.number("EMAIL_PORT", 587)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS", default=True)
