"""Buttons, lists, link buttons, places, contact cards: what can be typed, and the draft that comes of it."""

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar, NamedTuple, cast
from uuid import UUID, uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.forms import BoundField
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.conversations.composing.fields import Phone, Point, Words, shown_phone, text_of
from apps.conversations.sending import Draft
from apps.core.text import clean_name
from apps.media.models import StoredFile
from apps.media.services import require_sendable, store_upload
from apps.whatsapp.providers import limits
from apps.whatsapp.providers.base import SendKind

JSONObject = dict[str, Any]
Row = tuple[int, BoundField, BoundField, BoundField, bool]
ROWS = range(limits.LIST_ROWS)
NAME = 120
ANY = "any"
HEADER_KINDS = ("image", "video", "document")
HEADER_FILES = "image/jpeg,image/png,video/mp4,video/3gpp,.pdf,.doc,.docx,.xls,.xlsx,.ppt,.pptx,.txt"


class ComposeForm(forms.Form):
    """One message. `content()` works for half-typed forms too: the preview is made of it."""

    kind: ClassVar[SendKind]
    title: ClassVar[Promise]
    icon: ClassVar[str]
    extras: ClassVar[tuple[str, ...]] = ()  # fields that the page folds away
    card_files: tuple[StoredFile, ...] = ()  # of a carousel, once `draft` has stored them

    client_id = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("initial", {"client_id": uuid4()})
        options["auto_id"] = "compose-%s"
        super().__init__(*args, **options)

    @property
    def rows(self) -> Iterable[Row]:
        return ()

    @property
    def cards(self) -> list[list[BoundField]]:
        """The fields of each card of a carousel."""
        return []

    @property
    def plain_fields(self) -> list[BoundField]:
        """What is neither folded away nor a card's."""
        apart = {*self.extras, *(field.name for card in self.cards for field in card)}
        return [field for field in self.visible_fields() if field.name not in apart]

    @property
    def file_names(self) -> list[str]:
        return [name for name, field in self.fields.items() if isinstance(field, forms.FileField)]

    @property
    def text(self) -> str:
        return text_of(self, "body") if "body" in self.fields else ""

    def content(self) -> JSONObject:
        return {}

    @property
    def header_media(self) -> str:
        """Of which kind the header's file is to be: "any" for whatever WhatsApp takes there, empty for none."""
        return ""

    def draft(self) -> Draft:
        """Stores the header's file; raises ValidationError with what to do when it can't be used."""
        key = cast("UUID | None", getattr(self, "cleaned_data", {}).get("client_id"))
        media = self._stored()
        return Draft(key or uuid4(), self.kind, self.text, self.content() | self.media_content(media), media)

    def media_content(self, media: StoredFile | None) -> JSONObject:
        return {}

    def _stored(self) -> StoredFile | None:
        uploaded = self.cleaned_data.get("file") if self.header_media else None
        return None if uploaded is None else store_header(uploaded, self.header_media)


def store_header(uploaded: "UploadedFile[Any]", kind: str) -> StoredFile:
    """Raises ValidationError, and keeps nothing, when the file is not of that kind or can't be sent."""
    stored = store_upload(uploaded, kind=None if kind == ANY else kind)
    try:
        require_sendable(stored)
        if stored.kind not in HEADER_KINDS:
            raise ValidationError(_("A header takes a picture, a video or a document."), code="header")
    except ValidationError:
        stored.delete()
        raise
    return stored


class FramedForm(ComposeForm):
    """With a header and a footer of text, both optional."""

    header = Words(label=gettext_lazy("Header"), limit=limits.HEADER, required=False)
    footer = Words(label=gettext_lazy("Footer"), limit=limits.FOOTER, required=False)

    def frame(self) -> JSONObject:
        header, footer = text_of(self, "header"), text_of(self, "footer")
        shown = {"header": {"type": "text", "text": header}} if header else {}
        return shown | ({"footer": footer} if footer else {})


class PicturedForm(FramedForm):
    """The header may be a file instead of a text."""

    file = forms.FileField(
        label=gettext_lazy("Picture, video or document above the message"),
        required=False,
        widget=forms.FileInput(attrs={"accept": HEADER_FILES, "data-preview-file": "", "class": "form-control"}),
    )
    extras = ("file", "header", "footer")

    @property
    def header_media(self) -> str:
        return ANY

    def clean(self) -> JSONObject:
        data = super().clean() or {}
        if data.get("file") and data.get("header"):
            self.add_error("header", _("Choose either a text or a file for the header."))
        return data

    def media_content(self, media: StoredFile | None) -> JSONObject:
        if media is None:
            return {}
        named = {"filename": media.name} if media.kind == "document" else {}
        return {"header": {"type": media.kind, **named}}


class ButtonsForm(PicturedForm):
    kind = SendKind.BUTTONS
    title = gettext_lazy("Reply buttons")
    icon = "hand-click"

    body = Words(label=gettext_lazy("Message"), limit=limits.BUTTONS_BODY, lines=4)
    button_0 = Words(label=gettext_lazy("Button 1"), limit=limits.BUTTON_TITLE)
    button_1 = Words(label=gettext_lazy("Button 2"), limit=limits.BUTTON_TITLE, required=False)
    button_2 = Words(label=gettext_lazy("Button 3"), limit=limits.BUTTON_TITLE, required=False)
    field_order = ("client_id", "body", "button_0", "button_1", "button_2", "file", "header", "footer")

    def clean(self) -> JSONObject:
        data = super().clean() or {}
        seen: dict[str, str] = {}
        for name in ("button_0", "button_1", "button_2"):
            title = data.get(name, "")
            if title and title in seen.values():
                self.add_error(name, _("Two buttons can't have the same text. Change this one."))
            seen[name] = title
        return data

    def content(self) -> JSONObject:
        titles = [text_of(self, name) for name in ("button_0", "button_1", "button_2")]
        buttons = [{"id": f"button-{at}", "title": title} for at, title in enumerate(titles, start=1) if title]
        return {**self.frame(), "buttons": buttons}


class ListForm(FramedForm):
    """Up to ten options; a heading above an option begins a section."""

    kind = SendKind.LIST
    title = gettext_lazy("List of options")
    icon = "list"

    body = Words(label=gettext_lazy("Message"), limit=limits.LIST_BODY, lines=4)
    button = Words(
        label=gettext_lazy("Button that opens the list"), limit=limits.LIST_BUTTON, initial=gettext_lazy("See options")
    )
    extras = ("header", "footer")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for at in ROWS:
            label = _("Option %(number)d") % {"number": at + 1}
            self.fields[f"section_{at}"] = Words(label=_("Section heading"), limit=limits.SECTION_TITLE, required=False)
            self.fields[f"row_{at}"] = Words(label=label, limit=limits.ROW_TITLE, required=at == 0)
            self.fields[f"about_{at}"] = Words(label=_("Description"), limit=limits.ROW_DESCRIPTION, required=False)

    @property
    def rows(self) -> Iterator[Row]:
        """Number, heading, title, description, and whether there is something in it (the page shows three at least)."""
        for at in ROWS:
            fields = (self[f"section_{at}"], self[f"row_{at}"], self[f"about_{at}"])
            used = any(field.errors or field.value() for field in fields)
            yield at, *fields, used or at < 3

    def clean(self) -> JSONObject:
        data = super().clean() or {}
        used = [at for at in ROWS if data.get(f"row_{at}")]
        for at in ROWS:
            extra = data.get(f"about_{at}") or data.get(f"section_{at}")
            if extra and at not in used and f"row_{at}" not in self.errors:
                self.add_error(f"row_{at}", _("Give this option a name, or empty its other fields."))
        headed = [at for at in used if data.get(f"section_{at}")]
        if used and headed and headed[0] != used[0]:
            self.add_error(f"section_{used[0]}", _("With more than one section, the first one needs a heading too."))
        return data

    def content(self) -> JSONObject:
        sections: list[JSONObject] = []
        for at in ROWS:
            row = {"id": f"row-{at + 1}", "title": text_of(self, f"row_{at}")}
            if not row["title"]:
                continue
            if about := text_of(self, f"about_{at}"):
                row["description"] = about
            heading = text_of(self, f"section_{at}")
            if heading or not sections:
                sections.append({"title": heading, "rows": []} if heading else {"rows": []})
            sections[-1]["rows"].append(row)
        return {**self.frame(), "button": text_of(self, "button"), "sections": sections}


class LinkForm(PicturedForm):
    kind = SendKind.CTA_URL
    title = gettext_lazy("Link button")
    icon = "external-link"

    body = Words(label=gettext_lazy("Message"), limit=limits.BUTTONS_BODY, lines=4)
    label = Words(label=gettext_lazy("Button text"), limit=limits.CTA_LABEL)
    url = forms.URLField(
        label=gettext_lazy("Link"),
        max_length=limits.URL,
        assume_scheme="https",
        widget=forms.TextInput(attrs={"inputmode": "url", "placeholder": "https://"}),
        error_messages={"invalid": gettext_lazy("Write a web address, such as https://www.example.com/order.")},
    )
    field_order = ("client_id", "body", "label", "url", "file", "header", "footer")

    def clean_url(self) -> str:
        url = str(self.cleaned_data["url"])
        if not url.lower().startswith(("https://", "http://")):
            raise forms.ValidationError(_("The link must start with https://."), code="link")
        return url

    def content(self) -> JSONObject:
        return {**self.frame(), "label": text_of(self, "label"), "url": text_of(self, "url")}


class PlaceForm(ComposeForm):
    kind = SendKind.LOCATION
    title = gettext_lazy("Location")
    icon = "map-pin"

    point = Point(
        label=gettext_lazy("Place"),
        help_text=gettext_lazy("Paste the link of a place from a map, or its coordinates."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "-23.5614, -46.6559"}),
    )
    name = Words(label=gettext_lazy("Name of the place"), limit=NAME, required=False)
    address = Words(label=gettext_lazy("Address"), limit=limits.LOCATION_TEXT, required=False)

    def content(self) -> JSONObject:
        return place_of(self)


def place_of(form: forms.Form) -> JSONObject:
    """Latitude, longitude, and name and address where they are given; all zero while there is no point yet."""
    point = getattr(form, "cleaned_data", {}).get("point")
    latitude, longitude = point or (0.0, 0.0)
    place: JSONObject = {"latitude": latitude, "longitude": longitude}
    return place | {name: text for name in ("name", "address") if (text := text_of(form, name))}


class CardForm(ComposeForm):
    kind = SendKind.CONTACTS
    title = gettext_lazy("Contact card")
    icon = "address-book"

    name = Words(label=gettext_lazy("Name"), limit=NAME)
    phone = Phone(label=gettext_lazy("Phone"), error_messages={"required": gettext_lazy("Fill this in.")})
    company = Words(label=gettext_lazy("Company"), limit=NAME, required=False)
    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "email", "autocomplete": "off"}),
    )

    def clean_name(self) -> str:
        return clean_name(str(self.cleaned_data["name"]), NAME)

    def content(self) -> JSONObject:
        name = text_of(self, "name")
        card: JSONObject = {"name": {"formatted_name": name, "first_name": name.split(" ")[0]}}
        if phone := text_of(self, "phone"):
            card["phones"] = [{"phone": shown_phone(phone), "type": "CELL", "wa_id": phone}]
        if company := text_of(self, "company"):
            card["org"] = {"company": company}
        if email := text_of(self, "email"):
            card["emails"] = [{"email": email, "type": "WORK"}]
        return {"contacts": [card]}


class AskPlaceForm(ComposeForm):
    kind = SendKind.LOCATION_REQUEST
    title = gettext_lazy("Ask for the location")
    icon = "map-2"

    body = Words(
        label=gettext_lazy("Message"),
        limit=limits.BUTTONS_BODY,
        lines=4,
        initial=gettext_lazy("Please share your location, so that we can find you."),
    )


FORMS: dict[str, type[ComposeForm]] = {
    "buttons": ButtonsForm,
    "list": ListForm,
    "link": LinkForm,
    "place": PlaceForm,
    "card": CardForm,
    "ask-place": AskPlaceForm,
}


class Offer(NamedTuple):
    """An entry of the composer's menu."""

    kind: str
    title: Promise
    icon: str


MENU = [Offer(kind, form.title, form.icon) for kind, form in FORMS.items()]
