"""Every address: a few without a zone, the rest below the zone's code."""

from django.conf.urls.i18n import i18n_patterns  # noqa: F401  (languages are chosen by cookie, not by address)
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LogoutView
from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

from zoneworks.doors.second_step import second_step
from zoneworks.kit.registry import faces, ledgers
from zoneworks.people.log_ins import log_ins
from zoneworks.site import views
from zoneworks.site.boards import views as boards
from zoneworks.site.boards.waiting import waiting_page
from zoneworks.site.operating.health import health
from zoneworks.site.search import search

zone_urls: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("", include("zoneworks.doors.urls")),
    path("boards/leader/", boards.leader_board, name="leader-board"),
    path("boards/officer/", boards.officer_board, name="officer-board"),
    path("boards/waiting/", waiting_page, name="waiting"),
    path("search/", search, name="search"),
    path("rules/", include("zoneworks.rulebook.urls")),
    path("measures/", include("zoneworks.measures.urls")),
    path("sources/", include("zoneworks.sources.urls")),
    path("api/v1/", include("zoneworks.api.urls")),
    path("check/", include("zoneworks.intake.checking.urls")),
    path("log/", include("zoneworks.engagements.urls")),
    path("compare/", include("zoneworks.intake.comparison.urls")),
    path("jobs/", include("zoneworks.jobs.urls")),
    path("intake/", include("zoneworks.intake.urls")),
    path("log-ins/", log_ins, name="log-ins"),
    path("trail/", include("zoneworks.people.urls")),
    *[path(f"facts/{face.slug}/", include(face.urls())) for face in faces],
    *[path(f"{ledger.slug}/", include(ledger.urls())) for ledger in ledgers],
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.start, name="start"),
    path("health/", health, name="health"),
    path("login/", views.LogIn.as_view(), name="login"),
    path("login/code/", second_step, name="second-step-login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("language/", login_not_required(set_language), name="set_language"),
    path("<slug:zone>/", include(zone_urls)),
]
