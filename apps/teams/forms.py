"""Forms of departments and queues. Choices come from the tenant in scope when the form is made."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from apps.core.realtime import close_user
from apps.core.text import clean_name
from apps.organizations.models import Membership
from apps.organizations.permissions import ROLE_PERMISSIONS, Perm
from apps.teams.models import Department, Queue

COLORS = [
    ("green", _("Green")),
    ("teal", _("Teal")),
    ("azure", _("Light blue")),
    ("blue", _("Blue")),
    ("purple", _("Purple")),
    ("pink", _("Pink")),
    ("red", _("Red")),
    ("orange", _("Orange")),
    ("yellow", _("Yellow")),
]
ANSWERING_ROLES = [role for role, perms in ROLE_PERMISSIONS.items() if Perm.REPLY in perms]


def people_who_answer() -> Any:
    """Active members whose role may answer customers, by name."""
    return (
        Membership.objects.filter(is_active=True, role__in=ANSWERING_ROLES)
        .select_related("user")
        .order_by("user__full_name")
    )


class MembersField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Check boxes of people, each with name and role."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Membership.objects.none(), required=False, **kwargs)

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name} · {obj.get_role_display()}"


class TeamForm(forms.ModelForm):  # type: ignore[type-arg]
    """A name that is unique in the company whatever its case, and members."""

    taken = _("There is already one with this name. Choose another name.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("name", "description", "priority"):
            if name in self.fields:
                self.fields[name].widget.attrs["class"] = "form-control"
        self.fields["members"].queryset = people_who_answer()  # type: ignore[attr-defined]
        if not self.instance._state.adding:
            self.initial["members"] = list(self.instance.members.values_list("pk", flat=True))

    def clean_name(self) -> str:
        name = clean_name(self.cleaned_data["name"])
        same = self._meta.model.objects.filter(name__iexact=name).exclude(pk=self.instance.pk)
        if same.exists():
            raise ValidationError(self.taken)
        return name

    def save(self, commit: bool = True) -> Any:
        made = super().save(commit=commit)
        before = set(made.members.all())
        made.members.set(self.cleaned_data["members"])
        for member in before ^ set(self.cleaned_data["members"]):
            close_user(member.user_id, made.organization_id)  # their page connects again, with the queues they have now
        return made


class DepartmentForm(TeamForm):
    taken = _("There is already a department with this name. Choose another name.")
    color = forms.ChoiceField(label=_("Colour"), choices=COLORS, initial="green", widget=forms.RadioSelect)
    members = MembersField(label=_("Members"), help_text=_("They answer the queues of this department."))

    class Meta:
        model = Department
        fields = ["name", "description", "color"]


class QueueForm(TeamForm):
    taken = _("There is already a queue with this name. Choose another name.")
    department = forms.ModelChoiceField(
        Department.objects.none(),
        label=_("Department"),
        empty_label=None,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    members = MembersField(
        label=_("Allowed agents"), help_text=_("Nobody marked: everyone in the department answers this queue.")
    )

    class Meta:
        model = Queue
        fields = ["name", "priority"]
        widgets = {"priority": forms.NumberInput(attrs={"min": 1, "max": 9})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        active = Department.objects.filter(is_active=True)
        if self.instance.department_id:
            active = active | Department.objects.filter(pk=self.instance.department_id)
            self.initial["department"] = self.instance.department_id
        self.fields["department"].queryset = active  # type: ignore[attr-defined]

    def clean_priority(self) -> int:
        priority = int(self.cleaned_data["priority"])
        if not 1 <= priority <= 9:
            raise ValidationError(_("The priority goes from 1 (first) to 9 (last)."))
        return priority

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "department" in cleaned:
            self.instance.department = cleaned["department"]
        return cleaned
