"""Official holidays of Brazil, national and of its states, from the `holidays` package: data in code, no network."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

import holidays

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

NATIONAL = "BR"
CAPITAL = "São Paulo Capital"  # the package's own name for the city
STATES = {
    "AC": "Acre",
    "AL": "Alagoas",
    "AP": "Amapá",
    "AM": "Amazonas",
    "BA": "Bahia",
    "CE": "Ceará",
    "DF": "Distrito Federal",
    "ES": "Espírito Santo",
    "GO": "Goiás",
    "MA": "Maranhão",
    "MT": "Mato Grosso",
    "MS": "Mato Grosso do Sul",
    "MG": "Minas Gerais",
    "PA": "Pará",
    "PB": "Paraíba",
    "PR": "Paraná",
    "PE": "Pernambuco",
    "PI": "Piauí",
    "RJ": "Rio de Janeiro",
    "RN": "Rio Grande do Norte",
    "RS": "Rio Grande do Sul",
    "RO": "Rondônia",
    "RR": "Roraima",
    "SC": "Santa Catarina",
    "SP": "São Paulo",
    "SE": "Sergipe",
    "TO": "Tocantins",
}
REGIONS: list[tuple[str, str | Promise]] = [
    ("", _("No official holidays, only my own dates")),
    (NATIONAL, _("Brazil, national only")),
    *((f"{NATIONAL}-{code}", name) for code, name in STATES.items()),
    (f"{NATIONAL}-SP-capital", "São Paulo (capital)"),
]
_KNOWN = {region for region, _name in REGIONS}


@lru_cache(maxsize=512)
def official(region: str, year: int, *, optional: bool = False, language: str = "pt_BR") -> Mapping[date, str]:
    """Date → name. With `optional`, also the days that are free by custom (Carnival, Corpus Christi). Raises KeyError
    for an unknown region."""
    if region not in _KNOWN:
        raise KeyError(region)
    if not region:
        return {}
    _country, _dash, state = region.partition("-")
    found = holidays.country_holidays(
        NATIONAL,
        subdiv=CAPITAL if state == "SP-capital" else state or None,
        years=year,
        categories=("public", "optional") if optional else ("public",),
        language=language,
    )
    return dict(sorted(found.items()))
