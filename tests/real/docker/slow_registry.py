"""A registry whose one layer trickles: says where it listens, when that is asked for, and when nobody wants it."""

from __future__ import annotations

import hashlib
import json
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

LAYER_BYTES = 1 << 27
PIECE_BYTES = 1 << 14
MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
LAYER = "sha256:" + "1" * 64


def digest(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


CONFIG = json.dumps(
    {"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": ["sha256:" + "2" * 64]}}
).encode()
IMAGE = json.dumps(
    {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": {
            "mediaType": "application/vnd.docker.container.image.v1+json",
            "size": len(CONFIG),
            "digest": digest(CONFIG),
        },
        "layers": [
            {
                "mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip",
                "size": LAYER_BYTES,
                "digest": LAYER,
            }
        ],
    }
).encode()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        if "/manifests/" in self.path:
            self.answer(IMAGE, MANIFEST)
        elif self.path.endswith(digest(CONFIG)):
            self.answer(CONFIG, "application/octet-stream")
        elif self.path.endswith(LAYER):
            self.trickle()
        else:
            self.answer(b"{}", "application/json")

    def answer(self, data: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Docker-Content-Digest", digest(data))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(data)

    def trickle(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/octet-stream")
        self.send_header("Content-Length", str(LAYER_BYTES))
        self.end_headers()
        print("asked", flush=True)
        with suppress(ConnectionError):
            while True:  # an engine looks whether it is still wanted only when bytes come
                self.wfile.write(bytes(PIECE_BYTES))
                time.sleep(0.02)
        print("gone", flush=True)
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Stdout is for who has started this."""


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(f"127.0.0.1:{server.server_address[1]}", flush=True)
server.serve_forever()
