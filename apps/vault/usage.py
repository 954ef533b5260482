"""Where a secret is used."""

from apps.core.usage import Use, Uses
from apps.vault.models import Secret

__all__ = ["Use", "register", "uses", "uses_of"]

uses = Uses[Secret]()
register, uses_of = uses.register, uses.of
