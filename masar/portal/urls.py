"""Addresses of pages; each stands under its language, such as /ar/."""

from django.urls import path

from masar.portal.views import apply, developers, lists, one, plain, preferences, services, steps, track

urlpatterns = [
    path("", lists.first, name="home"),
    path("requests/", lists.running, name="requests"),
    path("archive/", lists.archive, name="archive"),
    path("requests/<str:number>/", one.one, name="request"),
    path("requests/<str:number>/answer/", one.answer, name="answer"),
    path("requests/<str:number>/papers/", one.papers, name="answer_papers"),
    path("requests/<str:number>/sent/", one.sent, name="sent"),
    path("papers/<str:id>/", one.paper, name="paper"),
    path("requests/<str:number>/withdraw/", one.withdraw, name="withdraw"),
    path("requests/<str:number>/appeal/", one.appeal, name="appeal"),
    path("requests/<str:number>/slip/", track.slip, name="slip"),
    path("track/", track.track, name="track"),
    path("services/", services.services, name="services"),
    path("services/changes/", services.log, name="changes"),
    path("services/sector/<str:id>/", services.section, {"kind": "sector"}),
    path("services/agency/<str:id>/", services.section, {"kind": "agency"}),
    path("services/life/<str:id>/", services.section, {"kind": "life"}),
    path("services/<str:id>/", services.one, name="service"),
    path("services/<str:id>/apply/", apply.start, name="apply"),
    path("services/<str:id>/apply/check/", apply.check),
    path("services/<str:id>/apply/discard/", apply.discard),
    path("services/<str:id>/apply/<str:name>/", apply.question),
    path("services/<str:id>/changes/", services.versions),
    path("account/", preferences.account, name="account"),
    path("preferences/", preferences.preferences, name="preferences"),
    path("about/", plain.about, name="about"),
    path("start/", steps.start, name="start"),
    path("words/", steps.words, name="words"),
    path("family/", steps.family, name="family"),
    path("developers/", developers.developers, name="developers"),
    path("developers/<str:id>/", developers.developers, name="developers_part"),
    path("offline/", plain.offline, name="offline"),
    path("signed-out/", plain.signed_out, name="signed_out"),
    path("_components/", plain.components, name="components"),
]
