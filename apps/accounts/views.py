"""Pages of one's own account: in, out, new account, new password."""

from itertools import chain
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, views
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse_lazy
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.generic import FormView, UpdateView

from apps.accounts import limits, mail, services, tasks
from apps.accounts.forms import ChangePasswordForm, ForgottenPasswordForm, LoginForm, ProfileForm, RegisterForm
from apps.accounts.models import User
from apps.accounts.preferences import remember_language, remember_theme
from apps.core.ratelimit import client_address, set_headers

BACKEND = "django.contrib.auth.backends.ModelBackend"


def enter(request: HttpRequest, user: User, address: str) -> HttpResponse:
    """Log in with a new session and go to `address`, taking the user's language and theme along."""
    login(request, user, backend=BACKEND)
    response = HttpResponseRedirect(address)
    remember_language(response, user.language)
    if user.theme != User.Theme.AUTO:
        remember_theme(response, user.theme)
    return response


class ProfilePage(LoginRequiredMixin, UpdateView[User, ProfileForm]):
    """Own name, language and appearance. The e-mail is the login and stays."""

    template_name = "accounts/profile.html"
    form_class = ProfileForm
    context_object_name = "profile"
    success_url = reverse_lazy("accounts:profile")

    def get_object(self, queryset: Any = None) -> User:
        """A fresh one: the page's own user keeps the stored name while the form is being corrected."""
        return User.objects.get(pk=str(self.request.user.pk))

    def form_valid(self, form: ProfileForm) -> HttpResponse:
        response = super().form_valid(form)
        with override(form.instance.language):
            messages.success(self.request, _("Your profile is saved."))
        remember_language(response, form.instance.language)
        remember_theme(response, form.instance.theme)
        return response


class LimitedFormMixin:
    """Answers 429 with the filled form when a limit refused it."""

    def form_invalid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_invalid(form)  # type: ignore[misc]
        for error in chain.from_iterable(form.errors.as_data().values()):
            if isinstance(error, limits.TooManyAttempts):
                response.status_code = 429
                set_headers(response, error.verdict)
        return response

    def invalid(self, form: Any, error: ValidationError) -> HttpResponse:
        form.add_error(None, error)
        return self.form_invalid(form)


class LoginPage(LimitedFormMixin, views.LoginView):
    template_name = "accounts/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True

    def form_valid(self, form: Any) -> HttpResponse:
        return enter(self.request, form.get_user(), self.get_success_url())


class LogoutPage(views.LogoutView):
    """POST only; the user's sockets close, those of other devices come back by themselves."""

    next_page = "accounts:login"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if isinstance(request.user, User):
            services.end_sessions(request.user)
        return super().post(request, *args, **kwargs)


class RegisterPage(LimitedFormMixin, FormView[RegisterForm]):
    template_name = "accounts/register.html"
    form_class = RegisterForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            return redirect(settings.LOGIN_REDIRECT_URL)
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: RegisterForm) -> HttpResponse:
        try:
            limits.guard((limits.REGISTER_BY_ADDRESS, client_address(self.request)))
            user, start = services.register(**form.cleaned_data, language=get_language() or settings.LANGUAGE_CODE)
        except ValidationError as error:
            return self.invalid(form, error)
        return enter(self.request, user, start)


class ForgottenPasswordPage(LimitedFormMixin, FormView[ForgottenPasswordForm]):
    """The same answer for every address: a worker finds out whether there is an account."""

    template_name = "accounts/password_reset.html"
    form_class = ForgottenPasswordForm
    success_url = reverse_lazy("accounts:password_reset_done")

    def form_valid(self, form: ForgottenPasswordForm) -> HttpResponse:
        email = form.cleaned_data["email"].lower()
        try:
            limits.guard((limits.RESET_BY_ADDRESS, client_address(self.request)), (limits.RESET_BY_ACCOUNT, email))
        except limits.TooManyAttempts as error:
            return self.invalid(form, error)
        mail.enqueue(tasks.send_password_reset, email)
        return super().form_valid(form)


class ForgottenPasswordDone(views.PasswordResetDoneView):
    template_name = "accounts/password_reset_done.html"


class NewPasswordPage(views.PasswordResetConfirmView):
    """Behind the link of the e-mail."""

    template_name = "accounts/password_reset_confirm.html"
    success_url = reverse_lazy("accounts:password_reset_complete")

    @transaction.atomic
    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        services.password_changed(form.user)
        return response


class NewPasswordDone(views.PasswordResetCompleteView):
    template_name = "accounts/password_reset_complete.html"


class ChangePasswordPage(LimitedFormMixin, views.PasswordChangeView):
    """This session stays, all others end."""

    template_name = "accounts/password_change.html"
    form_class = ChangePasswordForm
    success_url = reverse_lazy("organizations:home")

    @transaction.atomic
    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        services.password_changed(form.user)
        messages.success(self.request, _("Your password is changed. Other devices were logged out."))
        return response
