"""One view a page: one call to a room below, one presenter, one template."""

from masar.portal.views.trouble import bad_request, csrf_failure, forbidden, not_found, server_error

__all__ = ["bad_request", "csrf_failure", "forbidden", "not_found", "server_error"]
