"""What forms of teams share: unique names, members, choices of the tenant's own rows, levels of skills."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from apps.core.events import publish
from apps.core.realtime import close_user
from apps.core.text import clean_name
from apps.organizations.models import Membership
from apps.organizations.permissions import Perm, roles_with
from apps.organizations.tenancy import TenantModel
from apps.teams.events import PromisesChanged
from apps.teams.models import Skill
from apps.teams.models.agent import LEVELS


def people_who_answer() -> Any:
    """Active members whose role may answer customers, by name."""
    return (
        Membership.objects.filter(is_active=True, role__in=roles_with(Perm.REPLY))
        .select_related("user")
        .order_by("user__full_name")
    )


def choice_of(model: type[TenantModel], label: Any, empty_label: Any, **kwargs: Any) -> Any:
    """A choice among the tenant's rows; `NamedForm.linked` fills it when the form is made."""
    kwargs.setdefault("required", False)
    return forms.ModelChoiceField(
        model.objects.none(), label=label, empty_label=empty_label, widget=forms.Select(), **kwargs
    )


class MembersField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Check boxes of people, each with name and role."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Membership.objects.none(), required=False, **kwargs)

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name} · {obj.get_role_display()}"


class NamedForm(forms.ModelForm):  # type: ignore[type-arg]
    """A name that is unique in the company whatever its case, and foreign keys among the company's own rows.

    Foreign keys stand in `linked`, not in `Meta.fields`: Django would ask for their rows before there is a tenant.
    """

    taken = _("There is already one with this name. Choose another name.")
    linked: tuple[str, ...] = ()
    changes_promises = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.linked:
            self.fields[name].queryset = self.rows_of(name)  # type: ignore[attr-defined]
            self.initial.setdefault(name, getattr(self.instance, f"{name}_id"))

    def rows_of(self, name: str) -> Any:
        """What `name` may be set to."""
        related: type[Model] = self._meta.model._meta.get_field(name).related_model
        return related._default_manager.all()

    def others(self) -> Any:
        """The rows among which the name stands once."""
        return self._meta.model.objects.all()

    def clean_name(self) -> str:
        name = clean_name(self.cleaned_data["name"])
        if not name:
            raise ValidationError(_("Write a name."))
        same = self.others().filter(name__iexact=name).exclude(pk=self.instance.pk)
        if same.exists():
            raise ValidationError(self.taken)
        return name

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name in self.linked:
            if name in cleaned:
                setattr(self.instance, name, cleaned[name])
        return cleaned

    def save(self, commit: bool = True) -> Any:
        saved = super().save(commit=commit)
        if self.changes_promises:
            publish(PromisesChanged(saved.organization_id))
        return saved


class TeamForm(NamedForm):
    """With members."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["members"].queryset = people_who_answer()  # type: ignore[attr-defined]
        if not self.instance._state.adding:
            self.initial["members"] = list(self.instance.members.values_list("pk", flat=True))

    def save(self, commit: bool = True) -> Any:
        made = super().save(commit=commit)
        before = set(made.members.all())
        made.members.set(self.cleaned_data["members"])
        for member in before ^ set(self.cleaned_data["members"]):
            close_user(member.user_id, made.organization_id)  # their page connects again, with the queues they have now
        return made


class SkillLevels:
    """Mix-in of forms with one level choice for each of the company's skills: `skill_<id>`."""

    fields: dict[str, forms.Field]
    no_level: Any = ""

    def add_levels(self, levels: dict[Any, int]) -> None:
        self._skills = {f"skill_{skill.pk}": skill for skill in Skill.objects.all()}
        for name, skill in self._skills.items():
            self.fields[name] = forms.TypedChoiceField(
                label=skill.name,
                choices=[("", self.no_level), *LEVELS],
                coerce=int,
                empty_value=None,
                required=False,
                initial=levels.get(skill.pk, ""),
                widget=forms.Select(),
            )

    @property
    def level_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self._skills]  # type: ignore[index]

    def levels(self, cleaned: dict[str, Any]) -> dict[Skill, int]:
        return {skill: cleaned[name] for name, skill in self._skills.items() if cleaned.get(name)}
