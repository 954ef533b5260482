"""The one view, and PyTake's own addresses so that its rows can name them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path

from apps.conversations.models import Conversation
from apps.organizations.tenancy import platform_scope
from pytake.urls import urlpatterns as pytake_patterns


def fifty(request: HttpRequest, slug: str) -> HttpResponse:
    with platform_scope(reason="the bench's reference page shows the only tenant there is"):
        rows = Conversation.objects.live().for_rows().order_by("-last_message_at", "-id")[:50]
        return render(request, "fifty.html", {"conversations": rows, "slug": slug})


urlpatterns = [path("plain/<slug:slug>/", fifty), path("", include(pytake_patterns))]
