"""A flow from a file, as the draft of a new bot: PyTake's own, Typebot's or the earlier PyTake's."""

from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.chatbots import importing, proposals, services
from apps.chatbots.models import Bot
from apps.chatbots.presenting import named
from apps.chatbots.proposals import Proposal
from apps.organizations.models import Organization
from apps.organizations.tenancy import tenant_scope


class Command(BaseCommand):
    help = "Import a flow (JSON) into a new bot, or into an existing one with --bot. Nothing is published."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("organization", help="the company's slug")
        parser.add_argument("file", type=Path)
        parser.add_argument("--name", help="what to call it; else the file's own name")
        parser.add_argument("--bot", help="name of the bot that gets it as one more flow")
        parser.add_argument("--dry-run", action="store_true", help="only say what would come of it")

    def handle(self, *args: Any, **options: Any) -> None:
        organization = Organization.objects.filter(slug=options["organization"]).first()
        if organization is None:
            raise CommandError(f"There is no company {options['organization']}.")
        proposal = _read(options["file"])
        with tenant_scope(organization):
            self._tell(proposal)
            if not options["dry_run"]:
                self._keep(proposal, options["name"] or proposal.name, options["bot"])

    def _tell(self, proposal: Proposal) -> None:
        for warning in proposal.warnings:
            self.stdout.write(f"! {warning}")
        for problem in named(proposal.graph, services.problems(proposal.graph)):
            self.stdout.write(f"? {problem['name']}: {problem['text']}")

    def _keep(self, proposal: Proposal, name: str, bot_name: str | None) -> None:
        bot = Bot.objects.kept().filter(name=bot_name).first() if bot_name else None
        if bot_name and bot is None:
            raise CommandError(f"There is no bot {bot_name}.")
        rows = bot.flows.kept() if bot else Bot.objects.kept()
        if rows.filter(name__iexact=name).exists():
            raise CommandError(f"The name {name} is taken. Choose another one with --name.")
        flow = proposals.accept(proposal, name=name, bot=bot, by=None)
        self.stdout.write(f"{name}: {len(flow.draft['nodes'])} steps, kept as a draft.")


def _read(file: Path) -> Proposal:
    try:
        with file.open("rb") as opened:
            return importing.read(opened.read(importing.MAX_BYTES + 1), file.stem)
    except OSError as error:
        raise CommandError(f"{file} can't be read: {error.strerror}.") from error
    except ValidationError as error:
        raise CommandError(error.messages[0]) from error
