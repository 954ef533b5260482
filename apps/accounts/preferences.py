"""Cookies of the choices a page needs before it knows the user."""

from django.conf import settings
from django.http import HttpResponseBase

THEME_COOKIE = "theme"
_YEAR = 365 * 24 * 3600


def remember_language(response: HttpResponseBase, language: str) -> None:
    _remember(response, settings.LANGUAGE_COOKIE_NAME, language)


def remember_theme(response: HttpResponseBase, theme: str) -> None:
    """The page's own script reads and writes this one too."""
    _remember(response, THEME_COOKIE, theme, httponly=False)


def _remember(response: HttpResponseBase, name: str, choice: str, *, httponly: bool = True) -> None:
    response.set_cookie(
        name, choice, max_age=_YEAR, samesite="Lax", httponly=httponly, secure=settings.SESSION_COOKIE_SECURE
    )
