"""Who may fetch a file. Nobody, until an app that uses files says yes: deny by default.

An app registers `check(membership, stored_file) -> bool | None` in its `receivers.py`; the first answer that is not
None counts. None means "not my file".
"""

from collections.abc import Callable

from apps.media.models import StoredFile
from apps.organizations.models import Membership

Check = Callable[[Membership, StoredFile], bool | None]
_checks: list[Check] = []


def register(check: Check) -> Check:
    """Add a check (usable as a decorator); registering the same one again changes nothing."""
    if check not in _checks:
        _checks.append(check)
    return check


def unregister(check: Check) -> None:
    _checks.remove(check)


def is_allowed(membership: Membership, stored: StoredFile) -> bool:
    answers = (check(membership, stored) for check in _checks)
    return next((answer for answer in answers if answer is not None), False)
