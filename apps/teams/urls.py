from django.urls import path

from apps.teams import views

app_name = "teams"
urlpatterns = [
    path("presence/", views.presence, name="presence"),
    path("my-skills/", views.my_skills, name="my_skills"),
]
