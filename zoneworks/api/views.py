"""What every address of the API has in common: who asks, what may be asked, and how answers are kept fresh."""

from __future__ import annotations

from hashlib import sha256
from typing import Any, ClassVar

from django.conf import settings
from django.http import Http404
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import ParseError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import JSONParser
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.views import APIView

from zoneworks.api.asking import AS_OF, KNOWN_AT, Parameter, read_query
from zoneworks.api.problems import Problem
from zoneworks.api.throttling import PerCaller
from zoneworks.kit.moment import Moment

SAFE = ("GET", "HEAD")


class TokenOrSession(BaseAuthentication):
    """The middleware has already said who asks; a session, unlike a token, must prove that a page of ours sent it."""

    def authenticate(self, request: Any) -> tuple[Any, Any]:
        plain = request._request
        if plain.token is None:
            SessionAuthentication().enforce_csrf(request)
        return plain.user, plain.token

    def authenticate_header(self, request: Any) -> str:
        return 'Bearer realm="Zoneworks"'


class JsonAlways(BaseContentNegotiation):
    """There is one form of answer, whatever is asked for."""

    def select_parser(self, request: Any, parsers: Any) -> Any:
        said = request.content_type.partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == said), None)

    def select_renderer(self, request: Any, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type


class PlainJSONParser(JSONParser):
    """JSON of a size and depth that a row can have."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise ParseError(_("This JSON is nested too deeply.")) from error


class ApiView(APIView):
    """An address. `parameters` names what its query may ask; anything else is refused by name."""

    authentication_classes = (TokenOrSession,)
    permission_classes = ()
    throttle_classes = (PerCaller,)
    parser_classes = (PlainJSONParser,)
    renderer_classes = (JSONRenderer,)
    content_negotiation_class = JsonAlways
    metadata_class = None

    needs_zone: ClassVar[bool] = True
    mark: str = ""
    """Of one row, the mark of its version: the first part of the ETag, by which a change says what it changes."""

    # -- the request -----------------------------------------------------------------------------------------------

    @property
    def plain(self) -> Any:
        """Return Django's request, as ledgers, forms and services know it."""
        return self.request._request

    @property
    def zone(self) -> Any:
        return self.plain.zone

    @property
    def moment(self) -> Any:
        return self.plain.moment

    def parameters(self) -> tuple[Parameter, ...]:
        """Return what a GET of this address may ask."""
        return (AS_OF, KNOWN_AT)

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if self.needs_zone and self.zone is None:
            raise Http404
        if request.method in SAFE:
            return
        if request.auth is not None and not request.auth.may_write:
            raise Problem(403, "read_only_token", _("This token only reads. Make one that writes."))
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal() or int(length) > settings.API_MAX_BYTES:
            most = settings.API_MAX_BYTES // 1024
            raise Problem(413, "too_large", _("At most %(most)d KB at once.") % {"most": most})
        if self.plain.GET:
            raise Problem(400, "unknown_parameter", _("A write takes no parameters in its address."))

    def asked(self) -> Any:
        """Return the query as filters and forms read it; 400 for what it may not ask."""
        return read_query(self.plain.GET, self.parameters())

    def sent(self) -> dict[str, Any]:
        """Return the JSON object of the body; 400 when it is none."""
        data = self.request.data
        if not isinstance(data, dict) or self.request.META.get("CONTENT_LENGTH") in (None, "", "0"):
            raise Problem(400, "no_object", _("Send a JSON object with the fields by name."))
        return data

    def look_again(self) -> None:
        """Read from now on what this request itself has just written."""
        self.plain.moment = Moment.present()

    # -- the answer ------------------------------------------------------------------------------------------------

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        found: Any = super().finalize_response(request, response, *args, **kwargs)
        found.headers.setdefault("Cache-Control", "private, no-cache")
        patch_vary_headers(found, ("Authorization", "Accept-Language", "Cookie"))
        if found.status_code == 405:
            found["Allow"] = ", ".join(self.allowed_methods)
        if found.status_code not in (200, 201) or not isinstance(found, Response):
            return found
        found.render()
        mark = f"{self.mark}-" if self.mark else ""
        found["ETag"] = f'"{mark}{sha256(found.content).hexdigest()[:24]}"'
        if request.method not in SAFE:
            return found
        return get_conditional_response(self.plain, etag=found["ETag"], response=found) or found
