"""A bot from a flow's JSON file."""

from typing import Any

import orjson

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from apps.chatbots import graph as graphs
from apps.chatbots.models import Bot
from apps.chatbots.services import create_bot, save_draft
from apps.organizations.models import Membership


def read_file(file: "UploadedFile[bytes]") -> Any:
    """Raises ValidationError for what is too large or no JSON."""
    if (file.size or 0) > graphs.MAX_BYTES:
        raise ValidationError(_("This file is too large. A flow has at most 2 MB."))
    try:
        return orjson.loads(file.read())
    except orjson.JSONDecodeError as error:
        raise ValidationError(_("This file is not a flow: it can't be read as JSON.")) from error


@transaction.atomic
def import_graph(file: "UploadedFile[bytes]", *, name: str, by: Membership) -> Bot:
    """A bot that is off, with the file's flow as its draft. ValidationError, and nothing kept, when it is no flow."""
    graph = read_file(file)
    bot = create_bot(name=name, by=by)
    flow = bot.flows.get(is_main=True)
    save_draft(flow, graph, flow.draft_revision, by)
    return bot
