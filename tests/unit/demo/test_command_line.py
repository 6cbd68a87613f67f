"""``python -m demo`` as a process."""

import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from demo.__main__ import CHECKOUT, main


@contextmanager
def demo(*words: str) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """The process, once it has said where it is."""
    process = subprocess.Popen(
        [sys.executable, "-m", "demo", *words],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.search(r"http://localhost:\d+", line)
        assert found, line + process.communicate(timeout=10)[1]
        yield process, found[0]
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_in_both_families_and_ends_clean_with_an_open_answer(
    tmp_path: Path, sign: signal.Signals
) -> None:
    with demo("--port", "0", "--database", str(tmp_path / "d.sqlite")) as (process, url):
        for host in ("localhost", "127.0.0.1", *(["[::1]"] if has_ipv6() else [])):
            address = url.replace("localhost", host)
            assert urllib.request.urlopen(f"{address}/demo/commands.json").status == 200
        body = (
            b'{"type":"threads.create","params":{"input":{"attachments":[],"inference_options":{},'
            b'"content":[{"type":"input_text","text":"never answer"}]}}}'
        )
        stream = urllib.request.urlopen(f"{url}/chatkit", body)
        assert b"thread.created" in stream.readline()
        process.send_signal(sign)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (0, "", "")


def has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
            return True
    except OSError:
        return False


@pytest.fixture
def taken(request: pytest.FixtureRequest) -> Iterator[int]:
    """A port on which somebody else listens, at the host of the test."""
    host = getattr(request, "param", "127.0.0.1")
    if host == "::1" and not has_ipv6():
        pytest.skip("this machine has no IPv6")
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as other:
        other.bind((host, 0))
        other.listen()
        yield other.getsockname()[1]


@pytest.mark.parametrize("taken", ["127.0.0.1", "::1", "0.0.0.0"], indirect=True)
def test_a_taken_port_is_said_in_one_sentence(
    taken: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--port", str(taken), "--database", str(tmp_path / "d.sqlite")]) == 1
    sentence = f"Port {taken} is taken: stop what uses it, or choose another port.\n"
    assert capsys.readouterr() == ("", sentence)
    assert not (tmp_path / "d.sqlite").exists()


def test_a_taken_port_is_the_process_exit_code(taken: int) -> None:
    words = [sys.executable, "-m", "demo", "--port", str(taken)]
    done = subprocess.run(words, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)


def test_a_database_that_cannot_be_used_is_said_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "no.sqlite"
    path.write_text("This is no database, and long enough to be told from one." * 20)
    assert main(["--port", "0", "--database", str(path)]) == 1
    error = capsys.readouterr().err
    assert error.startswith(f"The database {path} cannot be used: ")
    assert error.count("\n") == 1


@pytest.mark.parametrize("port", ["x", "-1", "65536"])
def test_a_port_that_is_none_is_refused(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main([f"--port={port}"])
    assert "--port" in capsys.readouterr().err
