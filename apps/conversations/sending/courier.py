"""The send loop: claim, post once, settle in batches; up to `IN_FLIGHT` requests at a time in one process."""

import asyncio
import sys
from uuid import UUID

import uvloop
from asgiref.sync import sync_to_async

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.utils.translation import gettext as _

from apps.conversations.models import Status
from apps.conversations.sending.claims import Job, claim
from apps.conversations.sending.door import content_of
from apps.conversations.sending.outcomes import Outcome, accepted, invalid, refused, settle
from apps.core.http import OutboundClient
from apps.core.logs import get_logger
from apps.core.threads import DatabaseThread
from apps.core.wake import Ear
from apps.media.models import StoredFile
from apps.media.storage import Missing
from apps.organizations.tenancy import platform_scope
from apps.vault.sealing import Unreadable, unseal
from apps.whatsapp.errors import GraphError
from apps.whatsapp.graph import TOKEN_DEAD, GraphClient
from apps.whatsapp.providers.base import SendKind, SendRequest
from apps.whatsapp.providers.cloud import CloudProvider

log = get_logger(__name__)
IN_FLIGHT = 200
CLAIM = 100
SWITCH_SECONDS = 0.0005  # the event loop and the database threads take turns often


class Courier:
    """`await Courier(client, ear).run()` delivers until nothing is left to claim and nothing more is heard of; returns
    the number of attempts.

    Claiming, posting and settling overlap: two database threads beside the event loop.
    """

    def __init__(self, client: OutboundClient, ear: Ear | None = None) -> None:
        self._client, self._ear = client, ear
        self._graphs: dict[bytes, GraphClient] = {}
        self._busy: set[asyncio.Task[None]] = set()
        self._outcomes: list[Outcome] = []
        self._unsettled = 0
        self._has_outcomes, self._has_news = asyncio.Event(), asyncio.Event()
        self._claims = DatabaseThread("claim")

    async def run(self) -> int:
        async with self._claims, DatabaseThread("settle") as books:
            listening = asyncio.create_task(self._listen())
            settling = asyncio.create_task(self._settle_forever(books))
            claiming = asyncio.create_task(self._claim_all(listening))
            tasks = (settling, claiming, listening)
            try:
                await asyncio.wait({settling, claiming}, return_when=asyncio.FIRST_COMPLETED)
                return claiming.result() if claiming.done() else settling.result()
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    async def _listen(self) -> None:
        """What is stored while other messages are on their way does not wait for them."""
        while self._ear is not None and await asyncio.to_thread(self._ear.heard):
            self._has_news.set()
        self._has_news.set()

    async def _claim_all(self, listening: "asyncio.Task[None]") -> int:
        """Keeps the line full. What is settled may free the next message of its conversation, so the end is an empty
        claim after everything was settled."""
        total = 0
        while True:
            self._has_news.clear()
            is_last = self._unsettled == 0 and (self._ear is None or listening.done())
            room = self._room()
            jobs = await self._claims.run(claim, room) if room else []
            for job in jobs:
                self._post(job)
            total += len(jobs)
            if is_last and not jobs:
                return total
            if len(jobs) < CLAIM:
                await self._has_news.wait()

    def _room(self) -> int:
        """How many to claim now; a few are not worth the trip."""
        is_over = self._ear is not None and self._ear.is_over
        free = 0 if is_over else min(IN_FLIGHT - len(self._busy), CLAIM)
        return free if free >= CLAIM // 2 else 0

    def _post(self, job: Job) -> None:
        self._unsettled += 1
        task = asyncio.create_task(self._attempt(job))
        self._busy.add(task)
        task.add_done_callback(self._busy.discard)

    async def _settle_forever(self, books: DatabaseThread) -> int:
        while True:
            await self._has_outcomes.wait()
            self._has_outcomes.clear()
            outcomes, self._outcomes = self._outcomes, []
            await books.run(settle, outcomes)
            self._unsettled -= len(outcomes)
            self._has_news.set()

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
        self._has_outcomes.set()

    async def _deliver(self, job: Job) -> Outcome:
        try:
            graph = self._graphs.get(job.token) or await self._graph(job)
            provider = CloudProvider(graph, job.phone_number_id)
            request = await self._request(job, provider)
        except (OSError, Missing, ObjectDoesNotExist) as error:  # nothing was sent yet
            log.error("a message could not be prepared", message=str(job.id), error=repr(error))
            return invalid(job, _("The file of this message is gone. Choose it again and send it once more."))
        result = await provider.send(request)
        return accepted(job, result.wamid)

    async def _graph(self, job: Job) -> GraphClient:
        try:
            token = await self._claims.run(unseal, job.organization_id, job.token) if job.token else ""
        except Unreadable as error:
            raise GraphError(TOKEN_DEAD, str(error), ambiguous=False) from error
        return self._graphs.setdefault(job.token, GraphClient(self._client, token))

    async def _request(self, job: Job, provider: CloudProvider) -> SendRequest:
        kind = SendKind(job.payload["send"])
        content = dict(content_of(kind, job.text, {name: job.payload[name] for name in job.payload if name != "send"}))
        if job.media_id is not None:
            content["media_id"] = await _upload(job.media_id, provider)
        if cards := content.get("cards"):
            content["card_media"] = [await _upload(UUID(card["file"]), provider) for card in cards]
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


async def deliver(ear: Ear | None = None) -> int:
    sys.setswitchinterval(SWITCH_SECONDS)
    async with OutboundClient() as client:
        return await Courier(client, ear).run()


def run(ear: Ear | None = None) -> int:
    """`deliver` in a loop of its own: libuv's, which sends about a tenth more in the same time."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(deliver(ear))
