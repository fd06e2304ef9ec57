"""Pages of other apps, dressed like our own."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.http import HttpRequest
from django_q.admin import FailAdmin, QueueAdmin, ScheduleAdmin, TaskAdmin
from django_q.models import Failure, OrmQ, Schedule, Success
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from connections.adminbase import ModelAdmin, ReadOnlyAdmin

for model in (User, Group, Failure, OrmQ, Schedule, Success):
    if admin.site.is_registered(model):
        admin.site.unregister(model)


@admin.register(User)
class UserAdmin(DjangoUserAdmin, ModelAdmin):
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin, ModelAdmin):
    pass


@admin.register(Schedule)
class ReadOnlyScheduleAdmin(ReadOnlyAdmin, ScheduleAdmin):
    """The timetable is made by code: one row that cannot be read would stop all of them."""

    list_display = ["name", "func", "minutes", "next_run", "get_last_run"]
    list_filter: list[Any] = []
    list_display_links = ["name"]


@admin.register(OrmQ)
class ReadOnlyQueueAdmin(ReadOnlyAdmin, QueueAdmin):
    list_filter: list[Any] = []


@admin.register(Success)
class ReadOnlySuccessAdmin(ReadOnlyAdmin, TaskAdmin):
    list_filter: list[Any] = []
    actions: list[Any] = []


@admin.register(Failure)
class FailedTaskAdmin(ModelAdmin, FailAdmin):
    """Failed tasks can be looked at and removed; what had to be done is in our own tables."""

    list_filter: list[Any] = []
    actions: list[Any] = []

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
