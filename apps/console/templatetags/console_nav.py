"""The console's menu for pages of lower apps, which may not import it."""

from typing import Any, cast

from django import template
from django.http import HttpRequest

from apps.console.nav import build_nav

register = template.Library()


@register.simple_tag(takes_context=True)
def console_nav(context: template.Context, active: str) -> list[dict[str, Any]]:
    """Rows of the sidebar with `active` marked."""
    return build_nav(cast(HttpRequest, context["request"]), active)
