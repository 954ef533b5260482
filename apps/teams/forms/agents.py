"""What an agent can do and how much; skills; the company's defaults."""

from typing import Any

from django import forms
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.core.events import publish
from apps.core.text import clean_name
from apps.teams.events import AgentChanged
from apps.teams.forms.base import NamedForm, SkillLevels
from apps.teams.models import Agent, MemberSkill, Skill, TeamSettings


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
        levels = self.levels(self.cleaned_data)
        MemberSkill.objects.filter(membership=agent.membership).delete()
        MemberSkill.objects.bulk_create(
            MemberSkill(membership=agent.membership, skill=skill, level=level) for skill, level in levels.items()
        )
        publish(AgentChanged(agent.membership.organization_id, agent.membership_id))
        return agent


class TeamSettingsForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = TeamSettings
        fields = ["capacity", "idle_minutes", "requeue_minutes"]
