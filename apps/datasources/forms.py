"""Forms of database connections and of the query tester."""

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core.text import clean_name
from apps.datasources.files import check_upload
from apps.datasources.models import Connection
from apps.vault.forms import value_field
from apps.vault.models import Secret

_NEEDED = _("Fill this in.")


class ConnectionForm(forms.ModelForm):  # type: ignore[type-arg]
    """Which fields are needed depends on the kind."""

    password = value_field(_("Password"), required=False)
    upload = forms.FileField(
        label=_("SQLite file"), required=False, help_text=_("Up to 50 MB. Upload it again whenever it has changed.")
    )
    secret = forms.ModelChoiceField(
        Secret.objects.none(),
        label=_("or a secret"),
        required=False,
        empty_label=pgettext_lazy("secret", "None"),
        help_text=_("Instead of a password typed here."),
    )
    field_order = ["name", "engine", "host", "port", "database", "username", "password", "secret", "tls", "upload"]

    class Meta:
        model = Connection
        fields = ["name", "engine", "host", "port", "database", "username", "secret", "tls"]
        help_texts = {
            "host": _("A public name or address, for example db.example.com."),
            "port": _("Empty: the usual one of this kind."),
            "username": _("Best a user that may only read."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        usable = Q(scope=Secret.Scope.ANY) | Q(scope=Secret.Scope.DATASOURCES)
        self.fields["engine"].choices = Connection.Engine.choices  # type: ignore[attr-defined]
        self.fields["secret"].queryset = Secret.objects.filter(usable).order_by("name")  # type: ignore[attr-defined]
        if self.instance.password:
            self.fields["password"].help_text = _("Kept as it is. Fill it in only to change it.")

    def clean_name(self) -> str:
        name = clean_name(self.cleaned_data["name"], 60)
        if not name:
            raise ValidationError(_NEEDED)
        if Connection.objects.filter(name=name).exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("There is a connection of this name. Choose another name."))
        return name

    def clean_upload(self) -> Any:
        upload = self.cleaned_data.get("upload")
        if upload is not None:
            check_upload(upload)
        return upload

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        is_file = values.get("engine") == Connection.Engine.SQLITE
        needed = [] if is_file else ["host", "database"]
        if is_file and self.instance._state.adding:
            needed = ["upload"]
        for name in needed:
            if not values.get(name) and name not in self.errors:
                self.add_error(name, _NEEDED)
        return values


class QueryForm(forms.Form):
    """A question and its variables, as JSON."""

    query = forms.CharField(
        label=_("Query"),
        max_length=20_000,
        strip=False,
        help_text=_("Variables as :name, for example SELECT status FROM orders WHERE phone = :phone"),
        widget=forms.Textarea(
            attrs={"class": "form-control query-text", "rows": 7, "spellcheck": "false", "data-code": "sql"}
        ),
    )
    params = forms.CharField(
        label=_("Values of the variables"),
        required=False,
        max_length=5_000,
        help_text=_('As JSON, for example {"phone": "5511988887777"}'),
        widget=forms.Textarea(attrs={"class": "form-control font-monospace", "rows": 2, "spellcheck": "false"}),
    )

    def clean_params(self) -> dict[str, Any]:
        text = self.cleaned_data["params"].strip() or "{}"
        try:
            found = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise ValidationError(_('This is not JSON. Write it like {"phone": "5511988887777"}.')) from error
        if not isinstance(found, dict):
            raise ValidationError(_('This is not JSON. Write it like {"phone": "5511988887777"}.'))
        return found
