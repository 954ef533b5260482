"""Where everything is. Tenant pages live under `/o/<slug>/`."""

from django.contrib import admin
from django.urls import include, path

tenant_patterns = [
    path("desk/", include("apps.desk.urls")),
    path("console/", include("apps.console.urls")),
    path("conversations/", include("apps.conversations.urls")),
    path("routing/", include("apps.routing.urls")),
    path("teams/", include("apps.teams.urls")),
    path("bots/", include("apps.chatbots.urls")),
    path("media/", include("apps.media.urls")),
    path("notifications/", include("apps.notifications.urls")),
]

urlpatterns = [
    path("", include("apps.organizations.urls")),
    path("accounts/", include("apps.accounts.urls")),
    path("o/<slug:slug>/", include(tenant_patterns)),
    path("hooks/<slug:slug>/", include("apps.chatbots.hooks.urls")),
    path("", include("apps.ops.urls")),
    path("backoffice/", admin.site.urls),
]
