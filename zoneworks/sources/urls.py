"""Addresses of sources that belong to no single ledger."""

from django.urls import URLPattern, path

from zoneworks.sources import pages

app_name = "sources"
urlpatterns: list[URLPattern] = [
    path("documents/<int:pk>/file/", pages.document_file, name="document_file"),
    path("documents/<int:pk>/mark/", pages.mark, name="mark"),
    path("passages/", pages.find_passages, name="find_passages"),
    path("passages/<int:pk>/remove/", pages.unmark, name="unmark"),
    path("passages/<int:pk>/record/", pages.record, name="record"),
    path("passages/<int:pk>/cite/<slug:face>/<int:fact>/", pages.cite, name="cite"),
    path("citations/<int:pk>/remove/", pages.uncite, name="uncite"),
    path("attach/<slug:ledger>/<int:row>/", pages.attach, name="attach"),
    path("attachments/<int:pk>/", pages.attachment, name="attachment"),
    path("attachments/<int:pk>/remove/", pages.remove_attachment, name="remove_attachment"),
    path("evidence/<slug:ledger>/<int:row>/", pages.evidence, name="evidence"),
]
