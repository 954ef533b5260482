"""Password rules beyond Django's."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


class UppercaseAndDigitValidator:
    """At least one upper-case letter and one digit."""

    def validate(self, password: str, user: object = None) -> None:
        if not any(letter.isupper() for letter in password) or not any(letter.isdigit() for letter in password):
            raise ValidationError(self.get_help_text(), code="password_too_simple")

    def get_help_text(self) -> str:
        return _("Use at least one capital letter and one number.")
