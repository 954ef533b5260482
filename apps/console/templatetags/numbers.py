"""Meta's words about a number in the reader's language. Unknown words are shown as they come."""

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.whatsapp.connect.report import Verdict
from apps.whatsapp.tiers import tier_words

register = template.Library()

_QUALITY = {
    "GREEN": (gettext_lazy("High"), "green"),
    "YELLOW": (gettext_lazy("Medium"), "amber"),
    "RED": (gettext_lazy("Low"), "red"),
}
_STATUS = {
    "CONNECTED": gettext_lazy("Connected"),
    "PENDING": gettext_lazy("Pending"),
    "DISCONNECTED": gettext_lazy("Disconnected"),
    "BANNED": gettext_lazy("Banned"),
    "RESTRICTED": gettext_lazy("Restricted"),
    "FLAGGED": gettext_lazy("Flagged"),
    "RATE_LIMITED": gettext_lazy("Rate limited"),
}
_THROUGHPUT = {"STANDARD": gettext_lazy("80 messages a second"), "HIGH": gettext_lazy("1,000 messages a second")}
_VERDICTS = {
    Verdict.PASSED: ("text-success", gettext_lazy("Passed")),
    Verdict.WARNING: ("text-warning", gettext_lazy("Attention")),
    Verdict.FAILED: ("text-danger", gettext_lazy("Failed")),
    Verdict.WAITING: ("text-secondary", gettext_lazy("Not checked yet")),
}


@register.filter
def quality_label(quality: str) -> str:
    return str(_QUALITY[quality][0]) if quality in _QUALITY else _("Not rated yet")


@register.filter
def quality_tone(quality: str) -> str:
    return _QUALITY[quality][1] if quality in _QUALITY else ""


@register.filter
def status_label(status: str) -> str:
    return str(_STATUS.get(status, status)) or _("Connected")


@register.filter
def tier_label(tier: str) -> str:
    """`TIER_2K` → how many customers a day the company may start to write to."""
    return tier_words(tier) or _("Unknown")


@register.filter
def throughput_label(throughput: str) -> str:
    return str(_THROUGHPUT.get(throughput, throughput)) or _("Unknown")


@register.filter
def verdict_tone(verdict: Verdict) -> str:
    return _VERDICTS[verdict][0]


@register.filter
def verdict_label(verdict: Verdict) -> str:
    return str(_VERDICTS[verdict][1])
