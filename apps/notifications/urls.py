from django.urls import path

from apps.notifications import views

app_name = "notifications"
urlpatterns = [
    path("counts/", views.counts, name="counts"),
    path("panel/", views.panel, name="panel"),
    path("read/", views.read_all, name="read_all"),
    path("preferences/", views.preferences, name="preferences"),
    path("<uuid:notification_id>/", views.follow, name="follow"),
    path("<uuid:notification_id>/read/", views.read, name="read"),
]
