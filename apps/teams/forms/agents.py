"""What an agent can do and how much; skills; the company's defaults."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.audit.services import record
from apps.core.events import publish
from apps.core.text import clean_name
from apps.organizations.models import Membership
from apps.teams.events import AgentChanged
from apps.teams.forms.base import NamedForm, SkillLevels
from apps.teams.models import Agent, MemberSkill, Skill, TeamSettings
from apps.teams.services import team_settings


class SkillForm(NamedForm):
    taken = _("There is already a skill with this name. Choose another name.")

    class Meta:
        model = Skill
        fields = ["name", "description"]

    def clean_description(self) -> str:
        return clean_name(self.cleaned_data["description"], 200)


class AgentForm(SkillLevels, forms.ModelForm):  # type: ignore[type-arg]
    no_level = _("Does not have it")

    class Meta:
        model = Agent
        fields = ["capacity"]

    def __init__(self, *args: Any, default_capacity: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["capacity"].widget.attrs |= {"min": 1, "max": 100, "placeholder": str(default_capacity)}
        self.fields["capacity"].help_text = _("Empty: the company's default, %d.") % default_capacity
        self.add_levels(dict(self.instance.membership.skills.values_list("skill", "level")))

    @transaction.atomic
    def save(self, commit: bool = True) -> Any:
        agent = super().save(commit=False)
        Agent.objects.update_or_create(membership=agent.membership, defaults={"capacity": agent.capacity})
        _keep_levels(agent.membership, self.levels(self.cleaned_data))
        return agent


class OwnSkillsForm(SkillLevels, forms.Form):
    """What an agent says of themselves, where the company lets them."""

    no_level = _("I don't have it")

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.membership = membership
        self.add_levels(dict(membership.skills.values_list("skill", "level")))

    @transaction.atomic
    def save(self) -> None:
        """Raises PermissionDenied when the company sets skills itself."""
        if not team_settings().own_skills:
            raise PermissionDenied
        levels = self.levels(self.cleaned_data)
        _keep_levels(self.membership, levels)
        said = {skill.name: level for skill, level in levels.items()}
        record("agent.own_skills_saved", actor=self.membership, target=self.membership.name, skills=said)


def _keep_levels(member: Membership, levels: dict[Skill, int]) -> None:
    MemberSkill.objects.filter(membership=member).delete()
    MemberSkill.objects.bulk_create(
        MemberSkill(membership=member, skill=skill, level=level) for skill, level in levels.items()
    )
    publish(AgentChanged(member.organization_id, member.pk))


class TeamSettingsForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = TeamSettings
        fields = ["capacity", "idle_minutes", "requeue_minutes", "own_skills"]
