"""A small site with tenant pages that tell what they see."""

from django.http import HttpResponse, JsonResponse
from django.template import engines
from django.template.response import TemplateResponse
from django.urls import include, path

from apps.organizations.models import Membership
from apps.organizations.tenancy import active_scope, current_organization_id


def seen(request, slug):
    members = [str(key) for key in Membership.objects.values_list("pk", flat=True)]
    return JsonResponse({"organization": str(current_organization_id()), "members": members})


def lazily_rendered(request, slug):
    template = engines["django"].from_string("{% for member in members %}{{ member.pk }};{% endfor %}")
    return TemplateResponse(request, template, {"members": Membership.objects.all})


def open_page(request):
    return HttpResponse(hasattr(request, "organization"))


def scope_of_staff(request):
    return HttpResponse(active_scope().reason)


urlpatterns = [
    path("o/<slug:slug>/seen/", seen),
    path("o/<slug:slug>/lazy/", lazily_rendered),
    path("open/", open_page),
    path("backoffice/", scope_of_staff),
    path("accounts/", include("apps.accounts.urls")),
    path("", include("apps.organizations.urls")),
]
