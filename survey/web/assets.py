"""Serving the files of the site's look, and pages packed as small as they are.

Which files these are, and under which addresses they stand, is known by `survey.web.static_files`.
"""

import gzip

from flask import Blueprint, Response, abort, request

from survey.web.site import site

blueprint = Blueprint("assets", __name__)


@blueprint.get("/static/<build>/<path:name>")
def file(build: str, name: str) -> Response:
    """Serve a file; under the hash of this very version a browser may keep it for ever."""
    assets = site().assets
    asset = assets.files.get(name)
    if asset is None:
        abort(404)
    response = pack(asset.body, asset.packed, asset.mimetype)
    current = build == assets.build
    response.headers["Cache-Control"] = (
        "public, max-age=31536000, immutable" if current else "no-cache"
    )
    return response


def packed(response: Response) -> Response:
    """Return a page packed, for whoever takes it so; it is several times smaller.

    Only for pages that hold nothing of what the request says: in one that holds both that and a
    secret (the token of its forms) the size would betray the secret, letter by letter. So a request
    with a query is answered plainly.
    """
    plain = response.status_code != 200 or request.method != "GET" or request.query_string
    if plain or response.mimetype != "text/html" or "Content-Encoding" in response.headers:
        return response
    response.vary.add("Accept-Encoding")
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        response.set_data(gzip.compress(response.get_data(), compresslevel=6, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response


def pack(body: bytes, packed: bytes | None, mimetype: str) -> Response:
    """Make a response of bytes that are kept both plain and packed."""
    if packed is None:
        return Response(body, mimetype=mimetype)
    if "gzip" not in request.headers.get("Accept-Encoding", ""):
        response = Response(body, mimetype=mimetype)
    else:
        response = Response(packed, mimetype=mimetype)
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    return response
