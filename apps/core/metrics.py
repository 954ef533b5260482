"""Prometheus metrics that belong to no single app; labels are bounded sets."""

from prometheus_client import Counter, Gauge, Histogram

HTTP_SECONDS = Histogram("pytake_http_seconds", "Time to answer a request", ["method", "route", "status"])
WEBHOOKS = Counter("pytake_webhook_posts_total", "Posts at the webhook door", ["outcome"])
DELIVERIES = Counter("pytake_webhook_deliveries_total", "Journalled deliveries handled", ["outcome"])
MESSAGES = Counter("pytake_messages_total", "Messages stored", ["direction"])
SENDS = Counter("pytake_sends_total", "Outcomes of sends to the provider", ["outcome"])
SOCKETS = Gauge("pytake_sockets", "Open live sockets", multiprocess_mode="livesum")
PUSHES = Counter("pytake_pushes_total", "Envelopes received by the hub")
