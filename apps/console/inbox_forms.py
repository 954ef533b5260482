"""Forms of the inbox's settings."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.conversations.models import SurveyPolicy
from apps.teams.models import Queue


class SurveyForm(forms.ModelForm):  # type: ignore[type-arg]
    silent_queues = forms.ModelMultipleChoiceField(
        Queue.objects.none(),
        label=_("Queues that don't ask"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = SurveyPolicy
        fields = [
            "is_on",
            "style",
            "question",
            "asks_comment",
            "silent_queues",
            "template_name",
            "template_language",
        ]
        widgets = {
            "style": forms.RadioSelect,
            "question": forms.Textarea(attrs={"rows": 2, "class": "form-control"}),
        }
        help_texts = {
            "question": _("Empty: “How was our service? Choose an answer below.”"),
            "asks_comment": _("The first text within ten minutes after the rating is kept as its comment."),
            "template_name": _(
                "An approved template with three quick replies in this order: good, so-so, bad. "
                "Without one, nothing is asked after the 24-hour window."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["silent_queues"].queryset = Queue.objects.filter(is_active=True)  # type: ignore[attr-defined]
