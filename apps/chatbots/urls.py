from django.urls import path

from apps.chatbots.views import bots, flows, nodes, outline, publishing, replay, transfer, triggers, trying

app_name = "chatbots"
urlpatterns = [
    path("", bots.bot_list, name="bots"),
    path("new/", bots.bot_new, name="bot_new"),
    path("import/", transfer.import_bot, name="import"),
    path("<uuid:bot_id>/", bots.bot, name="bot"),
    path("<uuid:bot_id>/settings/", bots.bot_edit, name="bot_edit"),
    path("<uuid:bot_id>/switch/", bots.bot_switch, name="bot_switch"),
    path("<uuid:bot_id>/flows/new/", flows.flow_new, name="flow_new"),
    path("<uuid:bot_id>/triggers/", triggers.trigger_list, name="triggers"),
    path("<uuid:bot_id>/triggers/new/", triggers.trigger_new, name="trigger_new"),
    path("triggers/<uuid:trigger_id>/", triggers.trigger, name="trigger"),
    path("triggers/<uuid:trigger_id>/delete/", triggers.trigger_delete, name="trigger_delete"),
    path("sessions/<uuid:session_id>/", replay.session, name="session"),
    path("sessions/<uuid:session_id>/graph/", replay.session_graph, name="session_graph"),
    path("flows/<uuid:flow_id>/", flows.flow, name="flow"),
    path("flows/<uuid:flow_id>/settings/", flows.flow_edit, name="flow_edit"),
    path("flows/<uuid:flow_id>/draft/", flows.draft, name="draft"),
    path("flows/<uuid:flow_id>/problems/", flows.problems, name="problems"),
    path("flows/<uuid:flow_id>/variables/", flows.variables, name="variables"),
    path("flows/<uuid:flow_id>/export/", transfer.export, name="export"),
    path("flows/<uuid:flow_id>/steps/<str:node_id>/", nodes.node, name="node"),
    path("flows/<uuid:flow_id>/steps/<str:node_id>/try/", trying.node_try, name="node_try"),
    path("flows/<uuid:flow_id>/outline/", outline.outline, name="outline"),
    path("flows/<uuid:flow_id>/outline/add/", outline.step_add, name="step_add"),
    path("flows/<uuid:flow_id>/outline/order/", outline.step_order, name="step_order"),
    path("flows/<uuid:flow_id>/outline/<str:node_id>/", outline.step_change, name="step_change"),
    path("flows/<uuid:flow_id>/publish/", publishing.publish, name="publish"),
    path("flows/<uuid:flow_id>/versions/", publishing.versions, name="versions"),
    path("flows/<uuid:flow_id>/versions/<uuid:version_id>/", publishing.version, name="version"),
    path("flows/<uuid:flow_id>/versions/<uuid:version_id>/rollback/", publishing.rollback, name="rollback"),
]
