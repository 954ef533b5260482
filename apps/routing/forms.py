"""Where a conversation may go."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.organizations.models import Membership
from apps.organizations.permissions import ROLE_PERMISSIONS, Perm
from apps.teams.models import Queue

NOTE_LENGTH = 300


class AssignForm(forms.Form):
    to = forms.ModelChoiceField(Membership.objects.none(), label=_("Agent"), empty_label=_("Choose who answers"))
    note = forms.CharField(label=_("Note for the agent"), required=False, max_length=NOTE_LENGTH)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = [role for role, perms in ROLE_PERMISSIONS.items() if Perm.REPLY in perms]
        agents = Membership.objects.filter(is_active=True, role__in=roles).select_related("user")
        self.fields["to"].queryset = agents.order_by("user__full_name")  # type: ignore[attr-defined]


class TransferForm(forms.Form):
    queue = forms.ModelChoiceField(Queue.objects.none(), label=_("Queue"), empty_label=_("Choose a queue"))
    note = forms.CharField(label=_("Why, for whoever takes it"), required=False, max_length=NOTE_LENGTH)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["queue"].queryset = Queue.objects.filter(is_active=True)  # type: ignore[attr-defined]
