"""Fields of what WhatsApp shows: clean text, limits that count while one types, sentences that say what to do."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.contacts.phones import digits_of, display_phone, parse_phone
from apps.core.text import clean_text

TOO_LONG = gettext_lazy("WhatsApp accepts at most %(limit_value)d characters here; this has %(show_value)d.")
MISSING = gettext_lazy("Fill this in.")
SHOWN = 5_000  # characters of a preview
_NUMBER = r"(-?\d{1,3}(?:\.\d+)?)"
# As map links carry a place, the pin (`!3d…!4d…`) before the middle of the screen (`@…`), and bare coordinates.
_POINTS = [
    re.compile(rf"!3d{_NUMBER}!4d{_NUMBER}"),
    re.compile(rf"[?&](?:q|query|ll|destination|daddr)=(?:loc:)?{_NUMBER}(?:,|%2C)\s*{_NUMBER}", re.IGNORECASE),
    re.compile(rf"[?&]mlat={_NUMBER}&mlon={_NUMBER}"),
    re.compile(rf"@{_NUMBER},{_NUMBER}"),
    re.compile(rf"^{_NUMBER}\s*[,; ]\s*{_NUMBER}$"),
]
# Brazilian decimals: -23,5614; -46,6559
_COMMAS = re.compile(r"^(-?\d{1,3}),(\d+)\s*[;, ]\s*(-?\d{1,3}),(\d+)$")


class Words(forms.CharField):
    """Text with WhatsApp's limit in characters. Longer text is not cut off: the counter and the error say so."""

    def __init__(self, *, limit: int, lines: int = 1, **options: Any) -> None:
        self.limit = limit
        widget = forms.Textarea(attrs={"rows": lines}) if lines > 1 else forms.TextInput()
        options.setdefault("widget", widget)
        super().__init__(error_messages={"required": MISSING}, **options)
        self.validators.append(MaxLengthValidator(limit, TOO_LONG))

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "data-limit": self.limit, "autocomplete": "off"}

    def to_python(self, value: Any) -> Any:
        return super().to_python(words_of(value, one_line=not isinstance(self.widget, forms.Textarea)))


def words_of(value: object, *, one_line: bool = False) -> str:
    """As it is stored and counted: browsers send line breaks as two characters."""
    text = clean_text(str(value or "")).replace("\r\n", "\n").replace("\r", "\n")
    return " ".join(text.split()) if one_line else text


class Point(forms.CharField):
    """Coordinates, or the link that a map's "share" gives. The link is read, never fetched."""

    def __init__(self, **options: Any) -> None:
        super().__init__(error_messages={"required": MISSING}, **options)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return read_point(text) if text else None


def read_point(text: str) -> tuple[float, float]:
    """Latitude and longitude; raises ValidationError when there are none."""
    if comma := _COMMAS.match(text.strip()):
        text = f"{comma[1]}.{comma[2]},{comma[3]}.{comma[4]}"
    found = next((found for pattern in _POINTS if (found := pattern.search(text.strip()[:2000]))), None)
    latitude, longitude = (float(found[1]), float(found[2])) if found else (91.0, 181.0)
    if abs(latitude) > 90 or abs(longitude) > 180:
        raise ValidationError(_("Paste a link from a map, or coordinates such as -23.5614, -46.6559."), code="point")
    return latitude, longitude


class Phone(forms.CharField):
    """A telephone as a person writes it; gives E.164 digits."""

    widget = forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"})

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return parse_phone(text) if text else ""
        except ValueError as error:
            raise ValidationError(
                _("Write the phone with its area code, such as (11) 98888-1234."), code="phone"
            ) from (error)


def shown_phone(digits: str) -> str:
    return display_phone(digits_of(digits))


def text_of(form: forms.Form, name: str) -> str:
    """What a field holds, good or not: previews show what is being typed."""
    if name in getattr(form, "cleaned_data", {}):
        return str(form.cleaned_data[name] or "")
    field = form.fields[name]
    raw = form.data.get(form.add_prefix(name), "") if form.is_bound else form.get_initial_for_field(field, name)
    return words_of(raw, one_line=not isinstance(field.widget, forms.Textarea))[:SHOWN]
