"""The one lock over what arrives: who holds it knows that no batch is being stored meanwhile."""

from django.db import connection

_DRAIN = 7_201_001


def hold_drain() -> None:
    """Wait for the batch that is being drained, and hold the next one until the transaction ends.

    To be called before any row is locked, or the drain and this would wait for each other.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_DRAIN])
