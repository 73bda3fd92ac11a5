"""Addresses without a language: the doorstep, and what a device fetches."""

from django.urls import path

from masar.portal.views import developers, device, identity, open_data, reports

urlpatterns = [
    path("", device.doorstep, name="doorstep"),
    path("sw.js", device.service_worker, name="service_worker"),
    path("manifest-<str:language>.webmanifest", device.manifest, name="manifest"),
    path("csp-reports", reports.csp),
    path("identity/back", identity.back, name="identity_back"),
    path("developers/", developers.to_developers),
    path("_components", device.to_components),
    path("services.json", open_data.register, name="register"),
    path("services.jsonld", open_data.linked_register, name="linked_register"),
    path("robots.txt", open_data.robots),
    path("sitemap.xml", open_data.sitemap),
    path("static/<path:path>", device.static, name="static"),
]
