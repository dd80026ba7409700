"""A stand-in for Azure Blob Storage, which gives and takes blobs of whoever has a token for Storage.

The URL of a blob has the account's name in its path, as wherever the host is an address.

`python blob.py --help` tells how it runs as a program.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from xml.etree.ElementTree import Element, SubElement, tostring

import jwt

import bearer
from server import Answer, Request, arguments, serve

AUDIENCE = "https://storage.azure.com"
AUTHORITY = "https://login.microsoftonline.com/22222222-2222-2222-2222-222222222222"
CHALLENGE = f"Bearer authorization_uri={AUTHORITY}/oauth2/authorize resource_id={AUDIENCE}"
# The first version that takes tokens; versions are dates and compare as such.
FIRST_VERSION = "2017-11-09"
VERSION = re.compile(r"\d{4}-\d{2}-\d{2}")
BLOB = re.compile(r"/[0-9a-z]{3,24}/(?P<blob>(?P<container>[0-9a-z-]{3,63})/.{1,1024})")
RANGE = re.compile(r"bytes=(?P<first>\d+)-(?P<last>\d*)")


@dataclass(frozen=True)
class Blob:
    """What is stored."""

    content: bytes
    type: str = "application/octet-stream"
    modified: str = field(default_factory=lambda: formatdate(usegmt=True))
    etag: str = field(default_factory=lambda: f'"0x{uuid.uuid4().hex[:15].upper()}"')

    def headers(self) -> dict[str, str]:
        return {"ETag": self.etag, "Last-Modified": self.modified}


class BlobStorage:
    """Accounts that share these blobs, by the names CONTAINER/BLOB. There are no other containers.

    In the containers of `forbidden` the identity has no role.
    """

    def __init__(self, blobs: Mapping[str, bytes], forbidden: Collection[str] = ()) -> None:
        self._blobs = {name: Blob(content) for name, content in blobs.items()}
        self._containers = {name.split("/")[0] for name in blobs} | set(forbidden)
        self._forbidden = forbidden

    def __call__(self, request: Request) -> Answer:
        return self._unauthorized(request) or self._blob(request)

    def _unauthorized(self, request: Request) -> Answer | None:
        version = request.headers.get("x-ms-version", "")
        if version and not VERSION.fullmatch(version):
            message = "The value for one of the HTTP headers is not in the correct format."
            return failure(request, 400, "InvalidHeaderValue", message)
        token = request.token
        message = "Server failed to authenticate the request."
        if token is None:
            return failure(request, 401, "NoAuthenticationInformation", message)
        if version < FIRST_VERSION:
            detail = "Authentication scheme Bearer is not supported in this version."
            return failure(request, 403, "AuthenticationFailed", message, detail)
        try:
            bearer.judge(token, AUDIENCE, f"{AUDIENCE}/")
        except jwt.InvalidAudienceError:
            detail = "Audience validation failed. Audience did not match."
        except jwt.ExpiredSignatureError:
            detail = "Lifetime validation failed. The token is expired."
        except jwt.PyJWTError:
            detail = "Signature validation failed. Signature key not found."
        else:
            return None
        return failure(request, 401, "InvalidAuthenticationInfo", message, detail)

    def _blob(self, request: Request) -> Answer:
        named = BLOB.fullmatch(request.path)
        if not named:
            message = "The requested URI does not represent any resource on the server."
            return failure(request, 400, "InvalidUri", message)
        if named["container"] in self._forbidden:
            message = (
                "This request is not authorized to perform this operation using this permission."
            )
            return failure(request, 403, "AuthorizationPermissionMismatch", message)
        if named["container"] not in self._containers:
            message = "The specified container does not exist."
            return failure(request, 404, "ContainerNotFound", message)
        if request.method == "PUT":
            return self._put(named["blob"], request)
        if request.method in ("GET", "HEAD"):
            return self._get(named["blob"], request)
        message = "The resource doesn't support specified Http Verb."
        return failure(request, 405, "UnsupportedHttpVerb", message)

    def _put(self, name: str, request: Request) -> Answer:
        if request.headers.get("x-ms-blob-type") != "BlockBlob":
            message = "An HTTP header that's mandatory for this request is not specified."
            return failure(request, 400, "MissingRequiredHeader", message)
        type = request.headers.get("x-ms-blob-content-type") or Blob.type
        blob = self._blobs[name] = Blob(request.body, type)
        return answer(request, 201, blob.headers())

    def _get(self, name: str, request: Request) -> Answer:
        blob = self._blobs.get(name)
        if blob is None:
            return failure(request, 404, "BlobNotFound", "The specified blob does not exist.")
        headers = {**blob.headers(), "Content-Type": blob.type, "x-ms-blob-type": "BlockBlob"}
        asked = request.headers.get("x-ms-range") or request.headers.get("Range")
        span = RANGE.fullmatch(asked or "")
        if not span:
            return answer(request, 200, headers, blob.content)
        size = len(blob.content)
        first, last = int(span["first"]), min(int(span["last"] or size), size - 1)
        if first > last:
            message = "The range specified is invalid for the current size of the resource."
            return failure(request, 416, "InvalidRange", message)
        headers["Content-Range"] = f"bytes {first}-{last}/{size}"
        return answer(request, 206, headers, blob.content[first : last + 1])


def answer(request: Request, status: int, headers: Mapping[str, str], body: bytes = b"") -> Answer:
    """An answer with the headers that all have."""
    common = {"x-ms-request-id": str(uuid.uuid4())}
    for name in ("x-ms-version", "x-ms-client-request-id"):
        if name in request.headers:
            common[name] = request.headers[name]
    return Answer(status, {**common, **headers}, body)


def failure(request: Request, status: int, code: str, message: str, detail: str = "") -> Answer:
    """An error in Storage's own form."""
    error = Element("Error")
    SubElement(error, "Code").text = code
    SubElement(error, "Message").text = f"{message}\nTime:{formatdate(usegmt=True)}"
    if detail:
        SubElement(error, "AuthenticationErrorDetail").text = detail
    headers = {"Content-Type": "application/xml", "x-ms-error-code": code}
    if status == 401:
        headers["WWW-Authenticate"] = CHALLENGE
    return answer(request, status, headers, tostring(error, "utf-8"))


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--blob", action="append", default=[], metavar="CONTAINER/BLOB=TEXT")
    parser.add_argument("--forbid", action="append", default=[], metavar="CONTAINER")
    chosen = parser.parse_args()
    blobs = dict(blob.split("=", 1) for blob in chosen.blob)
    stored = {name: text.encode() for name, text in blobs.items()}
    serve(BlobStorage(stored, chosen.forbid), chosen.script)


if __name__ == "__main__":
    main()
