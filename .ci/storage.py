#!/usr/bin/env python3
"""The API of pyannoteAI and its storage, for the runs on several machines. It counts what it receives.

    storage.py FOLDER [SECONDS]    serves on a free port of 127.0.0.1, which it writes to FOLDER/port

Each complete PUT is a line of FOLDER/puts: the name of the object. SECONDS is the time that each PUT takes.
"""

import http.server
import json
import pathlib
import sys
import threading
import time

folder, pause = pathlib.Path(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 0
lock = threading.Lock()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def body(self):
        content = self.rfile.read(int(self.headers["Content-Length"]))
        if len(content) < int(self.headers["Content-Length"]):
            raise ConnectionError("the body is not complete")
        return content

    def answer(self, status, content=b""):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def do_POST(self):
        key = json.loads(self.body())["url"].removeprefix("media://").replace("/", "-")
        url = f"http://127.0.0.1:{self.server.server_port}/{key}?signature=1"
        self.answer(201, json.dumps({"url": url}).encode())

    def do_PUT(self):
        name = self.path.split("?")[0].strip("/")
        content = self.body()
        time.sleep(pause)
        with lock:
            (folder / "objects" / name).write_bytes(content)
            with open(folder / "puts", "a") as puts:
                puts.write(name + "\n")
        self.answer(200)

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, *_):
        """A client that was killed is no error."""


(folder / "objects").mkdir(parents=True, exist_ok=True)
server = Server(("127.0.0.1", 0), Handler)
(folder / "port").write_text(str(server.server_port))
server.serve_forever()
