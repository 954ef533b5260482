"""The demo company of a development machine: fictional people, one number of the simulator, some conversations."""

import hashlib
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.db import transaction

from apps.accounts.models import User
from apps.core.clock import now
from apps.organizations.models import Membership, Organization
from apps.organizations.permissions import Role
from apps.organizations.tenancy import tenant_scope
from apps.routing.models import NumberRoute
from apps.teams.models import Department, Queue
from apps.whatsapp.models import BusinessAccount, Number, secret_fingerprint

SLUG = "loja-aurora"
PASSWORD = "Aurora2026"  # noqa: S105 - printed by `make run`, exists on development machines only
WEBHOOK_PATH = "/webhooks/whatsapp/"
# The simulator's own defaults: it knows this number and this token from its start.
WABA_ID, PORTFOLIO_ID, APP_ID = "102290129340398", "506914307656634", "670843887433847"
PHONE_NUMBER_ID, DISPLAY_PHONE = "106540352242922", "+55 11 4002-0100"
ACCESS_TOKEN, VERIFY_TOKEN = "simulator-token", "simulator-verify"  # noqa: S105

PEOPLE = [
    ("marina@aurora.example", "Marina Duarte", Role.OWNER),
    ("rafael@aurora.example", "Rafael Nogueira", Role.ADMIN),
    ("helena@aurora.example", "Helena Prado", Role.SUPERVISOR),
    ("bruno@aurora.example", "Bruno Tavares", Role.AGENT),
    ("livia@aurora.example", "Lívia Campos", Role.AGENT),
    ("otavio@aurora.example", "Otávio Reis", Role.VIEWER),
]


def app_secret() -> str:
    """The same on every start of one machine, and different on each."""
    return hashlib.sha256(f"demo app secret {settings.SECRET_KEY}".encode()).hexdigest()[:32]


@transaction.atomic
def ensure() -> dict[str, Any]:
    """Create what is missing (running it again changes nothing) and describe it."""
    if not getattr(settings, "DEMO_ALLOWED", False):
        raise CommandError("Demo data are for development: start with pytake.settings.local.")
    organization, _ = Organization.objects.get_or_create(slug=SLUG, defaults={"name": "Loja Aurora"})
    with tenant_scope(organization):
        members = [_member(organization, *person) for person in PEOPLE]
        queues = _teams(members)
        number = _number(organization, queues[0])
    return describe(organization, number, queues)


def _member(organization: Organization, email: str, name: str, role: str) -> Membership:
    user = User.objects.filter(email=email).first()
    if user is None:
        user = User.objects.create_user(email, PASSWORD, full_name=name, is_staff=role == Role.OWNER)
        if role == Role.OWNER:
            user.is_superuser = True
            user.save(update_fields=["is_superuser"])
    return Membership.objects.get_or_create(user=user, defaults={"organization": organization, "role": role})[0]


def _teams(members: list[Membership]) -> list[Queue]:
    answering = [member for member in members if member.role in (Role.SUPERVISOR, Role.AGENT)]
    queues = []
    for name, queue_name, color, priority in (
        ("Atendimento", "Suporte", "green", 2),
        ("Comercial", "Vendas", "blue", 5),
    ):
        department, _ = Department.objects.get_or_create(name=name, defaults={"color": color})
        department.members.set(answering)
        queue, _ = Queue.objects.get_or_create(
            name=queue_name, defaults={"department": department, "priority": priority}
        )
        queues.append(queue)
    return queues


def _number(organization: Organization, queue: Queue) -> Number:
    secret = app_secret()
    account = BusinessAccount.objects.filter(waba_id=WABA_ID).first() or BusinessAccount(
        organization=organization, waba_id=WABA_ID, name="Loja Aurora", portfolio_id=PORTFOLIO_ID, app_id=APP_ID
    )
    account.access_token, account.app_secret = ACCESS_TOKEN, secret
    account.verify_token, account.signer = VERIFY_TOKEN, secret_fingerprint(secret)
    account.templates_due_at = now()  # the simulator's templates, as soon as it runs
    account.save()
    number, _ = Number.objects.get_or_create(
        phone_number_id=PHONE_NUMBER_ID,
        defaults={
            "account": account,
            "display_phone": DISPLAY_PHONE,
            "verified_name": "Loja Aurora",
            "status": "CONNECTED",
            "quality": "GREEN",
            "tier": "TIER_2K",
            "throughput": "STANDARD",
        },
    )
    NumberRoute.objects.get_or_create(number=number, defaults={"queue": queue})
    return number


def describe(organization: Organization, number: Number, queues: list[Queue]) -> dict[str, Any]:
    """Ids, logins, secrets and addresses for scripts."""
    return {
        "organization": {"id": str(organization.pk), "slug": organization.slug, "name": organization.name},
        "logins": [{"email": email, "password": PASSWORD, "name": name, "role": role} for email, name, role in PEOPLE],
        "app_secret": app_secret(),
        "verify_token": VERIFY_TOKEN,
        "access_token": ACCESS_TOKEN,
        "app_id": APP_ID,
        "waba_id": WABA_ID,
        "business_id": PORTFOLIO_ID,
        "number": {"id": str(number.pk), "phone_number_id": number.phone_number_id, "phone": number.display_phone},
        "queues": [{"id": str(queue.pk), "name": queue.name} for queue in queues],
        "addresses": {
            "site": settings.PUBLIC_URL,
            "desk": f"{settings.PUBLIC_URL}/o/{organization.slug}/desk/",
            "console": f"{settings.PUBLIC_URL}/o/{organization.slug}/console/",
            "backoffice": f"{settings.PUBLIC_URL}/backoffice/",
            "webhook": f"{settings.PUBLIC_URL}{WEBHOOK_PATH}",
            "simulator": settings.SIMULATOR_URL,
        },
    }
