"""Handle journalled deliveries again. Safe at any time: what was stored before is recognised and not stored twice."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.dateparse import parse_datetime

from apps.core.wake import wake
from apps.whatsapp.models import WebhookDelivery


class Command(BaseCommand):
    help = "Put webhook deliveries back in line: failed ones, or those of a time span, or by id."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--failed", action="store_true", help="all deliveries that failed")
        parser.add_argument("--since", help="received at or after this ISO time")
        parser.add_argument("--until", help="received before this ISO time")
        parser.add_argument("--id", type=int, nargs="+", help="journal ids")

    def handle(self, *args: Any, **options: Any) -> None:
        rows = WebhookDelivery.objects.exclude(state=WebhookDelivery.State.NEW)
        filters = self._filters(options)
        if not filters:
            raise CommandError("Say what to replay: --failed, --since/--until or --id.")
        count = rows.filter(**filters).update(state=WebhookDelivery.State.NEW, handled_at=None, note="")
        wake("whatsapp.drain")
        self.stdout.write(f"{count} deliveries are in line again.")

    def _filters(self, options: dict[str, Any]) -> dict[str, Any]:
        filters: dict[str, Any] = {}
        if options["failed"]:
            filters["state"] = WebhookDelivery.State.FAILED
        if options["id"]:
            filters["pk__in"] = options["id"]
        for option, lookup in (("since", "received_at__gte"), ("until", "received_at__lt")):
            if options[option]:
                filters[lookup] = self._time(options[option])
        return filters

    def _time(self, text: str) -> object:
        found = parse_datetime(text)
        if found is None:
            raise CommandError(f"{text!r} is not an ISO date and time, such as 2026-11-22T10:00:00Z.")
        return found
