"""Changing keys while everything runs. Each step is small, committed and safe to repeat: a killed run goes on.

A master key is changed by wrapping the data keys again. A data key is changed by making a newer version and sealing
every value again with it; the former one goes on opening until a later rotation has found nothing that needs it.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from django.apps import apps
from django.db import models, transaction
from django.db.models import Count, Max, OuterRef, Subquery

from apps.core.clock import now
from apps.organizations.tenancy import platform_scope
from apps.vault.fields import SealedTextField
from apps.vault.master import Unreadable, current_fingerprint, unwrap, wrap
from apps.vault.models import DataKey
from apps.vault.sealing import forget_known_keys, newest_version, seal, unseal, version_of

BATCH = 200
KEPT = timedelta(days=1)  # a process may seal with a key it knows for a moment after a newer one was made


@dataclass
class Outcome:
    """How many values were looked at and sealed again, and where one could not be opened (model and id)."""

    seen: int = 0
    sealed: int = 0
    unreadable: list[str] = field(default_factory=list)


def rewrap(batch: int = BATCH) -> int:
    """Wrap every data key with the present master key; how many were not yet. Raises Unreadable, leaving the rest."""
    done = 0
    with platform_scope(reason="the master key is one for the whole installation"):
        while keys := list(DataKey.objects.exclude(master=current_fingerprint()).order_by("pk")[:batch]):
            with transaction.atomic():
                for key in keys:
                    master, wrapped = wrap(unwrap(key.master, bytes(key.wrapped)))
                    DataKey.objects.filter(pk=key.pk).update(master=master, wrapped=wrapped)
            done += len(keys)
    forget_known_keys()
    return done


def rotate(batch: int = BATCH) -> Outcome:
    """New data keys for every organisation, and every sealed value of every model sealed again."""
    with platform_scope(reason="data keys of all organisations are rotated together"):
        _begin()
        outcome = Outcome()
        for model, names in sealed_columns():
            _reseal(model, names, batch, outcome)
        if not outcome.unreadable:
            _retire()
    return outcome


def sealed_columns() -> Iterator[tuple[Any, list[str]]]:
    """Every model that has sealed fields, and their names."""
    for model in apps.get_models():
        names = [column.attname for column in model._meta.concrete_fields if isinstance(column, SealedTextField)]
        if names:
            yield model, names


def _begin() -> None:
    """A newer key where no rotation is unfinished: where exactly one key is not retired."""
    open_keys = DataKey.objects.filter(retired_at=None).values("organization_id")
    finished = open_keys.annotate(count=Count("pk"), last=Max("version")).filter(count=1).order_by("organization_id")
    for row in finished.iterator(chunk_size=BATCH):
        master, wrapped = wrap(AESGCM.generate_key(256))
        version = row["last"] + 1
        DataKey.objects.create(organization_id=row["organization_id"], version=version, master=master, wrapped=wrapped)
    forget_known_keys()


def _reseal(model: Any, names: list[str], batch: int, outcome: Outcome) -> None:
    last: Any = None
    while rows := _rows_after(model, names, last, batch):
        with transaction.atomic():
            for pk, organization_id, *values in rows:
                for name, value in zip(names, values, strict=True):
                    _renew(model, pk, organization_id, name, bytes(value), outcome)
        last = rows[-1][0]


def _rows_after(model: type[models.Model], names: list[str], last: Any, batch: int) -> list[Any]:
    rows = model._base_manager.order_by("pk").values_list("pk", "organization_id", *names)
    return list((rows.filter(pk__gt=last) if last is not None else rows)[:batch])


def _renew(
    model: type[models.Model], pk: Any, organization_id: uuid.UUID, name: str, value: bytes, outcome: Outcome
) -> None:
    """Only if it is still the value that was read: somebody may have replaced it in between."""
    outcome.seen += bool(value)
    if not value or version_of(value) == newest_version(organization_id):
        return
    try:
        renewed = seal(organization_id, unseal(organization_id, value))
    except Unreadable:
        outcome.unreadable.append(f"{model._meta.label} {pk} {name}")
        return
    outcome.sealed += model._base_manager.filter(pk=pk, **{name: value}).update(**{name: renewed})


def _retire() -> None:
    """The former keys of this rotation are retired; those retired long before this full pass are of no use."""
    DataKey.objects.filter(retired_at__lt=now() - KEPT).delete()
    newest = DataKey.objects.filter(organization=OuterRef("organization")).order_by("-version").values("version")[:1]
    DataKey.objects.filter(retired_at=None, version__lt=Subquery(newest)).update(retired_at=now())
    forget_known_keys()
