"""Why a trigger wins or loses, in sentences for whoever arranges them."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.chatbots.models import Bot, Trigger
from apps.chatbots.triggering import Candidate, Occasion, active, who_would_win

_MISSES: dict[str, str | Promise] = {
    "first": gettext_lazy("This is not the first message of the conversation."),
    "any": gettext_lazy("It waits for a message, and none came."),
    "keyword": gettext_lazy("The message is not exactly “%(value)s”."),
    "contains": gettext_lazy("“%(value)s” is not in the message."),
    "pattern": gettext_lazy("The message does not fit the pattern “%(value)s”."),
    "button": gettext_lazy("The button “%(value)s” was not touched."),
    "ad": gettext_lazy("The customer did not come from an ad."),
    "closed": gettext_lazy("It is not out of hours."),
    "link": gettext_lazy("The message does not begin with “%(value)s”."),
    "event": gettext_lazy("It waits for an event from outside, not for a message."),
}


@dataclass(frozen=True, slots=True)
class Verdict:
    trigger: Trigger
    why: str
    wins: bool = False
    matches: bool = False


def verdicts(occasion: Occasion, bot: Bot) -> list[Verdict]:
    """Every trigger that takes part, in the order in which they win; those of `bot` as if it were on."""
    found = who_would_win(occasion, active(also=bot))
    winner = next((candidate.trigger for candidate in found if candidate.wins), None)
    return [Verdict(row.trigger, _why(row, winner, occasion), row.wins, row.matches) for row in found]


def left_out(bot: Bot) -> list[Trigger]:
    """Triggers of the bot that take no part, because their flow was never published."""
    return list(Trigger.objects.filter(flow__bot=bot, flow__versions=None).select_related("flow").order_by("priority"))


def _why(candidate: Candidate, winner: Trigger | None, occasion: Occasion) -> str:
    trigger = candidate.trigger
    if candidate.wins:
        return _("Fits, and nothing before it does.")
    if not candidate.is_here:
        return _("Does not listen on this number.")
    if not candidate.matches or winner is None:
        return _missed(trigger, occasion)
    if winner.priority == trigger.priority:
        return _("Fits as well, but “%(winner)s” has the same priority and is older.") % {"winner": winner}
    told = {"winner": winner, "priority": winner.priority}
    return _("Fits as well, but “%(winner)s” comes first (priority %(priority)s).") % told


def _missed(trigger: Trigger, occasion: Occasion) -> str:
    if not occasion.event:
        return str(_MISSES[trigger.kind]) % {"value": trigger.value}
    if trigger.kind == Trigger.Kind.EVENT:
        return _("It waits for the event “%(value)s”.") % {"value": trigger.value}
    return _("It waits for a message, not for an event from outside.")
