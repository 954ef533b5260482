"""Where a secret is used: higher apps register who knows."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from apps.vault.models import Secret


@dataclass(frozen=True, slots=True)
class Use:
    """`what` is a phrase for people, such as “Database Orders”; `url` leads there and may be empty."""

    what: str
    url: str = ""


Finder = Callable[[Secret], Iterable[Use]]
_finders: list[Finder] = []


def register(finder: Finder) -> Finder:
    """`finder(secret)` runs in the tenant's scope and names each use."""
    _finders.append(finder)
    return finder


def uses_of(secret: Secret) -> list[Use]:
    return [use for finder in _finders for use in finder(secret)]
