"""First steps for people new to this: the introduction, the words explained, and how to help in the family."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from masar.portal.glossary import FIVE_SIGNS, GLOSSARY, terms
from masar.portal.jinja import look_of
from masar.portal.presenters.standing import STANDINGS
from masar.portal.presenters.steps import family_page, start_page
from masar.portal.views.visiting import page


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Show how Masar works, in six pictures."""
    return page(request, "start.html", {"page": start_page(look_of(request), request.GET.get("step", ""))})


@require_safe
def words(request: HttpRequest) -> HttpResponse:
    """Explain every word of Masar."""
    values = {"terms": terms(look_of(request)), "standings": STANDINGS}
    return page(request, "words.html", values)


@require_safe
def family(request: HttpRequest) -> HttpResponse:
    """Say how to help somebody in the family, with a sheet to print for them."""
    signs = [(standing, GLOSSARY[standing].text()) for standing in FIVE_SIGNS]
    return page(request, "family.html", {"page": family_page(), "signs": signs})
