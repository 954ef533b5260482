"""Who still uses a thing: higher apps register who knows, so that nothing is deleted from under them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Use:
    """`what` is a phrase for people, such as “Database Orders”; `url` leads there and may be empty."""

    what: str
    url: str = ""


Finder = Callable[[T], Iterable[Use]]


class Uses(Generic[T]):
    """The finders of one kind of thing."""

    def __init__(self) -> None:
        self._finders: list[Finder[T]] = []

    def register(self, finder: Finder[T]) -> Finder[T]:
        """`finder(thing)` runs in the tenant's scope and names each use."""
        self._finders.append(finder)
        return finder

    def of(self, thing: T) -> list[Use]:
        return [use for finder in self._finders for use in finder(thing)]

    def refuse(self, thing: T, name: str) -> None:
        """Raises ValidationError that names every use while there is one."""
        if uses := self.of(thing):
            raise in_use(name, (use.what for use in uses))


def in_use(name: str, users: Iterable[str]) -> ValidationError:
    told = {"name": name, "uses": ", ".join(sorted(users))}
    return ValidationError(_("“%(name)s” is used by: %(uses)s. Choose something else there first.") % told)
