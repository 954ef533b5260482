"""What a member sees of their own place in the team: the presence switch, and what they are known to be good at."""

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.preference_views import came_from
from apps.organizations.permissions import Perm, requires
from apps.teams import services
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


@require_safe
@requires(Perm.REPLY)
def my_skills(request: HttpRequest, slug: str) -> HttpResponse:
    """One's own skills with their levels, and the queues that are closed for lack of one. Who leads the team sets them:
    skills decide what somebody may take."""
    me = request.membership  # type: ignore[attr-defined]
    mine = Queue.objects.of_member(me)
    closed = mine.exclude(pk__in=mine.within_skills_of(me)).order_by("name")
    context = {
        "skills": me.skills.select_related("skill").order_by("-level", "skill__name"),
        "closed": closed.prefetch_related("required_skills__skill"),
    }
    return TemplateResponse(request, "teams/_my_skills.html", context)
