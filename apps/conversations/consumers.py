"""The one live socket of a page: `/o/<slug>/live/`.

Down: `{seq, type, id, into, html}`. Up: `ping`, `view` (a conversation), `typing`, `read`, `presence` (somebody did
something); everything else is ignored. The server builds the names of groups; a client only says what it looks at.
"""

import contextlib
import time
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.core.exceptions import DisallowedHost
from django.db import close_old_connections
from django.http.cookie import parse_cookie
from django.http.request import split_domain_port, validate_host
from django.utils.dateparse import parse_datetime
from django.utils.module_loading import import_string

from apps.conversations import live, receipts, services, watching
from apps.conversations.models import Conversation, Message
from apps.conversations.selectors import LINES
from apps.core.clock import now
from apps.core.ids import as_uuid
from apps.core.realtime.hub import Hub
from apps.core.realtime.rendering import RenderClass
from apps.organizations.middleware import find_membership
from apps.organizations.models import Membership
from apps.organizations.permissions import Perm, has_perm, permissions_of
from apps.organizations.tenancy import platform_scope, tenant_scope
from apps.teams import services as presence
from apps.teams.models import Queue
from apps.teams.rendering import presence_fragments

MAX_FRAME = 64 * 1024
TYPING_SECONDS = 20.0
ACTIVE_SECONDS = 1.0


def ended(sockets: list["LiveConsumer"]) -> list["LiveConsumer"]:
    """Those whose session, membership, role or password is not what it was when they connected."""
    close_old_connections()
    with platform_scope(reason="live sockets of all tenants are checked together"):
        rows = Membership.objects.select_related("user", "organization").in_bulk(
            {socket.member.id for socket in sockets}
        )
    known = {pk: _Member.of(row) for pk, row in rows.items() if _may_be_here(row)}
    alive = _alive({socket.session_key for socket in sockets})
    gone = [
        socket for socket in sockets if known.get(socket.member.id) != socket.member or socket.session_key not in alive
    ]
    presence.keep_seen({socket.member.id for socket in sockets} - {socket.member.id for socket in gone})
    return gone


def _may_be_here(row: Membership) -> bool:
    return row.is_active and row.user.is_active and row.organization.is_active


def _alive(session_keys: set[str]) -> set[str]:
    model = _session_store().get_model_class()
    rows = model.objects.filter(session_key__in=session_keys, expire_date__gt=now())
    return set(rows.values_list("session_key", flat=True))


def _session_store() -> type[DatabaseStore]:
    store: type[DatabaseStore] = import_string(f"{settings.SESSION_ENGINE}.SessionStore")
    return store


@dataclass(frozen=True, slots=True)
class _Member:
    """What a socket keeps of its membership: a thousand sockets live in one process, so no model instances."""

    id: uuid.UUID
    organization_id: uuid.UUID
    user_id: uuid.UUID
    role: str
    password_mark: int

    @classmethod
    def of(cls, row: Membership) -> "_Member":
        return cls(row.pk, row.organization_id, row.user_id, row.role, hash(row.user.password))

    def load(self) -> Membership:
        """The membership as it is now; raises DoesNotExist when it has gone."""
        return Membership.objects.select_related("user").get(pk=self.id)


hub = Hub(check=ended)


class LiveConsumer(AsyncWebsocketConsumer):
    member: _Member
    organization_id: uuid.UUID
    user_id: uuid.UUID
    session_key: str
    render_class: RenderClass
    joined: frozenset[str]

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Channels' own loop without its channel layer: no task and no thread hop of its own for every socket."""
        self.scope, self.base_send = scope, send
        with contextlib.suppress(StopConsumer):
            while True:
                await self.dispatch(await receive())

    async def dispatch(self, message: dict[str, Any]) -> None:
        await _STEPS[message["type"]](self, message)

    async def connect(self) -> None:
        if not _same_origin(self.scope):
            await self.close(code=4400)
            return
        slug = self.scope["url_route"]["kwargs"]["slug"]
        found = await hub.run(_authenticate, self.scope, slug)
        if found is None:
            await self.accept()  # a browser learns the code of an accepted socket only
            await self.close(code=4401)
            return
        self._settle(*found)
        await self.accept()
        after = _after(self.scope)
        self.scope.clear()  # headers and route are not needed any more, and callers hold this very mapping
        await hub.join(self, after)

    def _settle(self, membership: Membership, session_key: str, groups: frozenset[str]) -> None:
        self.member, self.session_key = _Member.of(membership), session_key
        self.organization_id, self.user_id = membership.organization_id, membership.user_id
        self.viewing: uuid.UUID | None = None
        self.may_type_at = self.may_act_at = self.may_tell_at = 0.0
        self.list_groups, self.joined = groups, groups
        self.render_class = _render_class(membership.organization_id, _language(self.scope), _names(membership))

    async def disconnect(self, code: int) -> None:
        if hasattr(self, "render_class"):
            await hub.leave(self)
            if self.viewing:
                await self._tell(self.viewing, watching.GONE)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if text_data is None or len(text_data) > MAX_FRAME:
            return
        try:
            frame = orjson.loads(text_data)
        except orjson.JSONDecodeError:
            return
        if isinstance(frame, dict) and (handler := _UPWARD.get(str(frame.get("type")))):
            await handler(self, frame)

    async def push(self, frame: str) -> None:
        await self.base_send({"type": "websocket.send", "text": frame})

    async def end(self, code: int) -> None:
        await hub.leave(self)
        await self.close(code=code)

    async def recheck(self) -> None:
        if self.viewing and not await hub.run(_may_see, self.member, self.viewing):
            self.viewing = None
            await self._regroup()

    async def on_ping(self, _frame: dict[str, Any]) -> None:
        await self.send(text_data='{"type":"pong"}')

    async def on_view(self, frame: dict[str, Any]) -> None:
        """Look at a conversation: its lines come live, if this member may see it."""
        wanted = as_uuid(frame.get("conversation") or frame.get("id"))
        if self.viewing and self.viewing != wanted:
            await self._tell(self.viewing, watching.GONE)
        may_see = wanted is not None and await hub.run(_may_see, self.member, wanted)
        self.viewing = wanted if may_see else None
        await self._regroup()
        if self.viewing is None:
            return
        await self._tell(self.viewing, watching.HERE)
        has_changed = await hub.run(_changed_since, self.member, self.viewing, frame.get("as_of"))
        if has_changed:
            await self.send(text_data='{"type":"gap"}')

    async def on_read(self, frame: dict[str, Any]) -> None:
        """The page of who holds the conversation shows the newest line: nothing is unread any more."""
        wanted = as_uuid(frame.get("conversation"))
        if wanted is not None and wanted == self.viewing:
            await hub.run(_read, self.member, wanted)

    async def on_typing(self, frame: dict[str, Any]) -> None:
        """The customer sees that somebody is writing, at most every twenty seconds; so do colleagues."""
        wanted = as_uuid(frame.get("conversation"))
        if wanted is not None and wanted == self.viewing:
            await self._tell(wanted, watching.WRITES)
        if wanted is not None and wanted == self.viewing and time.monotonic() > self.may_type_at:
            self.may_type_at = time.monotonic() + TYPING_SECONDS
            await hub.run(_show_typing, self.member, wanted)

    async def on_presence(self, frame: dict[str, Any]) -> None:
        """Somebody did something on the page; what they choose to be comes by POST. A page that shows (`shown`) what
        is not so any more, because it changed before this socket was there, gets it anew."""
        if time.monotonic() < self.may_act_at:
            return
        self.may_act_at = time.monotonic() + ACTIVE_SECONDS
        state = await hub.run(_act, self.member)
        if state is not None and frame.get("shown") not in (None, state):
            ids = {"membership": str(self.member.id)}
            for fragment in await hub.run(presence_fragments, self.render_class, ids, False):
                await self.send(text_data=orjson.dumps(asdict(fragment)).decode())

    async def on_here(self, _frame: dict[str, Any]) -> None:
        """The page goes on looking at its conversation: colleagues are told again."""
        if self.viewing and time.monotonic() > self.may_tell_at:
            self.may_tell_at = time.monotonic() + watching.EVERY
            await self._tell(self.viewing, watching.HERE)

    async def _tell(self, conversation_id: uuid.UUID, what: str) -> None:
        await hub.run(watching.tell, self.organization_id, self.member.id, conversation_id, what)

    async def _regroup(self) -> None:
        viewing = {live.thread_group(self.viewing)} if self.viewing else set()
        hub.regroup(self, self.list_groups | viewing)


_STEPS = {
    "websocket.connect": LiveConsumer.websocket_connect,
    "websocket.receive": LiveConsumer.websocket_receive,
    "websocket.disconnect": LiveConsumer.websocket_disconnect,
}
_UPWARD = {
    "ping": LiveConsumer.on_ping,
    "view": LiveConsumer.on_view,
    "read": LiveConsumer.on_read,
    "typing": LiveConsumer.on_typing,
    "presence": LiveConsumer.on_presence,
    "here": LiveConsumer.on_here,
}


def _authenticate(scope: dict[str, Any], slug: str) -> tuple[Membership, str, frozenset[str]] | None:
    """The active membership behind the session cookie, the session's key, and the lists it may see."""
    close_old_connections()
    key = _cookie(scope, settings.SESSION_COOKIE_NAME)
    session = _session_store()(key) if key else None
    user_id = session.get(SESSION_KEY) if session is not None else None
    if session is None or not key or user_id is None:
        return None
    membership = find_membership(user_id, slug)
    if membership is None or not membership.user.is_active:
        return None
    genuine = session.get(HASH_SESSION_KEY) == membership.user.get_session_auth_hash()
    if not genuine:
        return None
    with tenant_scope(membership.organization_id):
        _present(membership)
        return membership, key, _list_groups(membership)


def _present(membership: Membership) -> str | None:
    """What the member is from now on; only those who answer have a presence. Needs the tenant's scope."""
    if not has_perm(membership, Perm.REPLY):
        return None
    return presence.seen(membership, active=True).presence


def _act(member: _Member) -> str | None:
    with _as(member) as membership:
        return _present(membership)


@contextlib.contextmanager
def _as(member: _Member) -> Iterator[Membership]:
    close_old_connections()
    with tenant_scope(member.organization_id):
        yield member.load()


def _may_see(member: _Member, conversation_id: uuid.UUID) -> bool:
    with _as(member) as membership:
        return Conversation.objects.visible_to(membership).filter(pk=conversation_id).exists()


def _changed_since(member: _Member, conversation_id: uuid.UUID, as_of: object) -> bool:
    """Whether newest lines changed between the page's rows and now, when their pushes begin to reach this socket."""
    moment = _moment(as_of)
    if moment is None:
        return False
    with tenant_scope(member.organization_id):
        newest = Message.objects.in_thread().filter(conversation=conversation_id).order_by("-id")
        return any(changed > moment for changed in newest.values_list("changed_at", flat=True)[:LINES])


def _moment(value: object) -> datetime | None:
    """An aware time that a page was rendered with; None for anything else."""
    try:
        found = parse_datetime(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None


def _read(member: _Member, conversation_id: uuid.UUID) -> None:
    with _as(member) as membership:
        conversation = Conversation.objects.mine(membership).filter(pk=conversation_id).first()
        if conversation is not None and services.mark_read(conversation):
            receipts.request(membership, conversation_id)


def _show_typing(member: _Member, conversation_id: uuid.UUID) -> None:
    with _as(member) as membership:
        receipts.request(membership, conversation_id, typing=True)


@lru_cache(maxsize=4096)
def _render_class(organization_id: uuid.UUID, language: str, names: frozenset[str]) -> RenderClass:
    """One object for all sockets of a class."""
    return RenderClass(organization_id, language, names)


def _list_groups(membership: Membership) -> frozenset[str]:
    """The lists a member may see: their own, their queues', everybody's. The page shows the tab it is on."""
    groups = frozenset({f"user:{membership.user_id}", f"member:{membership.pk}"})
    if has_perm(membership, Perm.SEE_ALL_CONVERSATIONS):
        return groups | {live.ALL}
    return groups | {f"queue:{pk}" for pk in Queue.objects.of_member(membership).values_list("pk", flat=True)}


def _same_origin(scope: dict[str, Any]) -> bool:
    """The page must come from the very host it connects to, and from one that is ours."""
    headers = dict(scope["headers"])
    origin, host = headers.get(b"origin", b"").decode("latin-1"), headers.get(b"host", b"").decode("latin-1")
    try:
        domain, _port = split_domain_port(host)
        page = urlsplit(origin).netloc
    except (ValueError, DisallowedHost):
        return False
    return page == host and bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)


def _cookie(scope: dict[str, Any], name: str) -> str:
    """As Django reads it: a foreign cookie that is no proper cookie hides nothing."""
    return parse_cookie(dict(scope["headers"]).get(b"cookie", b"").decode("latin-1")).get(name, "")


def _language(scope: dict[str, Any]) -> str:
    chosen = _cookie(scope, settings.LANGUAGE_COOKIE_NAME)
    return chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def _names(membership: Membership) -> frozenset[str]:
    return frozenset(perm.name for perm in permissions_of(membership))


def _after(scope: dict[str, Any]) -> int | None:
    text = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("after", [""])[0]
    return int(text) if text.isdecimal() and len(text) < 16 else None
