from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from apps.accounts import limits
from apps.accounts.models import User
from apps.core.ratelimit import client_address, forgive
from apps.core.text import clean_name

PASSWORD_HELP = _("At least 8 characters, with a capital letter and a number.")


class LoginForm(AuthenticationForm):
    """The same answer for a wrong password, an unknown e-mail and a closed account."""

    username = forms.EmailField(
        label=_("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True})
    )
    error_messages = {
        "invalid_login": _("The e-mail or the password is not right. Check both, or reset your password."),
        "inactive": _("The e-mail or the password is not right. Check both, or reset your password."),
    }

    def clean_username(self) -> str:
        return str(self.cleaned_data["username"]).lower()

    def clean(self) -> dict[str, Any]:
        """Guesses are counted before the password is looked at; a right one is no guess."""
        if not {"username", "password"} <= self.cleaned_data.keys() or self.request is None:
            return self.cleaned_data
        verdicts = limits.guard(
            (limits.LOGIN_BY_ADDRESS, client_address(self.request)),
            (limits.LOGIN_BY_ACCOUNT, self.cleaned_data["username"]),
        )
        cleaned = super().clean()
        for verdict in verdicts:
            forgive(verdict)
        return cleaned


class NewAccountForm(forms.Form):
    """Name and password of a new user."""

    full_name = forms.CharField(
        label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=128,
        help_text=PASSWORD_HELP,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_full_name(self) -> str:
        name = clean_name(self.cleaned_data["full_name"])
        if not name:
            raise ValidationError(_("Write your name with letters."))
        return name

    def email_for_password_check(self) -> str:
        return str(self.cleaned_data.get("email", ""))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "password" in cleaned:
            person = User(email=self.email_for_password_check(), full_name=cleaned.get("full_name", ""))
            try:
                validate_password(cleaned["password"], person)
            except ValidationError as error:
                self.add_error("password", error)
        return cleaned


class RegisterForm(NewAccountForm):
    company = forms.CharField(
        label=_("Company"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "organization"})
    )
    email = forms.EmailField(label=_("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "email"}))
    field_order = ["full_name", "company", "email", "password"]

    def clean_company(self) -> str:
        company = clean_name(self.cleaned_data["company"])
        if not company:
            raise ValidationError(_("Write the company's name with letters."))
        return company


class ForgottenPasswordForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "email", "autofocus": True})
    )


class ChangePasswordForm(PasswordChangeForm):
    """A borrowed session must not become a way to guess the old password."""

    def clean_old_password(self) -> str:
        verdicts = limits.guard((limits.CHANGE_BY_ACCOUNT, self.user.pk))
        password = str(super().clean_old_password())
        for verdict in verdicts:
            forgive(verdict)
        return password


class ProfileForm(forms.ModelForm[User]):
    class Meta:
        model = User
        fields = ["full_name", "language", "theme"]
        labels = {"full_name": _("Your name"), "language": _("Language"), "theme": _("Appearance")}
        widgets = {"full_name": forms.TextInput(attrs={"autocomplete": "name"})}

    def clean_full_name(self) -> str:
        name = clean_name(self.cleaned_data["full_name"])
        if not name:
            raise ValidationError(_("Write your name with letters."))
        return name
