from django.urls import path

from apps.desk import canned, palette, profile, records, stats, undoing, views

app_name = "desk"
urlpatterns = [
    path("", views.dashboard, name="dashboard"),
    path("queue/", views.queue, name="queue"),
    path("notifications/", views.notifications, name="notifications"),
    path("conversations/", views.inbox, name="inbox"),
    path("conversations/<uuid:conversation_id>/", views.inbox, name="conversation"),
    path("conversations/<uuid:conversation_id>/undo/", undoing.undo, name="undo"),
    path("canned/", canned.mine, name="canned"),
    path("canned/<uuid:canned_id>/delete/", canned.delete, name="canned_delete"),
    path("palette/", palette.palette, name="palette"),
    path("history/", records.closed, name="history"),
    path("history/<uuid:conversation_id>/", records.closed_one, name="closed"),
    path("completed/", records.completed, name="completed"),
    path("stats/", stats.stats, name="stats"),
    path("profile/", profile.profile, name="profile"),
    path("profile/password/", profile.password, name="password"),
    path("profile/preferences/", profile.preferences, name="preferences"),
    path("profile/shortcuts/", profile.shortcuts, name="shortcuts"),
    path("profile/picture/", profile.picture_upload, name="picture_upload"),
    path("people/<uuid:membership_id>/picture/", profile.picture, name="picture"),
]
