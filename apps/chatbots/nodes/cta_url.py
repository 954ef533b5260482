"""A button that opens a page."""

from django.utils.translation import gettext_lazy as _

from apps.chatbots.nodes.base import Fields, Node, NodeForm, short
from apps.chatbots.nodes.buttons import framed
from apps.chatbots.nodes.fields import TextField
from apps.chatbots.turn import NEXT, Outcome, Turn
from apps.whatsapp.providers import limits


class CtaUrlForm(NodeForm):
    header = TextField(label=_("Header"), max_length=limits.HEADER, lines=1, required=False)
    text = TextField(label=_("Message"), max_length=limits.BUTTONS_BODY)
    footer = TextField(label=_("Footer"), max_length=limits.FOOTER, lines=1, required=False)
    label = TextField(label=_("Text of the button"), max_length=limits.CTA_LABEL, lines=1)
    url = TextField(label=_("Link"), max_length=limits.URL, lines=1, help_text=_("Begins with https://."))

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"]
        if not url.startswith(("https://", "http://", "{{")):
            self.add_error("url", _("The link must start with https://."))
        return url


class CtaUrl(Node):
    kind, group, icon, title = "cta_url", "talk", "external-link", _("Link button")
    form_class = CtaUrlForm

    @classmethod
    def execute(cls, turn: Turn, fields: Fields) -> Outcome:
        """A link that turns out to be none is written as text."""
        text, url = turn.text(fields["text"]), turn.text(fields["url"]).strip()[: limits.URL]
        label = turn.text(fields["label"])[: limits.CTA_LABEL].strip()
        if label and url.startswith(("https://", "http://")):
            turn.send(text[: limits.BUTTONS_BODY], kind="cta_url", label=label, url=url, **framed(turn, fields))
        else:
            turn.send(f"{text}\n{url}".strip()[: limits.TEXT])
        return NEXT

    @classmethod
    def summary(cls, fields: Fields) -> str:
        return short(f"{fields.get('label') or ''} → {fields.get('url') or ''}")
