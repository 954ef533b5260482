"""What every request carries: an id that follows it, and a measure under its route's name."""

import pytest
from prometheus_client import REGISTRY

from django.http import Http404, HttpResponse
from django.test import Client, RequestFactory
from django.urls import path

from apps.core import correlation
from apps.core.middleware import CorrelationMiddleware, MetricsMiddleware

pytestmark = pytest.mark.urls(__name__)


def seen(request, number=0):
    return HttpResponse(correlation.current())


def missing(request):
    raise Http404


def broken(request):
    raise ZeroDivisionError


urlpatterns = [
    path("seen/<int:number>/", seen, name="seen"),
    path("missing/", missing, name="missing"),
    path("broken/", broken, name="broken"),
]


def measured(route, status, method="GET"):
    labels = {"route": route, "status": status, "method": method}
    return REGISTRY.get_sample_value("pytake_http_seconds_count", labels) or 0


def routes():
    return labels("route")


def labels(name):
    """Every value of a label that a request ever had."""
    (metric,) = [metric for metric in REGISTRY.collect() if metric.name == "pytake_http_seconds"]
    return {sample.labels[name] for sample in metric.samples}


@pytest.mark.django_db
def test_the_callers_id_follows_the_request_and_comes_back():
    answer = Client().get("/seen/1/", headers={"X-Correlation-ID": "webhook-0001"})
    assert (answer["X-Correlation-ID"], answer.content) == ("webhook-0001", b"webhook-0001")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "given", ["", "short", "x" * 65, "with space 1", "line\nbreak-12345", "<script>1234", "é" * 10]
)
def test_a_missing_or_dangerous_id_is_replaced(given):
    headers = {"X-Correlation-ID": given} if given else {}
    answer = Client().get("/seen/1/", headers=headers)
    assert answer["X-Correlation-ID"] not in ("", given)
    assert answer.content.decode() == answer["X-Correlation-ID"]
    assert len(answer["X-Correlation-ID"]) == 32


@pytest.mark.django_db
def test_two_requests_have_two_ids_and_none_stays_behind():
    first, second = (Client().get("/seen/1/")["X-Correlation-ID"] for _ in range(2))
    assert first != second
    assert correlation.current() == ""


def test_the_id_ends_with_a_request_that_broke():
    def fail(request):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        CorrelationMiddleware(fail)(RequestFactory().get("/"))
    assert correlation.current() == ""


@pytest.mark.django_db
def test_requests_are_measured_by_route_never_by_path():
    before = measured("seen", "200")
    for number in range(50):
        Client().get(f"/seen/{number}/")
    assert measured("seen", "200") == before + 50
    assert not any("/" in route for route in routes())


@pytest.mark.django_db
def test_addresses_that_nobody_has_share_one_measure():
    before, known = measured("unmatched", "404"), routes()
    for number in range(20):
        assert Client().get(f"/wp-login-{number}.php").status_code == 404
    assert measured("unmatched", "404") == before + 20
    assert routes() - known <= {"unmatched"}


@pytest.mark.django_db
def test_refusals_and_failures_are_measured_too():
    missed, failed = measured("missing", "404"), measured("broken", "500")
    Client().get("/missing/")
    Client(raise_request_exception=False).get("/broken/")
    assert (measured("missing", "404"), measured("broken", "500")) == (missed + 1, failed + 1)


def test_time_is_measured_around_the_handler(monkeypatch):
    ticks = iter([10.0, 12.5])
    monkeypatch.setattr("apps.core.middleware.time.perf_counter", lambda: next(ticks))
    labels = {"route": "unmatched", "status": "200", "method": "GET"}
    before = REGISTRY.get_sample_value("pytake_http_seconds_sum", labels) or 0
    MetricsMiddleware(lambda request: HttpResponse())(RequestFactory().get("/"))
    assert REGISTRY.get_sample_value("pytake_http_seconds_sum", labels) == before + 2.5


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["WP", "X" * 30, "get"])
def test_a_made_up_method_makes_no_new_label(method):
    """Labels are bounded sets: a scanner must not grow the memory."""
    Client().generic(method, "/seen/1/")
    assert method not in labels("method")
