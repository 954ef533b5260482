"""Which templates an agent may send, and the form that fills one in."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.forms import BoundField
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.conversations.composing.fields import Point, Words, text_of
from apps.conversations.composing.interactive import NAME, ComposeForm, place_of, store_header
from apps.conversations.models import Conversation
from apps.conversations.sending import Draft
from apps.core.clock import now
from apps.core.templatetags.pytake import plain_name
from apps.media.models import StoredFile
from apps.whatsapp.models import Template
from apps.whatsapp.providers import limits
from apps.whatsapp.providers.base import SendKind
from apps.whatsapp.template_parts import (
    BODY,
    BUTTON,
    HEADER,
    VARIABLE,
    Blueprint,
    Variable,
    card_key,
    of_card,
    take_apart,
)

JSONObject = dict[str, Any]
SHOWN = 60
HEADER_TEXT, BODY_TEXT, OFFER_BODY, CARD_TEXT, CODE = 60, 1_024, 600, 160, 15
FILE = "file"
ACCEPTS = {"image": "image/jpeg,image/png", "video": "video/mp4,video/3gpp", "document": ".pdf,.doc,.docx,.xls,.xlsx"}


def templates_of(conversation: Conversation) -> QuerySet[Template]:
    """What may go out on the conversation's number."""
    found: QuerySet[Template] = Template.objects.sendable().filter(account=conversation.number.account_id)
    return found


def search(conversation: Conversation, *, words: str, language: str, category: str) -> list[tuple[Template, Blueprint]]:
    """By name or text, in the order of their names."""
    rows = templates_of(conversation)
    if words:
        said = rows.annotate(said=Cast("components", TextField()))
        rows = said.filter(Q(name__icontains=words.replace(" ", "_")) | Q(said__icontains=words))
    if language:
        rows = rows.filter(language=language)
    if category:
        rows = rows.filter(category=category)
    return [(row, take_apart(row)) for row in rows.order_by("name", "language")[:SHOWN]]


def languages(conversation: Conversation) -> list[str]:
    return sorted(set(templates_of(conversation).values_list("language", flat=True)))


class TemplateForm(ComposeForm):
    """One field a gap; a file or a place where the header asks for one."""

    kind = SendKind.TEMPLATE
    title = gettext_lazy("Template")
    icon = "template"

    def __init__(self, template: Template, *args: Any, **options: Any) -> None:
        self.template, self.plan = template, take_apart(template)
        super().__init__(*args, **options)
        self._add_header()
        if self.plan.offer_ends:
            self.fields["ends_at"] = _end_of_offer()
        for variable in self.plan.variables:
            self.fields[variable.key] = _gap(variable)
        for at, card in enumerate(self.plan.cards):
            self.fields[card_key(at, FILE)] = _file(card.media_kind, str(at))
            for variable in card.variables:
                self.fields[card_key(at, variable.key)] = _gap(variable)

    def _add_header(self) -> None:
        if kind := self.plan.media_kind:
            self.fields[FILE] = _file(kind, "")
        if self.plan.header_format == "LOCATION":
            attrs = {"autocomplete": "off", "placeholder": "-23.5614, -46.6559"}
            self.fields["point"] = Point(
                label=_("Place"),
                help_text=_("Paste the link of a place from a map, or its coordinates."),
                widget=forms.TextInput(attrs=attrs),
            )
            self.fields["name"] = Words(label=_("Name of the place"), limit=NAME)
            self.fields["address"] = Words(label=_("Address"), limit=limits.LOCATION_TEXT)

    @property
    def values(self) -> dict[str, str]:
        own = [variable.key for variable in self.plan.variables]
        on_cards = [card_key(at, gap.key) for at, card in enumerate(self.plan.cards) for gap in card.variables]
        return {key: text_of(self, key) for key in (*own, *on_cards)}

    @property
    def cards(self) -> list[list[BoundField]]:
        return [
            [self[card_key(at, key)] for key in (FILE, *(gap.key for gap in card.variables))]
            for at, card in enumerate(self.plan.cards)
        ]

    @property
    def text(self) -> str:
        return str(self.plan.filled(self.values)["body"])

    def clean(self) -> JSONObject:
        data = super().clean() or {}
        shown = self.plan.filled(self.values)
        for part, longest in (("header", HEADER_TEXT), ("body", OFFER_BODY if self.plan.offer else BODY_TEXT)):
            told = {"length": len(shown[part]), "longest": longest}
            if told["length"] > longest:
                self.add_error(None, TOO_LONG_FILLED[part] % told)
        if self.plan.problem:
            self.add_error(None, str(self.plan.problem))
        for at, told in self._long_cards():
            self.add_error(card_key(at, self.plan.cards[at].variables[0].key), CARD_TOO_LONG % told)
        if (ends_at := data.get("ends_at")) is not None and ends_at <= now():
            self.add_error("ends_at", _("This moment has passed. Choose one that is still to come."))
        return data

    def _long_cards(self) -> Iterator[tuple[int, dict[str, int]]]:
        for at, card in enumerate(self.plan.cards):
            length = len(card.filled(of_card(self.values, at))["body"])
            if length > CARD_TEXT and card.variables:
                yield at, {"length": length, "longest": CARD_TEXT}

    def content(self) -> JSONObject:
        """What goes to Meta, and beside it what the bubble shows."""
        shown, place = self.plan.filled(self.values), self._place()
        known = getattr(self, "cleaned_data", {})
        components = self.plan.components(
            self.values,
            location=place,
            ends_at=known.get("ends_at"),
            flow_token=str(known.get("client_id") or "unused"),
        )
        content: JSONObject = {"name": self.template.name, "language": self.template.language, "components": components}
        header = shown["header"] or (f"📍 {place.get('name', '')}".strip() if place else "")
        if header:
            content["header"] = {"type": "text", "text": header}
        if self.plan.media_kind:
            content["header_media"] = self.plan.media_kind
        if self.plan.offer:
            content["offer"] = {"text": self.plan.offer, "until": _when(known.get("ends_at"))}
        if self.plan.cards:
            content["cards"] = self._shown_cards()
        return content | {name: shown[name] for name in ("footer", "buttons") if shown[name]}

    def _shown_cards(self) -> list[JSONObject]:
        """What the bubble shows of each card; `file` is its stored file, once there is one."""
        files = [{"file": str(stored.pk)} for stored in self.card_files] or [{} for _card in self.plan.cards]
        shown = [card.filled(of_card(self.values, at)) for at, card in enumerate(self.plan.cards)]
        return [
            {"media": card.media_kind, "text": said["body"], "buttons": said["buttons"], **file}
            for card, said, file in zip(self.plan.cards, shown, files, strict=True)
        ]

    def draft(self) -> Draft:
        """Stores the files of a carousel's cards, too: all of them, or none."""
        stored: list[StoredFile] = []
        for at, card in enumerate(self.plan.cards):
            try:
                stored.append(store_header(self.cleaned_data[card_key(at, FILE)], card.media_kind))
            except ValidationError as error:
                for other in stored:
                    other.delete()
                told = _("Card %(number)d: %(why)s") % {"number": at + 1, "why": error.messages[0]}
                raise ValidationError(told) from error
        self.card_files = tuple(stored)
        return super().draft()

    def _place(self) -> JSONObject | None:
        return place_of(self) if self.plan.header_format == "LOCATION" else None

    @property
    def header_media(self) -> str:
        return self.plan.media_kind

    def media_content(self, media: StoredFile | None) -> JSONObject:
        return {"filename": media.name} if media is not None and media.kind == "document" else {}


def _file(kind: str, preview: str) -> forms.FileField:
    """`preview`: which place of the preview shows it, the number of its card or nothing for the header."""
    accept = {"accept": ACCEPTS[kind], "data-preview-file": preview, "class": "form-control"}
    missing = _("Choose the file of this card.") if preview else _("Choose the file of the header.")
    return forms.FileField(
        label=_FILES[kind], widget=forms.FileInput(attrs=accept), error_messages={"required": missing}
    )


def _end_of_offer() -> forms.DateTimeField:
    return forms.DateTimeField(
        label=gettext_lazy("The offer ends"),
        help_text=gettext_lazy("The customer sees how much time is left."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "class": "form-control"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"required": gettext_lazy("Choose when the offer ends.")},
    )


def _when(moment: datetime | None) -> str:
    return date_format(timezone.localtime(moment), "SHORT_DATETIME_FORMAT") if moment else ""


TOO_LONG_FILLED = {
    "header": gettext_lazy("Filled in, the header has %(length)d characters; WhatsApp accepts %(longest)d."),
    "body": gettext_lazy("Filled in, the message has %(length)d characters; WhatsApp accepts %(longest)d."),
}
CARD_TOO_LONG = gettext_lazy("Filled in, the card has %(length)d characters; WhatsApp accepts %(longest)d.")
_FILES = {
    "image": gettext_lazy("Picture"),
    "video": gettext_lazy("Video"),
    "document": gettext_lazy("Document"),
}


def _gap(variable: Variable) -> Words:
    limit = {HEADER: HEADER_TEXT, BODY: BODY_TEXT, BUTTON: limits.URL}[variable.place]
    about = ""
    if variable.place == BUTTON:
        url = variable.button.get("url")
        limit = limit if url else CODE
        # Help texts are HTML to Django, and this one holds Meta's words.
        about = escape(_("Completes the link %(url)s") % {"url": VARIABLE.sub("…", str(url))}) if url else ""
    field = Words(label=_gap_label(variable), limit=limit, help_text=about)
    if variable.example:
        field.widget.attrs["placeholder"] = _("Such as %(example)s") % {"example": variable.example[:80]}
    return field


def _gap_label(variable: Variable) -> str:
    if variable.place == BUTTON:
        return _("Button “%(name)s”") % {"name": variable.name or _("Code")}
    name = _("Variable %(name)s") % {"name": variable.name} if variable.name.isdigit() else plain_name(variable.name)
    return _("Header: %(name)s") % {"name": name} if variable.place == HEADER else name
