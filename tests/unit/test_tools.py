"""The commands behind the Makefile."""

import marshal
import shutil
import subprocess
import sys
import traceback
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tools import browsers, run_tests, setup, stdlib_in_pyodide
from tools.run_tests import Counts, Step

# setup


def test_a_step_runs_once_until_what_it_was_made_from_changes(tmp_path: Path) -> None:
    source, target, made = tmp_path / "source", tmp_path / "target", []
    source.write_text("one")

    def make() -> None:
        target.mkdir(exist_ok=True)
        made.append(source.read_text())

    setup.step(target, [source], make)
    setup.step(target, [source], make)
    assert made == ["one"]
    source.write_text("two")
    setup.step(target, [source], make)
    assert made == ["one", "two"]
    setup.step(target, [source], make, extra="another Python")
    assert len(made) == 3


def test_a_step_that_failed_is_tried_again(tmp_path: Path) -> None:
    target = tmp_path / "target"

    def fail() -> None:
        target.mkdir(exist_ok=True)
        raise setup.SetupError("no network")

    for _ in range(2):
        with pytest.raises(setup.SetupError):
            setup.step(target, [], fail)


def test_an_old_python_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.version_info", (3, 10, 4, "final", 0))
    with pytest.raises(
        setup.SetupError, match=r"Python 3\.11 or newer is needed, this is 3\.10\.4"
    ):
        setup.check_python()


def test_a_missing_node_is_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(setup.SetupError, match=r"Node\.js 20 or newer"):
        setup.install_node_modules()


def test_paths_of_the_machine_are_not_shown() -> None:
    assert setup.show([setup.ROOT / "tools" / "setup.py", "--x"]) == "tools/setup.py --x"


# The compiled standard library


def test_nothing_is_both_kept_and_dropped() -> None:
    kept = [name.replace(".", "/") + ".py" for name in stdlib_in_pyodide.KEPT]
    assert [name for name in kept if stdlib_in_pyodide.is_dropped(name)] == []


@pytest.mark.parametrize(
    ("name", "dropped"),
    [
        ("unittest/mock.py", True),
        ("pdb.py", True),
        ("json/tool.py", True),
        ("json/decoder.py", False),
        ("http/server.py", True),
        ("http/client.py", False),
        ("testing.py", False),
    ],
)
def test_a_dropped_package_takes_its_modules_along(name: str, dropped: bool) -> None:
    assert stdlib_in_pyodide.is_dropped(name) is dropped


def test_the_library_is_compiled_stored_and_equal_each_time(tmp_path: Path) -> None:
    stock = tmp_path / "stock.zip"
    with zipfile.ZipFile(stock, "w") as archive:
        archive.writestr("greeting.py", '"""Docstring."""\nassert False\nHELLO = "hello"\n')
        archive.writestr("pdb.py", "raise SystemExit")
        archive.writestr("README.txt", "text")
    one, two = tmp_path / "one.zip", tmp_path / "two.zip"
    said = stdlib_in_pyodide.build(str(stock), str(one), ["greeting"])
    stdlib_in_pyodide.build(str(stock), str(two), ["greeting"])
    assert said == "standard library: 2 files compiled, 1 left out"
    assert one.read_bytes() == two.read_bytes()
    with zipfile.ZipFile(one) as archive:
        assert archive.namelist() == ["greeting.pyc", "README.txt"]
        assert {info.compress_type for info in archive.infolist()} == {zipfile.ZIP_STORED}

    script = f"import sys; sys.path.insert(0, {str(one)!r}); import greeting as g"
    run = f"{script}; print(g.HELLO, g.__doc__)"
    python = [sys.executable, "-c", run]
    assert subprocess.run(python, capture_output=True, text=True).stdout == "hello None\n"


PAGE = """
import sys
sys.path.insert(0, {library!r})
sys.dont_write_bytecode = True
import sitecustomize
import family, family.child as child, lonely
assert (family.NAME, child.NAME, lonely.NAME) == ("family", "family.child", "lonely")
assert child.__file__ == {library!r} + "/family/child.pyc", child.__file__
assert family.__path__ == [{library!r} + "/family"]
assert child.__spec__.parent == child.__package__ == "family"
import importlib
assert importlib.reload(family) is family
assert "called" not in vars(family.late)
assert family.late.called() == "family.late"
assert family.late.called.__module__ == "family.late"
try:
    family.late.nothing
except AttributeError as error:
    assert str(error) == "module 'family.late' has no attribute 'nothing'", error
sys.path.insert(0, {folder!r})
import mine
assert mine.WHOSE == "the folder's"
del sys.modules["mine"]
sitecustomize.prefer("mine")
import mine
assert mine.WHOSE == "the library's"
"""


def test_what_starts_comes_from_the_table_and_the_late_when_it_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stdlib_in_pyodide, "LATE", ("family.late",))
    stock, library, folder = tmp_path / "stock.zip", tmp_path / "library.zip", tmp_path / "page"
    folder.mkdir()
    (folder / "mine.py").write_text('WHOSE = "the folder\'s"')
    with zipfile.ZipFile(stock, "w") as archive:
        archive.writestr("family/__init__.py", "NAME = __name__\nfrom . import late")
        archive.writestr("family/child.py", "NAME = __name__")
        archive.writestr("family/late.py", "def called():\n    return __name__")
        archive.writestr("lonely.py", "NAME = __name__")
    customize = (setup.ROOT / "tools" / "stdlib_start.py").read_text()
    stdlib_in_pyodide.build(
        str(stock),
        str(library),
        ["family", "family.child", "family.late"],
        {"mine/__init__.py": 'WHOSE = "the library\'s"'},
        customize,
    )
    with zipfile.ZipFile(library) as archive:
        assert sorted(archive.namelist()) == [
            "family/late.pyc",
            "family/late.pyc.late",
            "lonely.pyc",
            "mine/__init__.pyc",
            "sitecustomize.pyc",
            "start.bin",
        ]
    run = PAGE.format(library=str(library), folder=str(folder))
    python = [sys.executable, "-S", "-c", run]
    assert subprocess.run(python, capture_output=True, text=True).stderr == ""


def test_what_pyodide_starts_with_cannot_be_dropped(tmp_path: Path) -> None:
    stock = tmp_path / "stock.zip"
    with zipfile.ZipFile(stock, "w") as archive:
        archive.writestr("pdb.py", "")
    with pytest.raises(ImportError, match=r"do not drop them: \['pdb'\]"):
        stdlib_in_pyodide.build(str(stock), str(tmp_path / "compiled.zip"), ["pdb", "os"])


# Browsers


@pytest.fixture
def bare_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine without browsers, whose PATH is the folder returned, and without installers."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CHATKIT_CHROMIUM", raising=False)
    monkeypatch.setattr(browsers, "USUAL_PLACES", {"chromium": (), "firefox": ()})
    monkeypatch.setattr(browsers, "playwrights_own", lambda engine: None)
    monkeypatch.setattr(browsers, "apt_install", lambda package: False)
    monkeypatch.setattr(browsers, "playwright_download", lambda engine: False)
    return tmp_path


def program(path: Path, exit_code: int = 0, says: str = "") -> Path:
    shell = shutil.which("sh", path="/bin:/usr/bin")
    path.write_text(f"#!{shell}\necho '{says}'\nexit {exit_code}\n")
    path.chmod(0o755)
    return path


def test_a_browser_of_the_machine_is_found(bare_machine: Path) -> None:
    chrome = program(bare_machine / "google-chrome")
    assert browsers.find("chromium") == chrome


def test_a_stub_that_is_no_browser_is_passed_over(bare_machine: Path) -> None:
    program(bare_machine / "chromium-browser", exit_code=1)
    assert browsers.find("chromium") is None
    chrome = program(bare_machine / "google-chrome-stable")
    assert browsers.find("chromium") == chrome


@pytest.mark.parametrize(("version", "fits"), [("140.12.0esr", False), ("153.7.0esr", True)])
def test_a_firefox_that_playwright_cannot_drive_is_passed_over(
    bare_machine: Path, version: str, fits: bool
) -> None:
    firefox = program(bare_machine / "firefox-esr", says=f"Mozilla Firefox {version}")
    assert browsers.find("firefox") == (firefox if fits else None)


def test_the_environment_names_a_browser(
    bare_machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(bare_machine / "chromium")
    own = program(bare_machine / "my-browser")
    monkeypatch.setenv("CHATKIT_CHROMIUM", str(own))
    assert browsers.find("chromium") == own


def test_debians_package_is_tried_before_playwrights_download(
    bare_machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []

    def apt_install(package: str) -> bool:
        tried.append(package)
        program(bare_machine / "chromium")
        return True

    monkeypatch.setattr(browsers, "is_debian", lambda: True)
    monkeypatch.setattr(browsers, "apt_install", apt_install)
    monkeypatch.setattr(browsers, "playwright_download", lambda engine: tried.append("download"))
    assert browsers.provide("chromium") == bare_machine / "chromium"
    assert tried == ["chromium"]


@pytest.mark.usefixtures("bare_machine")
def test_no_browser_at_all_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert browsers.main(["chromium"]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "no Chromium on this machine" in said


# The test run


def report(path: Path, **numbers: int) -> None:
    attributes = " ".join(f'{name}="{number}"' for name, number in numbers.items())
    path.write_text(f"<testsuites><testsuite {attributes}/></testsuites>")


def test_counts_are_read_from_the_report(tmp_path: Path) -> None:
    report(tmp_path / "r.xml", tests=10, failures=1, errors=2, skipped=3)
    assert run_tests.read_counts(tmp_path / "r.xml") == Counts(4, 3, 3)
    assert run_tests.read_counts(tmp_path / "none.xml") == Counts()


def test_the_last_line_counts_all_tests() -> None:
    unit = Step("unit tests, CPython", [], is_test=True, counts=Counts(12, 0, 1))
    browser = Step("browser tests, Pyodide, Chromium", [], is_test=True, counts=Counts(5, 0, 0))
    lines = run_tests.summary([Step("types", []), unit, browser], None, 61.2).splitlines()
    assert lines == [
        "unit tests, CPython               12 passed, 0 failed, 1 skipped",
        "browser tests, Pyodide, Chromium  5 passed, 0 failed, 0 skipped",
        "3 steps in 61 s",
        "17 passed, 0 failed, 1 skipped",
    ]


def test_a_run_that_stopped_says_where_and_why() -> None:
    lines = run_tests.summary([Step("types", [])], "failed", 1).splitlines()
    assert lines[0] == "stopped at types: failed"


def test_make_test_runs_all_on_micropython_and_the_core_on_pyodide() -> None:
    steps = list(run_tests.chosen(run_tests.parse([])))
    browser = {step.name: step.command for step in steps if step.engine}
    assert list(browser) == [
        "browser tests, MicroPython, Chromium",
        "browser tests, Pyodide, Chromium",
    ]
    micropython, pyodide = browser.values()
    assert micropython[micropython.index("-m", 3) + 1] == "not long"
    assert pyodide[pyodide.index("-m", 3) + 1] == "core and not long"


def test_make_test_all_runs_everything_everywhere() -> None:
    chosen = list(run_tests.chosen(run_tests.parse(["--all"])))
    steps = [step for step in chosen if step.engine]
    assert [step.engine for step in steps] == ["chromium", "chromium", "firefox", "firefox"]
    assert not any("-m" in step.command[3:] for step in steps)
    # What is heavy is made once, before all of them, and for them alone.
    made = next(step for step in chosen if step.name == "pages of routers")
    assert {step.variables["CHATKIT_ROUTER_PAGES"] for step in steps} == {made.command[-1]}
    assert made.name not in [step.name for step in run_tests.chosen(run_tests.parse([]))]


def test_a_run_without_a_test_is_no_success(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(run_tests, "REPORTS", tmp_path)
    monkeypatch.setattr(run_tests, "execute", lambda command, variables: run_tests.NO_TEST_RAN)
    assert Step("unit tests, CPython", [], is_test=True).run() == "no test ran"


def test_small_byte_code_has_no_lines_and_tracebacks_all_the_same() -> None:
    """Of functions of any length: an entry of the table stands for up to eight units of code."""
    body = "".join(f"\n    x = x + {number}" for number in range(20))
    source = f"def f(x):{body}\n    return x / 0\ndef g(x): return f(x)"
    content = stdlib_in_pyodide.small_byte_code("small.py", source)
    names: dict[str, Any] = {}
    exec(marshal.loads(content[16:]), names)
    assert {line for *_, line in names["f"].__code__.co_lines()} == {None}
    with pytest.raises(ZeroDivisionError) as error:
        names["g"](1)
    text = "".join(traceback.format_exception(error.value))
    assert 'File "small.py", line None, in f' in text
    assert 'File "small.py", line None, in g' in text
