"""Request plumbing that every page shares."""

import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from apps.core import correlation, metrics

Handler = Callable[[HttpRequest], HttpResponse]
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class CorrelationMiddleware:
    """Binds `X-Correlation-ID` (or a new one) to the request and returns it."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with correlation.bound(correlation.accept(request.headers.get("X-Correlation-ID", ""))) as current:
            response = self.get_response(request)
            response["X-Correlation-ID"] = current
            return response


class MetricsMiddleware:
    """Counts and times requests by route name, never by path or a made-up method (unbounded labels)."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        response = self.get_response(request)
        route = request.resolver_match.view_name if request.resolver_match else "unmatched"
        method = request.method if request.method in _METHODS else "other"
        metrics.HTTP_SECONDS.labels(method, route, str(response.status_code)).observe(time.perf_counter() - began)
        return response
