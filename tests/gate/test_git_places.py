"""Where a change can stand: index, work tree, clones of all sorts, odd names and settings."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from gate_repo import BAD, CLEAN, FILLER, Repo, life, only, states

from spapr_lint.gate import git, trees
from spapr_lint.gate.git import GitError


def test_staged_not_unstaged(repo: Repo) -> None:
    repo.commit("base", {"a.c": CLEAN, "b.c": CLEAN})
    repo.write("a.c", CLEAN + BAD)
    repo.write("b.c", CLEAN + BAD)
    repo.git("add", "a.c")
    assert [v.finding.path for v in repo.gate("--staged").states("alive")] == ["a.c"]
    assert [v.finding.path for v in repo.gate("--worktree").states("alive")] == ["a.c", "b.c"]


def test_staged_then_mended_on_the_disk_is_still_staged(repo: Repo) -> None:
    repo.commit("base", {"a.c": CLEAN})
    repo.write("a.c", CLEAN + BAD)
    repo.git("add", "a.c")
    repo.write("a.c", CLEAN)
    assert states(repo.gate("--staged")) == {"alive": 1}
    assert states(repo.gate("--worktree")) == {}


def test_staged_before_the_first_commit(repo: Repo) -> None:
    repo.write("a.c", BAD)
    repo.git("add", "a.c")
    assert states(repo.gate("--staged")) == {"alive": 1}


def test_staged_in_a_partial_commit_uses_the_hook_s_index(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``git commit FILE`` gives its hook another index than the usual one."""
    repo.commit("base", {"a.c": CLEAN, "b.c": CLEAN})
    repo.write("a.c", CLEAN + BAD)
    repo.write("b.c", CLEAN + BAD)
    repo.git("add", "a.c", "b.c")
    index = repo.path / ".git" / "other-index"
    repo.git("read-tree", "HEAD", env={"GIT_INDEX_FILE": str(index)})
    repo.git("add", "b.c", env={"GIT_INDEX_FILE": str(index)})
    monkeypatch.setenv("GIT_INDEX_FILE", str(index))
    monkeypatch.setenv("GIT_DIR", ".git")
    monkeypatch.chdir(repo.path)
    with git.opened() as repository:
        objects = trees.Objects(repository)
        staged = trees.GitTree(objects, trees.index_tree(repository))
        assert staged.read("a.c") == CLEAN.encode()
        assert staged.read("b.c") == (CLEAN + BAD).encode()
        objects.close()


def test_intent_to_add_is_not_staged(repo: Repo) -> None:
    repo.commit("base", {"a.c": CLEAN})
    repo.write("b.c", BAD)
    repo.git("add", "-N", "b.c")
    assert states(repo.gate("--staged")) == {}
    assert states(repo.gate("--worktree")) == {"alive": 1}


def test_untracked_counts_and_ignored_does_not(repo: Repo) -> None:
    repo.commit("base", {"a.c": CLEAN, ".gitignore": "build/\n"})
    repo.write("new.c", BAD)
    repo.write("build/made.c", BAD)
    assert [v.finding.path for v in repo.gate("--worktree").states("alive")] == ["new.c"]


def test_conflict_in_the_index_is_told(repo: Repo) -> None:
    repo.commit("base", {"a.c": CLEAN})
    repo.git("checkout", "-q", "-b", "side")
    repo.commit("side", {"a.c": CLEAN.replace("+ 1", "+ 2")})
    repo.git("checkout", "-q", "main")
    repo.commit("main", {"a.c": CLEAN.replace("+ 1", "+ 3")})
    with pytest.raises(AssertionError):
        repo.git("merge", "-q", "side")
    with pytest.raises(GitError, match=r"a\.c: not merged yet"):
        repo.gate("--staged")
    with pytest.raises(GitError, match=r"a\.c: not merged yet"):
        repo.gate("--worktree")


def test_split_index_is_read_and_not_written(repo: Repo) -> None:
    repo.commit("base", {"a.c": CLEAN})
    repo.git("config", "core.splitIndex", "true")
    repo.git("update-index", "--split-index")
    repo.write("a.c", CLEAN + BAD)
    repo.git("add", "a.c")
    before = repo.state()
    assert states(repo.gate("--staged")) == {"alive": 1}
    assert repo.state() == before


def test_sparse_checkout_is_no_deletion(repo: Repo) -> None:
    repo.commit("base", {"in/a.c": BAD, "out/b.c": BAD.replace("claim", "other")})
    repo.git("sparse-checkout", "set", "in")
    assert not (repo.path / "out" / "b.c").exists()
    assert states(repo.gate("--worktree")) == {"old": 2}


def test_bad_base(repo: Repo) -> None:
    repo.commit("base", {"a.c": CLEAN})
    with pytest.raises(GitError, match="nowhere: no such commit"):
        repo.gate("nowhere..HEAD")
    with pytest.raises(GitError, match="no such commit"):
        repo.gate("--upload-pack=touch..HEAD")


def test_no_repository(tmp_path: Path) -> None:
    with pytest.raises(GitError, match="not a git repository"), git.opened(str(tmp_path)):
        pass
    with pytest.raises(GitError, match="no such folder"), git.opened(str(tmp_path / "no")):
        pass


def test_shallow_clone(repo: Repo, tmp_path: Path) -> None:
    repo.commit("zero", {"a.c": CLEAN})
    repo.commit("base", {"a.c": CLEAN + "\n"})
    repo.commit("bad", {"a.c": CLEAN + "\n" + BAD})
    shallow = Repo.__new__(Repo)
    shallow.path = tmp_path / "shallow"
    repo.git("clone", "-q", "--depth=2", f"file://{repo.path}", str(shallow.path))
    assert states(shallow.gate("HEAD~1..HEAD")) == {"alive": 1}
    with pytest.raises(GitError, match="unshallow"):
        shallow.gate("HEAD~2..HEAD")


def test_range_that_crosses_the_cut_of_a_shallow_clone(repo: Repo, tmp_path: Path) -> None:
    repo.commit("base", {"a.c": BAD})
    repo.git("branch", "side")
    repo.commit("one", {"b.c": CLEAN})
    repo.commit("two", {"c.c": CLEAN})
    repo.git("checkout", "-q", "side")
    repo.commit("other", {"d.c": CLEAN})
    shallow = Repo.__new__(Repo)
    shallow.path = tmp_path / "shallow"
    url = f"file://{repo.path}"
    repo.git("clone", "-q", "--depth=1", "--no-single-branch", url, str(shallow.path))
    with pytest.raises(GitError, match="cut off before the range begins"):
        shallow.gate("origin/side..origin/main")


def test_partial_clone_never_fetches(repo: Repo, tmp_path: Path) -> None:
    repo.git("config", "uploadpack.allowFilter", "true")
    repo.commit("base", {"a.c": CLEAN})
    repo.commit("bad", {"a.c": CLEAN + BAD})
    partial = Repo.__new__(Repo)
    partial.path = tmp_path / "partial"
    url = f"file://{repo.path}"
    repo.git("clone", "-q", "--filter=blob:none", "--no-checkout", url, str(partial.path))
    before = partial.state()
    with pytest.raises(GitError, match="not in this repository"):
        partial.gate("HEAD~1..HEAD")
    assert partial.state() == before


def test_linked_work_tree(repo: Repo, tmp_path: Path) -> None:
    repo.commit("base", {"a.c": CLEAN})
    repo.git("worktree", "add", "-q", "-b", "linked", str(tmp_path / "linked"))
    linked = Repo.__new__(Repo)
    linked.path = tmp_path / "linked"
    linked.write("a.c", CLEAN + BAD)
    linked.git("add", "a.c")
    assert states(linked.gate("--staged")) == {"alive": 1}
    assert states(linked.gate("--worktree")) == {"alive": 1}
    assert states(repo.gate("--staged")) == {}


def test_bare_repository(repo: Repo, tmp_path: Path) -> None:
    repo.commit("base", {"a.c": CLEAN})
    repo.commit("bad", {"a.c": CLEAN + BAD})
    bare = Repo.__new__(Repo)
    bare.path = tmp_path / "bare.git"
    repo.git("clone", "-q", "--bare", str(repo.path), str(bare.path))
    assert states(bare.gate("HEAD~1..HEAD")) == {"alive": 1}
    with pytest.raises(GitError, match="bare repository"):
        bare.gate("--worktree")


def test_from_a_folder_below(repo: Repo) -> None:
    repo.commit("base", {"sub/a.c": CLEAN})
    repo.commit("bad", {"sub/a.c": CLEAN + BAD})
    below = Repo.__new__(Repo)
    below.path = repo.path / "sub"
    assert only(below.gate("HEAD~1..HEAD")).finding.path == "sub/a.c"


def test_alternates_and_odd_folder_names(tmp_path: Path) -> None:
    """A colon, a quote and a newline in the repository's own path."""
    odd = Repo(tmp_path / 'a:b"c\nd')
    odd.commit("base", {"a.c": CLEAN})
    odd.write("a.c", CLEAN + BAD)
    odd.git("add", "a.c")
    assert states(odd.gate("--staged")) == {"alive": 1}


@pytest.mark.skipif(
    os.geteuid() != 0, reason="only root can give a repository another owner, for safe.directory"
)
def test_safe_directory_is_respected(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.commit("base", {"a.c": CLEAN})
    repo.commit("bad", {"a.c": CLEAN + BAD})
    for folder, _, files in os.walk(repo.path):
        os.chown(folder, 12345, 12345)
        for name in files:
            os.chown(os.path.join(folder, name), 12345, 12345)
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    with pytest.raises(GitError, match=r"safe\.directory"):
        repo.gate("HEAD~1..HEAD")
    (home / ".gitconfig").write_text(f'[safe]\n\tdirectory = "{repo.path}"\n')
    assert states(repo.gate("HEAD~1..HEAD")) == {"alive": 1}


@pytest.mark.parametrize(
    "name",
    [
        b"with space.c",
        b'quote".c',
        b"new\nline.c",
        b"tab\t.c",
        b"back\\slash.c",
        "ümläut.c".encode(),
        b"latin\xe9.c",
        b"-dash.c",
        b":colon.c",
        b"[glob]*.c",
        b"a -> b.c",
        b"trailing .c",
        b"\x1b[31mred.c",
    ],
)
def test_odd_file_names(repo: Repo, name: bytes) -> None:
    repo.write(name, CLEAN + FILLER)
    repo.commit("base")
    repo.write(name, CLEAN + BAD + FILLER)
    repo.commit("bad")
    os.rename(
        os.path.join(os.fsencode(repo.path), name), os.path.join(os.fsencode(repo.path), b"x.c")
    )
    repo.commit("rename")
    verdict = only(repo.gate("HEAD~2..HEAD"))
    assert life(verdict) == [(1, "born"), (2, "moved")]
    assert verdict.born is not None
    assert os.fsencode(verdict.born.path) == name
    repo.write(name, BAD)
    assert states(repo.gate("--worktree"))["alive"] == 1


def test_mode_change_only(repo: Repo) -> None:
    repo.commit("base", {"a.c": BAD})
    (repo.path / "a.c").chmod(0o755)
    repo.commit("mode")
    assert states(repo.gate("HEAD~1..HEAD")) == {"old": 1}


def test_replace_refs_do_not_fool_it(repo: Repo) -> None:
    good = repo.commit("base", {"a.c": CLEAN})
    bad = repo.commit("bad", {"a.c": CLEAN + BAD})
    repo.git("replace", bad, good)
    assert states(repo.gate(f"{good}..{bad}")) == {"alive": 1}


def test_commit_messages_in_other_encodings(repo: Repo) -> None:
    repo.commit("base", {"a.c": CLEAN})
    repo.write("a.c", CLEAN + BAD)
    repo.git("add", "a.c")
    message = "Größe\n".encode("latin-1")
    repo.git("-c", "i18n.commitEncoding=ISO-8859-1", "commit", "-q", "-F", "-", stdin=message)
    assert repo.gate("HEAD~1..HEAD").patches[0].subject == "Größe"


def test_sha256_repository(tmp_path: Path) -> None:
    odd = Repo(tmp_path / "sha256", "--object-format=sha256")
    odd.commit("base", {"a.c": CLEAN})
    odd.commit("bad", {"a.c": CLEAN + BAD})
    odd.write("a.c", CLEAN)
    assert states(odd.gate("HEAD~1..HEAD")) == {"alive": 1}
    assert states(odd.gate("--worktree")) == {"cured": 1}


def test_nothing_of_the_repository_is_touched(repo: Repo) -> None:
    repo.commit("base", {"a.c": CLEAN})
    repo.commit("bad", {"a.c": CLEAN + BAD})
    repo.write("a.c", CLEAN)
    repo.write("new.c", BAD)
    before = repo.state()
    for what in ("HEAD~1..HEAD", "--staged", "--worktree"):
        repo.gate(what)
    assert repo.state() == before


def test_git_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GitError, match="git is not installed"), git.opened():
        pass


def test_children_of_an_environment_that_configures_git(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``git -c`` hands its settings down in the environment; none may come through."""
    repo.commit("base", {"a.c": CLEAN})
    monkeypatch.setenv("GIT_CONFIG_PARAMETERS", "'core.bare'='maybe'")
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", "false")
    with repo.opened() as (repository, _):
        names = set(repository.environment)
    assert not names & {"GIT_CONFIG_PARAMETERS", "GIT_EXTERNAL_DIFF", "GIT_CONFIG_COUNT"}
