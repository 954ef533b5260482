"""Structured logs: one JSON object a line (or coloured text in development), with the correlation id."""

import logging
import logging.config
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog

from apps.core import correlation

_SECRET_WORDS = ("token", "secret", "password", "authorization", "cookie", "master_key")


def configure(options: Mapping[str, str]) -> None:
    """Django's LOGGING_CONFIG: `options` has `level` and `format` ("json" or "console")."""
    renderer = _renderer(options["format"])
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_correlation,
        _redact,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    logging.config.dictConfig(_handlers(renderer, shared, options["level"]))


_LEVELS = {
    "uvicorn.access": {"level": "WARNING"},
    "django.request": {"level": "ERROR"},
    "celery.worker.strategy": {"level": "WARNING"},
    "celery.app.trace": {"level": "WARNING"},
    "celery.beat": {"level": "WARNING"},
}


def _handlers(renderer: Any, shared: list[Any], level: str) -> dict[str, Any]:
    """Everything goes to standard output, whatever library said it."""
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": shared,
        "processors": [
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            renderer,
        ],
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"structured": formatter},
        "handlers": {"stdout": {"class": "logging.StreamHandler", "formatter": "structured"}},
        "root": {"handlers": ["stdout"], "level": level},
        "loggers": _LEVELS,
    }


def _renderer(style: str) -> Any:
    return structlog.processors.JSONRenderer() if style == "json" else structlog.dev.ConsoleRenderer()


def _add_correlation(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    if current := correlation.current():
        event.setdefault("correlation_id", current)
    return event


def _redact(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key in event:
        if any(word in key.lower() for word in _SECRET_WORDS):
            event[key] = "[redacted]"
    return event


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger
