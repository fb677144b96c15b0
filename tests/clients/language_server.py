"""A small client of the language server ``pylsp``, over stdio."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Callable

from pylsp_jsonrpc.endpoint import Endpoint
from pylsp_jsonrpc.streams import JsonRpcStreamReader, JsonRpcStreamWriter

PATIENCE = 60.0
"""Seconds that the server has for an answer."""

Diagnostics = list[dict[str, Any]]


class LanguageServer:
    """``pylsp`` with ``settings``, as an editor starts it in the folder ``root``. To be closed."""

    def __init__(self, root: Path, settings: dict[str, Any]) -> None:
        self._process = subprocess.Popen([sys.executable, "-m", "pylsp"], cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._published: dict[str, Diagnostics] = {}
        self._news = threading.Condition()
        writer = JsonRpcStreamWriter(self._process.stdin)
        answers = {"textDocument/publishDiagnostics": self._publish, "workspace/configuration": lambda params: [None for _ in params["items"]]}
        self._endpoint = Endpoint(answers, writer.write)
        self._reading = threading.Thread(target=JsonRpcStreamReader(self._process.stdout).listen, args=[self._endpoint.consume], daemon=True)
        self._reading.start()
        self._request("initialize", {"processId": None, "rootUri": root.as_uri(), "capabilities": {}})
        self._endpoint.notify("initialized", {})
        self._endpoint.notify("workspace/didChangeConfiguration", {"settings": settings})

    def open(self, path: Path) -> None:
        document = {"uri": path.as_uri(), "languageId": "python", "version": 1, "text": path.read_text(encoding="utf-8")}
        self._endpoint.notify("textDocument/didOpen", {"textDocument": document})

    def change(self, path: Path, text: str, version: int) -> None:
        """The buffer holds ``text``; the file on disk does not."""
        params = {"textDocument": {"uri": path.as_uri(), "version": version}, "contentChanges": [{"text": text}]}
        self._endpoint.notify("textDocument/didChange", params)

    def save(self, path: Path) -> None:
        self._endpoint.notify("textDocument/didSave", {"textDocument": {"uri": path.as_uri()}})

    def wait(self, path: Path, expected: Callable[[Diagnostics], bool]) -> Diagnostics:
        """What is published for a file, once it is as ``expected``, or when the patience ends."""
        deadline = time.monotonic() + PATIENCE
        with self._news:
            while True:
                found = self._published.get(path.as_uri())
                if found is not None and expected(found):
                    return found
                if not self._news.wait(max(0.0, deadline - time.monotonic())):
                    raise AssertionError(f"not what was expected of {path.name}: {found}")

    def codes(self, path: Path, codes: Sequence[str]) -> Diagnostics:
        """What is published for a file, once it has these codes of ours and no others."""
        return self.wait(path, lambda found: [each["code"] for each in found if each["code"].startswith("BCE")] == list(codes))

    def close(self) -> None:
        self._request("shutdown", None)
        self._endpoint.notify("exit")
        self._endpoint.shutdown()
        assert self._process.wait(PATIENCE) == 0
        self._reading.join(PATIENCE)
        for stream in (self._process.stdin, self._process.stdout):
            assert stream is not None
            stream.close()

    def _request(self, method: str, params: Any) -> Any:
        return self._endpoint.request(method, params).result(PATIENCE)

    def _publish(self, params: dict[str, Any]) -> None:
        with self._news:
            self._published[params["uri"]] = params["diagnostics"]
            self._news.notify_all()
