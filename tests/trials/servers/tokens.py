"""An authorization server of our own on loopback: token endpoint (RFC 6749) and introspection (RFC 7662)."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self
from urllib.parse import parse_qs
from uuid import uuid4


class TokenServer:
    """Gives tokens to one client, by its secret or by one refresh token, and tells mail servers whose they are.

    Attributes:
        client_secret: What the client must say; tests change it.
        refresh_token: The consent that is good; replaced at each use when `rotates`.
        lives_seconds: How long tokens are said to live.
        moved: A status and an address to answer instead: of a redirection.
        error: An error code to answer instead of a token.
        asked: The grants that were asked for, in order.
    """

    def __init__(self, user: str) -> None:
        self.user = user
        self.client_secret = "s3cret"
        self.refresh_token = "consent-1"
        self.rotates = False
        self.lives_seconds = 3600
        self.error: str | None = None
        self.moved: tuple[int, str] | None = None
        self.asked: list[str] = []
        self.good: set[str] = set()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})

    @property
    def url(self) -> str:
        """Its address, without a path."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, path: str, form: dict[str, str]) -> tuple[int, dict[str, object]]:
        """Return the status and the body of an answer."""
        if path == "/introspect":
            active = form.get("token", "") in self.good
            return 200, {"active": active, "username": self.user if active else ""}
        self.asked.append(form.get("grant_type", ""))
        if self.error is not None:
            return 400, {"error": self.error, "error_description": "s3cret must not be logged"}
        if form.get("client_secret") != self.client_secret:
            return 401, {"error": "invalid_client"}
        answer: dict[str, object] = {"token_type": "Bearer", "expires_in": self.lives_seconds}
        if form.get("grant_type") == "refresh_token":
            if form.get("refresh_token") != self.refresh_token:
                return 400, {"error": "invalid_grant"}
            if self.rotates:
                self.refresh_token = answer["refresh_token"] = f"consent-{uuid4().hex}"
        token = uuid4().hex
        self.good.add(token)
        return 200, {**answer, "access_token": token}


def _handler(tokens: TokenServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            form = {name: values[0] for name, values in parse_qs(self.rfile.read(length).decode()).items()}
            status, body = tokens.answer(self.path, form)
            content = json.dumps(body).encode()
            status, location = tokens.moved or (status, "")
            self.send_response(status)
            self.send_header("Location", location)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler
