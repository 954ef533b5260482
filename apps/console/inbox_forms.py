"""Forms of the inbox's settings."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.conversations.models import SurveyPolicy
from apps.core.templatetags.pytake import plain_name
from apps.teams.models import Queue
from apps.whatsapp.models import Template
from apps.whatsapp.template_parts import take_apart


class SurveyForm(forms.ModelForm):  # type: ignore[type-arg]
    silent_queues = forms.ModelMultipleChoiceField(
        Queue.objects.none(),
        label=_("Queues that don't ask"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    template = forms.ChoiceField(
        label=_("Template for after the 24-hour window"),
        required=False,
        help_text=_(
            "Approved templates with exactly three quick replies, in this order: good, so-so, bad. "
            "Without one, nothing is asked after the window."
        ),
    )

    class Meta:
        model = SurveyPolicy
        fields = [
            "is_on",
            "style",
            "question",
            "asks_comment",
            "silent_queues",
        ]
        widgets = {
            "style": forms.RadioSelect,
            "question": forms.Textarea(attrs={"rows": 2, "class": "form-control"}),
        }
        help_texts = {
            "question": _("Empty: “How was our service? Choose an answer below.”"),
            "asks_comment": _("The first text within ten minutes after the rating is kept as its comment."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["silent_queues"].queryset = Queue.objects.filter(is_active=True)  # type: ignore[attr-defined]
        kept = self.instance
        current = _key(kept.template_name, kept.template_language) if kept.template_name else ""
        self.fields["template"].choices = _templates(current)  # type: ignore[attr-defined]
        self.initial["template"] = current

    def save(self, commit: bool = True) -> Any:
        name, _separator, language = self.cleaned_data["template"].partition("/")
        self.instance.template_name, self.instance.template_language = name, language or "pt_BR"
        return super().save(commit=commit)


def _key(name: str, language: str) -> str:
    return f"{name}/{language}"


def _templates(current: str) -> list[tuple[str, Any]]:
    """None, those that can ask, and the present one even when Meta has stopped it."""
    rows = Template.objects.sendable().order_by("name", "language")
    found = {_key(row.name, row.language): f"{plain_name(row.name)} · {row.language}" for row in rows if _asks(row)}
    if current and current not in found:
        found[current] = _("%(name)s (not approved now)") % {"name": current}
    return [("", _("None: ask only within the window")), *found.items()]


def _asks(template: Template) -> bool:
    plan = take_apart(template)
    kinds = [str(button.get("type", "")).upper() for button in plan.buttons]
    needs_nothing = not (
        plan.problem or plan.variables or plan.cards or plan.media_kind or plan.header_format == "LOCATION"
    )
    return needs_nothing and kinds == ["QUICK_REPLY"] * 3
