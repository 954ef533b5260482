"""Time zones that a person may choose."""

from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

from django.utils.translation import gettext_lazy as _

BRAZIL = (
    "America/Sao_Paulo",
    "America/Manaus",
    "America/Cuiaba",
    "America/Campo_Grande",
    "America/Fortaleza",
    "America/Recife",
    "America/Bahia",
    "America/Maceio",
    "America/Belem",
    "America/Santarem",
    "America/Araguaina",
    "America/Porto_Velho",
    "America/Boa_Vista",
    "America/Rio_Branco",
    "America/Eirunepe",
    "America/Noronha",
)
_AREAS = ("Africa/", "America/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")


@lru_cache(maxsize=1)
def _known() -> frozenset[str]:
    return frozenset(available_timezones())


def is_zone(name: str) -> bool:
    return name in _known()


def time_zone_choices() -> list[Any]:
    """Brazil's zones first, then the others by continent."""
    others = sorted(name for name in _known() if name.startswith(_AREAS) and name not in BRAZIL)
    return [
        (_("Brazil"), [(name, _label(name)) for name in BRAZIL if is_zone(name)]),
        (_("Other places"), [(name, _label(name)) for name in others]),
    ]


def _label(name: str) -> str:
    return name.replace("_", " ")
