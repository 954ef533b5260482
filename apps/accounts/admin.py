from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Picture, User
from apps.core.backoffice import BackofficeAdmin


class NewUserForm(UserCreationForm):  # type: ignore[misc]
    class Meta:
        model = User
        fields = ("email", "full_name")


class ChangedUserForm(UserChangeForm):  # type: ignore[misc]
    class Meta:
        model = User
        fields = "__all__"
        field_classes: dict[str, type] = {}


@admin.register(User)
class UserBackoffice(UserAdmin, ModelAdmin):  # type: ignore[misc,type-arg]
    """People who log in. Passwords are set here, never seen."""

    form = ChangedUserForm
    add_form = NewUserForm
    change_password_form = AdminPasswordChangeForm
    paginator = BackofficeAdmin.paginator
    show_full_result_count = False
    list_disable_select_all = True
    actions = None
    list_display = ("email", "full_name", "is_active", "is_staff", "date_joined")
    list_filter = ("is_active", "is_staff", "language")
    search_fields = ("email", "full_name")
    ordering = ("-pk",)
    readonly_fields = ("last_login", "date_joined")
    filter_horizontal = ("groups",)
    fieldsets = (
        (None, {"fields": ("email", "password")}),
        (_("Profile"), {"fields": ("full_name", "language", "theme")}),
        (_("Back-office"), {"fields": ("is_active", "is_staff", "is_superuser", "groups")}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = ((None, {"classes": ("wide",), "fields": ("email", "full_name", "password1", "password2")}),)


@admin.register(Picture)
class PictureBackoffice(BackofficeAdmin):
    """Who has a picture; the picture itself is not shown."""

    organization_path = ""
    never_shown = ("image",)
    list_display = ("user", "mime")
    list_select_related = ("user",)
    search_fields = ("user__email",)


admin.site.unregister(Group)


@admin.register(Group)
class GroupBackoffice(GroupAdmin, ModelAdmin):  # type: ignore[misc]
    """Sets of back-office permissions for staff; companies' roles are not here."""
