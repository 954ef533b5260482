from django.urls import path

from apps.routing import views

app_name = "routing"
urlpatterns = [
    path("pull/", views.pull, name="pull"),
    path("<uuid:conversation_id>/assign/", views.assign, name="assign"),
    path("<uuid:conversation_id>/transfer/", views.transfer, name="transfer"),
]
