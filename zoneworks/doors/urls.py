"""Addresses of one's own log-in, below `/<zone>/`."""

from django.urls import URLPattern, path

from zoneworks.doors import account, account_second, token_pages
from zoneworks.doors.password import ChangePassword

urlpatterns: list[URLPattern] = [
    path("account/", account.account, name="account"),
    path("account/sessions/end/", account.end_session, name="end-session"),
    path("account/sessions/end-others/", account.end_other_sessions, name="end-other-sessions"),
    path("account/second-step/", account_second.set_up, name="second-step"),
    path("account/second-step/codes/", account_second.renew_codes, name="renew-codes"),
    path("account/second-step/off/", account_second.take_off, name="second-step-off"),
    path("account/tokens/", token_pages.own_tokens, name="tokens"),
    path("account/tokens/revoke/", token_pages.revoke, name="revoke-token"),
    path("password/", ChangePassword.as_view(), name="password"),
]
