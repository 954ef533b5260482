"""The HTML of one list row. It is built for every push and fifty times a page, so in Python, where it costs a tenth of
what the template engine takes."""

from django.utils.formats import date_format
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.conversations.addresses import page_of, thread_of
from apps.conversations.listing import ListRow
from apps.conversations.templatetags.inbox import kind_icon, kind_name, sla_badge, ticks, window_badge
from apps.core.templatetags.pytake import ago, avatar_tone, icon, initials, wa_plain


def render_row(row: ListRow, slug: str) -> SafeString:
    """`<li id="c-…">` for lists and pushes; `data-*` is what the page sorts and filters by."""
    name = row.name
    page, thread = page_of(slug, row.id), thread_of(slug, row.id)
    at = row.last_message_at
    return format_html(
        '<li class="chat-row" id="c-{id}" data-testid="row" data-into="#conversation-list" data-sort="{sort}" '
        'data-assignee="{assignee}" data-state="{state}" data-unread="{unread}" data-version="{version}">'
        '<a class="row-link" href="{page}" hx-get="{thread}" hx-target="#thread-pane" hx-swap="innerHTML" '
        'hx-push-url="{page}"><span class="face face-{tone}" aria-hidden="true">{initials}</span>'
        '<span class="row-text"><span class="row-top"><span class="row-name truncate">{name}</span>{vip}{ago}</span>'
        '<span class="row-bottom"><span class="row-preview truncate">{mark}{preview}</span>{sla}{window}{count}</span>'
        "{foot}</span></a></li>",
        id=row.id,
        sort=f"{int(at.timestamp())}.{at.microsecond:06d}",
        assignee=row.assignee_id or "",
        state=row.state,
        unread=row.unread_count,
        version=row.version,
        page=page,
        thread=thread,
        tone=avatar_tone(name),
        initials=initials(name),
        name=name,
        vip=_vip() if row.is_vip else "",
        ago=ago(at, "row-time"),
        mark=_mark(row),
        preview=wa_plain(row.last_preview) if row.last_preview else kind_name(row.last_kind),
        sla=sla_badge(row.sla_state, row.sla_kind, row.sla_due_at) if row.sla_due_at else "",
        window=window_badge(row.window_expires_at, True) if row.window_expires_at and row.state != "closed" else "",
        count=_count(row.unread_count) if row.unread_count else "",
        foot=_foot(row),
    )


def _vip() -> SafeString:
    return format_html('<span class="row-vip">{}</span>', icon("star-filled", "icon-sm", _("VIP")))


def _mark(row: ListRow) -> SafeString:
    """What stands before the preview: ticks, the note's lock, the kind of a message without words."""
    before = SafeString()
    if row.last_direction == "out":
        before = ticks(row.last_status)
    elif row.last_direction == "note":
        before = icon("lock", "icon-sm", _("Note"))
    return before + kind_icon(row.last_kind)


def _count(unread: int) -> SafeString:
    said = ngettext("%(number)s unread message", "%(number)s unread messages", unread) % {"number": unread}
    return format_html(
        '<span class="count"><span aria-hidden="true">{}</span><span class="visually-hidden">{}</span></span>',
        unread,
        said,
    )


def _foot(row: ListRow) -> SafeString:
    """Why it is away or back; else where it waits, or who holds it."""
    css = "row-foot truncate"
    if row.state == "snoozed" and row.snoozed_until:
        until = date_format(localtime(row.snoozed_until), "SHORT_DATETIME_FORMAT")
        inner = icon("alarm") + escape(f"{until} · {row.snooze_note}" if row.snooze_note else until)
    elif row.snooze_note and row.state == "open":
        css, inner = "row-foot row-returned truncate", icon("alarm") + escape(f"{_('Back')}: {row.snooze_note}")
    elif row.state == "queued":
        inner = icon("stack-2") + escape(row.queue_name or "")
    elif row.assignee_id:
        queue = f" · {row.queue_name}" if row.queue_name else ""
        inner = icon("user") + escape(f"{row.assignee_name}{queue}")
    else:
        return SafeString()
    return format_html('<span class="{}">{}</span>', css, inner)
