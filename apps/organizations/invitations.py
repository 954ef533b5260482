"""Invitations by e-mail: the link's token is in the e-mail only, works once and for seven days."""

from typing import NoReturn

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.accounts import mail, tasks
from apps.accounts.models import User
from apps.accounts.services import create_user
from apps.core.clock import now
from apps.core.events import publish
from apps.core.ratelimit import Limit, hit
from apps.organizations import ledger
from apps.organizations.events import MembershipCreated
from apps.organizations.models import Invitation, Membership
from apps.organizations.services import require_grantable
from apps.organizations.tenancy import platform_scope, tenant_scope

INVITES_BY_ORGANIZATION = Limit("invite", times=100, seconds=3600)


class InvitationRefused(ValidationError):
    """One sentence that says what to do."""


@transaction.atomic
def invite(*, actor: Membership, email: str, role: str) -> Invitation:
    """Offer a place; an open invitation of the same address is renewed with the new role."""
    address = email.strip().lower()
    require_grantable(actor, role)
    if Membership.objects.filter(user__email=address, is_active=True).exists():
        raise ValidationError({"email": _("This person is already in your team.")}, code="member")
    open_ones = Invitation.objects.select_for_update().filter(email=address, accepted_at=None)
    invitation = open_ones.first() or Invitation(email=address)
    invitation.role, invitation.invited_by = role, actor
    _save_and_send(invitation, actor)
    ledger.record("member.invited", actor=actor, target=address, role=role)
    return invitation


@transaction.atomic
def resend(*, actor: Membership, invitation: Invitation) -> Invitation:
    """A new link; the old one stops working."""
    found = _open(invitation, actor)
    _save_and_send(found, actor)
    ledger.record("member.invited_again", actor=actor, target=found.email)
    return found


@transaction.atomic
def revoke(*, actor: Membership, invitation: Invitation) -> None:
    found = _open(invitation, actor)
    found.delete()
    ledger.record("member.invitation_revoked", actor=actor, target=invitation.email)


def _open(invitation: Invitation, actor: Membership) -> Invitation:
    found = Invitation.objects.select_for_update().filter(pk=invitation.pk, accepted_at=None).first()
    if found is None:
        raise InvitationRefused(_("This invitation was already accepted or withdrawn."))
    require_grantable(actor, found.role)
    return found


def _save_and_send(invitation: Invitation, actor: Membership) -> None:
    if not hit(INVITES_BY_ORGANIZATION, actor.organization_id).allowed:
        raise ValidationError(_("Too many invitations in one hour. Try again a little later."), code="rate_limited")
    token = invitation.renew_token()
    try:
        with transaction.atomic():
            invitation.save()
    except IntegrityError:
        raise ValidationError({"email": _("This person was invited a moment ago.")}, code="twice") from None
    _send(invitation, actor, token)


def _send(invitation: Invitation, actor: Membership, token: str) -> None:
    """In the language of the account that has this e-mail, else in the organisation's."""
    user = User.objects.filter(email=invitation.email).first()
    context = {
        "invitation": invitation,
        "organization": actor.organization,
        "inviter": actor.name,
        "link": mail.absolute(reverse("organizations:accept", kwargs={"token": token})),
    }
    language = user.language if user else actor.organization.language
    composed = mail.compose("organizations/invitation", to=invitation.email, language=language, context=context)
    mail.enqueue(tasks.deliver_mail, composed)


def look_up(token: str) -> Invitation:
    """The open invitation of a link, with its organisation; raises InvitationRefused."""
    with platform_scope(reason="the token of an invitation decides which tenant is joined"):
        found = (
            Invitation.objects.select_related("organization").filter(token_hash=Invitation.hash_token(token)).first()
        )
    if found is None or not found.organization.is_active:
        _refuse()
    if found.accepted_at is not None:
        raise InvitationRefused(_("This invitation was already used. Log in with your e-mail and password."))
    if not found.is_open:
        raise InvitationRefused(_("This invitation has expired. Ask for a new one."))
    return found


def _refuse() -> NoReturn:
    raise InvitationRefused(_("This invitation is not valid any more. Ask whoever invited you for a new one."))


@transaction.atomic
def accept_as_new(*, token: str, full_name: str, password: str) -> Membership:
    """Create the account of the invited address and join."""
    invitation = _claim(look_up(token))
    language = invitation.organization.language
    user = create_user(email=invitation.email, password=password, full_name=full_name, language=language)
    return _join(invitation, user)


@transaction.atomic
def accept(*, token: str, user: User) -> Membership:
    """Join with an existing account; raises InvitationRefused when the invitation is for another address."""
    invitation = look_up(token)
    if user.email != invitation.email:
        raise InvitationRefused(
            _("This invitation is for %(email)s. Log out, then open the link again.") % {"email": invitation.email}
        )
    return _join(_claim(invitation), user)


def _claim(invitation: Invitation) -> Invitation:
    """Use it up: one of parallel requests wins, the others wait here and are refused."""
    with tenant_scope(invitation.organization_id):
        unused = Invitation.objects.filter(pk=invitation.pk, token_hash=invitation.token_hash, accepted_at=None)
        if not unused.update(accepted_at=now()):
            _refuse()
    return invitation


def _join(invitation: Invitation, user: User) -> Membership:
    with tenant_scope(invitation.organization_id):
        member, created = Membership.objects.get_or_create(user=user, defaults={"role": invitation.role})
        if created or not member.is_active:
            member.role, member.is_active = invitation.role, True
        member.last_seen_at = now()
        member.save()
        ledger.record("member.joined", actor=member, target=member.name, role=member.role)
        publish(MembershipCreated(organization_id=member.organization_id, membership_id=member.pk))
    return member
