"""The one clock."""

from datetime import datetime

from django.utils import timezone


def now() -> datetime:
    """Aware UTC time."""
    return timezone.now()
