from django.urls import path

from apps.desk import records, views

app_name = "desk"
urlpatterns = [
    path("", views.dashboard, name="dashboard"),
    path("queue/", views.queue, name="queue"),
    path("notifications/", views.notifications, name="notifications"),
    path("conversations/", views.inbox, name="inbox"),
    path("conversations/<uuid:conversation_id>/", views.inbox, name="conversation"),
    path("history/", records.closed, name="history"),
    path("history/<uuid:conversation_id>/", records.closed_one, name="closed"),
    path("completed/", records.completed, name="completed"),
]
