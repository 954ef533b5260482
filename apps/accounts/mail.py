"""E-mails in the reader's language. A worker delivers them, so that no page waits for a mail server."""

from typing import Any

from celery import Task
from kombu.exceptions import OperationalError

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation

from apps.core.logs import get_logger

log = get_logger(__name__)


def absolute(path: str) -> str:
    """A full address for e-mails; never built from the request, whose Host header is the caller's."""
    return f"{settings.PUBLIC_URL.rstrip('/')}{path}"


def compose(template: str, *, to: str, language: str, context: dict[str, Any]) -> dict[str, str]:
    """Subject (the first line of the text), text and HTML of `emails/<template>.{txt,html}`."""
    with translation.override(language):
        values = {**context, "language": language, "public_url": settings.PUBLIC_URL}
        subject, _blank, text = render_to_string(f"emails/{template}.txt", values).strip().partition("\n")
        html = render_to_string(f"emails/{template}.html", {**values, "subject": subject})
    return {"to": to, "subject": subject.strip(), "text": text.strip() + "\n", "html": html}


def deliver(mail: dict[str, str]) -> None:
    message = EmailMultiAlternatives(mail["subject"], mail["text"], to=[mail["to"]])
    message.attach_alternative(mail["html"], "text/html")
    message.send()


def enqueue(task: "Task[..., Any]", *args: object) -> None:
    """Hand a task of this app to a worker once the transaction commits; do it here when no broker answers."""
    transaction.on_commit(lambda: _enqueue(task, args))


def _enqueue(task: "Task[..., Any]", args: tuple[object, ...]) -> None:
    try:
        task.apply_async(args)
    except OperationalError as error:
        log.warning("no broker, the mail is sent from this process", error=str(error))
        task.apply(args)
