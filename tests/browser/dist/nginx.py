"""A static host as it is found in the world: nginx with the bundle in a folder.

    with Nginx(tmp_path, bundle, site.url) as nginx:
        page.goto(nginx.url + "/")            # the site, behind the same origin
        nginx.folder                          # the bundle, in a folder of that origin
        nginx.elsewhere                       # the bundle, on an origin of its own

The site keeps its pages and `/chatkit`; files are compressed as a host compresses them.
"""

import os
import socket
import subprocess
import time
from pathlib import Path
from types import TracebackType

from tools.nginx import provide

CONFIGURATION = """
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
    text/html html; text/css css; text/javascript js mjs; application/json json;
    application/wasm wasm; application/zip zip;
  }}
  gzip on;
  gzip_min_length 256;
  gzip_types text/javascript text/css application/json application/wasm application/zip;
  server {{
    listen 127.0.0.1:{port};
    location / {{ proxy_pass {site}; proxy_http_version 1.1; proxy_buffering off; }}
    location /some/folder/ {{ alias {bundle}/; }}
  }}
  server {{
    listen 127.0.0.1:{other};
    location / {{ root {bundle}; add_header Access-Control-Allow-Origin "*"; }}
  }}
}}
"""


class Nginx:
    """nginx in front of a site, until the block ends."""

    def __init__(self, work: Path, bundle: Path, site: str) -> None:
        self._work, self._bundle, self._site = work, bundle, site

    def __enter__(self) -> "Nginx":
        for _ in range(5):
            port, other = free_ports()
            self._process = self._start(port, other)
            if self._answers(port):
                self.url = f"http://127.0.0.1:{port}"
                self.folder = f"{self.url}/some/folder"
                self.elsewhere = f"http://127.0.0.1:{other}"
                return self
        raise AssertionError((self._work / "error.log").read_text())

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.terminate()
        self._process.wait()

    def _start(self, port: int, other: int) -> "subprocess.Popen[bytes]":
        configuration = self._work / "nginx.conf"
        configuration.write_text(
            CONFIGURATION.format(
                user="user root;" if _is_root() else "",
                work=self._work,
                bundle=self._bundle,
                site=self._site,
                port=port,
                other=other,
            )
        )
        command = [str(provide()), "-p", str(self._work), "-e", "stderr", "-c", str(configuration)]
        return subprocess.Popen(command, stderr=(self._work / "error.log").open("wb"))

    def _answers(self, port: int) -> bool:
        """Whether it listens; false once it has ended, as where somebody took the port before it."""
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


def _is_root() -> bool:
    return os.geteuid() == 0
