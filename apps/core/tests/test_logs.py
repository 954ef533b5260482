"""One JSON object a line, tied together by the correlation id, without secrets."""

import io
import json
import logging
import logging.config
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog

from django.conf import settings
from django.test import Client

from apps.core import correlation, logs

CANARY = "canary-EAAG-token-7f3a"
Reader = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def written() -> Iterator[Reader]:
    """What the real configuration writes, parsed line by line."""
    logs.configure({"level": "INFO", "format": "json"})
    out = io.StringIO()
    handler = logging.getLogger().handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(out)
    yield lambda: [json.loads(line) for line in out.getvalue().splitlines()]
    logs.configure(settings.LOGGING)


def test_a_line_is_one_json_object(written: Reader) -> None:
    logs.get_logger("apps.core.test").info("door.stored", delivery=7, text="two\nlines ü")
    (line,) = written()
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "door.stored",
        "level": "info",
        "logger": "apps.core.test",
        "delivery": 7,
        "text": "two\nlines ü",
    }


def test_other_libraries_write_the_same_shape(written: Reader) -> None:
    logging.getLogger("django.something").warning("slow: %s ms", 12)
    (line,) = written()
    assert (line["event"], line["level"], line["logger"]) == ("slow: 12 ms", "warning", "django.something")
    assert "timestamp" in line


def test_an_exception_stays_within_its_line(written: Reader) -> None:
    try:
        raise ValueError("broken\nentry")
    except ValueError:
        logs.get_logger("apps.core.test").exception("ingest.failed")
    (line,) = written()
    assert "ValueError: broken\nentry" in line["exception"]


def test_what_json_cannot_say_is_still_written(written: Reader) -> None:
    logs.get_logger("apps.core.test").info("odd", value={1, 2}, raw=b"\xff")
    assert written()[0]["event"] == "odd"


def test_lines_carry_the_correlation_id_of_their_work(written: Reader) -> None:
    logger = logs.get_logger("apps.core.test")
    with correlation.bound("webhook-0001"):
        logger.info("inside")
        logging.getLogger("library").info("inside too")
        logger.info("given", correlation_id="given-0001")
    logger.info("outside")
    inside, library, given, outside = written()
    assert (inside["correlation_id"], library["correlation_id"]) == ("webhook-0001", "webhook-0001")
    assert given["correlation_id"] == "given-0001"
    assert "correlation_id" not in outside


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("client-id-0001", True),
        ("short", False),
        ("", False),
        ("x" * 65, False),
        ('evil"} {"a', False),
        ("ok-id-0001\n", False),
    ],
)
def test_only_harmless_ids_are_taken_from_outside(sent: str, kept: bool) -> None:
    accepted = correlation.accept(sent)
    assert (accepted == sent) is kept
    assert correlation.accept(accepted) == accepted


def test_a_request_answers_with_its_id(client: Client) -> None:
    assert client.get("/health/live", headers={"X-Correlation-ID": "from-the-proxy-1"})["X-Correlation-ID"] == (
        "from-the-proxy-1"
    )
    first, second = (client.get("/health/live")["X-Correlation-ID"] for _ in range(2))
    assert first != second
    assert correlation.current() == ""


@pytest.mark.parametrize(
    "key", ["token", "access_token", "app_secret", "Authorization", "PASSWORD", "cookie", "vault_master_key"]
)
def test_secrets_are_redacted_by_their_name(written: Reader, key: str) -> None:
    logs.get_logger("apps.core.test").info("connected", **{key: CANARY})
    (line,) = written()
    assert line[key] == "[redacted]"


def test_without_the_redaction_the_secret_would_be_written(written: Reader) -> None:
    """Negative control: the same value under a harmless name."""
    logs.get_logger("apps.core.test").info("connected", colour=CANARY)
    assert written()[0]["colour"] == CANARY


def test_the_level_of_the_settings_holds(written: Reader) -> None:
    logs.get_logger("apps.core.test").debug("too fine")
    logging.getLogger("celery.beat").info("too chatty")
    assert written() == []


def test_development_gets_readable_lines() -> None:
    assert isinstance(logs._renderer("console"), structlog.dev.ConsoleRenderer)
    assert isinstance(logs._renderer("json"), structlog.processors.JSONRenderer)
