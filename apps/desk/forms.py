"""Forms of one's own profile."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from apps.accounts import limits
from apps.accounts.models import User
from apps.contacts.phones import parse_phone
from apps.core.ratelimit import forgive
from apps.core.text import clean_name


class DetailsForm(forms.ModelForm):  # type: ignore[type-arg]
    """Name, e-mail and phone. A new e-mail is a new login: it needs the password."""

    password = forms.CharField(
        label=_("Current password"),
        required=False,
        strip=False,
        max_length=128,
        help_text=_("Only when you change the e-mail."),
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    class Meta:
        model = User
        fields = ["full_name", "email", "phone"]
        labels = {"full_name": _("Your name"), "email": _("E-mail"), "phone": _("Phone")}
        widgets = {
            "full_name": forms.TextInput(attrs={"autocomplete": "name"}),
            "email": forms.EmailInput(attrs={"autocomplete": "email"}),
            "phone": forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel", "type": "tel"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.before = self.instance.email

    def clean_full_name(self) -> str:
        name = clean_name(self.cleaned_data["full_name"])
        if not name:
            raise ValidationError(_("Write your name with letters."))
        return name

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()

    def clean_phone(self) -> str:
        text = str(self.cleaned_data["phone"]).strip()
        digits = parse_phone(text) if text else ""
        if text and not digits:
            raise ValidationError(_("Write the phone with area code, for example 11 98888-7777."))
        return digits

    @property
    def changes_email(self) -> bool:
        return bool(self.cleaned_data.get("email", self.before) != self.before)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.changes_email:
            self._check_password(cleaned.get("password", ""))
        return cleaned

    def _check_password(self, password: str) -> None:
        try:
            verdicts = limits.guard((limits.CHANGE_BY_ACCOUNT, self.instance.pk))
        except limits.TooManyAttempts as error:
            self.add_error("password", error)
            return
        if not self.instance.check_password(password):
            self.add_error("password", _("Type your current password to change the e-mail."))
            return
        for verdict in verdicts:
            forgive(verdict)


class PreferencesForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = User
        fields = ["language", "theme", "uses_shortcuts", "plays_sounds", "shows_notices"]
        labels = {"language": _("Language"), "theme": _("Appearance")}
        help_texts = {"uses_shortcuts": _("J, K, R, N, E, A and / in the inbox.")}
