"""Django settings, from the environment alone. Every variable is named in docs/operate.md."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from masar.catalogue import deployment
from masar.catalogue.rules.languages import own_name
from masar.config.database import connection
from masar.kernel.crypto import vault

PACKAGE = Path(__file__).resolve().parent.parent
HOME = Path(os.environ.get("MASAR_HOME", "var")).resolve()
DEMONSTRATION = os.environ.get("MASAR_DEMONSTRATION", "") == "1"
DEBUG = False
SECRET_KEY = vault().web_key
SECRET_KEY_FALLBACKS: list[str] = []
ALLOWED_HOSTS = os.environ.get("MASAR_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
PUBLIC_URL = os.environ.get("MASAR_URL", "")
SECURE = PUBLIC_URL.startswith("https://")

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.messages",
    "allauth",
    "allauth.account",
    "procrastinate.contrib.django",
    "masar.ledger",
    "masar.people",
    "masar.catalogue",
    "masar.files",
    "masar.cases",
    "masar.portal",
]

MIDDLEWARE = [
    "masar.config.middleware.Surroundings",
    "masar.config.packing.Packing",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "masar.config.middleware.Visitor",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "masar.config.urls"
WSGI_APPLICATION = "masar.config.wsgi.application"
APPEND_SLASH = True

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [PACKAGE / "portal" / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "environment": "masar.portal.jinja.environment",
            "context_processors": [
                "django.template.context_processors.csrf",
                "django.contrib.messages.context_processors.messages",
                "masar.portal.jinja.context",
            ],
        },
    },
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    },
]

_OWNER = os.environ.get("MASAR_ROLE") == "owner"
DATABASES: dict[str, Any] = {
    "default": connection(HOME, None if _OWNER else "masar_web"),
    "citizen": connection(HOME, None if _OWNER else "masar_citizen"),
}
DATABASE_ROUTERS: list[str] = []
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "people.Account"
AUTHENTICATION_BACKENDS = ["masar.people.login.CivilIdBackend"]
PASSWORD_HASHERS = ["masar.people.passwords.PepperedArgon2"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

ACCOUNT_ADAPTER = "masar.people.login.Adapter"
ACCOUNT_FORMS = {"login": "masar.people.login.LoginForm"}
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
# Its own limits lock a whole carrier out behind one address (docs/adr/0006); ours stand in people.login.
ACCOUNT_RATE_LIMITS: Any = False
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGOUT_REDIRECT_URL = "signed_out"

SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
SESSION_COOKIE_NAME = "masar"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "masar.portal.views.csrf_failure"
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if SECURE else []
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# The country's own: a catalogue may bring the words of a language that the package does not have.
LANGUAGES = [(language, own_name(language)) for language in deployment.languages()]
LANGUAGE_CODE = LANGUAGES[0][0]
LOCALE_PATHS = [PACKAGE / "portal" / "locale", deployment.folder() / "locale"]
TIME_ZONE = deployment.country()["zone"]
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_HANDLERS = ["masar.portal.uploads.OnePaper"]
LIVE_URL = os.environ.get(
    "LIVE_URL", f"http://127.0.0.1:{os.environ['LIVE_PORT']}" if "LIVE_PORT" in os.environ else ""
)

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"out": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["out"], "level": os.environ.get("MASAR_LOG", "WARNING")},
}
