"""One's own profile: details, picture, password, preferences; each part is a form of its own on one page."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts import pictures, services
from apps.accounts.forms import ChangePasswordForm
from apps.accounts.models import Picture, User
from apps.accounts.preferences import remember_language, remember_theme
from apps.conversations.pages import membership_of
from apps.desk.forms import DetailsForm, PreferencesForm
from apps.desk.nav import nav_for
from apps.media import images
from apps.organizations.models import Membership
from apps.organizations.permissions import Perm, requires

LARGEST = 5 * 1024 * 1024
# Parts that other apps own; each is fetched by its address when there is one.
SLOTS = ("teams:my_skills",)


def _me(request: HttpRequest) -> User:
    """A fresh one: the page's own user keeps the stored values while a form is being corrected."""
    return User.objects.get(pk=membership_of(request).user_id)


def _page(request: HttpRequest, slug: str, bound: dict[str, BaseForm], status: int = 200) -> HttpResponseBase:
    me = _me(request)
    forms: dict[str, Any] = {
        "details": DetailsForm(instance=me),
        "password": _calm(ChangePasswordForm(me)),
        "preferences": PreferencesForm(instance=me),
    }
    context = {
        "nav": nav_for(request, "profile"),
        "me": me,
        "forms": {**forms, **bound},
        "slots": [address for name in SLOTS if (address := _address(name, slug))],
    }
    return TemplateResponse(request, "desk/profile.html", context, status=status)


def _calm(form: BaseForm) -> BaseForm:
    """Without the focus that a page of its own would take."""
    form.fields["old_password"].widget.attrs.pop("autofocus", None)
    return form


def _address(name: str, slug: str) -> str:
    try:
        return reverse(name, kwargs={"slug": slug})
    except NoReverseMatch:
        return ""


def _back(request: HttpRequest, slug: str, said: str) -> HttpResponse:
    messages.success(request, said)
    return redirect(reverse("desk:profile", kwargs={"slug": slug}))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Perm.USE_DESK)
def profile(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The page; a POST saves name, e-mail and phone."""
    if request.method != "POST":
        return _page(request, slug, {})
    form = DetailsForm(request.POST, instance=_me(request))
    if form.is_valid() and _save_details(form):
        return _back(request, slug, _("Your profile is saved."))
    return _page(request, slug, {"details": form}, 422)


@transaction.atomic
def _save_details(form: DetailsForm) -> bool:
    me, wanted = form.instance, form.cleaned_data["email"]
    if form.changes_email:
        me.email = form.before
        try:
            services.change_email(me, wanted)
        except ValidationError as error:
            form.add_error("email", error)
            return False
    User.objects.filter(pk=me.pk).update(full_name=me.full_name, phone=me.phone)
    return True


@require_POST
@requires(Perm.USE_DESK)
def password(request: HttpRequest, slug: str) -> HttpResponseBase:
    """This session stays, all others end."""
    form = ChangePasswordForm(_me(request), request.POST)
    if not form.is_valid():
        return _page(request, slug, {"password": form}, 422)
    with transaction.atomic():
        me = form.save()
        update_session_auth_hash(request, me)
        services.password_changed(me)
    return _back(request, slug, _("Your password is changed. Other devices were logged out."))


@require_POST
@requires(Perm.USE_DESK)
def preferences(request: HttpRequest, slug: str) -> HttpResponseBase:
    form = PreferencesForm(request.POST, instance=_me(request))
    if not form.is_valid():
        return _page(request, slug, {"preferences": form}, 422)
    me = form.save()
    with override(me.language):
        response = _back(request, slug, _("Your preferences are saved."))
    remember_language(response, me.language)
    remember_theme(response, me.theme)
    return response


@require_POST
def shortcuts(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The switch of the keyboard help: `on` or anything else."""
    services.set_shortcuts(_me(request), request.POST.get("wanted") == "on")
    return HttpResponse(status=204)


@require_POST
@requires(Perm.USE_DESK)
def picture_upload(request: HttpRequest, slug: str) -> HttpResponseBase:
    """A picture, or none when `remove` was pressed."""
    me = _me(request)
    if "remove" in request.POST:
        pictures.forget(me)
        return _back(request, slug, _("Your picture is removed."))
    file = request.FILES.get("picture")
    try:
        if file is None or (file.size or 0) > LARGEST:
            raise ValidationError(_("Choose a picture of up to 5 MB."))
        pictures.keep(me, images.rewrite(file.read()).data)
    except ValidationError as error:
        messages.error(request, error.messages[0])
        return redirect(reverse("desk:profile", kwargs={"slug": slug}))
    return _back(request, slug, _("Your picture is saved."))


@require_GET
def picture(request: HttpRequest, slug: str, membership_id: UUID) -> HttpResponseBase:
    """The picture of somebody of this company. Its address names its version, so it may be kept."""
    colleague = Membership.objects.filter(pk=membership_id).values_list("user", flat=True).first()
    found = Picture.objects.filter(user=colleague).first() if colleague else None
    if found is None:
        raise Http404
    headers = {"Cache-Control": "private, max-age=604800", "X-Content-Type-Options": "nosniff"}
    return HttpResponse(bytes(found.image), content_type=found.mime, headers=headers)
