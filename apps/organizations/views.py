"""Choosing an organisation and joining one."""

from typing import Any

from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render, resolve_url
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST
from django.views.generic import View

from apps.accounts.models import User
from apps.accounts.services import end_sessions
from apps.accounts.views import enter
from apps.organizations import invitations
from apps.organizations.forms import AcceptInvitationForm
from apps.organizations.models import Invitation, Membership
from apps.organizations.selectors import memberships_of, start_address
from apps.organizations.services import touch
from apps.organizations.tenancy import tenant_scope


@login_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Straight to the last used organisation."""
    memberships = memberships_of(request.user.pk)
    if memberships and not request.GET.get("choose"):
        return redirect(start_address(memberships[0]))
    return redirect("admin:index" if request.user.is_staff and not memberships else "organizations:list")


@require_GET
def tenant_home(request: HttpRequest, slug: str) -> HttpResponse:
    """`/o/<slug>/`, inside the tenant's scope: from now on the last used one."""
    membership: Membership = request.membership  # type: ignore[attr-defined]
    touch(membership)
    return redirect(start_address(membership))


@login_required
@require_GET
def organization_list(request: HttpRequest) -> HttpResponse:
    return render(request, "organizations/list.html", {"memberships": memberships_of(request.user.pk)})


@login_required
@require_POST
def switch(request: HttpRequest, slug: str) -> HttpResponse:
    """Make it the last used one and go there; 404 for others' organisations."""
    for membership in memberships_of(request.user.pk):
        if membership.organization.slug == slug:
            with tenant_scope(membership.organization_id):
                touch(membership)
            return redirect(start_address(membership))
    raise Http404


@method_decorator([never_cache, sensitive_post_parameters("password")], name="dispatch")
class AcceptInvitation(View):
    """Newcomers set a name and a password; whoever has an account logs in and joins with one click."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            self.invitation = invitations.look_up(kwargs["token"])
            return super().dispatch(request, *args, **kwargs)
        except invitations.InvitationRefused as error:
            return render(request, "organizations/accept_refused.html", {"sentence": error.messages[0]}, status=410)

    def get(self, request: HttpRequest, token: str) -> HttpResponseBase:
        if not request.user.is_authenticated and self._has_account():
            return redirect_to_login(request.path, resolve_url("accounts:login"))
        return self._page(AcceptInvitationForm(email=self.invitation.email))

    def post(self, request: HttpRequest, token: str) -> HttpResponseBase:
        if isinstance(request.user, User):
            return self._join(request.user, token)
        form = AcceptInvitationForm(request.POST, email=self.invitation.email)
        if not form.is_valid():
            return self._page(form)
        try:
            member = invitations.accept_as_new(token=token, **form.cleaned_data)
        except invitations.InvitationRefused:
            raise
        except ValidationError:
            return redirect_to_login(request.path, resolve_url("accounts:login"))
        return enter(request, member.user, start_address(member))

    def _join(self, user: User, token: str) -> HttpResponseBase:
        if self.request.POST.get("leave"):
            end_sessions(user)
            logout(self.request)
            return redirect(self.request.path)
        return redirect(start_address(invitations.accept(token=token, user=user)))

    def _page(self, form: AcceptInvitationForm) -> HttpResponse:
        invitation: Invitation = self.invitation
        context = {
            "invitation": invitation,
            "company": invitation.organization,
            "form": form,
            "is_for_someone_else": isinstance(self.request.user, User) and self.request.user.email != invitation.email,
        }
        return render(self.request, "organizations/accept.html", context)

    def _has_account(self) -> bool:
        return User.objects.filter(email=self.invitation.email).exists()
