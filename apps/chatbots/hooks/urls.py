from django.urls import path

from apps.chatbots.views import hooks

app_name = "hooks"
urlpatterns = [
    path("payments/", hooks.payments, name="payments"),
    path("events/", hooks.event, name="event"),
]
