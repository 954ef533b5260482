"""Change the vault's keys. Safe to kill and to start again."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.vault import rotation
from apps.vault.master import Unreadable


class Command(BaseCommand):
    help = (
        "Wrap all data keys with the present VAULT_MASTER_KEY (the former one is in VAULT_FORMER_MASTER_KEYS). "
        "With --data-keys also make new data keys and seal every value again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--data-keys", action="store_true", help="new data keys, every value sealed again")
        parser.add_argument("--batch", type=int, default=rotation.BATCH, help="rows of one transaction")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self.stdout.write(f"{rotation.rewrap(options['batch'])} data keys wrapped again")
        except Unreadable as error:
            raise CommandError(f"{error} Name the former key in VAULT_FORMER_MASTER_KEYS.") from error
        if options["data_keys"]:
            self._reseal(options["batch"])

    def _reseal(self, batch: int) -> None:
        outcome = rotation.rotate(batch)
        self.stdout.write(f"{outcome.seen} values looked at, {outcome.sealed} sealed again")
        if outcome.unreadable:
            raise CommandError(
                "These could not be opened and stay as they are, and so do their keys:\n"
                + "\n".join(outcome.unreadable)
            )
