"""What a composer sends."""

from uuid import uuid4

from django import forms

from apps.conversations.composing.fields import words_of
from apps.whatsapp.providers.limits import CAPTION, TEXT


class TypedText(forms.CharField):
    """Line breaks count once, as they do at WhatsApp; browsers send two characters for each."""

    def to_python(self, value: object) -> str:
        return words_of(super().to_python(value))


class FormatForm(forms.Form):
    text = TypedText(required=False, strip=False, max_length=TEXT)


class ReplyForm(forms.Form):
    client_id = forms.UUIDField(required=False)
    text = TypedText(required=False, strip=False, max_length=TEXT)
    reply_to = forms.UUIDField(required=False)

    def clean_client_id(self) -> object:
        """Pages without JavaScript send none."""
        return self.cleaned_data["client_id"] or uuid4()


class UploadForm(ReplyForm):
    text = TypedText(required=False, strip=False, max_length=CAPTION)
    file = forms.FileField()
    voice = forms.BooleanField(required=False)
