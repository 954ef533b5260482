from django.urls import path

from apps.accounts import preference_views, views

app_name = "accounts"
urlpatterns = [
    path("login/", views.LoginPage.as_view(), name="login"),
    path("logout/", views.LogoutPage.as_view(), name="logout"),
    path("register/", views.RegisterPage.as_view(), name="register"),
    path("password/reset/", views.ForgottenPasswordPage.as_view(), name="password_reset"),
    path("password/reset/done/", views.ForgottenPasswordDone.as_view(), name="password_reset_done"),
    path("password/reset/<uidb64>/<token>/", views.NewPasswordPage.as_view(), name="password_reset_confirm"),
    path("password/reset/complete/", views.NewPasswordDone.as_view(), name="password_reset_complete"),
    path("password/change/", views.ChangePasswordPage.as_view(), name="password_change"),
    path("profile/", views.ProfilePage.as_view(), name="profile"),
    path("theme/", preference_views.theme, name="theme"),
    path("language/", preference_views.language, name="language"),
]
