from django.urls import path

from apps.desk import views

app_name = "desk"
urlpatterns = [
    path("", views.dashboard, name="dashboard"),
    path("queue/", views.queue, name="queue"),
    path("notifications/", views.notifications, name="notifications"),
    path("conversations/", views.inbox, name="inbox"),
    path("conversations/<uuid:conversation_id>/", views.inbox, name="conversation"),
]
