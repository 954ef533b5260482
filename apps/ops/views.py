"""Health for supervisors and load balancers, numbers for Prometheus. No session, no tenant."""

import ipaddress
from secrets import compare_digest

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from apps.ops import checks
from apps.ops.gauges import Depths


@never_cache
@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """This process answers; nothing else is asked."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """200 when everything that this process needs works, else 503 with what does not."""
    found = checks.problems()
    is_ready = not any(found.values())
    answer = {"status": "ok" if is_ready else "unavailable", "checks": {k: v or "ok" for k, v in found.items()}}
    return JsonResponse(answer, status=200 if is_ready else 503, headers={} if is_ready else {"Retry-After": "5"})


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text, for who has the token; without a token, for this machine only."""
    if not _may_see_metrics(request):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    body = generate_latest(_counters()) + generate_latest(_depths())
    return HttpResponse(body, content_type=CONTENT_TYPE_LATEST)


def _may_see_metrics(request: HttpRequest) -> bool:
    if settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "").encode()
        return compare_digest(given, f"Bearer {settings.METRICS_TOKEN}".encode())
    return _is_this_machine(request)


def _is_this_machine(request: HttpRequest) -> bool:
    """A proxy on this machine speaks for others, so what it forwards does not count."""
    if request.headers.get("X-Forwarded-For") or request.headers.get("Forwarded"):
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def _counters() -> CollectorRegistry:
    """This process's, or those of all processes that share METRICS_FOLDER."""
    if not settings.METRICS_FOLDER:
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=settings.METRICS_FOLDER)  # type: ignore[no-untyped-call]
    return registry


def _depths() -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(Depths())
    return registry
