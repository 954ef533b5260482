from django.urls import path

from apps.organizations import views

app_name = "organizations"
urlpatterns = [
    path("", views.home, name="home"),
    path("organizations/", views.organization_list, name="list"),
    path("organizations/<slug:slug>/switch/", views.switch, name="switch"),
    path("o/<slug:slug>/", views.tenant_home, name="tenant_home"),
    path("invite/<str:token>/", views.AcceptInvitation.as_view(), name="accept"),
]
