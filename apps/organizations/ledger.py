"""Where this app's writes are told to whoever keeps the records (the audit app), in the same transaction."""

from collections.abc import Callable

from apps.organizations.models import Membership

_recorders: list[Callable[..., object]] = []


def add_recorder(recorder: Callable[..., object]) -> None:
    """`recorder(action, *, actor, target, **data)`; an error in it undoes the write."""
    _recorders.append(recorder)


def record(action: str, *, actor: Membership | None, target: str, **data: object) -> None:
    for recorder in _recorders:
        recorder(action, actor=actor, target=target, **data)
