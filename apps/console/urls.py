from django.urls import path

from apps.console.views import connect, dashboard, inbox, inbox_settings, numbers, people, settings, teams

app_name = "console"
urlpatterns = [
    path("", dashboard.dashboard, name="dashboard"),
    path("today/", dashboard.dashboard_today, name="dashboard_today"),
    path("conversations/", inbox.inbox, name="conversations"),
    path("conversations/<uuid:conversation_id>/", inbox.inbox, name="conversation"),
    path("numbers/", numbers.number_list, name="numbers"),
    path("numbers/connect/", connect.number_connect, name="number_connect"),
    path("numbers/<uuid:number_id>/", numbers.number, name="number"),
    path("numbers/<uuid:number_id>/webhook/", connect.number_webhook, name="number_webhook"),
    path("numbers/<uuid:number_id>/queue/", connect.number_queue, name="number_queue"),
    path("numbers/<uuid:number_id>/route/", numbers.number_route, name="number_route"),
    path("numbers/<uuid:number_id>/refresh/", numbers.number_refresh, name="number_refresh"),
    path("numbers/<uuid:number_id>/pause/", numbers.number_pause, name="number_pause"),
    path("numbers/<uuid:number_id>/resume/", numbers.number_resume, name="number_resume"),
    path("numbers/<uuid:number_id>/token/", numbers.number_token, name="number_token"),
    path("numbers/<uuid:number_id>/disconnect/", numbers.number_disconnect, name="number_disconnect"),
    path("people/", people.people, name="people"),
    path("people/invite/", people.invite, name="invite"),
    path("people/invitations/<uuid:invitation_id>/resend/", people.invitation_resend, name="invitation_resend"),
    path("people/invitations/<uuid:invitation_id>/revoke/", people.invitation_revoke, name="invitation_revoke"),
    path("people/<uuid:membership_id>/role/", people.change_role, name="change_role"),
    path("people/<uuid:membership_id>/deactivate/", people.deactivate, name="deactivate"),
    path("people/<uuid:membership_id>/reactivate/", people.reactivate, name="reactivate"),
    path("teams/", teams.teams, name="teams"),
    path("teams/departments/new/", teams.department_new, name="department_new"),
    path("teams/departments/<uuid:department_id>/", teams.department, name="department"),
    path("teams/departments/<uuid:department_id>/switch/", teams.department_switch, name="department_switch"),
    path("teams/queues/new/", teams.queue_new, name="queue_new"),
    path("teams/queues/<uuid:queue_id>/", teams.queue, name="queue"),
    path("teams/queues/<uuid:queue_id>/switch/", teams.queue_switch, name="queue_switch"),
    path("notifications/", settings.notifications, name="notifications"),
    path("inbox/survey/", inbox_settings.survey, name="survey"),
    path("settings/", settings.settings, name="settings"),
]
