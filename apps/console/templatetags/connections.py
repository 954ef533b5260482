"""Words about secrets and connections."""

from decimal import Decimal

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

register = template.Library()

_EVENTS = {
    "secret.created": _("%(name)s created it"),
    "secret.described": _("%(name)s changed its description"),
    "secret.replaced": _("%(name)s replaced the value"),
    "secret.revealed": _("%(name)s looked at the value"),
    "secret.reveal_refused": _("%(name)s typed a wrong password to see the value"),
    "secret.deleted": _("%(name)s deleted it"),
}


@register.simple_tag
def secret_event(action: str, name: str) -> str:
    return str(_EVENTS[action] % {"name": name}) if action in _EVENTS else action


@register.simple_tag
def money(micros: int, currency: str) -> str:
    """`US$ 1.50` in the reader's spelling; small sums keep more digits."""
    amount = Decimal(micros) / 1_000_000
    digits = 2 if amount == amount.quantize(Decimal("0.01")) or amount >= 1 else 4
    sign = {"USD": "US$", "BRL": "R$", "EUR": "€"}.get(currency, currency)
    return f"{sign} {number_format(amount.quantize(Decimal(1).scaleb(-digits)), digits)}"


@register.filter
def unlocalized(number: int) -> str:
    """For attributes that machines read."""
    return str(number)
