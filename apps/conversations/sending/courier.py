"""The send loop: claim, post once, settle in batches; up to `IN_FLIGHT` requests at a time in one process."""

import asyncio
from uuid import UUID

from asgiref.sync import sync_to_async

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.utils.translation import gettext as _

from apps.conversations.models import Status
from apps.conversations.sending.claims import Job, claim
from apps.conversations.sending.door import content_of
from apps.conversations.sending.outcomes import Outcome, accepted, invalid, refused, settle
from apps.core.http import OutboundClient
from apps.core.logs import get_logger
from apps.media.models import StoredFile
from apps.media.storage import Missing
from apps.organizations.tenancy import platform_scope
from apps.vault.sealing import Unreadable
from apps.whatsapp.errors import GraphError
from apps.whatsapp.graph import TOKEN_DEAD, GraphClient
from apps.whatsapp.models import BusinessAccount
from apps.whatsapp.providers.base import SendKind, SendRequest
from apps.whatsapp.providers.cloud import CloudProvider

log = get_logger(__name__)
IN_FLIGHT = 200
CLAIM = 100


class Courier:
    """`await Courier(client).run()` delivers until nothing is left to claim; returns the number of attempts."""

    def __init__(self, client: OutboundClient) -> None:
        self._client = client
        self._graphs: dict[UUID, GraphClient] = {}
        self._outcomes: list[Outcome] = []
        self._busy: set[asyncio.Task[None]] = set()
        self._news = asyncio.Event()

    async def run(self) -> int:
        total, more = 0, True
        while more or self._busy or self._outcomes:
            await self._settle()
            room = IN_FLIGHT - len(self._busy)
            if room >= min(CLAIM, IN_FLIGHT) // 2 or not self._busy:
                started = await self._start(min(room, CLAIM))
                total, more = total + started, started > 0
            if self._busy and not self._outcomes:
                self._news.clear()
                await self._news.wait()
        return total

    async def _start(self, room: int) -> int:
        jobs = await sync_to_async(claim)(room) if room > 0 else []
        for job in jobs:
            task = asyncio.create_task(self._attempt(job))
            self._busy.add(task)
            task.add_done_callback(self._busy.discard)
        return len(jobs)

    async def _settle(self) -> None:
        outcomes, self._outcomes = self._outcomes, []
        if outcomes:
            await sync_to_async(settle)(outcomes)

    async def _attempt(self, job: Job) -> None:
        try:
            outcome = await self._deliver(job)
        except GraphError as error:
            outcome = refused(job, error)
        except ValidationError as error:
            outcome = invalid(job, error.messages[0])
        except Exception as error:  # noqa: BLE001 - recorded: one message may neither end nor hold up the others
            log.error("an attempt broke", message=str(job.id), error=repr(error))
            outcome = Outcome(job, Status.UNKNOWN, detail=repr(error))
        self._outcomes.append(outcome)
        self._news.set()

    async def _deliver(self, job: Job) -> Outcome:
        try:
            graph = self._graphs.get(job.account_id) or await self._graph(job.account_id)
            provider = CloudProvider(graph, job.phone_number_id)
            request = await self._request(job, provider)
        except (OSError, Missing, ObjectDoesNotExist) as error:  # nothing was sent yet
            log.error("a message could not be prepared", message=str(job.id), error=repr(error))
            return invalid(job, _("The file of this message is gone. Choose it again and send it once more."))
        result = await provider.send(request)
        return accepted(job, result.wamid)

    async def _graph(self, account_id: UUID) -> GraphClient:
        try:
            token = await sync_to_async(_token)(account_id)
        except Unreadable as error:
            raise GraphError(TOKEN_DEAD, str(error), ambiguous=False) from error
        return self._graphs.setdefault(account_id, GraphClient(self._client, token))

    async def _request(self, job: Job, provider: CloudProvider) -> SendRequest:
        kind = SendKind(job.payload["send"])
        content = dict(content_of(kind, job.text, {name: job.payload[name] for name in job.payload if name != "send"}))
        if job.media_id is not None:
            content["media_id"] = await _upload(job.media_id, provider)
        return SendRequest(kind, content, job.wa_id, job.bsuid, job.reply_to_wamid, callback_id=str(job.callback_id))


async def _upload(media_id: UUID, provider: CloudProvider) -> str:
    """Nothing has been sent yet while a file goes up: whatever happens here is known not to have sent a message."""
    data, mime, name = await sync_to_async(_read)(media_id)
    try:
        return await provider.upload_media(data, mime=mime, filename=name)
    except GraphError as error:
        error.ambiguous = False
        raise


def _read(media_id: UUID) -> tuple[bytes, str, str]:
    with platform_scope(reason="the courier delivers for all tenants; the row was claimed by id"):
        stored = StoredFile.objects.get(pk=media_id)
    with stored.open() as file:
        return file.read(), stored.mime, stored.name


def _token(account_id: UUID) -> str:
    with platform_scope(reason="the courier delivers for all tenants; the account comes from the claimed row"):
        return str(BusinessAccount.objects.get(pk=account_id).access_token.reveal())


async def deliver() -> int:
    async with OutboundClient() as client:
        return await Courier(client).run()
