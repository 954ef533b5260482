"""Forms of the vault. A value that was typed is never written into a page again."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.vault.models import Secret

VALUE_LENGTH = 8_000


def value_field(label: Any, help_text: Any = "", *, required: bool = True) -> forms.CharField:
    """Masked, and empty again after a refusal."""
    widget = forms.PasswordInput(attrs={"class": "form-control", "autocomplete": "new-password", "spellcheck": "false"})
    return forms.CharField(
        label=label, help_text=help_text, max_length=VALUE_LENGTH, strip=False, required=required, widget=widget
    )


class SecretForm(forms.ModelForm):  # type: ignore[type-arg]
    """A new secret."""

    value = value_field(_("Value"), help_text=_("Kept encrypted. After saving, only its last letters are shown."))
    field_order = ["name", "value", "scope", "description"]

    class Meta:
        model = Secret
        fields = ["name", "scope", "description"]
        help_texts = {"name": _("Bots and connections name the secret by it, for example erp_token.")}

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if Secret.objects.filter(name=name).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("There is a secret of this name. Choose another name, or replace its value."))
        return name


class DescriptionForm(forms.ModelForm):  # type: ignore[type-arg]
    """What may be changed without touching the value."""

    class Meta:
        model = Secret
        fields = ["scope", "description"]


class ReplaceForm(forms.Form):
    value = value_field(_("New value"), _("Everything that uses the secret has it from its next use on."))


class RevealForm(forms.Form):
    password = forms.CharField(
        label=_("Your password"),
        strip=False,
        max_length=128,
        help_text=_("The one you log in with. That you looked is written into the audit trail."),
        widget=forms.PasswordInput(attrs={"class": "form-control", "autocomplete": "current-password"}),
    )
