"""``make mutants`` itself, on a small project, and the patches, on the present tree."""

from pathlib import Path

import pytest

from tools import mutants

ROOT = Path(__file__).resolve().parents[2]
PATCHES = sorted((ROOT / mutants.MUTANTS).glob("*.patch"))

GRADE = """def grade(points: int) -> str:
    if points >= 50:
        return "passed"
    return "failed"
"""
TESTS = """from sync.grade import grade


def test_many_points_pass() -> None:
    assert grade(90) == "passed"


def test_few_points_fail() -> None:
    assert grade(10) == "failed"
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose tests pass, though they never look at the border."""
    root = tmp_path / "project"
    files = {
        "sync/grade.py": GRADE,
        "tests/unit/sync/test_grade.py": TESTS,
        "pyproject.toml": '[tool.pytest.ini_options]\npythonpath = ["."]\n',
        "node_modules/big.js": "",
        "var/report.xml": "",
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    (root / mutants.MUTANTS).mkdir()
    return root


def add(project: Path, name: str, old: str, new: str) -> Path:
    """A patch that puts one line of `grade.py` in the place of another."""
    patch = project / mutants.MUTANTS / f"{name}.patch"
    lines = GRADE.splitlines()
    at = lines.index(old) + 1 if old in lines else 1
    patch.write_text(
        f"What {name} gets wrong,\nin two lines.\n\n"
        f"--- a/sync/grade.py\n+++ b/sync/grade.py\n@@ -{at} +{at} @@\n-{old}\n+{new}\n"
    )
    return patch


@pytest.fixture(autouse=True)
def without_context(monkeypatch: pytest.MonkeyPatch) -> None:
    """`add` writes no context lines, which git takes on request only."""
    apply = mutants.apply
    monkeypatch.setattr(mutants, "apply", lambda *given: apply(*given, "--unidiff-zero"))


def test_a_mutant_that_every_test_passes_has_survived_and_is_told(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add(project, "dies", '        return "passed"', '        return "failed"')
    add(project, "survives", "    if points >= 50:", "    if points > 50:")
    assert mutants.main([], project) == 1
    first, *table, last = capsys.readouterr().out.splitlines()
    assert first.startswith("unpatched: every test passed")
    assert table[0].startswith("dies    ")
    assert table[0].endswith("s  What dies gets wrong,")
    assert table[1].strip() == "tests/unit/sync/test_grade.py::test_many_points_pass"
    assert table[2].startswith("survives")
    assert table[3].strip() == "NOT NOTICED: every test passed"
    assert last == "1 of 2 mutants noticed"
    assert (project / "sync" / "grade.py").read_text() == GRADE


def test_only_the_named_mutants_are_tried_and_all_noticed_is_a_success(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add(project, "dies", '        return "passed"', '        return "failed"')
    add(project, "survives", "    if points >= 50:", "    if points > 50:")
    assert mutants.main(["dies"], project) == 0
    assert capsys.readouterr().out.endswith("1 of 1 mutants noticed\n")


def test_no_mutant_at_all_is_no_success(project: Path) -> None:
    assert mutants.main(["of-another-name"], project) == 1


def test_a_patch_that_does_not_apply_is_told(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add(project, "late", "    if points >= 40:", "    if points > 40:")
    assert mutants.main([], project) == 1
    assert "NOT NOTICED: does not apply: error: patch failed" in capsys.readouterr().out


def test_a_patch_applies_to_nothing_but_the_copy_also_inside_a_repository(project: Path) -> None:
    (project / ".git").mkdir()
    patch = add(project, "dies", '        return "passed"', '        return "failed"')
    folder = project / "copy"
    mutants.copy(project, folder)
    assert mutants.apply(patch, folder) == ""
    assert (folder / "sync" / "grade.py").read_text() != GRADE
    assert (project / "sync" / "grade.py").read_text() == GRADE


def test_a_mutant_that_does_not_start_proves_nothing(project: Path) -> None:
    patch = add(project, "broken", '    return "failed"', '    return "failed')
    mutants.copy(project, project.with_name("copy"))
    verdict = mutants.attempt(project.with_name("copy"), patch, mutants.LIMIT)
    assert not verdict.is_noticed
    assert verdict.said.startswith("did not run")


def test_a_mutant_that_is_not_noticed_in_time_is_not_noticed(project: Path) -> None:
    patch = add(project, "slow", '        return "passed"', "        while True: pass")
    mutants.copy(project, project.with_name("copy"))
    verdict = mutants.attempt(project.with_name("copy"), patch, 0.01)
    assert (verdict.said, verdict.is_noticed) == ("no end within 0 s", False)


def test_where_the_tests_fail_without_a_patch_nothing_is_tried(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add(project, "dies", '        return "passed"', '        return "failed"')
    (project / "sync" / "grade.py").write_text(GRADE.replace("50", "5"))
    assert mutants.main([], project) == 1
    said = capsys.readouterr().out
    assert "unpatched: failed tests/unit/sync/test_grade.py::test_few_points_fail" in said
    assert "What dies gets wrong" not in said


def test_a_copy_links_what_is_big_and_leaves_out_what_is_left_over(
    project: Path, tmp_path: Path
) -> None:
    mutants.copy(project, tmp_path / "copy")
    assert (tmp_path / "copy" / "node_modules").is_symlink()
    assert (tmp_path / "copy" / "node_modules" / "big.js").is_file()
    assert not (tmp_path / "copy" / "var").exists()
    assert not (tmp_path / "copy" / "sync").is_symlink()


def test_the_tests_of_memory_come_first_and_those_by_chance_last(project: Path) -> None:
    for name in ("memory_by_chance", "memory_address", "memory_storage", "address"):
        (project / mutants.TESTS / f"test_{name}.py").write_text("")
    assert [Path(path).name for path in mutants.ordered(project)] == [
        "test_memory_storage.py",
        "test_memory_address.py",
        "test_address.py",
        "test_grade.py",
        "test_memory_by_chance.py",
    ]


# The patches.


def test_there_are_the_seven_of_the_issue_and_more_than_five_others() -> None:
    asked = {
        "saves-every-change",
        "clears-on-every-null",
        "loading-is-a-boolean",
        "pushes-over-a-new-chat",
        "drops-back-while-busy",
        "trusts-a-poisoned-resolve",
        "encodes-foreign-parameters",
    }
    present = {patch.stem for patch in PATCHES}
    assert asked <= present
    assert len(present - asked) > 5


@pytest.mark.parametrize("patch", PATCHES, ids=lambda patch: patch.stem)
def test_a_patch_applies_to_the_present_library_and_begins_with_a_sentence(patch: Path) -> None:
    assert mutants.apply(patch, ROOT, "--check") == ""
    said, _, diff = patch.read_text().partition("\n\n--- a/")
    assert said[0].isupper()
    assert said.endswith(".")
    assert all(len(line) <= 104 for line in said.splitlines())
    changed = [line for line in f"--- a/{diff}".splitlines() if line.startswith("--- a/")]
    assert all(line.startswith("--- a/sync/") for line in changed)
