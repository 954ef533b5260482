"""A stored file, with a caption."""

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.chatbots.nodes.base import Fields, Node, NodeForm, short
from apps.chatbots.nodes.fields import TextField
from apps.chatbots.turn import NEXT, Outcome, Turn
from apps.whatsapp.providers.limits import CAPTION

KINDS = [
    ("image", _("Picture")),
    ("video", _("Video")),
    ("audio", _("Audio")),
    ("document", _("Document")),
    ("sticker", _("Sticker")),
]
_SILENT = frozenset({"audio", "sticker"})


class MediaForm(NodeForm):
    type = forms.ChoiceField(label=_("Kind of file"), choices=KINDS, initial="image")
    file = forms.UUIDField(label=_("File"), widget=forms.HiddenInput({"data-stored-file": ""}))
    caption = TextField(label=_("Caption"), max_length=CAPTION, required=False)

    def clean_file(self) -> str:
        return str(self.cleaned_data["file"])


class Media(Node):
    kind, group, icon, title = "media", "talk", "photo", _("Picture, video or file")
    form_class = MediaForm

    @classmethod
    def execute(cls, turn: Turn, fields: Fields) -> Outcome:
        caption = "" if fields["type"] in _SILENT else turn.text(fields["caption"])[:CAPTION]
        if fields["file"]:
            turn.send(caption, kind=fields["type"], media=fields["file"])
        return NEXT

    @classmethod
    def summary(cls, fields: Fields) -> str:
        named = str(dict(KINDS).get(str(fields.get("type")), cls.title))
        return short(" ".join(filter(None, [named, str(fields.get("caption") or "")])))
