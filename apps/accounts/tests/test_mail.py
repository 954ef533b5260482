import pytest
from kombu.exceptions import OperationalError

from django.db import transaction

from apps.accounts import mail, tasks
from apps.accounts.models import User
from apps.accounts.tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def composed(language="en"):
    context = {"user": UserFactory(full_name="Ana Lima")}
    return mail.compose("accounts/password_changed", to="ana@example.com", language=language, context=context)


def test_a_mail_has_a_subject_a_text_and_html():
    made = composed()
    assert made["subject"] == "Your PyTake password was changed"
    assert made["text"].startswith("Hello, Ana.")
    assert '<html lang="en">' in made["html"]


def test_the_mail_is_sent_when_no_broker_answers(mailoutbox, monkeypatch, django_capture_on_commit_callbacks):
    def unreachable(*args):
        raise OperationalError

    monkeypatch.setattr(tasks.deliver_mail, "apply_async", unreachable)
    with django_capture_on_commit_callbacks(execute=True):
        mail.enqueue(tasks.deliver_mail, composed())
    assert [sent.to for sent in mailoutbox] == [["ana@example.com"]]
    assert mailoutbox[0].alternatives[0][1] == "text/html"


def test_what_is_undone_is_not_mailed(worker, mailoutbox):
    with worker(), transaction.atomic():
        mail.enqueue(tasks.deliver_mail, composed())
        transaction.set_rollback(True)
    assert mailoutbox == []


def test_a_mail_server_that_fails_is_tried_again(monkeypatch):
    attempts = []

    def failing(message):
        attempts.append(message)
        raise ConnectionRefusedError

    monkeypatch.setattr(mail, "deliver", failing)
    monkeypatch.setattr(tasks.deliver_mail, "max_retries", 2)
    tasks.deliver_mail.apply([composed()])
    assert len(attempts) == 3


def test_people_have_names_and_initials():
    user = UserFactory(full_name="Ana Maria Lima")
    assert (str(user), user.get_short_name(), user.initials) == ("Ana Maria Lima", "Ana", "AL")
    assert User.objects.create_superuser("Root@Example.com", "Root-Pass-1", full_name="Root").is_staff
    assert User.objects.get_by_natural_key("ROOT@example.com").is_superuser
