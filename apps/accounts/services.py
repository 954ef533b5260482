"""Writes about accounts."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from apps.accounts import mail, registration, tasks
from apps.accounts.events import SessionsRevoked
from apps.accounts.models import User
from apps.core.events import publish
from apps.core.realtime import close_user
from apps.core.text import clean_name


def create_user(*, email: str, password: str, full_name: str, language: str) -> User:
    """A new account; raises ValidationError when the e-mail has one."""
    address = email.strip().lower()
    if not User.objects.filter(email=address).exists():
        try:
            with transaction.atomic():
                return User.objects.create_user(address, password, full_name=clean_name(full_name), language=language)
        except IntegrityError:
            pass
    raise ValidationError(
        {"email": _("There is already an account with this e-mail. Log in, or reset your password.")}, code="taken"
    )


@transaction.atomic
def register(*, email: str, password: str, full_name: str, company: str, language: str) -> tuple[User, str]:
    """A new account with all that belongs to it (its company), or nothing. Returns the user and the start address."""
    user = create_user(email=email, password=password, full_name=full_name, language=language)
    return user, registration.run_steps(user, company=clean_name(company))


def end_sessions(user: User) -> None:
    """Tell everything that lives by the user's sessions that they ended; closes the live sockets."""
    publish(SessionsRevoked(user_id=user.pk))
    close_user(user.pk)


def password_changed(user: User) -> None:
    """After a new password: other sessions are void by its hash, their sockets close, the owner is told by e-mail."""
    end_sessions(user)
    composed = mail.compose("accounts/password_changed", to=user.email, language=user.language, context={"user": user})
    mail.enqueue(tasks.deliver_mail, composed)


def set_language(user: User, language: str) -> None:
    User.objects.filter(pk=user.pk).update(language=language)


def set_theme(user: User, theme: str) -> None:
    User.objects.filter(pk=user.pk).update(theme=theme)


def set_shortcuts(user: User, wanted: bool) -> None:
    User.objects.filter(pk=user.pk).update(uses_shortcuts=wanted)


@transaction.atomic
def change_email(user: User, email: str) -> None:
    """Log in with another e-mail from now on; the old address is told. Raises ValidationError when it is taken."""
    address, before = email.strip().lower(), user.email
    if User.objects.filter(email=address).exclude(pk=user.pk).exists():
        raise ValidationError(_("Somebody already logs in with this e-mail. Use another one."), code="taken")
    User.objects.filter(pk=user.pk).update(email=address)
    context = {"user": user, "email": address}
    composed = mail.compose("accounts/email_changed", to=before, language=user.language, context=context)
    mail.enqueue(tasks.deliver_mail, composed)
