"""The form of an AI provider. Prices and the budget are typed as money and kept as micros."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.ai.models import MAX_BUDGET, MAX_PRICE, Provider, Snippet
from apps.core.text import clean_name
from apps.vault.forms import value_field
from apps.vault.models import Secret

MOST_SNIPPETS = 500
_MICROS = Decimal(1_000_000)
_MONEY = {"price_in": MAX_PRICE, "price_out": MAX_PRICE, "monthly_budget": MAX_BUDGET}


def _money(label: Any, help_text: Any, most: int, *, required: bool) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        help_text=help_text,
        required=required,
        min_value=Decimal(0),
        max_value=Decimal(most) / _MICROS,
        max_digits=13,
        decimal_places=6,
        localize=True,
    )


def _shortest(value: Decimal) -> Decimal:
    """Without zeros at the end, and never as 1E+1."""
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()


class ProviderForm(forms.ModelForm):  # type: ignore[type-arg]
    api_key = value_field(_("API key"), required=False)
    base_url = forms.URLField(
        label=_("Address"),
        required=False,
        max_length=300,
        assume_scheme="https",
        help_text=_("Empty: the provider's own. Otherwise the part before /chat/completions or /v1/messages."),
    )
    price_in = _money(_("Price of input"), _("Per million tokens."), MAX_PRICE, required=True)
    price_out = _money(_("Price of output"), _("Per million tokens."), MAX_PRICE, required=True)
    monthly_budget = _money(
        _("Monthly budget"), _("Nothing is asked beyond it. Empty: no limit."), MAX_BUDGET, required=False
    )
    secret = forms.ModelChoiceField(
        Secret.objects.none(),
        label=_("or a secret"),
        required=False,
        empty_label=pgettext_lazy("secret", "None"),
        help_text=_("Instead of a key pasted here."),
    )
    field_order = ["name", "kind", "base_url", "api_key", "secret", "model", "currency", "price_in", "price_out"]

    class Meta:
        model = Provider
        fields = ["name", "kind", "base_url", "secret", "model", "currency", "is_active"]
        help_texts = {
            "model": _("The id as the provider writes it, for example gpt-4.1-mini."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        usable = Q(scope=Secret.Scope.ANY) | Q(scope=Secret.Scope.AI)
        self.fields["secret"].queryset = Secret.objects.filter(usable).order_by("name")  # type: ignore[attr-defined]
        for name in _MONEY:
            micros = getattr(self.instance, name)
            self.initial.setdefault(name, None if micros is None else _shortest(Decimal(micros) / _MICROS))
        if self.instance.api_key:
            self.fields["api_key"].help_text = _("Kept as it is. Fill it in only to change it.")

    def clean_name(self) -> str:
        name = clean_name(self.cleaned_data["name"], 60)
        if not name:
            raise ValidationError(_("Fill this in."))
        if Provider.objects.filter(name=name).exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("There is a provider of this name. Choose another name."))
        return name

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).upper()

    def save(self, commit: bool = True) -> Any:
        """With the money as micros."""
        for name in _MONEY:
            value = self.cleaned_data[name]
            setattr(self.instance, name, None if value is None else int(value * _MICROS))
        return super().save(commit)


class SnippetForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Snippet
        fields = ["title", "text", "is_active"]
        widgets = {"text": forms.Textarea(attrs={"rows": 6, "data-limit": "4000"})}
        help_texts = {"title": _("What it is about, in the customers' words. Example: Exchanges and returns.")}

    def clean_title(self) -> str:
        title = clean_name(self.cleaned_data["title"], 120)
        if not title:
            raise ValidationError(_("Fill this in."))
        if Snippet.objects.filter(title=title).exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("There is one of this title. Choose another title."))
        return title

    def clean(self) -> dict[str, Any]:
        if self.instance._state.adding and Snippet.objects.count() >= MOST_SNIPPETS:
            raise ValidationError(
                _("There are %(most)d already. Delete what is no longer needed.") % {"most": MOST_SNIPPETS}
            )
        return super().clean() or self.cleaned_data
