from django.urls import path

from apps.conversations.views import composing, details, reading, writing

app_name = "conversations"
urlpatterns = [
    path("", reading.conversation_list, name="list"),
    path("counts/", reading.counts, name="counts"),
    path("catchup/", reading.catchup, name="catchup"),
    path("messages/<uuid:message_id>/react/", writing.react, name="react"),
    path("messages/<uuid:message_id>/pix.svg", reading.pix_code, name="pix_code"),
    path("messages/<uuid:message_id>/resend/", writing.resend, name="resend"),
    path("colleagues/", details.colleagues, name="colleagues"),
    path("views/", details.view_keep, name="view_keep"),
    path("views/<uuid:view_id>/delete/", details.view_delete, name="view_delete"),
    path("<uuid:conversation_id>/", reading.thread, name="thread"),
    path("<uuid:conversation_id>/snooze/", details.snooze, name="snooze"),
    path("<uuid:conversation_id>/wake/", details.wake, name="wake"),
    path("<uuid:conversation_id>/schedule/", details.schedule, name="schedule"),
    path("<uuid:conversation_id>/schedule/cancel/", details.schedule_cancel, name="schedule_cancel"),
    path("<uuid:conversation_id>/tags/", details.tags, name="tags"),
    path("<uuid:conversation_id>/contact/edit/", details.contact_edit, name="contact_edit"),
    path("<uuid:conversation_id>/unsent/", details.unsent, name="unsent"),
    path("<uuid:conversation_id>/canned/", details.canned, name="canned"),
    path("<uuid:conversation_id>/older/", reading.older, name="older"),
    path("<uuid:conversation_id>/contact/", reading.contact, name="contact"),
    path("<uuid:conversation_id>/unread/", reading.unread, name="unread"),
    path("<uuid:conversation_id>/send/", writing.send, name="send"),
    path("<uuid:conversation_id>/upload/", writing.upload, name="upload"),
    path("<uuid:conversation_id>/format/", composing.formatted, name="format"),
    path("<uuid:conversation_id>/compose/<slug:kind>/", composing.compose, name="compose"),
    path("<uuid:conversation_id>/compose/<slug:kind>/preview/", composing.preview, name="compose-preview"),
    path("<uuid:conversation_id>/templates/", composing.templates, name="templates"),
    path("<uuid:conversation_id>/templates/<uuid:template_id>/", composing.template, name="template"),
    path(
        "<uuid:conversation_id>/templates/<uuid:template_id>/preview/",
        composing.template_preview,
        name="template-preview",
    ),
    path("<uuid:conversation_id>/note/", writing.note, name="note"),
    path("<uuid:conversation_id>/close/", writing.close, name="close"),
    path("<uuid:conversation_id>/reopen/", writing.reopen, name="reopen"),
]
