from django.urls import path

from apps.media import views

app_name = "media"
urlpatterns = [path("<uuid:file_id>/", views.file, name="file")]
