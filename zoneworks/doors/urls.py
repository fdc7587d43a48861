"""Addresses of one's own log-in, below `/<zone>/`."""

from django.urls import URLPattern, path

from zoneworks.doors import account
from zoneworks.doors.password import ChangePassword

urlpatterns: list[URLPattern] = [
    path("account/", account.account, name="account"),
    path("account/sessions/end/", account.end_session, name="end-session"),
    path("account/sessions/end-others/", account.end_other_sessions, name="end-other-sessions"),
    path("password/", ChangePassword.as_view(), name="password"),
]
