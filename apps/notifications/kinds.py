"""What people can be told of. Higher apps register their kinds where they are loaded (`apps.py`)."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise

from apps.organizations.models import Membership
from apps.organizations.permissions import Perm, has_perm

Words = str | Promise
TONES = ("info", "warning", "error", "success")


@dataclass(frozen=True, slots=True)
class Kind:
    """`title` holds `%(name)s` for each argument of `notify()`; `perm` says whom its preference concerns."""

    key: str
    title: Words
    icon: str
    label: Words
    tone: str
    perm: Perm | None

    def sentence(self, args: Mapping[str, str]) -> str:
        """The title in the reader's language; an argument that a newer title wants is left out, not an error."""
        return str(self.title) % defaultdict(str, args)


_kinds: dict[str, Kind] = {}


def register(
    kind: str, *, title: Words, icon: str, label: Words = "", tone: str = "info", perm: Perm | None = None
) -> None:
    """Declare a kind once. `title` and `label` (its name among a person's preferences) are lazy texts.

    `tone` is info, warning, error or success; `perm` hides the preference from roles that never get this kind.
    """
    if kind in _kinds:
        raise ValueError(f"the kind {kind} is registered already")
    if tone not in TONES:
        raise ValueError(f"no such tone: {tone}")
    _kinds[kind] = Kind(kind, title, icon, label or title, tone, perm)


def kind_of(key: str) -> Kind:
    """Raises KeyError for a kind that nobody registered."""
    return _kinds[key]


def known_or_plain(key: str) -> Kind:
    """For rows of a kind that is gone: they show their key rather than fail."""
    return _kinds.get(key) or Kind(key, key.replace("%", "%%"), "bell", key, "info", None)


def kinds_for(membership: Membership) -> list[Kind]:
    """The kinds whose preferences concern a member, by name."""
    mine = (kind for kind in _kinds.values() if kind.perm is None or has_perm(membership, kind.perm))
    return sorted(mine, key=lambda kind: str(kind.label))
