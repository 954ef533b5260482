"""Forms of bots, flows, triggers and publishing. Each kind of step brings its own.

Foreign keys stand outside `Meta.fields`: Django would ask for their rows before there is a tenant.
"""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from apps.ai.models import Provider
from apps.chatbots.models import Bot, Flow, Trigger
from apps.chatbots.patterns import is_valid
from apps.core.text import clean_name
from apps.teams.forms.base import NamedForm, choice_of
from apps.whatsapp.models import Number

NEEDS_VALUE = {
    Trigger.Kind.KEYWORD,
    Trigger.Kind.CONTAINS,
    Trigger.Kind.PATTERN,
    Trigger.Kind.BUTTON,
    Trigger.Kind.LINK,
    Trigger.Kind.EVENT,
}


class BotForm(NamedForm):
    numbers = forms.ModelMultipleChoiceField(
        Number.objects.none(),
        label=_("Numbers on which it answers"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Bot
        fields = ["name", "fallback_text"]
        labels = {"name": _("Name"), "fallback_text": _("When the bot can't go on, it says")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["numbers"].queryset = Number.objects.all()  # type: ignore[attr-defined]
        if not self.instance._state.adding:
            self.initial["numbers"] = list(self.instance.numbers.values_list("pk", flat=True))

    def others(self) -> Any:
        return Bot.objects.kept()

    def save(self, commit: bool = True) -> Any:
        made = super().save(commit=commit)
        made.numbers.set(self.cleaned_data["numbers"])
        return made


class FlowForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Flow
        fields = ["name"]
        labels = {"name": _("Name")}

    def clean_name(self) -> str:
        name = clean_name(self.cleaned_data["name"])
        if not name:
            raise ValidationError(_("Write a name."))
        if Flow.objects.kept().filter(bot=self.instance.bot, name__iexact=name).exclude(pk=self.instance.pk).exists():
            raise ValidationError(NamedForm.taken)
        return name


class PublishForm(forms.Form):
    note = forms.CharField(
        label=_("What changed"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": _("For example: new question about the order")}),
    )
    canary_percent = forms.IntegerField(
        label=_("Share of new sessions, in per cent"),
        min_value=1,
        max_value=100,
        initial=100,
        help_text=_("Begin with few to try it out; the others stay with the version before."),
    )


class ImportForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        help_text=_("JSON, at most 2 MB: a flow exported here, from Typebot or from the earlier PyTake."),
        widget=forms.FileInput(attrs={"accept": ".json,application/json"}),
    )


class DescribeForm(forms.Form):
    """A conversation in words, for an AI to draw."""

    description = forms.CharField(
        label=_("Describe the conversation"),
        max_length=4_000,
        widget=forms.Textarea(
            {"rows": 8, "placeholder": _("For example: a pizzeria takes orders, asks for the address and offers Pix.")}
        ),
        help_text=_("Who writes, what has to be asked, what happens with the answers, and when a person takes over."),
    )
    provider = choice_of(Provider, _("AI that draws it"), None, required=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Provider.objects.filter(is_active=True).order_by("name")
        self.fields["provider"].queryset = rows  # type: ignore[attr-defined]
        self.initial.setdefault("provider", rows.first())


class AcceptForm(forms.Form):
    """Where a proposed flow goes, and what it is called there."""

    bot = choice_of(Bot, _("Where to"), _("A new bot"))
    name = forms.CharField(label=_("Name"), max_length=80)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["bot"].queryset = Bot.objects.kept().order_by("name")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        name, bot = clean_name(cleaned.get("name", "")), cleaned.get("bot")
        taken = bot.flows.kept().filter(name__iexact=name) if bot else Bot.objects.kept().filter(name__iexact=name)
        if "name" in cleaned and not name:
            self.add_error("name", _("Write a name."))
        elif taken.exists():
            self.add_error("name", NamedForm.taken)
        return {**cleaned, "name": name}


class SampleForm(forms.Form):
    """What the step's texts find."""

    sample_text = forms.CharField(label=_("What the customer wrote"), max_length=1_000, required=False)
    sample = forms.JSONField(
        label=_("Variables, as JSON"),
        required=False,
        initial=dict,
        widget=forms.Textarea(
            {"rows": 3, "class": "form-control font-monospace", "spellcheck": "false", "placeholder": '{"order": "42"}'}
        ),
    )

    def clean_sample(self) -> dict[str, Any]:
        found = self.cleaned_data["sample"] or {}
        if not isinstance(found, dict):
            raise ValidationError(_('Write the variables as JSON, for example {"order": "42"}.'))
        return found


class TriggerForm(forms.ModelForm):  # type: ignore[type-arg]
    """A trigger of one of the bot's flows."""

    flow = choice_of(Flow, _("Flow that begins"), None, required=True)
    number = choice_of(Number, _("On the number"), _("All numbers of the bot"))
    field_order = ["flow", "kind", "value", "number", "priority"]

    class Meta:
        model = Trigger
        fields = ["kind", "value", "priority"]
        labels = {"kind": _("When"), "value": _("What has to be recognised"), "priority": _("Priority")}
        help_texts = {
            "value": _("The text, pattern, button or event. Several words are separated by commas."),
        }

    def __init__(self, *args: Any, bot: Bot, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = Trigger.Kind.choices  # type: ignore[attr-defined]
        self.fields["flow"].queryset = bot.flows.kept().order_by("-is_main", "name")  # type: ignore[attr-defined]
        self.fields["number"].queryset = bot.numbers.all()  # type: ignore[attr-defined]
        self.initial = {**self.initial, "flow": self.instance.flow_id, "number": self.instance.number_id}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        kind, value = cleaned.get("kind"), cleaned.get("value")
        if kind in NEEDS_VALUE and not value:
            self.add_error("value", _("Write what has to be recognised."))
        if kind == Trigger.Kind.PATTERN and value and not is_valid(value):
            self.add_error("value", _("This pattern can't be read. Example: pedido [0-9]+"))
        self.instance.number = cleaned.get("number")
        if "flow" in cleaned:
            self.instance.flow = cleaned["flow"]
        return cleaned


class OccasionForm(forms.Form):
    """Something that a customer might do, to see which trigger it sets off."""

    text = forms.CharField(label=_("What the customer writes"), max_length=4_096, required=False)
    number = choice_of(Number, _("On the number"), None, required=True)
    hours = forms.ChoiceField(
        label=_("Business hours"),
        choices=[("now", _("As they are now")), ("open", _("Open")), ("closed", _("Out of hours"))],
        initial="now",
    )
    payload = forms.CharField(
        label=_("Button touched"),
        max_length=500,
        required=False,
        help_text=_("The button's id, as its trigger names it."),
    )
    event = forms.CharField(
        label=_("Event of another system"),
        max_length=120,
        required=False,
        help_text=_("Instead of a message: its name, as the other system sends it."),
    )
    is_first = forms.BooleanField(label=_("First message of the conversation"), required=False, initial=True)
    is_from_ad = forms.BooleanField(label=_("Comes from an ad"), required=False)

    def __init__(self, *args: Any, bot: Bot, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        numbers = Number.objects.all()
        self.fields["number"].queryset = numbers  # type: ignore[attr-defined]
        self.initial["number"] = bot.numbers.first() or numbers.first()
