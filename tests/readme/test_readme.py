"""What the README shows is what happens."""

from __future__ import annotations

import json
import re
import subprocess
import textwrap
import tomllib
from pathlib import Path

import pytest
import yaml

from spapr_lint import config
from spapr_lint.cli import DOORS
from tests.doors.run import ROOT, lint, run

README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def _blocks(language: str) -> list[str]:
    return [text for name, text in BLOCKS if name == language]


@pytest.fixture
def work(tmp_path: Path) -> Path:
    (tmp_path / "irq.py").write_text(_blocks("python")[0])
    return tmp_path


def test_it_opens_with_a_ten_line_example_and_its_real_output(work: Path) -> None:
    assert len(_blocks("python")[0].splitlines()) == 10
    done = lint("check", "irq.py", cwd=work)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout == _blocks("text")[0]


def test_the_library_prints_what_is_shown(work: Path) -> None:
    done = run("-c", _blocks("python")[1], cwd=work)
    assert (done.stdout, done.stderr) == (_blocks("text")[1], "")


def test_questions_are_answered_as_shown(work: Path) -> None:
    (work / "ends.py").write_text(_blocks("python")[2])
    asked = re.findall(r"^`spapr-lint (why(?:-not)? .*)` prints:$", README, re.MULTILINE)
    assert [question.split()[0] for question in asked] == ["why", "why-not"]
    for question, shown in zip(asked, _blocks("text")[2:4], strict=True):
        done = lint(*question.split(), cwd=work)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout == shown


def test_every_key_of_an_answer_is_described(work: Path) -> None:
    reply = json.loads(lint("why", "irq.py:4", "--format", "json", cwd=work).stdout)
    value = reply["values"][0]
    names = ["spapr_max_server_number", "ibm,xive-lisn-ranges", "irq.py"]
    verdict = json.loads(lint("why-not", *names, "--format", "json", cwd=work).stdout)
    for key in (*reply, *value, *value["kinds"][0], *verdict):
        assert f'"{key}"' in README
    assert f"`{verdict['answer']}`" in README


def test_the_settings_shown_are_all_there_are() -> None:
    (table,) = (
        tomllib.loads(text)["tool"]["spapr-lint"]
        for text in _blocks("toml")
        if "[tool.spapr-lint]" in text
    )
    config.parse_config(table, "pyproject.toml")
    assert set(table) == set(config._READERS)


def test_the_hooks_shown_are_offered() -> None:
    offered = {hook["id"] for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}
    shown = yaml.safe_load(next(text for text in _blocks("yaml") if "hooks:" in text))
    assert {hook["id"] for hook in shown["repos"][0]["hooks"]} <= offered


def test_the_editors_settings_are_json() -> None:
    for text in _blocks("json"):
        json.loads(text)


def test_every_key_of_the_json_is_described(work: Path) -> None:
    data = json.loads(lint("--format", "json", "irq.py", cwd=work).stdout)
    described = next(text for text in _blocks("") if '"version": 1' in text)
    for key in (*data, *data["findings"][0], *data["ledger"]):
        assert f'"{key}"' in described


def test_a_pack_of_ones_own_works_as_shown(tmp_path: Path) -> None:
    section = README.split("\n## Your own numbers\n")[1].split("\n## ")[0]
    pack = re.search(r"^```toml\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    rule = re.search(r"^    # SPL700.*?(?=^\S)", section, re.MULTILINE | re.DOTALL)
    said = re.search(r"`spapr-lint (rules test mine)` prints `(.*?)`", section)
    assert pack is not None
    assert rule is not None
    assert said is not None
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "pages.toml").write_text(pack[1])
    (tmp_path / "mine" / "SPL700.md").write_text(textwrap.dedent(rule[0]))
    done = lint(*said[1].split(), cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{said[2]}\n", "")
    (tmp_path / "x.py").write_text("map_at(bus, page_of(dev))\n")
    done = lint("check", "--pack", "mine", "x.py", cwd=tmp_path)
    assert done.stdout.startswith("x.py:1:13: SPL700 page.id is no address (argument 1 of map_at")


def test_every_section_is_in_the_list_of_sections() -> None:
    sections = re.findall(r"^## (.*)$", README, re.MULTILINE)
    anchors = re.findall(r"\]\(#([a-z-]+)\)", README)
    assert [title.lower().replace(" ", "-") for title in sections if title != "Licence"] == anchors


def test_the_commands_shown_exist() -> None:
    doors = {door.name for door in DOORS}
    for text in _blocks("sh"):
        for command in re.findall(r"^(?:\.venv/bin/)?spapr-lint ([a-z-]+)", text, re.MULTILINE):
            assert command in doors


def test_ci_runs_the_command_that_the_readme_shows() -> None:
    script = (ROOT / ".ci/run").read_text()
    function = re.search(r"^readme_command\(\) \{.*?^\}", script, re.MULTILINE | re.DOTALL)
    assert function is not None
    taken = subprocess.run(
        ["bash", "-c", f"{function[0]}\nreadme_command '### Run the tests'"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert taken in _blocks("sh")
    assert taken.rstrip().splitlines()[-1].startswith("pytest")
    assert "readme_command '### Run the tests'" in script
