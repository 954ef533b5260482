"""What a composer sends."""

from uuid import uuid4

from django import forms

from apps.whatsapp.providers.limits import CAPTION, TEXT


class ReplyForm(forms.Form):
    client_id = forms.UUIDField(required=False)
    text = forms.CharField(required=False, strip=False, max_length=TEXT)
    reply_to = forms.UUIDField(required=False)

    def clean_client_id(self) -> object:
        """Pages without JavaScript send none."""
        return self.cleaned_data["client_id"] or uuid4()


class UploadForm(ReplyForm):
    text = forms.CharField(required=False, strip=False, max_length=CAPTION)
    file = forms.FileField()
    voice = forms.BooleanField(required=False)
