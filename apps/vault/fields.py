"""A text column whose value is sealed at rest."""

from base64 import b64encode
from typing import Any

from django.db import models

from apps.vault.sealing import seal, unseal


class SealedText:
    """A secret of one organisation: readable only by `reveal()`, never by printing."""

    __slots__ = ("_organization_id", "sealed")

    def __init__(self, organization_id: Any, sealed: bytes) -> None:
        self._organization_id = organization_id
        self.sealed = sealed

    def reveal(self) -> str:
        return unseal(self._organization_id, self.sealed) if self.sealed else ""

    def __bool__(self) -> bool:
        return bool(self.sealed)

    def __repr__(self) -> str:
        return "<sealed>"

    __str__ = __repr__


class SealedTextField(models.BinaryField):  # type: ignore[type-arg]
    """Assign plaintext (str): it is sealed for the row's organisation on save, and read back as SealedText."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("default", bytes)
        super().__init__(*args, **kwargs)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = getattr(model_instance, self.attname)
        if isinstance(value, str):
            organization_id = model_instance.organization_id  # type: ignore[attr-defined]
            value = SealedText(organization_id, seal(organization_id, value) if value else b"")
            setattr(model_instance, self.attname, value)
        return value.sealed if isinstance(value, SealedText) else bytes(value or b"")

    def value_to_string(self, obj: models.Model) -> str:
        """For dumps: what is stored, still sealed."""
        value = self.value_from_object(obj)
        return b64encode(value.sealed if isinstance(value, SealedText) else bytes(value or b"")).decode("ascii")

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)
        setattr(cls, self.attname, _SealedDescriptor(self.attname))


class _SealedDescriptor:
    """Wraps the raw bytes of a loaded row on first access, when the row's organisation is known."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        if instance is None:
            return self
        value = instance.__dict__.get(self.name)
        if isinstance(value, bytes | memoryview):
            value = instance.__dict__[self.name] = SealedText(instance.organization_id, bytes(value))
        return value

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self.name] = value
