from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.contacts.phones import display_phone
from apps.core.clock import now
from apps.organizations.tenancy import TenantManager, TenantModel, TenantQuerySet


def shown_name(name: str, profile_name: str, username: str, phone: str) -> str:
    """The name an agent sees: given, from WhatsApp, @username, phone."""
    at = f"@{username}" if username else ""
    return name or profile_name or at or display_phone(phone) or str(_("Unnamed contact"))


class ContactQuerySet(TenantQuerySet["Contact"]):
    def matching(self, words: str) -> "ContactQuerySet":
        """Contacts whose name contains the words or whose phone contains their digits."""
        digits = "".join(letter for letter in words if letter.isdigit())
        found = models.Q(name__icontains=words) | models.Q(profile_name__icontains=words)
        if len(digits) >= 4:
            found |= models.Q(phone__contains=digits)
        return self.filter(found)


class Contact(TenantModel):
    """A customer: a person or company that writes. May have no phone that we know of."""

    name = models.CharField(_("name"), max_length=160, blank=True)
    profile_name = models.CharField(_("WhatsApp name"), max_length=160, blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True, help_text="E.164 digits without the plus sign.")
    username = models.CharField(_("username"), max_length=64, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    notes = models.TextField(_("notes"), blank=True)
    is_vip = models.BooleanField(_("VIP"), default=False)
    blocked_at = models.DateTimeField(null=True, blank=True)
    marketing_stopped_at = models.DateTimeField(null=True, blank=True)
    unreachable_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=now, editable=False)
    merged_into = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects = TenantManager.from_queryset(ContactQuerySet)()  # type: ignore[assignment, misc]

    class Meta(TenantModel.Meta):
        abstract = False
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "phone"], condition=~models.Q(phone=""), name="contact_phone_once"
            )
        ]
        indexes = [
            models.Index(fields=["organization"], condition=models.Q(is_vip=True), name="contact_vip"),
            GinIndex(fields=["name"], name="contact_name_trigram", opclasses=["gin_trgm_ops"]),
            GinIndex(fields=["profile_name"], name="contact_profile_trigram", opclasses=["gin_trgm_ops"]),
            GinIndex(fields=["phone"], name="contact_phone_trigram", opclasses=["gin_trgm_ops"]),
        ]

    def __str__(self) -> str:
        return self.display_name

    @property
    def display_name(self) -> str:
        return shown_name(self.name, self.profile_name, self.username, self.phone)

    @property
    def phone_display(self) -> str:
        return display_phone(self.phone)


class ContactIdentity(TenantModel):
    """One way WhatsApp knows a contact.

    `phone`: `value` is the wa_id to write to, `key` its canonical form without Brazil's ninth digit; a number that
    its owner gave up stays as history and no longer matches. `bsuid`/`parent_bsuid`: unique in a portfolio (`scope`)
    and never reused, so an old one still matches. `username` changes freely and never matches.
    """

    class Kind(models.TextChoices):
        PHONE = "phone", _("phone")
        BSUID = "bsuid", _("business-scoped user id")
        PARENT_BSUID = "parent_bsuid", _("parent business-scoped user id")
        LID = "lid", _("linked id")
        USERNAME = "username", _("username")

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="identities")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    scope = models.CharField(max_length=64, blank=True, help_text="Portfolio id of a BSUID, else empty.")
    key = models.CharField(max_length=160)
    value = models.CharField(max_length=160)
    is_current = models.BooleanField(default=True)
    first_seen_at = models.DateTimeField(default=now, editable=False)
    replaced_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        abstract = False
        verbose_name = _("contact identity")
        verbose_name_plural = _("contact identities")
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "kind", "scope", "key"],
                condition=models.Q(is_current=True) & ~models.Q(kind="username"),
                name="identity_current_once",
            ),
            models.UniqueConstraint(
                fields=["organization", "kind", "scope", "key"],
                condition=models.Q(kind__in=["bsuid", "parent_bsuid"]),
                name="identity_bsuid_never_reused",
            ),
        ]
        indexes = [models.Index(fields=["organization", "key"], name="identity_key")]

    def __str__(self) -> str:
        return f"{self.kind}:{self.value}"


class Tag(TenantModel):
    """A coloured label on contacts and conversations."""

    name = models.CharField(_("name"), max_length=40)
    color = models.CharField(_("colour"), max_length=16, default="green")
    contacts = models.ManyToManyField(Contact, related_name="tags", blank=True)

    class Meta(TenantModel.Meta):
        abstract = False
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        constraints = [models.UniqueConstraint(fields=["organization", "name"], name="tag_once")]

    def __str__(self) -> str:
        return self.name
