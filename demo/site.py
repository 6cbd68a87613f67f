"""The checkout's own files, as the page asks for them."""

import os
from pathlib import Path, PurePath

from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

_PRIVATE = {"node_modules", "var", "__pycache__"}
# The system's own table may lack these, or call a script text: browsers then refuse it.
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".mjs": "text/javascript; charset=utf-8",
    ".py": "text/x-python; charset=utf-8",
    ".svg": "image/svg+xml",
    ".toml": "application/toml",
    ".wasm": "application/wasm",
    ".whl": "application/zip",
    ".zip": "application/zip",
}


class Site(StaticFiles):
    """Serves ``directory`` without what is private there: hidden files, packages, the database.

    Every file is asked for again and answered with 304 while it is the same, so that neither
    an edit nor a new set-up ever meets an old copy.
    """

    def __init__(self, directory: Path, database: Path) -> None:
        super().__init__(directory=directory, html=True)
        self._database = os.path.realpath(database)

    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        """As Starlette's, but what is private is not there."""
        parts = [part.lower() for part in PurePath(path).parts]
        if any(part.startswith(".") or part in _PRIVATE for part in parts if part != "."):
            return "", None
        full_path, stat_result = super().lookup_path(path)
        if full_path.startswith(self._database):
            return "", None
        return full_path, stat_result

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        """As Starlette's, with our types and with revalidation."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        if isinstance(response, FileResponse):
            response.chunk_size = 1024 * 1024  # a wasm file of ten megabytes in few pieces
        response.headers["cache-control"] = "no-cache"
        media_type = _TYPES.get(PurePath(full_path).suffix.lower())
        if media_type and "content-type" in response.headers:
            response.headers["content-type"] = media_type
        return response
