"""Tenancy that cannot be forgotten: one ContextVar, a manager that raises outside a scope, and the abstract model.

A *tenant scope* limits every read and write to one organisation. A *platform scope* crosses tenants and must say why;
its call sites are listed by a test.
"""

import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from typing import Any, Self, TypeVar

from django.core.exceptions import FieldDoesNotExist
from django.db import models

from apps.core.bulk import add_rows
from apps.core.ids import uuid7


class NoTenantScope(RuntimeError):
    """A tenant's data was touched outside any scope."""


class ForeignTenant(RuntimeError):
    """An object of one tenant met another tenant."""


@dataclass(frozen=True, slots=True)
class TenantScope:
    organization_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class PlatformScope:
    reason: str


_scope: ContextVar[TenantScope | PlatformScope | None] = ContextVar("tenant_scope", default=None)


@contextmanager
def tenant_scope(organization: Any) -> Iterator[None]:
    """Limit the block to one organisation (an Organization, its id, or its id as text)."""
    found = getattr(organization, "pk", organization)
    identifier = found if isinstance(found, uuid.UUID) else uuid.UUID(str(found))
    token = _scope.set(TenantScope(identifier))
    try:
        yield
    finally:
        _scope.reset(token)


@contextmanager
def platform_scope(*, reason: str) -> Iterator[None]:
    """Cross tenants inside the block; `reason` is kept for the reader and the guard test."""
    if not reason:
        raise ValueError("A platform scope needs a reason.")
    token = _scope.set(PlatformScope(reason))
    try:
        yield
    finally:
        _scope.reset(token)


def current_organization_id() -> uuid.UUID:
    """The organisation in scope; raises NoTenantScope without one."""
    scope = _scope.get()
    if isinstance(scope, TenantScope):
        return scope.organization_id
    raise NoTenantScope("This needs one organisation in scope.")


def active_scope() -> TenantScope | PlatformScope:
    scope = _scope.get()
    if scope is None:
        raise NoTenantScope("Tenant data was touched outside a tenant scope.")
    return scope


M = TypeVar("M", bound="TenantModel")


class TenantQuerySet(models.QuerySet[M]):
    """Query verbs of tenant models; refuses to change the owner or to write foreign rows."""

    def update(self, **kwargs: Any) -> int:
        if "organization" in kwargs or "organization_id" in kwargs:
            raise ForeignTenant("The organisation of a row never changes.")
        self._check_new_targets(kwargs)
        return super().update(**kwargs)

    def _check_new_targets(self, values: dict[str, Any]) -> None:
        """Inside a tenant, foreign keys may only be pointed at its own objects. Expressions are the caller's care."""
        scope = active_scope()
        for field in tenant_foreign_keys(self.model) if isinstance(scope, TenantScope) else ():
            value = values.get(field.name, values.get(field.attname))
            if value is None or hasattr(value, "resolve_expression"):
                continue
            if not field.related_model.objects.filter(pk=getattr(value, "pk", value)).exists():
                raise ForeignTenant(f"{self.model._meta.label}.{field.name} must stay within the organisation.")

    def bulk_create(self, objs: Iterable[M], *args: Any, **kwargs: Any) -> list[M]:
        rows = list(objs)
        for row in rows:
            row.claim_for_scope()
        if args or kwargs.keys() - {"ignore_conflicts"}:
            return super().bulk_create(rows, *args, **kwargs)
        add_rows(rows, using=self.db, **kwargs)
        return rows

    def bulk_update(self, objs: Iterable[M], fields: Iterable[str], batch_size: int | None = None) -> int:
        rows, names = list(objs), list(fields)
        if "organization" in names:
            raise ForeignTenant("The organisation of a row never changes.")
        for row in rows:
            row.claim_for_scope()
        return super().bulk_update(rows, names, batch_size=batch_size)


class TenantManager(models.Manager[M]):
    """Default and base manager: raises outside a scope, filters inside one."""

    def get_queryset(self) -> models.QuerySet[M]:
        queryset = super().get_queryset()
        scope = active_scope()
        return queryset.filter(organization_id=scope.organization_id) if isinstance(scope, TenantScope) else queryset

    def none(self) -> models.QuerySet[M]:
        """An empty queryset needs no scope: forms declare fields with it."""
        return super().get_queryset().none()


class TenantModel(models.Model):
    """Everything a company owns: UUIDv7 key, NOT NULL organisation, scoped managers."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(
        "organizations.Organization", on_delete=models.CASCADE, related_name="+", editable=False
    )

    objects = TenantManager.from_queryset(TenantQuerySet)()

    class Meta:
        abstract = True
        base_manager_name = "objects"

    _loaded: dict[str, Any]

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.claim_for_scope()
        super().save(*args, **kwargs)
        self._loaded = {name: self.__dict__.get(name) for name in tenant_keys(type(self))}

    @classmethod
    def from_db(cls, *args: Any, **kwargs: Any) -> Self:
        instance = super().from_db(*args, **kwargs)
        known = instance.__dict__
        instance._loaded = {name: known[name] for name in tenant_keys(cls) if name in known}
        return instance

    def claim_for_scope(self) -> None:
        """Stamp the scope's organisation, refuse another one, a changed one, and foreign objects in foreign keys."""
        scope = active_scope()
        if isinstance(scope, TenantScope):
            if self.__dict__.get("organization_id") is None:
                self.organization_id = scope.organization_id
            if self.organization_id != scope.organization_id:
                raise ForeignTenant(f"{self._meta.label} belongs to another organisation.")
        loaded = getattr(self, "_loaded", {})
        if loaded.get("organization_id", self.organization_id) != self.organization_id:
            raise ForeignTenant("The organisation of a row never changes.")
        for field in tenant_foreign_keys(type(self)):
            value = self.__dict__.get(field.attname)
            if value is not None and loaded.get(field.attname) != value:
                self._check_foreign_key(field, value)

    def _check_foreign_key(self, field: Any, value: Any) -> None:
        if field.is_cached(self):
            owner = field.get_cached_value(self).organization_id
        else:
            owner = field.related_model.objects.filter(pk=value).values_list("organization_id", flat=True).first()
        if owner != self.organization_id:
            raise ForeignTenant(f"{self._meta.label}.{field.name} points to another organisation's object.")


def refuse_foreign_links(instance: Any, action: str, model: Any, pk_set: set[Any] | None, **_rest: Any) -> None:
    """Receiver of `m2m_changed`: many-to-many rows join objects of one organisation only, in every scope."""
    if action != "pre_add" or not pk_set or not (isinstance(instance, TenantModel) and issubclass(model, TenantModel)):
        return
    own = model.objects.filter(pk__in=pk_set, organization_id=instance.organization_id)
    if own.count() != len(pk_set):
        raise ForeignTenant(f"{instance._meta.label} may be linked to objects of its own organisation only.")


@cache
def tenant_foreign_keys(model: type[TenantModel]) -> tuple[Any, ...]:
    return tuple(
        field
        for field in model._meta.concrete_fields
        if field.is_relation and isinstance(field.related_model, type) and issubclass(field.related_model, TenantModel)
    )


@cache
def tenant_keys(model: type[TenantModel]) -> tuple[str, ...]:
    """Attribute names of `organization` and of all foreign keys to tenant models."""
    return ("organization_id", *(field.attname for field in tenant_foreign_keys(model)))


def is_tenant_model(model: type[models.Model]) -> bool:
    """True for models owned by an organisation."""
    try:
        model._meta.get_field("organization")
    except FieldDoesNotExist:
        return False
    return issubclass(model, TenantModel)
