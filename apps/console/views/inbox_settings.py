"""What supervisors set for the inbox: the survey after closing."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.console.inbox_forms import SurveyForm
from apps.console.page import go, member, page
from apps.conversations.models import SurveyPolicy
from apps.organizations.ledger import record
from apps.organizations.permissions import Perm, requires


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Perm.MANAGE_TEAMS)
def survey(request: HttpRequest, slug: str) -> HttpResponse:
    """Whether customers are asked for a rating when their conversation is resolved."""
    form = SurveyForm(request.POST or None, instance=SurveyPolicy.objects.first())
    if form.is_valid():
        with transaction.atomic():
            saved = form.save()
            record("survey.saved", actor=member(request), target=str(saved))
        messages.success(request, _("The survey is saved."))
        return go(request, "survey")
    return page(request, "console/survey.html", "inbox_settings", status=422 if form.is_bound else 200, form=form)
