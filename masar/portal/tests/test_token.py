"""The token of forms is one that Django's own check takes."""

from __future__ import annotations

import re

from django.middleware.csrf import _does_token_match
from django.test import Client, RequestFactory

from masar.portal.token import token_of


def test_each_page_shows_another_token_of_the_same_secret() -> None:
    request = RequestFactory().get("/ar/")
    tokens = {token_of(request) for _ in range(50)}
    assert len(tokens) == 50
    assert all(_does_token_match(token, request.META["CSRF_COOKIE"]) for token in tokens)


def test_another_visitor_s_token_does_not_match() -> None:
    mine, other = RequestFactory().get("/ar/"), RequestFactory().get("/ar/")
    token_of(mine)
    assert not _does_token_match(token_of(other), mine.META["CSRF_COOKIE"])


def test_a_form_of_a_page_is_taken_and_one_with_an_altered_token_is_not() -> None:
    client = Client(enforce_csrf_checks=True, SERVER_NAME="127.0.0.1")
    for _ in range(2):  # the first page sets the cookie, the second finds it
        page = client.get("/ar/about/").content.decode()
        found = re.search(r'name="csrfmiddlewaretoken" value="(\w{64})"', page)
        assert found
        sent = {"csrfmiddlewaretoken": found[1], "next": "/ar/about/", "simple": "0"}
        assert client.post("/ar/preferences/", sent).status_code in (302, 303)
    altered = found[1][:-1] + ("a" if found[1][-1] != "a" else "b")
    assert client.post("/ar/preferences/", sent | {"csrfmiddlewaretoken": altered}).status_code == 403
