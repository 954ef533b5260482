"""What every page of the back-office shares: lists that stay fast at a million rows, and journals nobody can touch."""

import uuid
from collections.abc import Sequence
from typing import Any

from unfold.admin import ModelAdmin
from unfold.paginator import InfinitePaginator

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


class BackofficeAdmin(ModelAdmin):  # type: ignore[misc]
    """Lists count and sort nothing, foreign keys are picked by id, binary columns (secrets, bodies) never reach a page.

    A search word is an exact id, `@slug` of an organisation, or looked up in `search_fields`. Rows of companies are
    not made or deleted here: their rules live in the panels.
    """

    list_per_page = 50
    paginator = InfinitePaginator
    show_full_result_count = False
    list_disable_select_all = True
    search_help_text = _("An id, @organisation, or words.")
    ordering: Sequence[str] = ("-pk",)
    sortable_by: Sequence[str] = ()
    actions = None
    organization_path = "organization"
    never_shown: tuple[str, ...] = ()

    def __init__(self, model: type[models.Model], admin_site: Any) -> None:
        super().__init__(model, admin_site)
        self.raw_id_fields = tuple(field.name for field in model._meta.fields if field.is_relation)

    def get_exclude(self, request: HttpRequest, obj: models.Model | None = None) -> tuple[str, ...]:
        many = tuple(field.name for field in self.model._meta.many_to_many)
        return (*self.never_shown, *many)

    def get_readonly_fields(self, request: HttpRequest, obj: models.Model | None = None) -> tuple[str, ...]:
        shown = [field for field in self.model._meta.fields if not isinstance(field, models.BinaryField)]
        fixed = tuple(field.name for field in shown if not field.editable and field.name not in self.never_shown)
        return (*fixed, *super().get_readonly_fields(request, obj))

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:
        words = []
        for word in search_term.split():
            if word.startswith("@") and self.organization_path:
                queryset = queryset.filter(**{f"{self.organization_path}__slug": word[1:]})
            elif (identifier := self._identifier(word)) is not None:
                queryset = queryset.filter(pk=identifier)
            else:
                words.append(word)
        found, duplicates = super().get_search_results(request, queryset, " ".join(words))
        return found, duplicates

    def _identifier(self, word: str) -> uuid.UUID | None:
        if not isinstance(self.model._meta.pk, models.UUIDField):
            return None
        try:
            return uuid.UUID(word)
        except ValueError:
            return None

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


class JournalAdmin(BackofficeAdmin):
    """A journal is read, by nobody written."""

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: models.Model | None = None) -> tuple[str, ...]:
        kept = [field for field in self.model._meta.fields if not isinstance(field, models.BinaryField)]
        return tuple(field.name for field in kept if field.name not in self.never_shown)
