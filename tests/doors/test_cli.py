"""The command line: what comes out, where, and with which exit code."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from spapr_lint import __version__
from tests.doors.run import BAD, BAD_C, GOOD, PACK, ROOT, lint, project, run


@pytest.fixture
def work(tmp_path: Path) -> Path:
    return project(tmp_path / "work", {"bad.py": BAD, "good.py": GOOD})


def test_version(tmp_path: Path) -> None:
    done = lint("--version", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, f"spapr-lint {__version__}\n")


def test_help_offers_only_commands_that_are_there(tmp_path: Path) -> None:
    done = lint("--help", cwd=tmp_path)
    assert done.returncode == 0
    listed = done.stdout.split("Commands:\n")[1].split("\n\n")[0]
    for row in listed.splitlines():
        told = lint(row.split()[0], "--help", cwd=tmp_path)
        assert told.returncode == 0, row
        assert told.stdout.lower().startswith("usage: "), row


@pytest.mark.parametrize("command", [[], ["check"]])
def test_findings_go_to_standard_output_and_make_exit_code_1(
    work: Path, command: list[str]
) -> None:
    done = lint(*command, "bad.py", cwd=work)
    assert (done.returncode, done.stderr) == (1, "")
    first, *rest = done.stdout.splitlines()
    assert first.startswith("bad.py:6:10: SPL109 ")
    assert rest[0] == "    6 |     sink(value)"
    assert rest[1] == "      |          ^^^^^"
    assert "    bad.py:2: return source()" in done.stdout
    assert "1 finding (1 error)" in done.stdout


def test_nothing_found_is_exit_code_0(work: Path) -> None:
    done = lint("good.py", cwd=work)
    assert done.returncode == 0
    assert done.stdout.startswith("No findings in 1 file, ")


def test_the_whole_folder_is_meant_where_nothing_is_named(work: Path) -> None:
    done = lint(cwd=work)
    assert done.returncode == 1
    assert done.stdout.startswith("bad.py:6:10: SPL109 ")


def test_c_is_checked_and_reported_as_c(tmp_path: Path) -> None:
    work = project(tmp_path / "work", {"hw/bad.c": BAD_C})
    done = lint("hw", cwd=work)
    assert done.returncode == 1
    assert done.stdout.startswith("hw/bad.c:6:")
    assert "    6 |     sink(value);" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["none.py"], "no such file or folder: none.py"),
        (["--formt", "json"], "No such option"),
        (["--format", "xml", "bad.py"], "'xml' is not one of"),
        (["--select", "E501", "bad.py"], "'E501' is no code of this tool"),
        (["--pack", "none.toml", "bad.py"], "none.toml"),
        (["--root", "none", "bad.py"], "root is not a folder: none"),
        (["-", "bad.py"], "- stands for standard input and must be the only path"),
        (["--stdin-display-name", "x.py", "bad.py"], "--stdin-display-name goes with -"),
        (["--write-baseline", "bad.py"], "want --baseline FILE"),
        (["--per-file-ignores", "x", "bad.py"], "wants PATTERN:CODES"),
        (["--output", "none/x.txt", "bad.py"], "cannot write none/x.txt"),
        (["explain", "SPL999"], "no rule has the code SPL999"),
    ],
)
def test_wrong_use_is_exit_code_2_and_one_clear_line(
    work: Path, arguments: list[str], said: str
) -> None:
    done = lint(*arguments, cwd=work)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert done.stderr.startswith("spapr-lint: error: ")
    assert done.stderr.count("\n") == 1


def test_a_mistake_in_the_settings_is_wrong_use(work: Path) -> None:
    (work / "pyproject.toml").write_text('[tool.spapr-lint]\npack = ["pack.toml"]\n')
    done = lint("bad.py", cwd=work)
    assert done.returncode == 2
    assert "unknown key 'pack' in [tool.spapr-lint]; did you mean 'packs'?" in done.stderr


def test_a_mistake_in_a_pack_names_its_line(work: Path) -> None:
    (work / "pack.toml").write_text(PACK.replace("forbids", "forbid"))
    done = lint("bad.py", cwd=work)
    assert done.returncode == 2
    assert "pack.toml:13: " in done.stderr
    assert "forbids" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--fail-on", "never"], 0),
        (["--select", "SPL2"], 0),
        (["--select", "SPL1,SPL2"], 1),
        (["--ignore", "SPL109"], 0),
        (["--per-file-ignores", "bad.py:SPL1"], 0),
        (["--per-file-ignores", "other.py:SPL1"], 1),
    ],
)
def test_options_that_change_the_exit_code(work: Path, arguments: list[str], code: int) -> None:
    assert lint(*arguments, "bad.py", cwd=work).returncode == code


def test_strict_fails_on_what_could_not_be_seen(work: Path) -> None:
    assert lint("--strict", "good.py", cwd=work).returncode == 0
    (work / "broken.py").write_text("def f(:\n    source()\n")
    assert lint("--strict", ".", cwd=work).returncode == 3
    assert lint("--strict", "--format", "xml", ".", cwd=work).returncode == 2


def test_excluded_files_are_not_checked(work: Path) -> None:
    assert lint("--exclude", "bad.*", ".", cwd=work).returncode == 0


def test_standard_input_is_laid_over_the_file_of_its_name(work: Path) -> None:
    done = lint("-", "--stdin-display-name", "good.py", cwd=work, stdin=BAD)
    assert done.returncode == 1
    assert done.stdout.startswith("good.py:6:10: SPL109 ")
    done = lint("-", "--stdin-display-name", "bad.py", cwd=work, stdin=GOOD)
    assert done.returncode == 0


def test_standard_input_may_be_c(work: Path) -> None:
    done = lint("-", "--stdin-display-name", "hw/new.c", cwd=work, stdin=BAD_C)
    assert done.returncode == 1
    assert done.stdout.startswith("hw/new.c:6:")


def test_a_comment_silences_and_is_counted(work: Path) -> None:
    text = BAD.replace("sink(value)", "sink(value)  # noqa: SPL109 -- on purpose")
    done = lint("-", "--stdin-display-name", "bad.py", cwd=work, stdin=text)
    assert done.returncode == 0
    assert "1 suppressed" in done.stdout


def test_a_comment_in_c_silences_at_the_source_too(work: Path) -> None:
    text = BAD_C.replace("used(source());", "used(source()); /* spapr-lint: SPL109 -- why */")
    done = lint("-", "--stdin-display-name", "bad.c", cwd=work, stdin=text)
    assert (done.returncode, "1 suppressed" in done.stdout) == (0, True)


def test_every_format_can_be_written_to_a_file(work: Path) -> None:
    for form in ("json", "sarif", "github", "junit", "mail", "html", "text"):
        done = lint("--format", form, "--output", "out", "bad.py", cwd=work)
        assert (done.returncode, done.stdout) == (1, ""), (form, done.stderr)
        text = (work / "out").read_text()
        assert "SPL109" in text
        if form in ("json", "sarif"):
            json.loads(text)
        if form == "junit":
            ET.fromstring(text)
    assert stat.S_IMODE((work / "out").stat().st_mode) & 0o600 == 0o600
    left = sorted(os.listdir(work))
    assert left == ["bad.py", "good.py", "out", "pack.toml", "pyproject.toml"]


def test_a_baseline_silences_what_it_lists_until_it_is_mended(work: Path) -> None:
    assert lint("--baseline", "known.json", "--write-baseline", ".", cwd=work).returncode == 0
    assert lint("--baseline", "known.json", ".", cwd=work).returncode == 0
    (work / "new.py").write_text(BAD)
    done = lint("--baseline", "known.json", ".", cwd=work)
    assert (done.returncode, done.stdout[:7]) == (1, "new.py:")
    (work / "bad.py").write_text(GOOD)
    done = lint("--baseline", "known.json", "--prune-baseline", "bad.py", cwd=work)
    assert done.returncode == 0
    assert json.loads((work / "known.json").read_text())["findings"] == []
    assert lint("--baseline", "none.json", ".", cwd=work).returncode == 2


def test_a_bad_file_is_named_and_the_others_are_checked(work: Path) -> None:
    (work / "broken.py").write_text("def f(:\n    source()\n")
    (work / "binary.py").write_bytes(b"# source\nx = '\xff\xfe'\n")
    (work / "huge.py").write_text("source()\n" * 2_000_000)
    (work / "cut.c").write_text("int f(void) { sink(source()")
    (work / "loop").symlink_to(work)
    done = lint(".", cwd=work)
    assert done.returncode == 1
    assert "bad.py:6:10: SPL109 " in done.stdout
    assert "broken.py:" in done.stdout
    assert "binary.py" in done.stdout
    assert "huge.py:1: not parsed: larger than 16 MB" in done.stdout


def test_paths_of_several_projects_are_checked_apart(tmp_path: Path) -> None:
    one = project(tmp_path / "one", {"bad.py": BAD})
    two = project(tmp_path / "two", {"bad.py": BAD})
    done = lint("bad.py", "../two/bad.py", cwd=one)
    assert done.returncode == 1
    assert "2 findings (2 errors) in 2 files" in done.stdout
    assert next(line for line in done.stdout.splitlines() if " SPL109 " in line).startswith(
        "../two/"
    )
    assert "not below the root" in lint("--root", str(two), "bad.py", cwd=one).stderr


def test_a_link_is_the_file_that_it_is_called(work: Path) -> None:
    (work / "link.py").symlink_to("bad.py")
    assert lint("link.py", cwd=work).stdout.startswith("link.py:6:10: SPL109 ")
    (work / "nowhere.py").symlink_to("/none/at/all")
    done = lint("nowhere.py", cwd=work)
    assert (done.returncode, "nowhere.py" in done.stderr) == (2, True)


def test_a_broken_file_that_is_named_fails(work: Path) -> None:
    (work / "broken.py").write_text("def f(:\n    source()\n")
    done = lint("broken.py", cwd=work)
    assert done.returncode == 1
    assert done.stdout.startswith("broken.py:")
    assert " SPL903 " in done.stdout.splitlines()[0]


def test_an_old_file_keeps_its_mode_and_a_pipe_is_written_through(work: Path) -> None:
    (work / "out").write_text("old")
    (work / "out").chmod(0o640)
    lint("--output", "out", "good.py", cwd=work)
    assert stat.S_IMODE((work / "out").stat().st_mode) == 0o640
    assert lint("--output", "/dev/null", "good.py", cwd=work).returncode == 0
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


def test_a_reader_that_leaves_early_sees_no_traceback(work: Path) -> None:
    command = f"'{sys.executable}' -m spapr_lint rules list | head -n 1"
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=work,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""


def test_ctrl_c_leaves_no_half_written_file(work: Path) -> None:
    (work / "out").write_text("old")
    script = (
        "import os, signal, sys\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)  # who runs us may ignore it\n"
        "from spapr_lint.commands import common\n"
        "real = os.replace\n"
        "os.replace = lambda *a: os.kill(os.getpid(), signal.SIGINT) or real(*a)\n"
        "from spapr_lint.cli import main\n"
        "sys.exit(main(['--output', 'out', 'bad.py']))\n"
    )
    done = run("-c", script, cwd=work)
    assert done.returncode == 128 + signal.SIGINT
    assert done.stderr == ""
    assert (work / "out").read_text() == "old"
    assert not [name for name in os.listdir(work) if name.startswith(".spapr-lint")]


def test_colours_and_progress_are_for_terminals_only(work: Path) -> None:
    script = (
        "import os, pty, sys\n"
        "from spapr_lint.commands import common\n"
        "common._PATIENCE = 0\n"
        "from spapr_lint.cli import main\n"
        "pid, fd = pty.fork()\n"
        "if pid == 0:\n"
        "    os._exit(main(['bad.py']))\n"
        "data = b''\n"
        "try:\n"
        "    while piece := os.read(fd, 4096):\n"
        "        data += piece\n"
        "except OSError:\n"
        "    pass\n"
        "sys.stdout.buffer.write(data)\n"
    )
    seen = run("-c", script, cwd=work, TERM="xterm", NO_COLOR="").stdout
    assert "\x1b[1;31mSPL109\x1b[0m" in seen
    assert "parsing" in seen
    plain = run("-c", script, cwd=work, TERM="xterm", NO_COLOR="1").stdout
    assert "\x1b[1;31m" not in plain
    assert "\x1b" not in lint("bad.py", cwd=work, TERM="xterm").stdout


def _imported(work: Path, *arguments: str) -> set[str]:
    script = (
        "import sys\nfrom spapr_lint.cli import main\n"
        f"main({list(arguments)!r})\nsys.stderr.write(' '.join(sys.modules))\n"
    )
    return set(run("-c", script, cwd=work).stderr.split())


def test_what_is_not_needed_is_not_imported(tmp_path: Path) -> None:
    work = project(tmp_path / "work", {"good.py": GOOD})
    assert not _imported(work, "--version") & {"click", "libcst", "rich", "tree_sitter", "json"}
    without_a_word = _imported(work, "good.py")
    assert not without_a_word & {"libcst", "rich", "tree_sitter", "flake8"}
    assert "spapr_lint.check" in without_a_word


def test_rules_are_listed_and_explained(work: Path) -> None:
    listed = lint("rules", "list", cwd=work).stdout.splitlines()
    assert listed == sorted(listed)
    assert any(line.startswith("SPL101 ") for line in listed)
    rows = json.loads(lint("rules", "list", "--format", "json", cwd=work).stdout)
    assert [row["code"] for row in rows] == [line.split()[0] for line in listed]
    told = lint("explain", "spl101", cwd=work)
    assert told.returncode == 0
    assert told.stdout.startswith("# SPL101: ")
    assert "## Why" in told.stdout
