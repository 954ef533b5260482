"""Meta's error codes and what PyTake does about each: the one table, data only. Source: Cloud API error reference."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MINUTE, HOUR, DAY = 60.0, 3_600.0, 86_400.0


class Policy(StrEnum):
    AMBIGUOUS = "ambiguous"  # it may have gone through: never send it again without a person
    RETRY = "retry"  # the same message again, after `delay(tries)`
    RETRY_PAIR = "retry_pair"  # as RETRY, but only this contact is to wait
    SLOW_NUMBER = "slow_number"  # as RETRY, and the whole number sends slower
    WAIT = "wait"  # not before `delay(0)`; until then the message has failed, then it goes out again
    PERMANENT = "permanent"  # this message will never go through
    CONTACT = "contact"  # this person cannot be reached from this number
    OPT_OUT = "opt_out"  # the person wants no marketing
    CLOSE_WINDOW = "close_window"  # only a template can be sent
    PAUSE_NUMBER = "pause_number"  # nothing more from this number until a person has looked
    PAUSE_PAID = "pause_paid"  # nothing that costs until billing is settled
    STOP_TEMPLATE = "stop_template"  # nothing more with this template
    CONFIG = "config"  # our request or set-up is wrong


RETRYING = frozenset({Policy.RETRY, Policy.RETRY_PAIR, Policy.SLOW_NUMBER})


@dataclass(frozen=True, slots=True)
class ErrorRule:
    """What to do, in words for people (`sentence`) and in figures for the sender (seconds and tries)."""

    policy: Policy
    sentence: str | Promise
    base: float = 0.0
    factor: float = 2.0
    longest: float = 15 * MINUTE
    max_tries: int = 1
    stops_campaign: bool = False

    @property
    def retries(self) -> bool:
        return self.policy in RETRYING

    def delay(self, tries: int) -> float:
        """Seconds to wait after `tries` earlier attempts; the caller adds jitter."""
        return min(self.base * self.factor ** min(tries, 20), max(self.longest, self.base))


_TABLE: dict[int, ErrorRule] = {}


def _rule(codes: Iterable[int], policy: Policy, sentence: str | Promise, **figures: Any) -> ErrorRule:
    rule = ErrorRule(policy, sentence, **{**_FIGURES.get(policy, {}), **figures})
    _TABLE.update(dict.fromkeys(codes, rule))
    return rule


_FIGURES: Mapping[Policy, Mapping[str, Any]] = {
    Policy.RETRY: {"base": 2.0, "max_tries": 6},
    Policy.RETRY_PAIR: {"base": 1.0, "factor": 4.0, "max_tries": 6, "longest": 1_024.0},
    Policy.SLOW_NUMBER: {"base": 2.0, "max_tries": 10},
    Policy.WAIT: {"base": DAY, "longest": DAY, "max_tries": 3},
}

# Trying again
UNKNOWN_TRANSIENT = _rule([2, 131016, 133004], Policy.RETRY, _("WhatsApp is temporarily unavailable. We keep trying."))
_rule(
    [1, 131000], Policy.RETRY, _("WhatsApp had an internal problem. We try again a few times."), max_tries=3, base=5.0
)
RATE_LIMITED = _rule(
    [4, 613, 80007, 80008],
    Policy.RETRY,
    _("Too many requests to WhatsApp in a short time. The message goes out as soon as the limit allows."),
    base=MINUTE,
)
_rule([130429], Policy.SLOW_NUMBER, _("This number is sending too fast. The message waits for its turn."))
_rule(
    [131056],
    Policy.RETRY_PAIR,
    _("Too many messages to this person in a short time. The next one waits a few seconds."),
)
_rule(
    [131057, 2494100],
    Policy.RETRY,
    _("WhatsApp is upgrading this account. Messages go out again in a few minutes."),
    base=MINUTE,
)
_rule(
    [133000, 133015],
    Policy.RETRY,
    _("WhatsApp is still removing this number. Try again in 5 minutes."),
    base=5 * MINUTE,
)
_rule(
    [131208, 134101, 139102, 139103],
    Policy.RETRY,
    _("WhatsApp is still processing a change. We try again."),
    base=MINUTE,
)

# Waiting
_rule(
    [131049],
    Policy.WAIT,
    _("WhatsApp limits how much marketing each person receives. Try again tomorrow at the earliest."),
)
_rule(
    [132015],
    Policy.WAIT,
    _("This template is paused because of its quality. Wait until WhatsApp releases it, or use another template."),
    base=3 * HOUR,
    stops_campaign=True,
)
_rule([133008, 133009], Policy.WAIT, _("Too many attempts with the PIN. Wait before you try again."), base=HOUR)
_rule(
    [133016],
    Policy.WAIT,
    _("This number was registered too often. Try again in 72 hours."),
    base=3 * DAY,
    longest=3 * DAY,
)

# The person
_rule(
    [131026],
    Policy.CONTACT,
    _("This person cannot receive the message: no WhatsApp on this number, or an old version of the app."),
)
_rule([130403], Policy.CONTACT, _("This person blocked your business."))
_rule([131021], Policy.CONTACT, _("Sender and recipient are the same number. Choose another contact."))
_rule([131030], Policy.CONTACT, _("A test number only reaches people on its list. Add this phone in Meta's panel."))
_rule([130497], Policy.CONTACT, _("Your account may not send messages to this country."))
_rule([137000], Policy.CONTACT, _("The identity of this person changed. Confirm who it is and send the message again."))
_rule([131050], Policy.OPT_OUT, _("This person asked not to receive marketing from your business."))
_rule(
    [131047],
    Policy.CLOSE_WINDOW,
    _("More than 24 hours have passed since this person's last message. Send a template to resume the conversation."),
)

# This message
_rule([130472], Policy.PERMANENT, _("WhatsApp did not deliver this message because of an experiment of its own."))
_rule([131051], Policy.PERMANENT, _("WhatsApp does not support this kind of message."))
_rule([131052], Policy.PERMANENT, _("The file this person sent cannot be downloaded. Ask them to send it again."))
_rule(
    [131053],
    Policy.PERMANENT,
    _("WhatsApp could not use the file. Check its format and size and send it again."),
    max_tries=2,
)
_rule([131060], Policy.PERMANENT, _("This message is not available here. Open it in the WhatsApp app."))
_rule(
    [131062], Policy.PERMANENT, _("This template needs the person's phone number. Ask for it or use another template.")
)
_rule([132005], Policy.PERMANENT, _("The text is too long once the variables are filled in. Shorten it."))
_rule(
    [132008, 132012, 132018],
    Policy.PERMANENT,
    _("A variable of the template has a value that WhatsApp does not accept. Check the variables."),
)
_rule([2593107, 2593108, 2593109], Policy.PERMANENT, _("The history of the WhatsApp app could not be imported."))
_rule([131020, 131041, 131059], Policy.PERMANENT, _("WhatsApp does not know this group."))

# Templates
_rule(
    [132000],
    Policy.STOP_TEMPLATE,
    _("The number of variables differs from the approved template. Correct the template."),
)
_rule(
    [132001],
    Policy.STOP_TEMPLATE,
    _("This template does not exist in this language or is not approved. Update the templates and choose another."),
    stops_campaign=True,
)
_rule(
    [132007], Policy.STOP_TEMPLATE, _("The content violates WhatsApp's policies. Change the text."), stops_campaign=True
)
_rule([132016], Policy.STOP_TEMPLATE, _("WhatsApp disabled this template. Create a new one."), stops_campaign=True)
_rule(
    [132068, 132069],
    Policy.STOP_TEMPLATE,
    _("The form of this message is blocked or limited. Check it in Meta's panel."),
)
_rule(
    [2388019, 2388023, 2388024, 2388039, 2388040, 2388047, 2388072, 2388073, 2388293, 2388299],
    Policy.CONFIG,
    _("WhatsApp did not accept the template. Check its name, texts and variables."),
)

# The account or the number
_rule(
    [0, 190],
    Policy.PAUSE_NUMBER,
    _("The access to WhatsApp expired or was removed. Reconnect the account to send again."),
    stops_campaign=True,
)
PERMISSION = _rule(
    [3, 10, 131005],
    Policy.PAUSE_NUMBER,
    _("Meta removed a permission that PyTake needs. Reconnect the account and allow all permissions."),
    stops_campaign=True,
)
_rule(
    [33],
    Policy.PAUSE_NUMBER,
    _("This number was deleted or is not visible to PyTake. Check it in Meta's panel."),
    stops_campaign=True,
)
_rule(
    [368, 131031],
    Policy.PAUSE_NUMBER,
    _("Meta restricted this account. See the reason in Meta's panel and ask for a review."),
    stops_campaign=True,
)
_rule([131037], Policy.PAUSE_NUMBER, _("The display name of this number is not approved. Change it in Meta's panel."))
_rule(
    [131042, 131044],
    Policy.PAUSE_PAID,
    _("There is a problem with the payment at Meta. Check the payment method of the account."),
    stops_campaign=True,
)
_rule(
    [131045, 133010],
    Policy.PAUSE_NUMBER,
    _("This number is not registered at WhatsApp. Register it again in the connection page."),
    stops_campaign=True,
)
_rule(
    [131048],
    Policy.PAUSE_NUMBER,
    _("WhatsApp limited this number because people marked its messages as spam. Wait and review what you send."),
    stops_campaign=True,
)
_rule(
    [131063, 134102],
    Policy.PAUSE_PAID,
    _("Marketing messages are switched off for this account. Turn them on in Meta's panel."),
)
_rule(
    [131064],
    Policy.PAUSE_PAID,
    _("Too many templates were in the wrong category. WhatsApp limits this account until the block ends."),
    stops_campaign=True,
)
_rule([134011], Policy.PAUSE_PAID, _("The terms for payments are not accepted yet. Accept them in Meta's panel."))
_rule([136024, 141010], Policy.PAUSE_NUMBER, _("Meta must verify this number or its name before it can send."))

# Our request
INVALID = _rule(
    [100, 104, 131008, 131009, 131055, 134100, 135000, 803],
    Policy.CONFIG,
    _("WhatsApp did not accept the content of this message. Change it and send it again."),
)
_rule([133005], Policy.CONFIG, _("The two-step verification PIN is wrong. Check it and try again."))
_rule([133006], Policy.CONFIG, _("Verify this number with the code from WhatsApp before you register it."))
_rule(
    [2388012, 2388091, 2388093, 2388103],
    Policy.CONFIG,
    _("This number already exists at WhatsApp or cannot be moved yet. Check it in Meta's panel."),
)
_rule(
    [139100, 139101],
    Policy.CONFIG,
    _("WhatsApp could not change the list of blocked people. Only recent contacts can be blocked."),
)

FAILED = ErrorRule(Policy.PERMANENT, _("WhatsApp did not accept this message. See the details and try again."))
FEATURE = ErrorRule(Policy.CONFIG, _("WhatsApp refused this action. See the details in Meta's panel."))
NO_ANSWER_RULE = ErrorRule(
    Policy.RETRY, _("There was no connection to WhatsApp. We try again automatically."), base=2.0, max_tries=8
)
AMBIGUOUS_RULE = ErrorRule(
    Policy.AMBIGUOUS,
    _("WhatsApp did not confirm this message. It may have arrived: check before you send it again."),
)
# Families whose members differ in nothing that matters to a sender.
RANGES: tuple[tuple[int, int, ErrorRule], ...] = (
    (200, 299, PERMISSION),
    (131200, 131299, _TABLE[131020]),
    (138000, 138018, FEATURE),
    (139000, 139103, FEATURE),
    (147001, 147005, FEATURE),
    (200005, 200007, FEATURE),
    (1752041, 1752041, FEATURE),
    (2494164, 2494179, FEATURE),
)
RULES: Mapping[int, ErrorRule] = MappingProxyType(_TABLE)
