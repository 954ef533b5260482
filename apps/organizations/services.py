"""Writes about organisations and their members. All but `found` need the organisation in scope."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.clock import now
from apps.core.events import publish
from apps.core.realtime import close_user
from apps.organizations import ledger
from apps.organizations.events import MembershipDeactivated, MembershipRoleChanged, OrganizationCreated
from apps.organizations.models import Membership, Organization
from apps.organizations.permissions import Perm, Role, has_perm
from apps.organizations.tenancy import current_organization_id, tenant_scope

_RANKS = [Role.VIEWER, Role.AGENT, Role.SUPERVISOR, Role.ADMIN, Role.OWNER]
_SLUG_LENGTH = 50


def rank(role: str) -> int:
    """Higher stands above lower."""
    return _RANKS.index(Role(role))


def grantable_roles(actor: Membership) -> list[Role]:
    """The roles that a member may give, highest first."""
    if not has_perm(actor, Perm.MANAGE_PEOPLE):
        return []
    return [role for role in reversed(_RANKS) if rank(role) <= rank(actor.role)]


def require_grantable(actor: Membership, role: str) -> None:
    """Raises ValidationError when `actor` may not give `role`."""
    if role not in grantable_roles(actor):
        raise ValidationError(_("You cannot give a role above your own."), code="role")


@transaction.atomic
def found(*, user: User, name: str, language: str = "pt-br") -> Membership:
    """A new organisation owned by `user`."""
    organization = _create_with_free_slug(name, language)
    with tenant_scope(organization):
        owner = Membership.objects.create(user=user, role=Role.OWNER, last_seen_at=now())
        ledger.record("organization.created", actor=owner, target=organization.name)
    publish(OrganizationCreated(organization_id=organization.pk))
    return owner


def _create_with_free_slug(name: str, language: str) -> Organization:
    """`acme`, else `acme-2` and so on; another registration may take a slug between the look and the write."""
    base = slugify(name).replace("_", "-").strip("-")[:_SLUG_LENGTH].strip("-") or "empresa"
    number = 1
    while True:
        slug = base if number == 1 else f"{base}-{number}"
        if not Organization.objects.filter(slug=slug).exists():
            try:
                with transaction.atomic():
                    return Organization.objects.create(name=name, slug=slug, language=language)
            except IntegrityError:
                continue
        number += 1


@transaction.atomic
def change_role(*, actor: Membership, membership: Membership, role: str) -> Membership:
    """Raises ValidationError with a human sentence. The member's live sockets reopen with the new rights."""
    member = _locked_member(actor, membership.pk)
    require_grantable(Membership.objects.get(pk=actor.pk), role)
    old_role = member.role
    if old_role == role:
        return member
    if role != Role.OWNER:
        _keep_an_owner(member)
    member.role = role
    member.save(update_fields=["role"])
    ledger.record("member.role_changed", actor=actor, target=member.name, old=old_role, new=role)
    publish(MembershipRoleChanged(member.organization_id, member.pk, old_role, role))
    close_user(member.user_id, member.organization_id)
    return member


@transaction.atomic
def deactivate(*, actor: Membership, membership: Membership) -> Membership:
    """The member loses access at once; sockets close, conversations go back by MembershipDeactivated."""
    member = _locked_member(actor, membership.pk)
    if member.pk == actor.pk:
        raise ValidationError(_("You cannot deactivate yourself. Ask another administrator."), code="self")
    _keep_an_owner(member)
    if member.is_active:
        member.is_active = False
        member.save(update_fields=["is_active"])
        ledger.record("member.deactivated", actor=actor, target=member.name)
        publish(MembershipDeactivated(member.organization_id, member.pk, member.user_id))
        close_user(member.user_id, member.organization_id)
    return member


@transaction.atomic
def reactivate(*, actor: Membership, membership: Membership) -> Membership:
    member = _locked_member(actor, membership.pk)
    if not member.is_active:
        member.is_active = True
        member.save(update_fields=["is_active"])
        ledger.record("member.reactivated", actor=actor, target=member.name)
    return member


def _locked_member(actor: Membership, member_id: UUID) -> Membership:
    """The member, with all role changes of the organisation waiting in line; nobody acts on someone above."""
    Organization.objects.select_for_update(no_key=True).get(pk=current_organization_id())
    fresh_actor = Membership.objects.get(pk=actor.pk)
    member = Membership.objects.select_related("user").get(pk=member_id)
    if not has_perm(fresh_actor, Perm.MANAGE_PEOPLE) or rank(member.role) > rank(fresh_actor.role):
        raise ValidationError(_("You cannot change someone whose role is above yours."), code="role")
    return member


def _keep_an_owner(member: Membership) -> None:
    """Refuse to take the last owner's place away."""
    others = Membership.objects.filter(role=Role.OWNER, is_active=True).exclude(pk=member.pk)
    if member.role == Role.OWNER and member.is_active and not others.exists():
        raise ValidationError(
            _("This is the only owner. Make another member an owner first, then try again."), code="last_owner"
        )


def touch(membership: Membership) -> None:
    """Remember that this organisation was the last one used."""
    Membership.objects.filter(pk=membership.pk).update(last_seen_at=now())
