"""Where a conversation may go."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.organizations.models import Membership
from apps.teams.forms import people_who_answer
from apps.teams.models import Department, PresenceState, Queue

NOTE_LENGTH = 300
_NOT_HERE = _("This is not possible any more. Choose again from the list.")


def agents_with_presence() -> Any:
    return people_who_answer().select_related("agent")


def _named(person: Any) -> str:
    agent = getattr(person, "agent", None)
    return f"{person.name} · {agent.get_presence_display() if agent else PresenceState.OFFLINE.label}"


class AssignForm(forms.Form):
    to = forms.ModelChoiceField(Membership.objects.none(), label=_("Agent"), empty_label=_("Choose who answers"))
    note = forms.CharField(label=_("Note for the agent"), required=False, max_length=NOTE_LENGTH)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = agents_with_presence()  # type: ignore[attr-defined]
        self.fields["to"].label_from_instance = _named  # type: ignore[attr-defined]


class TransferForm(forms.Form):
    """One choice among queues, departments and agents: `queue:<id>`, `department:<id>`, `agent:<id>`."""

    to = forms.ChoiceField(label=_("To whom"), error_messages={"invalid_choice": _NOT_HERE})
    note = forms.CharField(label=_("Why, for whoever takes it"), required=False, max_length=NOTE_LENGTH)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows: dict[str, Any] = {}
        groups: list[tuple[Any, str, Any, Callable[[Any], str]]] = [
            (_("Queues"), "queue", Queue.objects.filter(is_active=True), str),
            (_("Departments"), "department", Department.objects.filter(is_active=True, queues__is_active=True), str),
            (_("Agents"), "agent", agents_with_presence(), _named),
        ]
        choices: list[Any] = [("", _("Choose where it goes"))]
        for label, kind, rows, named in groups:
            found = {f"{kind}:{row.pk}": row for row in rows.distinct()}
            self.rows |= found
            choices.append((label, [(key, named(row)) for key, row in found.items()]))
        self.fields["to"].choices = choices  # type: ignore[attr-defined]

    def clean_to(self) -> tuple[str, Any]:
        """(kind, row)"""
        key = self.cleaned_data["to"]
        return key.partition(":")[0], self.rows[key]
