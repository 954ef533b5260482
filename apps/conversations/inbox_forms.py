"""Forms of the inbox's details."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from apps.contacts.models import Contact, Tag
from apps.conversations import canned, snoozing
from apps.conversations.models import CannedReply
from apps.core.text import clean_name, clean_text
from apps.organizations.models import Membership
from apps.teams.models import Department

_MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class SnoozeForm(forms.Form):
    """A preset, or a moment of one's own."""

    preset = forms.CharField(required=False)
    until = forms.DateTimeField(label=_("Another moment"), required=False, widget=_MOMENT)
    note = forms.CharField(label=_("Why, so that you remember"), required=False, max_length=120)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        moments = {key: moment for key, _words, moment in snoozing.presets()}
        cleaned["moment"] = moments.get(cleaned.get("preset", "")) or cleaned.get("until")
        if cleaned["moment"] is None and "until" not in self.errors:
            self.add_error("until", _("Choose when the conversation comes back."))
        return cleaned

    @property
    def moment(self) -> datetime:
        found: datetime = self.cleaned_data["moment"]
        return found


class ScheduleForm(forms.Form):
    text = forms.CharField(
        label=_("Message"),
        max_length=4096,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 4, "class": "form-control"}),
    )
    due_at = forms.DateTimeField(label=_("When"), widget=_MOMENT)


class ContactForm(forms.ModelForm):  # type: ignore[type-arg]
    """What an agent may correct beside the conversation."""

    class Meta:
        model = Contact
        fields = ["name", "email", "notes", "is_vip"]
        widgets = {"notes": forms.Textarea(attrs={"rows": 4, "class": "form-control"})}

    def clean_name(self) -> str:
        return clean_name(self.cleaned_data["name"], 160)

    def clean_notes(self) -> str:
        return clean_text(self.cleaned_data["notes"]).strip()


class TagsForm(forms.Form):
    tags = forms.ModelMultipleChoiceField(
        Tag.objects.none(), label=_("Tags"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tags"].queryset = Tag.objects.order_by("name")  # type: ignore[attr-defined]


class CannedForm(forms.ModelForm):  # type: ignore[type-arg]
    """With `owner` it is one's own; without, everybody's or a department's."""

    class Meta:
        model = CannedReply
        fields = ["shortcut", "department", "text"]
        widgets = {
            "text": forms.Textarea(attrs={"rows": 4, "class": "form-control"}),
            "department": forms.Select(attrs={"class": "form-select"}),
        }
        help_texts = {"shortcut": _("Typed after a slash, for example /hours.")}

    department = forms.ModelChoiceField(
        Department.objects.none(),
        label=_("For whom"),
        required=False,
        empty_label=_("Everybody"),
        widget=forms.Select(attrs={"class": "form-select"}),
    )

    def __init__(self, *args: Any, owner: Membership | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.owner = owner
        if owner is not None:
            del self.fields["department"]
            self.instance.owner = owner
        else:
            departments = Department.objects.filter(is_active=True).order_by("name")
            self.fields["department"].queryset = departments  # type: ignore[attr-defined]

    def clean_shortcut(self) -> str:
        return str(self.cleaned_data["shortcut"]).lstrip("/").lower()

    def clean_text(self) -> str:
        text = clean_text(self.cleaned_data["text"]).strip()
        if unknown := canned.unknown_variables(text):
            raise ValidationError(_("There is no variable {%(name)s}."), params={"name": unknown[0]})
        return text

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        same = CannedReply.objects.filter(
            shortcut__iexact=cleaned.get("shortcut", ""), owner=self.owner, department=cleaned.get("department")
        )
        if same.exclude(pk=self.instance.pk).exists():
            self.add_error("shortcut", _("This shortcut exists already. Choose another one."))
        return cleaned


class TagForm(forms.ModelForm):  # type: ignore[type-arg]
    color = forms.ChoiceField(
        label=_("Colour"),
        choices=[("green", _("Green")), ("blue", _("Blue")), ("yellow", _("Yellow")), ("red", _("Red"))],
        initial="green",
        widget=forms.RadioSelect,
    )

    class Meta:
        model = Tag
        fields = ["name", "color"]

    def clean_name(self) -> str:
        name = clean_name(self.cleaned_data["name"], 40)
        if not name:
            raise ValidationError(_("Write the tag's name."))
        if Tag.objects.filter(name__iexact=name).exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("There is a tag with this name already."))
        return name
