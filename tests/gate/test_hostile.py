"""A repository that tries to run something: nothing of it runs, the answer stays right."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import gate_toy
import pytest
from gate_repo import BAD, CLEAN, FILLER, QUIET, Repo, states
from mails import formatted

from spapr_lint.gate import git, letters, thread, trees
from spapr_lint.gate.git import GitError
from spapr_lint.gate.mail import read_mails
from spapr_lint.gate.series import examine

HOOKS = (
    "applypatch-msg",
    "fsmonitor-watchman",
    "post-applypatch",
    "post-checkout",
    "post-commit",
    "post-index-change",
    "pre-applypatch",
    "pre-auto-gc",
    "pre-commit",
    "reference-transaction",
)
COMMANDS = (
    "core.fsmonitor",
    "core.pager",
    "core.editor",
    "core.sshCommand",
    "core.askPass",
    "core.gitProxy",
    "core.alternateRefsCommand",
    "credential.helper",
    "diff.external",
    "diff.trap.command",
    "diff.trap.textconv",
    "filter.trap.clean",
    "filter.trap.smudge",
    "filter.trap.process",
    "gpg.program",
    "gpg.ssh.program",
    "interactive.diffFilter",
    "merge.trap.driver",
    "pager.diff",
    "pager.log",
    "pager.rev-list",
    "sequence.editor",
    "trailer.trap.command",
    "uploadpack.packObjectsHook",
)
SETTINGS = {
    "apply.whitespace": "fix",
    "apply.ignoreWhitespace": "change",
    "color.ui": "always",
    "color.diff": "always",
    "core.abbrev": "5",
    "core.autocrlf": "true",
    "core.bigFileThreshold": "1",
    "core.eol": "crlf",
    "core.quotePath": "false",
    "core.splitIndex": "true",
    "diff.algorithm": "patience",
    "diff.context": "9",
    "diff.interHunkContext": "50",
    "diff.mnemonicPrefix": "true",
    "diff.noprefix": "true",
    "diff.orderFile": "/nowhere",
    "diff.renames": "false",
    "diff.renameLimit": "1",
    "diff.submodule": "log",
    "diff.wsErrorHighlight": "all",
    "filter.trap.required": "true",
    "diff.trap.binary": "true",
    "diff.trap.xfuncname": "^nothing$",
    "index.threads": "1",
    "log.showSignature": "true",
    "log.date": "relative",
    "protocol.allow": "always",
    "protocol.ext.allow": "always",
    "submodule.recurse": "true",
}
ATTRIBUTES = """\
* filter=trap diff=trap merge=trap
*.c -text -diff
*.h eol=crlf working-tree-encoding=UTF-16
"""


@pytest.fixture
def marker(tmp_path: Path) -> Path:
    """What exists as soon as any trap has run."""
    return tmp_path / "trapped"


@pytest.fixture
def trapped(tmp_path: Path, marker: Path) -> Repo:
    """A harmless history with a fault at its end, then everything armed."""
    repo = Repo(tmp_path / "repo")
    repo.commit("base", {"a.c": CLEAN + FILLER, "b.c": CLEAN})
    repo.git("tag", "base")
    repo.git("mv", "a.c", "z.c")
    repo.commit("bad", {"z.c": CLEAN + FILLER + BAD})
    trap = tmp_path / "trap.sh"
    trap.write_text(f"#!/bin/sh\necho \"$0 $*\" >> '{marker}'\ncat\n")
    trap.chmod(0o755)
    for name in HOOKS:
        hook = repo.path / ".git" / "hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\n'{trap}' {name}\n")
        hook.chmod(0o755)
    repo.write(".gitattributes", ATTRIBUTES)
    (repo.path / ".git" / "info").mkdir(exist_ok=True)
    (repo.path / ".git" / "info" / "attributes").write_text(ATTRIBUTES)
    lines = [f"[include]\n\tpath = {repo.path}/.git/more\n"]
    for name, value in [*((c, str(trap)) for c in COMMANDS), *SETTINGS.items()]:
        section, _, key = name.rpartition(".")
        head, dot, sub = section.partition(".")
        title = f'{head} "{sub}"' if dot else head
        lines.append(f"[{title}]\n\t{key} = {value}\n")
    (repo.path / ".git" / "more").write_text("".join(lines[1:]))
    with open(repo.path / ".git" / "config", "a") as file:
        file.write(lines[0])
    return repo


def test_the_traps_work(trapped: Repo, marker: Path) -> None:
    """Plain git falls for them: else this file would show nothing."""
    trapped.write("b.c", CLEAN + "\n")
    env = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")} | QUIET
    subprocess.run(
        ["git", "-c", "diff.orderFile=/dev/null", "add", "b.c"],
        cwd=trapped.path,
        env=env,
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert "trap.sh" in marker.read_text()


@pytest.mark.parametrize("what", ["base..HEAD", "--staged", "--worktree"])
def test_nothing_runs_and_the_answer_is_right(trapped: Repo, marker: Path, what: str) -> None:
    trapped.write("z.c", CLEAN + FILLER + BAD + BAD.replace("claim", "again"))
    before = trapped.state()
    wanted = {
        "base..HEAD": {"alive": 1},
        "--staged": {"old": 1},
        "--worktree": {"old": 1, "alive": 1},
    }
    assert states(trapped.gate(what)) == wanted[what]
    assert not marker.exists()
    assert trapped.state() == before


def test_nothing_runs_on_mail(trapped: Repo, marker: Path, tmp_path: Path) -> None:
    clean = Repo(tmp_path / "clean")
    clean.commit("base", {"a.c": CLEAN + FILLER, "b.c": CLEAN})
    clean.git("mv", "a.c", "z.c")
    clean.commit("bad ", {"z.c": CLEAN + FILLER + BAD.replace("return 0;", "return 0; ")})
    data = formatted(clean, "HEAD~1..HEAD")
    before = trapped.state()
    series = thread.order(read_mails(data, "x"), "x")
    with trapped.opened() as (repository, objects):
        made = letters.mail_plan(repository, series, "base")
        assert states(examine(made, objects, gate_toy.check)) == {"alive": 1}
        # apply.whitespace=fix would have taken the trailing blank.
        tree = trees.GitTree(objects, made.patches[0].tree)
        assert b"return 0; \n" in tree.read("z.c")
    assert not marker.exists()
    assert trapped.state() == before


def test_a_missing_object_is_not_fetched(trapped: Repo, marker: Path, tmp_path: Path) -> None:
    """A promised object would be fetched from a remote that is a command."""
    blob = trapped.git("rev-parse", "HEAD:z.c")
    loose = trapped.path / ".git" / "objects" / blob[:2] / blob[2:]
    loose.unlink()
    with open(trapped.path / ".git" / "config", "a") as file:
        file.write(
            "[core]\n\trepositoryFormatVersion = 1\n[extensions]\n\tpartialClone = origin\n"
            f'[remote "origin"]\n\turl = ext::{tmp_path}/trap.sh %G\n\tpromisor = true\n'
        )
    with pytest.raises((GitError, OSError)):
        trapped.gate("base..HEAD")
    assert not marker.exists()


def test_the_user_s_environment_runs_nothing(
    repo: Repo, marker: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.commit("base", {"a.c": CLEAN})
    repo.commit("bad", {"a.c": CLEAN + BAD})
    home = tmp_path / "home"
    home.mkdir()
    command = f"touch {marker}"
    (home / ".gitconfig").write_text(
        f'[diff]\n\texternal = "{command}"\n[alias]\n\tapply = "!{command}"\n'
    )
    monkeypatch.setenv("HOME", str(home))
    for name in (
        "GIT_EXTERNAL_DIFF",
        "GIT_PAGER",
        "GIT_SSH_COMMAND",
        "GIT_EDITOR",
        "GIT_PROXY_COMMAND",
    ):
        monkeypatch.setenv(name, command)
    monkeypatch.setenv("GIT_TRACE", str(marker))
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "core.fsmonitor")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", command)
    assert states(repo.gate("HEAD~1..HEAD")) == {"alive": 1}
    # Reading safe.directory is the one call with the user's own settings.
    assert not marker.exists() or "safe.directory" in marker.read_text()


def test_work_tree_elsewhere(repo: Repo, tmp_path: Path) -> None:
    """``core.worktree`` leads to another folder: its files count, links out of it do not."""
    repo.commit("base", {"a.c": CLEAN, "sub/b.c": CLEAN})
    other = tmp_path / "elsewhere"
    other.mkdir()
    (other / "a.c").write_text(CLEAN + BAD)
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "b.c").write_text(BAD)
    (other / "sub").symlink_to(outside)
    repo.git("config", "core.worktree", str(other))
    assert [v.finding.path for v in repo.gate("--worktree").states("alive")] == ["a.c"]


INTERRUPTED = """
import os, signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever runs us may ignore them
signal.signal(signal.SIGHUP, signal.SIG_DFL)
sys.path[:0] = [{here!r}, {project!r}]
import gate_toy
from spapr_lint.gate import git, plan, series, trees

def slow(tree):
    print("checking", flush=True)
    time.sleep(60)
    return gate_toy.check(tree)

with git.opened({repo!r}) as repository:
    objects = trees.Objects(repository)
    series.examine(plan.range_plan(repository, "HEAD~1..HEAD"), objects, slow)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_interrupted_leaves_nothing(repo: Repo, tmp_path: Path, number: signal.Signals) -> None:
    repo.commit("base", {"a.c": CLEAN})
    repo.commit("bad", {"a.c": CLEAN + BAD})
    before = repo.state()
    here = Path(__file__).parent
    program = textwrap.dedent(INTERRUPTED).format(
        here=str(here), project=str(here.parent.parent), repo=str(repo.path)
    )
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        env=dict(os.environ) | {"TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"checking\n"
    assert os.listdir(temporary)
    process.send_signal(number)
    begun = time.monotonic()
    assert process.wait(timeout=20) != 0
    process.stdout.close()
    assert time.monotonic() - begun < 10
    assert os.listdir(temporary) == []
    assert repo.state() == before


def test_a_fork_reads_its_own_answers(repo: Repo) -> None:
    """Workers that inherit a tree must not share its pipe with the parent."""
    texts = {f"{n}.c": f"int f{n};\n" * (n + 1) for n in range(40)}
    repo.commit("base", dict(texts))
    with repo.opened() as (repository, objects):
        tree = trees.GitTree(objects, repository.tree_of(repository.resolve("HEAD")))
        assert tree.read("0.c") == texts["0.c"].encode()
        child = os.fork()
        if child == 0:
            good = all(tree.read(name) == text.encode() for name, text in texts.items())
            os._exit(0 if good else 1)
        assert all(tree.read(name) == text.encode() for name, text in reversed(texts.items()))
        assert os.waitpid(child, 0)[1] == 0


def test_a_tree_can_be_sent_to_another_process(repo: Repo) -> None:
    import pickle

    repo.commit("base", {"a.c": CLEAN})
    with repo.opened() as (repository, objects):
        tree = trees.GitTree(objects, repository.tree_of(repository.resolve("HEAD")))
        copy = pickle.loads(pickle.dumps(tree))
        assert copy.read("a.c") == CLEAN.encode()
        copy._objects.close()


def test_the_environment_of_a_quarantine(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a server's hook, new objects stand in a store of their own, named by the environment."""
    repo.commit("base", {"a.c": CLEAN})
    store = tmp_path / "incoming"
    store.mkdir()
    env = {
        "GIT_OBJECT_DIRECTORY": str(store),
        "GIT_ALTERNATE_OBJECT_DIRECTORIES": str(repo.path / ".git" / "objects"),
    }
    repo.write("a.c", CLEAN + BAD)
    index = {"GIT_INDEX_FILE": str(tmp_path / "index")}
    repo.git("add", "a.c", env=env | index)
    tree = repo.git("write-tree", env=env | index)
    commit = repo.git("commit-tree", tree, "-p", "HEAD", "-m", "new", env=env)
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(repo.path)
    with git.opened() as repository:
        objects = trees.Objects(repository)
        assert b"sink" in trees.GitTree(objects, repository.tree_of(commit)).read("a.c")
        objects.close()
