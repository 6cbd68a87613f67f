"""The files of the checkout: what is served, as what, and what is not."""

import json
from pathlib import Path

import pytest

from tests.unit.demo.client import Demo


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in (
        "index.html",
        "pyscript.toml",
        "main.py",
        "runtime.mjs",
        "vendor/a.wasm",
        "vendor/lib.zip",
        "vendor/core.js",
        ".git/config",
        ".venv/a.py",
        "node_modules/a.js",
        "sync/__pycache__/a.pyc",
        ".hidden",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"This is {name}")
    return tmp_path


@pytest.mark.parametrize(
    ("path", "name", "kind"),
    [
        ("/", "index.html", "text/html"),
        ("/?threadId=thr_1", "index.html", "text/html"),
        ("/pyscript.toml", "pyscript.toml", "application/toml"),
        ("/main.py", "main.py", "text/x-python"),
        ("/runtime.mjs", "runtime.mjs", "text/javascript"),
        ("/vendor/core.js", "vendor/core.js", "text/javascript"),
        ("/vendor/a.wasm", "vendor/a.wasm", "application/wasm"),
        ("/vendor/lib.zip", "vendor/lib.zip", "application/zip"),
    ],
)
def test_a_file_comes_with_its_type(
    folder: Path, demo: Demo, path: str, name: str, kind: str
) -> None:
    response = demo.request("GET", path)
    assert (response.status, response.headers.get_content_type()) == (200, kind)
    assert response.read().decode() == f"This is {name}"
    assert response.headers["cache-control"] == "no-cache"
    head = demo.request("HEAD", path)
    assert (head.status, head.headers["content-length"]) == (200, str(len(f"This is {name}")))
    assert head.read() == b""


@pytest.mark.parametrize(
    "path",
    [
        "/.git/config",
        "/.GIT/config",
        "/vendor/../.git/config",
        "/%2egit/config",
        "/.venv/a.py",
        "/node_modules/a.js",
        "/Node_Modules/a.js",
        "/sync/__pycache__/a.pyc",
        "/.hidden",
        "/var/demo.sqlite",
        "/var",
        "/../secret",
        "/none.html",
    ],
)
def test_what_is_private_or_missing_is_404(folder: Path, demo: Demo, path: str) -> None:
    (folder.parent / "secret").write_text("secret")
    assert (folder / "var" / "demo.sqlite").exists()
    assert demo.request("GET", path).status == 404


def test_a_database_in_the_open_is_not_served(folder: Path) -> None:
    from demo.site import Site

    (folder / "chats.db").write_text("private")
    (folder / "chats.db-wal").write_text("private")
    site = Site(folder, folder / "chats.db")
    assert [site.lookup_path(name)[1] for name in ("chats.db", "chats.db-wal")] == [None, None]
    assert site.lookup_path("main.py")[1] is not None


def test_an_unchanged_file_is_304_and_a_changed_one_is_sent(folder: Path, demo: Demo) -> None:
    etag = demo.request("GET", "/main.py").headers["etag"]
    same = demo.request("GET", "/main.py", headers={"if-none-match": etag})
    assert (same.status, same.headers["cache-control"]) == (304, "no-cache")
    (folder / "main.py").write_text("changed and longer than before")
    new = demo.request("GET", "/main.py", headers={"if-none-match": etag})
    assert (new.status, new.read()) == (200, b"changed and longer than before")


def test_chatkit_is_for_post_and_files_are_not(demo: Demo) -> None:
    assert demo.request("GET", "/chatkit").status == 404
    assert demo.request("POST", "/index.html", json.dumps({})).status == 405
