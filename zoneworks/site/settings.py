"""Settings. Everything that differs between machines comes from the environment; see `docs/overview.md`."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from zoneworks.site.databases import described
from zoneworks.site.operating.logs import logging_settings

PACKAGE = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("ZONEWORKS_DATA", "var")).resolve()
"""Where database, attachments and the secret key live."""


def _secret_key() -> str:
    """Return the key of this installation: from the environment, or made once and kept beside the data."""
    if key := os.environ.get("ZONEWORKS_SECRET_KEY"):
        return key
    kept = DATA / "secret-key"
    if not kept.exists():
        DATA.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Written aside and linked into place: whoever is stopped in between leaves no empty key behind.
        aside = kept.with_name(f"{kept.name}.{secrets.token_hex(4)}")
        try:
            with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(50))
            with suppress(FileExistsError):
                kept.hardlink_to(aside)
        finally:
            aside.unlink(missing_ok=True)
    if not (key := kept.read_text()).strip():
        raise ImproperlyConfigured(
            f"{kept} is empty. Put the key back that was kept apart, or remove the file: a new one is made, and "
            "everybody logs in anew."
        )
    return key


def _flag(name: str, default: bool = False) -> bool:
    return os.environ.get(name, "1" if default else "0").lower() in {"1", "true", "yes", "on"}


SECRET_KEY = _secret_key()
DEBUG = _flag("ZONEWORKS_DEBUG")
ALLOWED_HOSTS = os.environ.get("ZONEWORKS_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [origin for origin in os.environ.get("ZONEWORKS_ORIGINS", "").split(",") if origin]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "zoneworks.accounts",
    "zoneworks.kit",
    "zoneworks.jobs",
    "zoneworks.doors",
    "zoneworks.sources",
    "zoneworks.rulebook",
    "zoneworks.measures",
    "zoneworks.exchange",
    "zoneworks.organizations",
    "zoneworks.people",
    "zoneworks.projects",
    "zoneworks.engagements",
    "zoneworks.intake",
    "zoneworks.api",
    "zoneworks.site",
    # Below ours, so that a text which both name is read in our words.
    "django_filters",
    "django_htmx",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "rest_framework",
    "template_partials",
]

MIDDLEWARE = [
    "zoneworks.site.operating.requests.RequestLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "zoneworks.kit.middleware.PageHeadersMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "zoneworks.site.operating.gate.GateMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "zoneworks.api.middleware.ApiMiddleware",
    "zoneworks.doors.middleware.MarkMiddleware",
    "zoneworks.kit.middleware.RequestSizeMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "zoneworks.kit.middleware.ZoneMiddleware",
    "zoneworks.kit.middleware.MomentMiddleware",
    "zoneworks.doors.middleware.OwedMiddleware",
]

ROOT_URLCONF = "zoneworks.site.urls"
WSGI_APPLICATION = "zoneworks.site.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "zoneworks.kit.context.workbench",
            ],
            "builtins": [
                "django.templatetags.static",
                "django.templatetags.i18n",
                "zoneworks.kit.templatetags.kit",
            ],
        },
    }
]

FORM_RENDERER = "zoneworks.kit.rendering.QuickMenus"

DATABASE_URL = os.environ.get("DATABASE_URL") or f"sqlite:///{DATA / 'zoneworks.sqlite3'}"
DATABASES = {"default": described(DATABASE_URL)}

TRUSTED_PROXIES = [text for text in os.environ.get("ZONEWORKS_PROXIES", "").split(",") if text.strip()]
"""Networks of the proxies whose word on the caller's address is believed; without them, nobody's is."""

CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    # Readings since the last change of a zone's records (measures/keeping.py), of each process by itself.
    "readings": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "readings",
        "OPTIONS": {"MAX_ENTRIES": 5_000},
    },
    # What the index says of a text that somebody looked for: up to 2,000 keys each. They crowd out no reading.
    "searches": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "searches",
        "OPTIONS": {"MAX_ENTRIES": 300},
    },
    # What single subjects say today, and their rows as lists draw them: up to one and a half kilobytes each.
    "subjects": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "subjects",
        "OPTIONS": {"MAX_ENTRIES": 40_000},
    },
    # Orders and names of whole ledgers at earlier instants: a megabyte each in a large zone.
    "pasts": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "pasts",
        "OPTIONS": {"MAX_ENTRIES": 40},
    },
}

AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "start"
LOGOUT_REDIRECT_URL = "login"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "full_name", "first_name", "last_name", "email")},
    },
    {"NAME": "zoneworks.doors.password_rules.LongEnoughValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "zoneworks.doors.password_rules.NotANameValidator"},
    {"NAME": "zoneworks.doors.password_rules.NotAWalkValidator"},
]
SECOND_STEP_ROLES = [
    text.strip() for text in os.environ.get("ZONEWORKS_SECOND_STEP_ROLES", "").split(",") if text.strip()
]
"""Roles that need a second step in every zone; a zone may name more."""
OTP_TOTP_ISSUER = "Zoneworks"
OTP_TOTP_THROTTLE_FACTOR = (
    0  # wrong codes are counted and waited for in `doors.tries`, with the time to come back
)

ONE_TIME_PASSWORD_LASTS = timedelta(hours=int(os.environ.get("ZONEWORKS_ONE_TIME_HOURS", 7 * 24)))
"""How long a password that somebody else chose lets its person in to choose an own one."""

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
TIME_ZONE = os.environ.get("ZONEWORKS_TIME_ZONE", "Asia/Shanghai")
USE_I18N = True
USE_TZ = True
DATE_FORMAT = "Y-m-d"
DATETIME_FORMAT = "Y-m-d H:i"
FORMAT_MODULE_PATH = ["zoneworks.site.formats"]
# Chinese first: a browser that asks for neither language gets Chinese, and the choice is kept in a cookie.
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600

STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
MEDIA_ROOT = Path(os.environ.get("ZONEWORKS_MEDIA", DATA / "files"))
FILE_UPLOAD_PERMISSIONS = 0o600
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
DATA_UPLOAD_MAX_NUMBER_FILES = 30
JOBS_ROOT = DATA / "jobs"
JOBS_AT_ONCE = False
"""Do background jobs in the request that asks for them; for tests."""
MAX_UPLOAD_BYTES = int(os.environ.get("ZONEWORKS_MAX_UPLOAD_MB", "50")) * 1024 * 1024
"""The largest file."""
MAX_REQUEST_BYTES = 4 * MAX_UPLOAD_BYTES
"""The largest request with all its files."""
MAX_STRANGER_BYTES = 256 * 1024
"""The largest request of somebody who is not logged in."""

HTTPS = _flag("ZONEWORKS_HTTPS")
"""The workbench stands behind a proxy that ends TLS and itself writes `X-Forwarded-Proto`."""
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
# Other names of the same domain are not ours to bind (W005), nor to list in browsers (W021).
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
X_FRAME_OPTIONS = "DENY"
SESSION_ENGINE = "zoneworks.doors.sessions"
SESSION_IDLE = timedelta(minutes=int(os.environ.get("ZONEWORKS_SESSION_IDLE_MINUTES", 12 * 60)))
"""How long after its last use a session ends."""
SESSION_LONGEST = timedelta(hours=int(os.environ.get("ZONEWORKS_SESSION_HOURS", 7 * 24)))
"""How long after the log-in a session ends, however much it is used."""
SESSION_COOKIE_AGE = int(SESSION_LONGEST.total_seconds())
# No other name of the domain can set a cookie that is called so.
_OWN = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME = f"{_OWN}sessionid"
CSRF_COOKIE_NAME = f"{_OWN}csrftoken"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS

REST_FRAMEWORK = {"EXCEPTION_HANDLER": "zoneworks.api.problems.handle"}
API_RATE = os.environ.get("ZONEWORKS_API_RATE", "600/min")
"""How often one token may ask; empty for as often as it likes."""
API_MAX_BYTES = 4 * 1024 * 1024
"""The largest body of a write: a document holds half a million characters."""

EXTRACTOR = {
    name: os.environ.get(f"ZONEWORKS_EXTRACTOR_{name}", "")
    for name in ("URL", "MODEL", "KEY", "KEY_FILE", "TIMEOUT", "PRICE_IN", "PRICE_OUT", "CURRENCY", "PLAIN")
}
"""The endpoint that reads documents beside the rules; off unless URL and MODEL are set (docs/extractors.md)."""

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LOGGING = logging_settings(as_json=os.environ.get("ZONEWORKS_LOG", "").lower() == "json")

DEMO_LOGINS = _flag("ZONEWORKS_DEMO")
"""Show the demo log-ins on the log-in page; set by `zoneworks demo` only."""
