"""Drives the official pyannoteAI SDK for Python, as published: `pip install pyannoteai-sdk==0.4.0`.

    cargo conformance -- python3 conformance/drivers/pyannoteai-sdk.py
"""

import importlib.metadata
import json
import os
import sys
from unittest import mock

# Neither a proxy nor the ~/.netrc of this machine has a part in the test.
os.environ.update(NO_PROXY="*", NETRC=os.devnull)

import requests
from pyannoteai.sdk import Client

ANSWERS, sys.stdout = sys.stdout, sys.stderr  # whatever the SDK prints is log
VERSION = importlib.metadata.version("pyannoteai-sdk")
HELLO = {
    "protocol": 1,
    "client": {"name": "pyannoteai-sdk", "version": VERSION, "language": "python"},
    "operations": ["pyannote/getMediaUploadURL", "pyannote/upload"],
    "concurrency": 1,
}


def client(case):
    Client.API_URL = case["base_url"] + "/v1"
    # The constructor asks GET /v1/test whether the key is good. That is no part of any case.
    with mock.patch("requests.get"):
        return Client(case["credentials"]["api_key"])


def media_upload_url(client, url):
    # The SDK asks for the URL in the first step of upload(). The second is caught, and tells which
    # URL the first has got: one that cannot be put to fails there. Any file will do.
    with mock.patch("requests.put") as put:
        client.upload(__file__, media_url=url)
    url = put.call_args.args[0]
    requests.Session().get_adapter(str(url))
    return {"url": url}


def upload(client, url, file):
    return {"media_url": client.upload(file, media_url=url)}


def error(failed):
    response = getattr(failed, "response", None)
    if response is None:
        return {"status": None, "message": str(failed)}
    try:
        body = response.json()
    except ValueError:
        body = response.text
    return {"status": response.status_code, "body": body, "message": str(failed)}


def answer(case):
    arguments = case["arguments"]
    if arguments.get("url") is None:
        return {"unsupported": True}  # the SDK then makes up a URL: another call, and a right one
    call = {"getMediaUploadURL": media_upload_url, "upload": upload}[case["operation"]]
    try:
        return {"result": call(client(case), **arguments)}
    except requests.RequestException as failed:
        return {"error": error(failed)}
    except ValueError as refused:
        return {"refused": {"message": str(refused)}}
    except Exception as broke:
        return {"error": {"status": None, "message": repr(broke)}}


sys.stdin.readline()  # the suite's hello
print(json.dumps(HELLO), file=ANSWERS, flush=True)
for line in sys.stdin:
    case = json.loads(line)
    print(json.dumps({"case": case["case"], **answer(case)}), file=ANSWERS, flush=True)
