"""`manage.py stack`: the whole of PyTake on this machine, as `make run` starts it."""

import hashlib
import io
import os
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection
from django.db.migrations.executor import MigrationExecutor


class Command(BaseCommand):
    help = "Start web, realtime, worker, beat and simulator with embedded servers, and stop them together."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--prepare",
            type=Path,
            metavar="FILE",
            help="Only migrate, collect static files and load the demo data; write its facts to FILE.",
        )

        parser.add_argument("--story", action="store_true", help="Prepare: with an SLA and customers who wait.")

    def handle(self, *args: Any, prepare: Path | None, story: bool = False, **options: Any) -> None:
        if prepare is None:
            os.execv(sys.executable, [sys.executable, "-m", "apps.ops.stack"])  # noqa: S606
        collect_static()
        migrate()
        facts = io.StringIO()
        call_command("demo", json=True, story=story, stdout=facts)
        prepare.write_text(facts.getvalue())


def migrate() -> None:
    """`migrate`, unless nothing waits: even then it would spend a second on comparing models."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", interactive=False)


def collect_static() -> None:
    """`collectstatic`, unless no file has changed since the last time."""
    stamp = Path(settings.STATIC_ROOT) / ".stamp"
    state = static_state()
    if stamp.exists() and stamp.read_text() == state:
        return
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(state)


def static_state() -> str:
    """A digest of every static file's name and content (a build that changed nothing is no reason to collect)."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            digest.update(f"{name}\n".encode() + hashlib.sha256(Path(storage.path(name)).read_bytes()).digest())
    return digest.hexdigest()
