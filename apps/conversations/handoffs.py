"""What a bot leaves for the person who goes on: the card in the thread. Kept as data, told in the reader's language."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

# By what stopped the flow. An empty reason: the flow meant to hand over.
REASONS = {
    "fallback": gettext_noop("The customer gave no answer that fits."),
    "timeout": gettext_noop("The customer did not answer in time."),
    "error": gettext_noop("This step failed."),
    "missing": gettext_noop("The flow has nothing after this step."),
    "unheard": gettext_noop("The customer went on writing after the flow had ended."),
    "breaker": gettext_noop("Answers came faster than a person writes: it may be another bot."),
    "loop": gettext_noop("The flow went round in circles."),
    "endless": gettext_noop("The flow went on for too long."),
    "depth": gettext_noop("Too many flows were nested into each other."),
    "window": gettext_noop("The 24-hour window has ended: only a template can be sent now."),
    "template": gettext_noop("WhatsApp does not accept this template at the moment."),
    "content": gettext_noop("WhatsApp would not take the message of this step."),
    "number": gettext_noop("The number can't send at the moment."),
    "blocked": gettext_noop("The contact is blocked."),
    "removed": gettext_noop("The flow was deleted meanwhile."),
    "budget": gettext_noop("The budget for artificial intelligence is used up."),
}


@dataclass(frozen=True, slots=True)
class Card:
    """`path`: names of the steps taken, oldest first, with `left_out` earlier ones; `data`: (name, value) pairs;
    `step`: the name of the step that failed; `answer`: what the agent might say first."""

    bot: str
    flow: str
    session: str
    reason: str = ""
    step: str = ""
    path: Sequence[str] = ()
    left_out: int = 0
    data: Sequence[tuple[str, str]] = ()
    note: str = ""
    answer: str = ""

    def payload(self) -> dict[str, Any]:
        """As a message keeps it."""
        shown = asdict(self)
        return {"handoff": {**shown, "path": list(self.path), "data": [list(pair) for pair in self.data]}}

    def text(self) -> str:
        """The same in words, for searching and for what shows no cards."""
        lines = [_("%(bot)s handed this conversation over.") % {"bot": self.bot}]
        if self.reason:
            lines.append(reason_text(self.reason))
        return "\n".join(filter(None, [*lines, self.note, *(f"{name}: {value}" for name, value in self.data)]))


def reason_text(reason: str) -> str:
    return _(REASONS[reason]) if reason in REASONS else _("The flow could not go on.")
