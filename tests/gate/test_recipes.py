"""The README's recipes for CI, run as they stand: only the installation and the mailer are ours."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml
from gate_repo import QUIET, Repo
from mails import mbox, series

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()
SECTION = README.split("\n## Gate\n")[1].split("\n## ")[0]
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", SECTION, re.MULTILINE | re.DOTALL)
FAULT = """\
#include "hw/ppc/spapr.h"

static int reset_ipi(SpaprXive *xive, CPUState *cs, Error **errp)
{
    unsigned long ipi = kvm_arch_vcpu_id(cs);
    uint64_t state = 0;

    return kvm_device_access(xive->fd, KVM_DEV_XIVE_GRP_SOURCE, ipi, &state, true, errp);
}
"""


@pytest.fixture
def clone(tmp_path: Path) -> Repo:
    """What a CI job starts with: a clone whose branch adds a fault to origin/master."""
    upstream = Repo(tmp_path / "upstream")
    upstream.git("checkout", "-q", "-b", "master")
    upstream.commit("base", {"hw/intc/xive.c": '#include "hw/ppc/spapr.h"\n'})
    clone = Repo.__new__(Repo)
    clone.path = tmp_path / "clone"
    upstream.git("clone", "-q", str(upstream.path), str(clone.path))
    clone.git("checkout", "-q", "-b", "topic")
    clone.commit("Add the reset", {"hw/intc/xive.c": FAULT})
    return clone


@pytest.fixture
def tools(tmp_path: Path) -> dict[str, str]:
    """An environment with our command, a pip that has nothing to do, and a mailer that keeps."""
    folder = tmp_path / "bin"
    folder.mkdir()
    sent = tmp_path / "sent"
    scripts = {
        "spapr-lint": f"exec '{sys.executable}' -m spapr_lint \"$@\"",
        "pip": "exit 0",
        "formail": f'test "$*" = "-s sendmail -t" && cat >> \'{sent}\'',
    }
    for name, text in scripts.items():
        (folder / name).write_text(f"#!/bin/sh\n{text}\n")
        (folder / name).chmod(0o755)
    clean = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    path = f"{folder}{os.pathsep}{os.environ['PATH']}"
    cache = str(tmp_path / "cache")
    more = {"PATH": path, "PYTHONPATH": str(ROOT), "SPAPR_LINT": "x", "XDG_CACHE_HOME": cache}
    return clean | QUIET | more


def sh(text: str, clone: Repo, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """A step as CI runs it."""
    words = ["bash", "-eo", "pipefail", "-c", text]
    return subprocess.run(
        words, cwd=clone.path, env=env, capture_output=True, text=True, check=False
    )


def recipe(word: str) -> dict[str, Any]:
    """The YAML block that holds this word."""
    found: dict[str, Any] = yaml.load(
        next(text for name, text in BLOCKS if name == "yaml" and word in text), yaml.BaseLoader
    )
    return found


def test_github_actions(clone: Repo, tools: dict[str, str]) -> None:
    steps = [s["run"] for s in recipe("runs-on")["jobs"]["spapr-lint"]["steps"] if "run" in s]
    env = tools | {"GITHUB_BASE_REF": "master"}
    *before, last = [sh(step, clone, env) for step in steps]
    assert all(done.returncode == 0 for done in before)
    assert last.returncode == 1
    assert re.search(r"^::error .*file=hw/intc/xive\.c,line=8", last.stdout, re.MULTILINE)
    clone.git("revert", "-n", "HEAD")
    clone.git("commit", "-q", "--amend", "-m", "nothing", "--allow-empty")
    assert sh(steps[-1], clone, env).returncode == 0


def test_gitlab(clone: Repo, tools: dict[str, str]) -> None:
    job = recipe("CI_MERGE_REQUEST_IID")["spapr-lint"]
    env = tools | {"CI_MERGE_REQUEST_DIFF_BASE_SHA": clone.git("rev-parse", "origin/master")}
    done = sh("\n".join(job["script"]), clone, env)
    assert done.returncode == 1
    file = clone.path / job["artifacts"]["reports"]["junit"]
    assert "SPL102" in ElementTree.tostring(ElementTree.parse(file).getroot(), "unicode")


def test_mail(clone: Repo, tools: dict[str, str], tmp_path: Path) -> None:
    text = next(text for name, text in BLOCKS if name == "sh" and "formail" in text)
    (tmp_path / "in.mbox").write_bytes(mbox(*series(clone, "HEAD~1..HEAD", "v2")))
    clone.git("checkout", "-q", "origin/master")
    done = sh(text, clone, tools | {"MBOX": str(tmp_path / "in.mbox")})
    assert done.returncode == 0, done.stderr
    sent = (tmp_path / "sent").read_text()
    assert sent.startswith("Subject: Re: [PATCH v2 1/1] Add the reset\n")
    assert "hw/intc/xive.c:8: SPL102" in sent


def test_every_key_of_the_json_is_described(clone: Repo, tools: dict[str, str]) -> None:
    done = sh("spapr-lint gate --format json origin/master..HEAD", clone, tools)
    data = json.loads(done.stdout)
    described = README.split("\n## JSON\n")[1] + SECTION
    for key in (*data, *data["findings"][0], *data["findings"][0]["born"]):
        assert f'"{key}"' in described


def test_every_state_and_option_shown_exists() -> None:
    from spapr_lint.commands.gate import command
    from spapr_lint.gate.verdict import STATES

    assert set(re.findall(r"^\| ([a-z-]+) \|", SECTION, re.MULTILINE)) - {"state"} == set(STATES)
    options = {name for parameter in command.params for name in parameter.opts}
    lines = [line for line in SECTION.split("\n") if "spapr-lint" in line or "`--" in line]
    shown = set(re.findall(r"(?<=[ `(])--[a-z-]+", "\n".join(lines)))
    assert shown <= options
