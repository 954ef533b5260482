"""People who are logged in: session cookies of the demo's members."""

from django.conf import settings
from django.test import Client

from apps.accounts.models import User
from benchmarks.house import House


def cookie(house: House, number: int) -> str:
    """The cookie header of the demo's `number`-th login, from a session of its own."""
    login = house.demo["logins"][number % len(house.demo["logins"])]
    client = Client()
    client.force_login(User.objects.get(email=login["email"]))
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
