from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.clock import now
from apps.organizations.models import Membership
from apps.organizations.tenancy import TenantModel
from apps.vault.fields import SealedTextField
from apps.vault.models import Secret
from apps.vault.services import read

PORTS = {"postgresql": 5432, "mysql": 3306, "mongodb": 27017}


class Connection(TenantModel):
    """A database of the company, asked read-only."""

    class Engine(models.TextChoices):
        POSTGRESQL = "postgresql", "PostgreSQL"
        MYSQL = "mysql", "MySQL / MariaDB"
        MONGODB = "mongodb", "MongoDB"
        SQLITE = "sqlite", "SQLite"

    class Tls(models.TextChoices):
        VERIFY = "verify", _("Encrypted, certificate checked")
        REQUIRE = "require", _("Encrypted, any certificate")
        OFF = "off", _("Not encrypted")

    name = models.CharField(_("name"), max_length=60)
    engine = models.CharField(_("kind"), max_length=16, choices=Engine.choices)
    host = models.CharField(
        _("host"),
        max_length=253,
        blank=True,
        validators=[
            RegexValidator(
                r"\A[A-Za-z0-9]([A-Za-z0-9._:-]*[A-Za-z0-9])?\Z",
                _("Only the name or address of the server, without scheme, port or options."),
            )
        ],
    )
    port = models.PositiveIntegerField(
        _("port"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(65_535)]
    )
    database = models.CharField(_("database"), max_length=128, blank=True)
    username = models.CharField(_("user"), max_length=128, blank=True)
    password = SealedTextField(_("password"))
    secret = models.ForeignKey(
        Secret,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("or a secret"),
    )
    tls = models.CharField(_("encryption"), max_length=8, choices=Tls.choices, default=Tls.VERIFY)
    created_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, editable=False, related_name="+")
    created_at = models.DateTimeField(default=now, editable=False)
    checked_at = models.DateTimeField(null=True, editable=False)
    problem = models.CharField(max_length=300, blank=True, editable=False)

    class Meta(TenantModel.Meta):
        abstract = False
        verbose_name = _("database connection")
        verbose_name_plural = _("database connections")
        constraints = [models.UniqueConstraint(fields=["organization", "name"], name="connection_name_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def effective_port(self) -> int:
        return self.port or PORTS.get(self.engine, 0)

    def reveal_password(self) -> str:
        """Of the secret if one is chosen; raises WrongScope, Unreadable."""
        return read(self.secret, scope=Secret.Scope.DATASOURCES) if self.secret else self.password.reveal()
