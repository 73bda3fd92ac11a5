"""The WSGI application that granian serves."""

import os

from django.core.wsgi import get_wsgi_application

from masar.config.proxies import behind_proxies
from masar.config.reading import Reading

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "masar.config.settings")
application = Reading(behind_proxies(get_wsgi_application()))
