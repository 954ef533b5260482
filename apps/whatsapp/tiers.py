"""Meta's messaging limits in words: how many people a portfolio may start to write to in a day."""

from django.utils import formats
from django.utils.translation import gettext as _

SMALL_TIERS = frozenset({"TIER_50", "TIER_250"})


def tier_words(tier: str) -> str:
    """`TIER_2K` → "2,000 new customers a day"; empty for what is not known."""
    size = tier.removeprefix("TIER_")
    if size == "UNLIMITED":
        return _("Unlimited")
    count = size.removesuffix("K")
    if not count.isdecimal():
        return ""
    many = int(count) * (1000 if size.endswith("K") else 1)
    return _("%(count)s new customers a day") % {"count": formats.number_format(many, force_grouping=True)}
