from django.contrib import admin

from apps.core.backoffice import BackofficeAdmin
from apps.routing.models import NumberRoute


@admin.register(NumberRoute)
class NumberRouteBackoffice(BackofficeAdmin):
    list_display = ("number", "queue", "organization")
    list_select_related = ("number", "queue", "organization")
    search_fields = ("number__display_phone",)
