"""Meta's Cloud API."""

from apps.whatsapp.providers.cloud.provider import CloudProvider

__all__ = ["CloudProvider"]
