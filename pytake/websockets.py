"""Where sockets are."""

from channels.routing import URLRouter

from django.urls import path

from apps.conversations.consumers import LiveConsumer

application = URLRouter([path("o/<slug:slug>/live/", LiveConsumer.as_asgi())])
