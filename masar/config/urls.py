"""Every address of Masar."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.account import views as account
from django.conf.urls.i18n import i18n_patterns
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from masar.api.views import api
from masar.config.health import healthz, readyz
from masar.kernel.database import acting
from masar.live import views as live

_View = Callable[..., HttpResponse]


def at_the_door(view: _View) -> _View:
    """Let a view of allauth act as the role that knows accounts and nothing else."""

    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with acting("masar_login"):
            response = view(request, *args, **kwargs)
            if hasattr(response, "render"):
                response.render()
        return response

    return opened


urlpatterns = [
    path("healthz", healthz),
    path("readyz", readyz),
    path("api/v1/", api.urls),
    path("live/ticket", live.ticket),
    path("live/changes", live.changes),
    path("", include("masar.portal.outside")),
    *i18n_patterns(
        path("login/", at_the_door(account.login), name="account_login"),
        path("logout/", at_the_door(account.logout), name="account_logout"),
        path("account/password/", at_the_door(account.password_change), name="account_change_password"),
        path("account/again/", at_the_door(account.reauthenticate), name="account_reauthenticate"),
        path("", include("masar.portal.urls")),
    ),
]
handler400 = "masar.portal.views.bad_request"
handler403 = "masar.portal.views.forbidden"
handler404 = "masar.portal.views.not_found"
handler500 = "masar.portal.views.server_error"
