"""Demo data for development."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from apps.ops import demo, story


class Command(BaseCommand):
    help = "Create the demo company (development only) and print how to use it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="for scripts")
        parser.add_argument("--story", action="store_true", help="with an SLA and customers who wait")

    def handle(self, *args: Any, **options: Any) -> None:
        found = demo.ensure()
        if options["story"]:
            story.ensure()
        if options["json"]:
            self.stdout.write(json.dumps(found, ensure_ascii=False))
            return
        for login in found["logins"]:
            self.stdout.write(f"{login['role']:<12}{login['email']:<28}{login['password']}")
        for name, address in found["addresses"].items():
            self.stdout.write(f"{name:<12}{address}")
