"""What a member sees of their own place in the team: the presence switch, and what they are known to be good at."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.preference_views import came_from
from apps.organizations.permissions import Perm, requires
from apps.teams import services
from apps.teams.forms.agents import OwnSkillsForm
from apps.teams.models import Queue


@require_POST
@requires(Perm.REPLY)
def presence(request: HttpRequest, slug: str) -> HttpResponse:
    try:
        agent = services.set_presence(request.membership, request.POST.get("state", ""))  # type: ignore[attr-defined]
    except ValidationError as error:
        return HttpResponseBadRequest(error.messages[0])
    if not request.headers.get("HX-Request"):
        return redirect(came_from(request))
    return TemplateResponse(request, "teams/_presence.html", {"presence": agent})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Perm.REPLY)
def my_skills(request: HttpRequest, slug: str) -> HttpResponse:
    """One's own skills with their levels, and the queues that are closed for lack of one. Skills decide what somebody
    may take: who leads the team sets them, unless the company lets everybody set their own."""
    me = request.membership  # type: ignore[attr-defined]
    if request.method == "POST":
        return _save_my_skills(request, OwnSkillsForm(request.POST, membership=me))
    mine = Queue.objects.of_member(me)
    closed = mine.exclude(pk__in=mine.within_skills_of(me)).order_by("name")
    context = {
        "form": OwnSkillsForm(membership=me) if services.team_settings().own_skills else None,
        "skills": me.skills.select_related("skill").order_by("-level", "skill__name"),
        "closed": closed.prefetch_related("required_skills__skill"),
    }
    return TemplateResponse(request, "teams/_my_skills.html", context)


def _save_my_skills(request: HttpRequest, form: OwnSkillsForm) -> HttpResponse:
    if form.is_valid():
        form.save()
        messages.success(request, _("Your skills are saved."))
    else:
        messages.error(request, _("Choose a level of the list for each skill."))
    return redirect(came_from(request))
