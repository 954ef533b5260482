"""People: who is in the team, with which role, and who was invited."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from apps.console import selectors
from apps.console.forms import InviteForm, role_choices
from apps.console.page import go, member, page
from apps.organizations import invitations, services
from apps.organizations.models import Invitation, Membership
from apps.organizations.permissions import Perm, requires


@require_safe
@requires(Perm.MANAGE_PEOPLE)
def people(request: HttpRequest, slug: str) -> HttpResponse:
    return _people_page(request, InviteForm(actor=member(request)))


def _people_page(request: HttpRequest, form: InviteForm, status: int = 200) -> HttpResponse:
    actor = member(request)
    rows = [(person, services.rank(person.role) <= services.rank(actor.role)) for person in selectors.people_rows()]
    pending = Invitation.objects.filter(accepted_at=None).select_related("invited_by__user").order_by("-created_at")
    return page(
        request,
        "console/people.html",
        "people",
        status=status,
        form=form,
        people=rows,
        pending=list(pending),
        roles=role_choices(actor),
    )


@require_POST
@requires(Perm.MANAGE_PEOPLE)
def invite(request: HttpRequest, slug: str) -> HttpResponse:
    form = InviteForm(request.POST, actor=member(request))
    if not form.is_valid():
        return _people_page(request, form, status=422)
    try:
        sent = invitations.invite(actor=member(request), **form.cleaned_data)
    except ValidationError as error:
        form.add_error(None, error)
        return _people_page(request, form, status=422)
    messages.success(request, _("Invitation sent to %(email)s.") % {"email": sent.email})
    return go(request, "people")


@require_POST
@requires(Perm.MANAGE_PEOPLE)
def invitation_resend(request: HttpRequest, slug: str, invitation_id: UUID) -> HttpResponse:
    found = get_object_or_404(Invitation, pk=invitation_id)
    try:
        invitations.resend(actor=member(request), invitation=found)
        messages.success(request, _("Sent again to %(email)s; the old link no longer works.") % {"email": found.email})
    except ValidationError as error:
        messages.error(request, error.messages[0])
    return go(request, "people")


@require_POST
@requires(Perm.MANAGE_PEOPLE)
def invitation_revoke(request: HttpRequest, slug: str, invitation_id: UUID) -> HttpResponse:
    found = get_object_or_404(Invitation, pk=invitation_id)
    try:
        invitations.revoke(actor=member(request), invitation=found)
        messages.success(request, _("The invitation of %(email)s was withdrawn.") % {"email": found.email})
    except ValidationError as error:
        messages.error(request, error.messages[0])
    return go(request, "people")


@require_POST
@requires(Perm.MANAGE_PEOPLE)
def change_role(request: HttpRequest, slug: str, membership_id: UUID) -> HttpResponse:
    person = get_object_or_404(Membership.objects.select_related("user"), pk=membership_id)
    role = request.POST.get("role", "")
    try:
        if role not in dict(role_choices(member(request))):
            raise ValidationError(_("Choose one of the roles you may give."))
        changed = services.change_role(actor=member(request), membership=person, role=role)
        told = {"name": person.name, "role": changed.get_role_display()}
        messages.success(request, _("%(name)s is now %(role)s.") % told)
    except ValidationError as error:
        messages.error(request, error.messages[0])
    return go(request, "people")


@require_POST
@requires(Perm.MANAGE_PEOPLE)
def deactivate(request: HttpRequest, slug: str, membership_id: UUID) -> HttpResponse:
    person = get_object_or_404(Membership.objects.select_related("user"), pk=membership_id)
    try:
        services.deactivate(actor=member(request), membership=person)
        messages.success(request, _("%(name)s no longer has access.") % {"name": person.name})
    except ValidationError as error:
        messages.error(request, error.messages[0])
    return go(request, "people")


@require_POST
@requires(Perm.MANAGE_PEOPLE)
def reactivate(request: HttpRequest, slug: str, membership_id: UUID) -> HttpResponse:
    person = get_object_or_404(Membership.objects.select_related("user"), pk=membership_id)
    try:
        services.reactivate(actor=member(request), membership=person)
        messages.success(request, _("%(name)s has access again.") % {"name": person.name})
    except ValidationError as error:
        messages.error(request, error.messages[0])
    return go(request, "people")
