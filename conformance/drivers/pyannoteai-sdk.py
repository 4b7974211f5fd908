"""A driver for the official pyannoteAI SDK for Python. Install it with `pip install pyannoteai-sdk==0.4.0`.

    cargo conformance -- python3 conformance/drivers/pyannoteai-sdk.py
"""

import importlib.metadata
import json
import os
import sys
from unittest import mock

# The test must not use a proxy or the ~/.netrc of this machine.
os.environ.update(NO_PROXY="*", NETRC=os.devnull)

import requests
from pyannoteai.sdk import Client

OUTPUT, sys.stdout = sys.stdout, sys.stderr  # what the SDK prints goes to the log
VERSION = importlib.metadata.version("pyannoteai-sdk")
GREETING = {
    "protocol": 1,
    "client": {"name": "pyannoteai-sdk", "version": VERSION, "language": "python"},
    "operations": ["pyannote/getMediaUploadURL", "pyannote/upload"],
    "concurrency": 1,
}


def client(case):
    Client.API_URL = case["base_url"] + "/v1"
    # The constructor checks the key with GET /v1/test. No case expects this request.
    with mock.patch("requests.get"):
        return Client(case["credentials"]["api_key"])


def media_upload_url(client, url):
    # upload() requests the URL in its first step. The mock replaces the second step and receives the
    # URL. get_adapter() raises an error when `requests` cannot send to it. Any file works.
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
        return {"unsupported": True}  # without a URL, the SDK generates one, which is another valid call
    call = {"getMediaUploadURL": media_upload_url, "upload": upload}[case["operation"]]
    try:
        return {"result": call(client(case), **arguments)}
    except requests.RequestException as failed:
        return {"error": error(failed)}
    except ValueError as refused:
        return {"refused": {"message": str(refused)}}
    except Exception as broke:
        return {"error": {"status": None, "message": repr(broke)}}


sys.stdin.readline()  # the greeting of the suite
print(json.dumps(GREETING), file=OUTPUT, flush=True)
for line in sys.stdin:
    case = json.loads(line)
    print(json.dumps({"case": case["case"], **answer(case)}), file=OUTPUT, flush=True)
