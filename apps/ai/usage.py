"""Where a provider is used."""

from apps.ai.models import Provider
from apps.core.usage import Uses

uses = Uses[Provider]()
