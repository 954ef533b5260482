"""Forms of the console: connecting a number, inviting people, settings of the organisation."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from apps.conversations import trying
from apps.conversations.composing.fields import Phone, Words
from apps.core.clock import now
from apps.core.templatetags.pytake import plain_name
from apps.core.text import clean_name, clean_text
from apps.core.zones import time_zone_choices
from apps.organizations.models import Membership, Organization
from apps.organizations.permissions import Role
from apps.organizations.services import grantable_roles
from apps.teams.models import Queue
from apps.whatsapp.connect.report import Credentials
from apps.whatsapp.models import ConnectionAttempt, Number, Template
from apps.whatsapp.providers import limits

_DIGITS = RegexValidator(r"^\d{5,32}$", _("Only digits: copy the ID, not the phone or the name."))
_TEXT = {"class": "form-control", "autocomplete": "off", "spellcheck": "false"}


def _identifier(label: Any, help_text: Any) -> forms.CharField:
    widget = forms.TextInput(attrs={**_TEXT, "inputmode": "numeric"})
    return forms.CharField(label=label, help_text=help_text, max_length=40, validators=[_DIGITS], widget=widget)


def _secret(label: Any, help_text: Any, max_length: int) -> forms.CharField:
    """Masked; typed again into the answer of the same request only, so that a failed check loses nothing."""
    widget = forms.PasswordInput(attrs={**_TEXT, "autocomplete": "new-password"}, render_value=True)
    return forms.CharField(label=label, help_text=help_text, max_length=max_length, widget=widget)


class AppForm(forms.Form):
    """What replaces an account's token: the app's credentials and a token.

    `kept` are secrets that are there already: their fields may then stay empty.
    """

    app_id = _identifier(_("App ID"), _("App dashboard › App settings › Basic."))
    app_secret = _secret(_("App secret"), _("On the same page: “Show” beside App secret."), 128)
    access_token = _secret(
        _("Access token"), _("Business settings › System users › Generate token, without expiry."), 1000
    )

    def __init__(self, *args: Any, kept: Mapping[str, str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kept = {name: secret for name, secret in (kept or {}).items() if secret}
        for name in self.kept:
            self.fields[name].required = False
            self.fields[name].help_text = _("Kept as you pasted it. Fill it in only to change it.")

    def clean_app_secret(self) -> str:
        return str(self.cleaned_data["app_secret"] or self.kept.get("app_secret", ""))

    def clean_access_token(self) -> str:
        token = str(self.cleaned_data["access_token"] or self.kept.get("access_token", ""))
        if not token.isascii() or any(letter.isspace() for letter in token):
            raise ValidationError(_("A token has no spaces or line breaks. Copy it again, whole."))
        return token

    def credentials_for(self, known: "Known") -> Credentials:
        """With the ids of what the values are for."""
        ids = {"waba_id": known_waba(known), "phone_number_id": known.phone_number_id}
        return Credentials(**{**ids, **self.cleaned_data})


Known = Number | ConnectionAttempt


def known_waba(known: Known) -> str:
    return known.account.waba_id if isinstance(known, Number) else known.waba_id


class ConnectForm(AppForm):
    """The five values that Meta gives."""

    waba_id = _identifier(
        _("WhatsApp Business Account ID"), _("App dashboard › WhatsApp › API setup, under the phone number.")
    )
    phone_number_id = _identifier(_("Phone number ID"), _("On the same page. It is not the phone number itself."))
    field_order = ["waba_id", "phone_number_id", "app_id", "app_secret", "access_token"]

    def credentials(self) -> Credentials:
        return Credentials(**{name: self.cleaned_data[name] for name in self.field_order})


def _line(label: Any, max_length: int, help_text: Any = "", rows: int = 0) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows, "class": "form-control"}) if rows else forms.TextInput
    return forms.CharField(label=label, max_length=max_length, required=False, help_text=help_text, widget=widget)


# Meta's lines of business.
_VERTICALS = [
    ("", _("Not chosen")),
    ("AUTO", _("Vehicles")),
    ("BEAUTY", _("Beauty, spa and salon")),
    ("APPAREL", _("Clothing")),
    ("EDU", _("Education")),
    ("ENTERTAIN", _("Entertainment")),
    ("EVENT_PLAN", _("Events")),
    ("FINANCE", _("Finance")),
    ("GROCERY", _("Supermarket")),
    ("GOVT", _("Public service")),
    ("HOTEL", _("Hotel")),
    ("HEALTH", _("Health")),
    ("NONPROFIT", _("Non-profit")),
    ("PROF_SERVICES", _("Professional services")),
    ("RETAIL", _("Shop")),
    ("TRAVEL", _("Travel and transport")),
    ("RESTAURANT", _("Restaurant")),
    ("OTHER", _("Other")),
]


class TrialForm(forms.Form):
    """A test message: to which phone, and what: a text, or a template that needs nothing filled in."""

    phone = Phone(
        label=_("Phone"),
        help_text=_("With area code, such as (11) 98888-1234."),
        error_messages={"required": _("Write the phone that is to receive it.")},
    )
    template = forms.ModelChoiceField(
        Template.objects.none(),
        label=_("What to send"),
        required=False,
        empty_label=_("A text (if the phone wrote in the last 24 hours)"),
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    text = Words(label=_("Text"), limit=limits.TEXT, required=False)

    def __init__(self, *args: Any, number: Number, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "trial-%s", **kwargs})
        ready = Template.objects.filter(pk__in=[row.pk for row in trying.ready_templates(number)])
        self.fields["template"].queryset = ready.order_by("name")  # type: ignore[attr-defined]
        self.fields["template"].label_from_instance = _template_label  # type: ignore[attr-defined]
        self.fields["phone"].widget.attrs["class"] = "form-control"
        self.fields["text"].initial = _("Test message from PyTake ✅")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("template") and not data.get("text") and "text" not in self.errors:
            self.add_error("text", _("Write a text, or choose a template."))
        return data

    @property
    def wanted(self) -> dict[str, Any]:
        """As `trying.send_test` takes it."""
        template = self.cleaned_data["template"]
        text = "" if template else self.cleaned_data["text"]
        return {"phone": self.cleaned_data["phone"], "template": template, "text": text}


def _template_label(template: Template) -> str:
    return f"{plain_name(template.name)} · {template.language}"


class RouteForm(forms.Form):
    """Who answers a number."""

    queue = forms.ModelChoiceField(
        Queue.objects.none(),
        label=_("Queue"),
        empty_label=_("Choose a queue"),
        help_text=_("New conversations of this number wait here."),
        widget=forms.Select(attrs={"class": "form-select"}),
        error_messages={"invalid_choice": _("This queue is not active any more. Choose another one.")},
    )
    label = forms.CharField(
        label=_("Name in PyTake"),
        required=False,
        max_length=60,
        help_text=_("Only your team sees it, for example “Sales SP”."),
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        queues = Queue.objects.filter(is_active=True, department__is_active=True).select_related("department")
        self.fields["queue"].queryset = queues  # type: ignore[attr-defined]
        self.fields["queue"].label_from_instance = _queue_label  # type: ignore[attr-defined]

    def clean_label(self) -> str:
        return clean_name(self.cleaned_data["label"])


def _queue_label(queue: Queue) -> str:
    return f"{queue.department.name} › {queue.name}"


class ProfileForm(forms.Form):
    """The business profile, within Meta's limits."""

    about = _line(_("About"), 139, _("One line under the name, for example “Answers from 8 to 18 h”."))
    description = _line(_("Description"), 512, rows=4)
    address = _line(_("Address"), 256)
    email = forms.EmailField(label=_("E-mail"), required=False, max_length=128)
    website = forms.URLField(label=_("Website"), required=False, max_length=256, assume_scheme="https")
    second_website = forms.URLField(label=_("Second website"), required=False, max_length=256, assume_scheme="https")
    vertical = forms.ChoiceField(label=_("Line of business"), required=False, choices=_VERTICALS)

    @staticmethod
    def from_meta(told: Mapping[str, Any]) -> dict[str, Any]:
        """Initial values from Meta's answer."""
        sites = [str(site) for site in told.get("websites") or []] if isinstance(told.get("websites"), list) else []
        website, second, *_more = [*sites, "", ""]
        texts = {name: str(told.get(name) or "") for name in ("about", "description", "address", "email", "vertical")}
        return {**texts, "website": website, "second_website": second}

    def for_meta(self) -> dict[str, Any]:
        """Meta refuses an empty `about` and an empty line of business: those stay as they are."""
        values = {name: clean_text(str(value)) for name, value in self.cleaned_data.items()}
        sites = [site for site in (values.pop("website"), values.pop("second_website")) if site]
        kept = {name: value for name, value in values.items() if value or name not in ("about", "vertical")}
        return {**kept, "websites": sites}


class PauseForm(forms.Form):
    HOUR, TOMORROW, RESUMED = "hour", "tomorrow", "resumed"
    until = forms.ChoiceField(
        label=_("Pause until"),
        choices=[(HOUR, _("For 1 hour")), (TOMORROW, _("Until 8:00 tomorrow")), (RESUMED, _("Until I resume"))],
        widget=forms.Select(attrs={"class": "form-select"}),
    )

    def moment(self, organization: Organization) -> datetime | None:
        """When the pause ends; None for when somebody resumes."""
        chosen = self.cleaned_data["until"]
        if chosen == self.HOUR:
            return now() + timedelta(hours=1)
        local = now().astimezone(ZoneInfo(organization.time_zone)) + timedelta(days=1)
        return local.replace(hour=8, minute=0, second=0, microsecond=0) if chosen == self.TOMORROW else None


class InviteForm(forms.Form):
    """An e-mail and one of the roles that this member may give."""

    email = forms.EmailField(
        label=_("E-mail"), widget=forms.EmailInput(attrs={"class": "form-control", "autocomplete": "off"})
    )
    role = forms.ChoiceField(label=_("Role"), initial=Role.AGENT, widget=forms.Select(attrs={"class": "form-select"}))

    def __init__(self, *args: Any, actor: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = role_choices(actor)  # type: ignore[attr-defined]


def role_choices(actor: Membership) -> list[tuple[str, Any]]:
    return [(role.value, role.label) for role in grantable_roles(actor)]


class OrganizationForm(forms.ModelForm):  # type: ignore[type-arg]
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        help_text=_("Days, reports and business hours follow it."),
        widget=forms.Select(attrs={"class": "form-select"}),
    )

    class Meta:
        model = Organization
        fields = ["name", "time_zone", "language"]
        widgets = {
            "name": forms.TextInput(attrs={"class": "form-control"}),
            "language": forms.Select(choices=settings.LANGUAGES, attrs={"class": "form-select"}),
        }
        help_texts = {"language": _("For e-mails and for new people; each person may choose another.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].choices = time_zone_choices()  # type: ignore[attr-defined]

    def clean_name(self) -> str:
        name = clean_name(self.cleaned_data["name"], 120)
        if not name:
            raise ValidationError(_("Write the company's name."))
        return name
