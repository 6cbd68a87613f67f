"""nginx as a static host for the bundle's tests and the bench.

    with Nginx(tmp_path, site.url, {"/some/folder/": bundle}, bundle) as nginx:
        page.goto(nginx.url + "/")            # the site, and the folder, on the same origin
        nginx.elsewhere                       # the bundle, in a folder of another origin

It is the machine's own, or Debian's, unpacked in ``var/``. Files are compressed as a host does it.
"""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

from tools.debian import is_root
from tools.setup import ROOT

UNPACKED = ROOT / "var" / "nginx"


class NoNginx(Exception):
    """There is none and none can be had; the message is one sentence."""


def provide() -> Path:
    """Return the program; raise ``NoNginx`` where the machine has none and cannot get one.

    Debian's package is unpacked and not installed, since an installed one starts a server.
    """
    found = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    if found:
        return Path(found)
    program = UNPACKED / "usr" / "sbin" / "nginx"
    if not program.exists():
        unpack()
    if not program.exists():
        raise NoNginx("nginx is needed for the tests of the bundle: install it, or Debian's tools")
    return program


def unpack() -> None:
    """Fetch Debian's package and unpack it; where that fails nothing is there afterwards."""
    if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
        return
    UNPACKED.parent.mkdir(parents=True, exist_ok=True)
    # Beside its place, and then moved there: another process may be at the same.
    with tempfile.TemporaryDirectory(dir=UNPACKED.parent) as folder:
        if not download(folder):
            subprocess.run(["apt-get", "update", "-qq"], capture_output=True)
            download(folder)
        for package in Path(folder).glob("nginx_*.deb"):
            subprocess.run(["dpkg-deb", "--extract", str(package), f"{folder}/nginx"], check=True)
            with contextlib.suppress(OSError):
                Path(folder, "nginx").rename(UNPACKED)


def download(folder: str) -> bool:
    """Fetch the package into a folder; tell whether that worked."""
    command = ["apt-get", "download", "-qq", "nginx"]
    return subprocess.run(command, cwd=folder, capture_output=True).returncode == 0


CONFIGURATION = r"""
daemon off;
{user}
pid {work}/nginx.pid;
error_log {work}/error.log;
events {{}}
http {{
  access_log off;
  client_body_temp_path {work}/body;
  proxy_temp_path {work}/proxy;
  fastcgi_temp_path {work}/fastcgi;
  uwsgi_temp_path {work}/uwsgi;
  scgi_temp_path {work}/scgi;
  default_type application/octet-stream;
  types {{
    text/html html; text/css css; text/javascript {scripts}; application/json json;
    application/wasm wasm; application/zip zip;
  }}
  map $uri $kept {{
    ~/sync/embed\.js$ "max-age=60, stale-while-revalidate=604800";
    ~\.(html|whl)$ "no-cache";
    default "public, max-age=31536000, immutable";
  }}
  gzip on; gzip_comp_level 6;
  gzip_static on;
  gzip_min_length 256;
  gzip_types text/javascript text/css application/json application/wasm application/zip;
  server {{
    listen 127.0.0.1:{port};
    location / {{ proxy_pass {site}; proxy_http_version 1.1; proxy_buffering off; }}
    {folders}
  }}
  server {{
    listen 127.0.0.1:{other};
    location /another/ {{ alias {elsewhere}/; add_header Access-Control-Allow-Origin "*"; }}
  }}
}}
"""


FOLDER = """location {prefix} {{
      alias {path}/; add_header Cache-Control $kept;
    }}"""


class Nginx:
    """nginx in front of a site, until the block ends.

    ``folders`` are served from the same origin under their prefixes, for ever to be kept;
    ``elsewhere`` is served from a folder of another origin. What lies there compressed (``.gz``) is
    sent so. ``scripts`` are the suffixes that it takes for scripts: nginx's own list has ``js``
    alone.
    """

    def __init__(
        self,
        work: Path,
        site: str,
        folders: Mapping[str, Path],
        elsewhere: Path,
        scripts: str = "js",
    ) -> None:
        self._work, self._site, self._folders, self._elsewhere = work, site, folders, elsewhere
        self._scripts = scripts

    def __enter__(self) -> Nginx:
        """Start it on ports that are free."""
        for _ in range(5):
            port, other = free_ports()
            self._process = self._start(port, other)
            if self._answers(port):
                self.url = f"http://127.0.0.1:{port}"
                self.elsewhere = f"http://127.0.0.1:{other}/another"
                return self
        raise NoNginx((self._work / "error.log").read_text())

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait()

    def _start(self, port: int, other: int) -> subprocess.Popen[bytes]:
        folders = [FOLDER.format(prefix=one, path=path) for one, path in self._folders.items()]
        configuration = self._work / "nginx.conf"
        configuration.write_text(
            CONFIGURATION.format(
                user="user root;" if is_root() else "",
                work=self._work,
                folders="\n    ".join(folders),
                elsewhere=self._elsewhere,
                site=self._site,
                scripts=self._scripts,
                port=port,
                other=other,
            )
        )
        command = [str(provide()), "-p", str(self._work), "-e", "stderr", "-c", str(configuration)]
        return subprocess.Popen(command, stderr=(self._work / "error.log").open("wb"))

    def _answers(self, port: int) -> bool:
        """Whether it listens; false once it has ended: somebody may have taken the port."""
        while self._process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
            except OSError:
                time.sleep(0.01)
            else:
                return True
        return False


def free_ports() -> tuple[int, int]:
    """Two ports that are free now: nginx cannot say which one the system has picked for it."""
    with socket.socket() as first, socket.socket() as second:
        for one in (first, second):
            one.bind(("127.0.0.1", 0))
        return first.getsockname()[1], second.getsockname()[1]
