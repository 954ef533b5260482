"""Form fields that several nodes share. Widgets carry `data-` attributes that the builder acts on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.chatbots.values import NAME
from apps.conversations.models import Outcome
from apps.organizations.models import Membership
from apps.organizations.permissions import Perm, roles_with
from apps.teams.models import Department, Queue

Text = str | Promise
Choices = Callable[[], list[tuple[str, str]]]


class TextField(forms.CharField):
    """A text that may contain `{{variables}}`; `data-limit` shows how much room is left."""

    def __init__(self, *, label: Any, max_length: int, lines: int = 4, **kwargs: Any) -> None:
        attributes = {"data-variables": "", "data-limit": str(max_length)}
        widget = forms.Textarea({**attributes, "rows": lines}) if lines > 1 else forms.TextInput(attributes)
        super().__init__(label=label, max_length=max_length, widget=widget, **kwargs)


class VariableField(forms.CharField):
    """The name under which an answer is kept."""

    def __init__(self, *, label: Any, required: bool = True, **kwargs: Any) -> None:
        sentence = gettext_lazy("Use letters, digits and _ only, beginning with a letter. Example: customer_name.")
        super().__init__(
            label=label,
            required=required,
            max_length=40,
            validators=[RegexValidator(rf"^{NAME.pattern}\Z", sentence)],
            widget=forms.TextInput({"data-variable-name": "", "autocomplete": "off", "spellcheck": "false"}),
            **kwargs,
        )


@dataclass(frozen=True, slots=True)
class Column:
    """One text of each row of a `RowsField`; `choices` makes it a select."""

    name: str
    label: Text
    max_length: int
    required: bool = True
    choices: tuple[tuple[str, Text], ...] = ()


class RowsField(forms.JSONField):
    """A list of rows with the same texts in each: buttons, rows of a list, headers, cases. JSON in, list of dicts out.

    `columns` and `most` say what the builder draws; each row also has a stable `id`, given here when it is missing.
    """

    def __init__(self, *, label: Any, columns: list[Column], most: int, with_id: bool = False, **kwargs: Any) -> None:
        self.columns, self.most, self.with_id = columns, most, with_id
        widget = forms.Textarea({"data-rows": "", "data-most": str(most), "rows": 4})
        super().__init__(label=label, widget=widget, **kwargs)

    def clean(self, value: Any) -> list[dict[str, str]]:
        found = super().clean(value)
        if found in (None, ""):
            return []
        if not isinstance(found, list) or not all(isinstance(row, Mapping) for row in found):
            raise ValidationError(_("Fill in this list again."), code="shape")
        if len(found) > self.most:
            raise ValidationError(_("At most %(most)d rows.") % {"most": self.most}, code="most")
        return [self._row(row, number) for number, row in enumerate(found, 1)]

    def _row(self, row: Mapping[str, Any], number: int) -> dict[str, str]:
        cleaned = {column.name: self._cell(column, row.get(column.name), number) for column in self.columns}
        if self.with_id:
            given = row.get("id")
            cleaned["id"] = given[:24] if isinstance(given, str) and NAME.fullmatch(given) else f"o{number}"
        return cleaned

    def _cell(self, column: Column, value: Any, number: int) -> str:
        text = str(value).strip() if isinstance(value, str | int | float) else ""
        told = {"label": column.label, "number": number, "most": column.max_length}
        if column.required and not text:
            raise ValidationError(_("Fill in “%(label)s” in row %(number)d.") % told, code="required")
        if len(text) > column.max_length:
            raise ValidationError(_("“%(label)s” in row %(number)d: at most %(most)d characters.") % told, code="long")
        if column.choices and text and text not in {key for key, _label in column.choices}:
            raise ValidationError(_("Choose “%(label)s” in row %(number)d.") % told, code="choice")
        return text


class OneOfField(forms.ChoiceField):
    """An object of the company, kept by its id; choices are read when the form is."""

    def __init__(self, *, label: Any, choices: Choices, required: bool = False, **kwargs: Any) -> None:
        super().__init__(label=label, choices=lambda: [("", "—"), *choices()], required=required, **kwargs)


def queues() -> list[tuple[str, str]]:
    return [(str(key), name) for key, name in Queue.objects.filter(is_active=True).values_list("pk", "name")]


def departments() -> list[tuple[str, str]]:
    return [(str(key), name) for key, name in Department.objects.values_list("pk", "name")]


def agents() -> list[tuple[str, str]]:
    rows = Membership.objects.filter(is_active=True, role__in=roles_with(Perm.REPLY)).select_related("user")
    return [(str(row.pk), row.name) for row in rows]


def outcomes() -> list[tuple[str, str]]:
    return [(key, str(label)) for key, label in Outcome.choices]
