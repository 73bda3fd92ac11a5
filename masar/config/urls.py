"""Every address of Masar."""

from __future__ import annotations

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path

from masar.api.views import api
from masar.config.health import healthz, readyz
from masar.live import views as live

urlpatterns = [
    path("healthz", healthz),
    path("readyz", readyz),
    path("api/v1/", api.urls),
    path("live/ticket", live.ticket),
    path("live/changes", live.changes),
    path("", include("masar.portal.outside")),
    *i18n_patterns(path("", include("masar.portal.urls"))),
]
handler400 = "masar.portal.views.bad_request"
handler403 = "masar.portal.views.forbidden"
handler404 = "masar.portal.views.not_found"
handler500 = "masar.portal.views.server_error"
