"""Addresses without a language: the doorstep, and what a device fetches."""

from django.urls import path

from masar.portal.views import device

urlpatterns = [
    path("", device.doorstep, name="doorstep"),
    path("sw.js", device.service_worker, name="service_worker"),
    path("manifest-<str:language>.webmanifest", device.manifest, name="manifest"),
    path("_components", device.to_components),
    path("static/<path:path>", device.static, name="static"),
]
