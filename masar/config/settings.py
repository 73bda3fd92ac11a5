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
    "masar.config.middleware.Visitor",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
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
                "masar.portal.jinja.context",
            ],
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
AUTHENTICATION_BACKENDS: list[str] = []  # who comes in is decided in people.actions (docs/adr/0017)
PASSWORD_HASHERS = ["masar.people.passwords.PepperedArgon2"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

LOGIN_URL = "login"

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
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE
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
