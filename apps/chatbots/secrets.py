"""`{{secret.name}}` in what leaves the house. A flow carries marks; the value replaces its mark in the moment of the
call and is written nowhere."""

import re
from collections.abc import Callable, Iterator

from django.utils.translation import gettext as _

from apps.vault.models import Secret
from apps.vault.sealing import Unreadable
from apps.vault.services import WrongScope, read

SCOPE = Secret.Scope.CHATBOTS
# Two characters for private use around a name: taken out of every variable, so no customer can write a mark.
_OPEN, _SHUT = "\ue0f0", "\ue0f1"
_NAME = r"[A-Za-z][A-Za-z0-9_-]{0,59}"
_GAP = re.compile(rf"\{{\{{\s*secret\.({_NAME})\s*\}}\}}")
_MARK = re.compile(rf"{_OPEN}({_NAME}){_SHUT}")
_USABLE = (Secret.Scope.ANY, SCOPE)


class NoSecret(Exception):
    """`error` in one word; the message is the secret's name."""

    def __init__(self, name: str, error: str) -> None:
        super().__init__(name)
        self.error = error


def written(name: str) -> str:
    """As people write it."""
    return f"{{{{secret.{name}}}}}"


def usable() -> list[str]:
    """The names that a flow may use."""
    return list(Secret.objects.filter(scope__in=_USABLE).order_by("name").values_list("name", flat=True))


def problems(text: str) -> Iterator[str]:
    """A sentence for each name in the text that a flow can't use. Asks no database where there is none."""
    names = set(_GAP.findall(text))
    scopes = dict(Secret.objects.filter(name__in=names).values_list("name", "scope")) if names else {}
    for name in sorted(names):
        if name not in scopes:
            yield _("There is no secret “%(name)s”. Add it under Connections, or choose another one.") % {"name": name}
        elif scopes[name] not in _USABLE:
            yield _(
                "The secret “%(name)s” is not for chatbots. Change what it may be used by, or choose another one."
            ) % {"name": name}


def mark(text: str) -> str:
    return _GAP.sub(rf"{_OPEN}\1{_SHUT}", unmarked(text))


def unmarked(text: str) -> str:
    return text.replace(_OPEN, "").replace(_SHUT, "")


def shown(text: str) -> str:
    """Marks as people write them."""
    return unmarked(_MARK.sub(lambda found: written(found[1]), text))


def names_in(text: str) -> set[str]:
    return set(_MARK.findall(text))


def opened(names: set[str]) -> dict[str, str]:
    """Their values; raises NoSecret. In the tenant's scope."""
    rows = {secret.name: secret for secret in Secret.objects.filter(name__in=names)} if names else {}
    return {name: _value(name, rows.get(name)) for name in names}


def _value(name: str, secret: Secret | None) -> str:
    if secret is None:
        raise NoSecret(name, "no_secret")
    try:
        return read(secret, scope=SCOPE)
    except WrongScope as error:
        raise NoSecret(name, "wrong_scope") from error
    except Unreadable as error:
        raise NoSecret(name, "unreadable") from error


def filled(text: str, values: dict[str, str], escape: Callable[[str], str] = str) -> str:
    """The text as it leaves the house."""
    return unmarked(_MARK.sub(lambda found: escape(values[found[1]]), text))


def uses(text: str, name: str) -> bool:
    """Whether a flow's JSON asks for it."""
    return name in _GAP.findall(text)
