"""A driver for the client that openapi-python-client generates."""

import importlib.metadata
import json
import os
import ssl
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime
from pathlib import Path
from threading import Lock

# The test must not use a proxy or the ~/.netrc of this machine.
os.environ.update(NO_PROXY="*", NETRC=os.devnull)

import httpx
from clients.openapi_python_client import AuthenticatedClient
from clients.openapi_python_client.api.media import get_media_upload_url
from clients.openapi_python_client.models import GetMediaUploadUrl, MediaResponse

GENERATOR = "openapi-python-client"
GREETING = {
    "protocol": 1,
    "client": {"name": GENERATOR, "version": importlib.metadata.version(GENERATOR), "language": "python"},
    "operations": ["pyannote/getMediaUploadURL", "pyannote/upload"],
    "concurrency": 4,
}
TLS = ssl.create_default_context()  # shared, because each takes a while to create
OUTPUT = Lock()  # `print` writes a line in two parts


def answer(case):
    arguments = case["arguments"]
    file = arguments.pop("file", None)
    try:
        body = GetMediaUploadUrl(**arguments)
    except TypeError as refused:
        return {"refused": {"message": str(refused)}}
    try:
        media = media_upload_url(case, body)
        return put(media["result"]["url"], Path(file)) if "result" in media and file else media
    except Exception as failed:
        return {"error": {"status": None, "message": repr(failed)}}


def media_upload_url(case, body):
    token = case["credentials"]["api_key"]
    with AuthenticatedClient(base_url=case["base_url"], token=token, verify_ssl=TLS) as client:
        response = get_media_upload_url.sync_detailed(client=client, body=body)
    if isinstance(response.parsed, MediaResponse):
        return {"result": {"url": response.parsed.url}}
    body = response.parsed.to_dict() if response.parsed else response.content.decode(errors="replace")
    return error(response, body=body)


def put(url, file):
    response = httpx.put(url, content=file.read_bytes(), follow_redirects=True, verify=TLS)
    return {"result": {}} if response.is_success else error(response, message="the storage refused the file")


def error(response, **told):
    wait = response.headers.get("retry-after")
    return {"error": {"status": response.status_code, "retry_after_s": wait and seconds(wait), **told}}


def seconds(wait):
    return int(wait) if wait.isdigit() else parsedate_to_datetime(wait).timestamp() - time.time()


def report(line):
    case = json.loads(line)
    answered = json.dumps({"case": case["case"], **answer(case)})
    with OUTPUT:
        print(answered, flush=True)


sys.stdin.readline()  # the greeting of the suite
print(json.dumps(GREETING), flush=True)
with ThreadPoolExecutor(GREETING["concurrency"]) as threads:
    for line in sys.stdin:
        threads.submit(report, line)
