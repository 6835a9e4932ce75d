"""Requests to an S3 server, signed by AWS Signature Version 4, as far as a readiness question needs them.

Source: "Authenticating Requests (AWS Signature Version 4)" in the Amazon S3 API reference.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import UTC, datetime

from tests.engines.asking import over_http
from tests.engines.description import NotReadyError, Site

REGION = "us-east-1"
KEY = "dossier"
BUCKET = "readiness"
SIGNED = "host;x-amz-content-sha256;x-amz-date"


def put_and_get(site: Site) -> None:
    """Put an object and get the same bytes back. Raises `NotReadyError` when that does not work."""
    status, _ = _request(site, "PUT", f"/{BUCKET}")
    if status not in (200, 409):  # 409: the bucket is there from an earlier start.
        raise NotReadyError(f"PUT bucket: status {status}")
    content = secrets.token_bytes(32)
    status, _ = _request(site, "PUT", f"/{BUCKET}/question", content)
    if status != 200:
        raise NotReadyError(f"PUT object: status {status}")
    if _request(site, "GET", f"/{BUCKET}/question") != (200, content):
        raise NotReadyError("GET object: not what was put")


def _request(site: Site, method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
    host = f"127.0.0.1:{site.port}"
    moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    digest = hashlib.sha256(body).hexdigest()
    canonical = (
        f"{method}\n{path}\n\nhost:{host}\nx-amz-content-sha256:{digest}\nx-amz-date:{moment}\n\n{SIGNED}\n{digest}"
    )
    scope = f"{moment[:8]}/{REGION}/s3/aws4_request"
    to_sign = f"AWS4-HMAC-SHA256\n{moment}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    key = f"AWS4{site.secret}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.new(key, to_sign.encode(), "sha256").hexdigest()
    headers = {
        "Host": host,
        "x-amz-content-sha256": digest,
        "x-amz-date": moment,
        "Authorization": f"AWS4-HMAC-SHA256 Credential={KEY}/{scope}, SignedHeaders={SIGNED}, Signature={signature}",
    }
    return over_http(site.port, path, method, body, headers)
