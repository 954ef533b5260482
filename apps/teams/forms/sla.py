from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from apps.teams.forms.base import NamedForm
from apps.teams.models import SlaPolicy

TARGETS = ("first_answer_minutes", "next_answer_minutes", "resolution_minutes")


class SlaPolicyForm(NamedForm):
    taken = _("There is already a policy with this name. Choose another name.")
    changes_promises = True

    class Meta:
        model = SlaPolicy
        fields = ["name", *TARGETS, "warning_percent"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in TARGETS:
            self.fields[name].widget.attrs |= {"min": 1, "inputmode": "numeric"}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not any(name in self.errors or cleaned.get(name) for name in TARGETS):
            raise ValidationError(_("Set at least one target; a policy without any promises nothing."))
        first, resolution = cleaned.get("first_answer_minutes"), cleaned.get("resolution_minutes")
        if first and resolution and first > resolution:
            self.add_error("resolution_minutes", _("The resolution can't come before the first answer."))
        return cleaned
