"""Getting back in with a link by e-mail."""

from django.contrib.auth.tokens import default_token_generator
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from apps.accounts import mail
from apps.accounts.models import User


def reset_address(user: User) -> str:
    """A link that works once (it is void after a login or a new password) and for a limited time."""
    parts = {"uidb64": urlsafe_base64_encode(force_bytes(user.pk)), "token": default_token_generator.make_token(user)}
    return mail.absolute(reverse("accounts:password_reset_confirm", kwargs=parts))


def send_password_reset(email: str) -> None:
    """Send the link when an active account has this e-mail. Runs in a worker: the page cannot tell the difference."""
    user = User.objects.filter(email=email.strip().lower(), is_active=True).first()
    if user is None:
        return
    context = {"user": user, "link": reset_address(user)}
    mail.deliver(mail.compose("accounts/password_reset", to=user.email, language=user.language, context=context))
