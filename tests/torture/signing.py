"""Signature Version 4 with nothing but the standard library: thousands of calls a second."""

import datetime
import functools
import hashlib
import hmac

REGION = "us-east-1"
SIGNED = "host;x-amz-date;x-amz-target"
SIGNED_WITHOUT_TARGET = "host;x-amz-date"


def _hmac(key, text):
    return hmac.digest(key, text.encode(), "sha256")


@functools.lru_cache(maxsize=1024)
def _key(secret, day, service):
    key = f"AWS4{secret}".encode()
    for part in (day, REGION, service, "aws4_request"):
        key = _hmac(key, part)
    return key


def request(host, service, target, content_type, body, credentials=("test", "test"), now=None):
    """The bytes of a signed POST request."""
    access_key_id, secret = credentials
    now = now or datetime.datetime.now(datetime.timezone.utc)
    moment = now.strftime("%Y%m%dT%H%M%SZ")
    scope = f"{moment[:8]}/{REGION}/{service}/aws4_request"
    headers = f"host:{host}\nx-amz-date:{moment}\n" + (f"x-amz-target:{target}\n" if target else "")
    names = SIGNED if target else SIGNED_WITHOUT_TARGET
    canonical = f"POST\n/\n\n{headers}\n{names}\n{hashlib.sha256(body).hexdigest()}"
    text = f"AWS4-HMAC-SHA256\n{moment}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signature = hmac.new(_key(secret, moment[:8], service), text.encode(), "sha256").hexdigest()
    lines = [f"POST / HTTP/1.1\r\nHost: {host}\r\nX-Amz-Date: {moment}\r\n",
             f"X-Amz-Target: {target}\r\n" if target else "",
             f"Content-Type: {content_type}\r\nContent-Length: {len(body)}\r\n",
             f"Authorization: AWS4-HMAC-SHA256 Credential={access_key_id}/{scope}, "
             f"SignedHeaders={names}, Signature={signature}\r\n\r\n"]
    return "".join(lines).encode() + body
