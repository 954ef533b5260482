from smtplib import SMTPException

from celery import shared_task

from apps.accounts import mail, recovery


@shared_task(name="accounts.deliver_mail", autoretry_for=(SMTPException, OSError), retry_backoff=10, max_retries=3)
def deliver_mail(composed: dict[str, str]) -> None:
    mail.deliver(composed)


@shared_task(
    name="accounts.send_password_reset", autoretry_for=(SMTPException, OSError), retry_backoff=10, max_retries=3
)
def send_password_reset(email: str) -> None:
    recovery.send_password_reset(email)
