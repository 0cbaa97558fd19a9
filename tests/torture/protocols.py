"""How a call looks on the wire, in the three protocols of the server."""

import json
import re
import urllib.parse

import signing
from calls import Fate

JSON_TYPE = "application/x-amz-json-1.1"
FORM_TYPE = "application/x-www-form-urlencoded; charset=utf-8"
TARGETS = {"secretsmanager": "secretsmanager", "kms": "TrentService"}
VERSIONS = {"iam": "2010-05-08", "sts": "2011-06-15"}


def encode(host, service, call, credentials):
    if service in TARGETS:
        body = json.dumps(call.arguments).encode()
        return signing.request(host, service, f"{TARGETS[service]}.{call.operation}", JSON_TYPE,
                               body, credentials)
    form = {"Action": call.operation, "Version": VERSIONS[service], **call.arguments}
    return signing.request(host, service, None, FORM_TYPE, urllib.parse.urlencode(form).encode(),
                           credentials)


def settle(service, call, status, body):
    """Writes into the call what the answer says."""
    text = body.decode()
    if status >= 500:
        call.fate, call.code = Fate.FAULT, text
    elif service in TARGETS:
        reply = json.loads(text) if text else {}
        if status == 200:
            call.acknowledged(reply)
        else:
            call.refused(reply.get("__type", text))
    elif status == 200:
        call.acknowledged({"xml": text})
    else:
        found = re.search(r"<Code>(.*?)</Code>", text)
        call.refused(found.group(1) if found else text)


def texts(reply, element):
    """All texts of an element of an XML reply."""
    return re.findall(rf"<{element}>(.*?)</{element}>", reply.get("xml", ""), re.DOTALL)
