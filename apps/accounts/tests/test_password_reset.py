import re
from datetime import timedelta

import pytest
import time_machine

from django.conf import settings
from django.test import Client

from apps.accounts import recovery, tasks
from apps.accounts.tests.factories import PASSWORD, UserFactory
from apps.core.clock import now

pytestmark = pytest.mark.django_db
RESET = "/accounts/password/reset/"
NEW = "Brand-New-Horse-8"


@pytest.fixture
def user():
    return UserFactory(email="ana@example.com", full_name="Ana <b>Lima</b>", language="en")


def ask(client, email="ana@example.com", **more):
    return client.post(RESET, {"email": email}, **more)


def link_of(mail):
    return re.search(r"http\S+", mail.body)[0].removeprefix(settings.PUBLIC_URL)


def choose(client, link, password=NEW):
    form_page = client.get(link, follow=True).redirect_chain[-1][0]
    return client.post(form_page, {"new_password1": password, "new_password2": password})


def test_the_answer_is_the_same_with_and_without_an_account(client, user, worker, mailoutbox):
    UserFactory(email="closed@example.com", is_active=False)
    answers = []
    for email in ("ana@example.com", "nobody@example.com", "closed@example.com"):
        with worker():
            answer = ask(client, email)
        page = re.sub(r"[A-Za-z0-9]{64}", "a CSRF token", client.get(answer.url).content.decode())
        answers.append((answer.status_code, answer.url, page))
    assert answers[0] == answers[1] == answers[2]
    assert [mail.to for mail in mailoutbox] == [["ana@example.com"]]


def test_the_page_does_the_same_work_for_everyone(client, user, monkeypatch, django_capture_on_commit_callbacks):
    """The look-up is the worker's: there is nothing to measure from outside."""
    asked = []
    monkeypatch.setattr(tasks.send_password_reset, "apply_async", asked.append)
    for email in ("ana@example.com", "nobody@example.com"):
        with django_capture_on_commit_callbacks(execute=True):
            ask(client, email)
    assert asked == [("ana@example.com",), ("nobody@example.com",)]


def test_the_mail_speaks_the_users_language_and_escapes_names(user, mailoutbox):
    recovery.send_password_reset(" ANA@example.com ")
    html = mailoutbox[0].alternatives[0][0]
    assert mailoutbox[0].subject == "Your new PyTake password"
    assert "Ana" in html
    assert "<b>" not in html
    assert link_of(mailoutbox[0]).startswith(RESET)


def test_the_link_lets_choose_a_password_once_and_ends_all_sessions(client, user, mailoutbox):
    elsewhere = Client()
    elsewhere.force_login(user)
    recovery.send_password_reset(user.email)
    link = link_of(mailoutbox[0])
    assert choose(client, link).url == f"{RESET}complete/"
    assert client.get(f"{RESET}complete/").status_code == 200
    assert elsewhere.get("/organizations/").status_code == 302
    user.refresh_from_db()
    assert user.check_password(NEW)
    assert b"no longer works" in Client(headers={"Cookie": "django_language=en"}).get(link).content


def test_the_link_ends_after_its_time_and_after_a_login(client, user, mailoutbox):
    recovery.send_password_reset(user.email)
    link = link_of(mailoutbox[0])
    with time_machine.travel(now() + timedelta(days=4), tick=False):
        assert not client.get(link).context["validlink"]
    user.last_login = now()
    user.save()
    assert not client.get(link).context["validlink"]


def test_a_weak_password_is_refused(client, user, mailoutbox):
    recovery.send_password_reset(user.email)
    assert choose(client, link_of(mailoutbox[0]), "weak").status_code == 200
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_an_address_is_written_to_three_times_an_hour(client, user):
    answers = [ask(client, REMOTE_ADDR=f"198.51.100.{number}").status_code for number in range(4)]
    assert answers == [302, 302, 302, 429]


def test_the_link_never_follows_the_host_header(client, user, worker, mailoutbox):
    with worker():
        ask(client, headers={"Host": "127.0.0.1"}, HTTP_X_FORWARDED_HOST="evil.example")
    assert "evil" not in mailoutbox[0].body
