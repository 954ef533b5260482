"""What else a registration creates. Higher apps add their step; all steps share the user's transaction."""

from typing import Protocol

from apps.accounts.models import User


class Step(Protocol):
    def __call__(self, user: User, *, company: str) -> str:
        """Create what belongs to the new user; return the address where they start."""


_steps: list[Step] = []


def add_step(step: Step) -> None:
    _steps.append(step)


def run_steps(user: User, *, company: str) -> str:
    """The start address of the last step, or the site's root."""
    start = "/"
    for step in _steps:
        start = step(user, company=company)
    return start
