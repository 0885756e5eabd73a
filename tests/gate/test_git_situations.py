"""What a history can hold, as real repositories: each life of a finding told rightly."""

from __future__ import annotations

from pathlib import Path

from gate_repo import BAD, CLEAN, FILLER, GOOD, Repo, life, only, states

from spapr_lint.gate import trees


def test_born_at_its_patch(repo: Repo) -> None:
    repo.commit("base", {"a.c": CLEAN})
    repo.commit("nothing", {"a.c": CLEAN + "\n"})
    repo.commit("adds it", {"a.c": CLEAN + "\n" + BAD})
    repo.commit("after", {"b.c": CLEAN})
    verdict = only(repo.gate("HEAD~3..HEAD"))
    assert (verdict.state, life(verdict)) == ("alive", [(2, "born")])
    assert verdict.born is not None
    assert (verdict.born.path, verdict.born.line) == ("a.c", 10)
    assert "+    sink(ipi);" in verdict.born.hunk
    assert not verdict.born.outside
    assert verdict.present == {2, 3}


def test_old_is_old(repo: Repo) -> None:
    repo.commit("base", {"a.c": BAD})
    repo.commit("above", {"a.c": CLEAN + "\n\n" + BAD})
    verdict = only(repo.gate("HEAD~1..HEAD"))
    assert (verdict.state, life(verdict), verdict.finding.line) == ("old", [], 11)


def test_cured(repo: Repo) -> None:
    repo.commit("base", {"a.c": BAD})
    repo.commit("mends it", {"a.c": GOOD})
    verdict = only(repo.gate("HEAD~1..HEAD"))
    assert (verdict.state, life(verdict)) == ("cured", [(1, "cured")])
    assert verdict.cured is not None
    assert (verdict.cured.path, verdict.cured.line) == ("a.c", 3)
    assert verdict.cured.text == "int ipi = ipi_number(cs);"


def test_born_and_cured_in_the_series(repo: Repo) -> None:
    repo.commit("base", {"a.c": CLEAN})
    repo.commit("adds", {"a.c": CLEAN + BAD})
    repo.commit("mends", {"a.c": CLEAN + GOOD})
    verdict = only(repo.gate("HEAD~2..HEAD"))
    assert (verdict.state, life(verdict)) == ("cured-later", [(1, "born"), (2, "cured")])


def test_rename_moves(repo: Repo) -> None:
    repo.commit("base", {"a.c": BAD + FILLER})
    repo.git("mv", "a.c", "b.c")
    repo.commit("rename")
    verdict = only(repo.gate("HEAD~1..HEAD"))
    assert (verdict.state, verdict.finding.path) == ("moved", "b.c")


def test_rename_with_edits_and_new_variable_moves(repo: Repo) -> None:
    repo.commit("base", {"a.c": BAD + FILLER})
    repo.git("mv", "a.c", "b.c")
    repo.commit("rename", {"b.c": FILLER + BAD.replace("ipi", "number")})
    verdict = only(repo.gate("HEAD~1..HEAD"))
    assert (verdict.state, verdict.finding.path) == ("moved", "b.c")


def test_copy_is_born(repo: Repo) -> None:
    repo.commit("base", {"a.c": BAD + FILLER})
    repo.commit("copy", {"b.c": BAD + FILLER})
    report = repo.gate("HEAD~1..HEAD")
    assert states(report) == {"old": 1, "alive": 1}
    assert report.states("alive")[0].finding.path == "b.c"


def test_copy_before_the_original_is_born(repo: Repo) -> None:
    """The copy sorts first, so it takes the original's fingerprint; git's line map knows better."""
    repo.commit("base", {"b.c": BAD + FILLER})
    repo.commit("copy", {"a.c": BAD + FILLER})
    report = repo.gate("HEAD~1..HEAD")
    assert [v.finding.path for v in report.states("alive")] == ["a.c"]


def test_second_site_in_the_same_function_is_born(repo: Repo) -> None:
    repo.commit("base", {"a.c": BAD})
    twice = BAD.replace("    sink(ipi);\n", "    sink(ipi);\n    sink(ipi);\n")
    repo.commit("twice", {"a.c": twice})
    assert states(repo.gate("HEAD~1..HEAD")) == {"old": 1, "alive": 1}


def test_reindented_is_old(repo: Repo) -> None:
    repo.commit("base", {"a.c": BAD})
    repo.commit("tabs", {"a.c": BAD.replace("    ", "\t")})
    assert states(repo.gate("HEAD~1..HEAD")) == {"old": 1}


def test_wrapped_in_a_condition_is_old(repo: Repo) -> None:
    repo.commit("base", {"a.c": BAD})
    wrapped = BAD.replace("    sink(ipi);\n", "    if (cs) {\n        sink(ipi);\n    }\n")
    repo.commit("if", {"a.c": wrapped})
    assert states(repo.gate("HEAD~1..HEAD")) == {"old": 1}


def test_renamed_variable_is_old(repo: Repo) -> None:
    repo.commit("base", {"a.c": BAD})
    repo.commit("name", {"a.c": BAD.replace("ipi", "number")})
    verdict = only(repo.gate("HEAD~1..HEAD"))
    assert (verdict.state, life(verdict)) == ("old", [])


def test_renamed_function_moves(repo: Repo) -> None:
    repo.commit("base", {"a.c": BAD})
    repo.commit("name", {"a.c": BAD.replace("claim", "claim_ipi")})
    assert states(repo.gate("HEAD~1..HEAD")) == {"moved": 1}


def test_reordered_functions_are_not_born(repo: Repo) -> None:
    repo.commit("base", {"a.c": BAD + FILLER})
    repo.commit("order", {"a.c": FILLER + BAD})
    (state,) = states(repo.gate("HEAD~1..HEAD"))
    assert state in ("old", "moved")


def test_moved_to_another_file(repo: Repo) -> None:
    repo.commit("base", {"a.c": FILLER + BAD, "b.c": CLEAN})
    repo.commit("move", {"a.c": FILLER, "b.c": CLEAN + BAD})
    verdict = only(repo.gate("HEAD~1..HEAD"))
    assert (verdict.state, verdict.finding.path) == ("moved", "b.c")


def test_moved_and_edited_keeps_its_life(repo: Repo) -> None:
    """The fault of 2020: the site goes into a helper, its text changes on the way."""
    repo.commit("base", {"a.c": FILLER + BAD})
    helper = "void on_cpu(int arg)\n{\n    int ipi = server_id(arg);\n    s = sink(ipi);\n}\n"
    rest = "int claim(int cs)\n{\n    run(on_cpu, cs);\n    return 0;\n}\n"
    repo.commit("helper", {"a.c": FILLER + helper + rest})
    verdict = only(repo.gate("HEAD~1..HEAD"))
    assert (verdict.state, life(verdict)) == ("moved", [(1, "moved")])


def test_moved_and_back_is_old(repo: Repo) -> None:
    repo.commit("base", {"a.c": FILLER + BAD, "b.c": CLEAN})
    repo.commit("move", {"a.c": FILLER, "b.c": CLEAN + BAD})
    repo.commit("back", {"a.c": FILLER + BAD, "b.c": CLEAN})
    verdict = only(repo.gate("HEAD~2..HEAD"))
    assert (verdict.state, life(verdict)) == ("old", [(1, "moved"), (2, "moved")])


def test_one_taken_two_put_is_ambiguous_and_born(repo: Repo) -> None:
    two = BAD.replace("claim", "claim_one") + BAD.replace("claim", "claim_two")
    repo.commit("base", {"a.c": FILLER + BAD, "b.c": CLEAN})
    repo.commit("two", {"a.c": FILLER, "b.c": CLEAN, "c.c": two})
    report = repo.gate("HEAD~1..HEAD")
    born = report.states("alive")
    assert states(report) == {"alive": 2, "cured": 1}
    assert all([finding.path for finding in verdict.doubts] == ["a.c"] for verdict in born)


def test_cured_here_and_added_there_is_no_move(repo: Repo) -> None:
    """The old sink's line stays and is clean now: what is added elsewhere is new."""
    repo.commit("base", {"a.c": BAD, "b.c": CLEAN})
    repo.commit("both", {"a.c": GOOD, "b.c": CLEAN + BAD})
    assert states(repo.gate("HEAD~1..HEAD")) == {"alive": 1, "cured": 1}


def test_deleted_file_cures(repo: Repo) -> None:
    repo.commit("base", {"a.c": BAD, "b.c": CLEAN})
    repo.commit("gone", {"a.c": None})
    assert states(repo.gate("HEAD~1..HEAD")) == {"cured": 1}


def test_deleted_and_added_again_is_old(repo: Repo) -> None:
    repo.commit("base", {"a.c": BAD, "b.c": CLEAN})
    repo.commit("gone", {"a.c": None})
    repo.commit("back", {"a.c": BAD})
    verdict = only(repo.gate("HEAD~2..HEAD"))
    assert (verdict.state, life(verdict)) == ("old", [(1, "cured"), (2, "born")])


def test_deleted_and_added_again_with_one_more(repo: Repo) -> None:
    repo.commit("base", {"a.c": BAD, "b.c": CLEAN})
    repo.commit("gone", {"a.c": None})
    twice = BAD.replace("    sink(ipi);\n", "    sink(ipi);\n    sink(ipi);\n")
    repo.commit("back twice", {"a.c": twice})
    assert states(repo.gate("HEAD~2..HEAD")) == {"old": 1, "alive": 1}


def test_reverted_revert_is_alive_from_its_first_patch(repo: Repo) -> None:
    repo.commit("base", {"a.c": CLEAN})
    for text in (CLEAN + BAD, CLEAN, CLEAN + BAD):
        repo.commit("step", {"a.c": text})
    verdict = only(repo.gate("HEAD~3..HEAD"))
    assert life(verdict) == [(1, "born"), (2, "cured"), (3, "born")]
    assert verdict.state == "alive"


def test_file_replaced_by_a_link(repo: Repo) -> None:
    repo.commit("base", {"a.c": BAD, "b.c": CLEAN})
    (repo.path / "a.c").unlink()
    (repo.path / "a.c").symlink_to("b.c")
    repo.commit("link")
    assert states(repo.gate("HEAD~1..HEAD")) == {"cured": 1}


def test_link_to_a_file_reports_once(repo: Repo) -> None:
    repo.commit("base", {"b.c": CLEAN})
    (repo.path / "a.c").symlink_to("b.c")
    (repo.path / "evil.c").symlink_to("../../../../etc/passwd")
    (repo.path / "loop.c").symlink_to("loop.c")
    repo.commit("links and a bad one", {"b.c": CLEAN + BAD})
    assert only(repo.gate("HEAD~1..HEAD")).finding.path == "b.c"
    with repo.opened() as (repository, objects):
        tree = trees.GitTree(objects, repository.resolve("HEAD"))
        assert list(tree.paths()) == ["b.c"]
        assert tree.read("a.c") == (CLEAN + BAD).encode()
        assert not tree.exists("evil.c")
        assert not tree.exists("loop.c")


def test_read_through_a_linked_folder(repo: Repo) -> None:
    repo.write("real/sub/x.h", CLEAN)
    (repo.path / "link").symlink_to("real")
    repo.commit("base")
    with repo.opened() as (repository, objects):
        tree = trees.GitTree(objects, repository.resolve("HEAD"))
        assert tree.read("link/sub/x.h") == CLEAN.encode()
        assert not tree.exists("link/sub")


def test_submodule_is_left_alone(repo: Repo, tmp_path: Path) -> None:
    other = Repo(tmp_path / "other")
    other.commit("inside", {"x.c": BAD})
    repo.commit("base", {"a.c": CLEAN})
    repo.git("submodule", "add", "-q", str(other.path), "sub")
    repo.commit("submodule", {"a.c": CLEAN + "\n"})
    assert states(repo.gate("HEAD~1..HEAD")) == {}
    (repo.path / "sub" / "x.c").write_text(CLEAN)
    assert states(repo.gate("--worktree")) == {}


def test_inside_a_submodule(repo: Repo, tmp_path: Path) -> None:
    other = Repo(tmp_path / "other")
    other.commit("inside", {"x.c": CLEAN})
    repo.git("submodule", "add", "-q", str(other.path), "sub")
    inner = Repo.__new__(Repo)
    inner.path = repo.path / "sub"
    inner.commit("bad", {"x.c": CLEAN + BAD})
    assert states(inner.gate("HEAD~1..HEAD")) == {"alive": 1}


def test_crlf_conversion_is_no_news(repo: Repo) -> None:
    repo.commit("base", {"a.c": BAD})
    repo.commit("dos", {"a.c": BAD.replace("\n", "\r\n")})
    assert states(repo.gate("HEAD~1..HEAD")) == {"old": 1}


def test_crlf_on_the_disk_only_is_unchanged(repo: Repo) -> None:
    repo.commit("base", {"a.c": BAD})
    repo.write("a.c", BAD.replace("\n", "\r\n"))
    with repo.opened() as (repository, _):
        assert trees.work_tree(repository) == repo.git("rev-parse", "HEAD^{tree}")


def test_merge_brings_a_branch_and_blames_its_commit(repo: Repo) -> None:
    repo.commit("base", {"a.c": CLEAN})
    repo.git("checkout", "-q", "-b", "side")
    repo.commit("bad on the branch", {"b.c": BAD})
    repo.git("checkout", "-q", "main")
    repo.commit("main goes on", {"c.c": CLEAN})
    repo.git("merge", "-q", "--no-edit", "side")
    report = repo.gate("HEAD~2..HEAD")
    verdict = only(report)
    assert verdict.state == "alive"
    assert verdict.born is not None
    assert report.patches[verdict.born.patch - 1].subject == "bad on the branch"
    assert [event.what for event in verdict.events] == ["born"]


def test_merge_as_one_step_with_first_parent(repo: Repo) -> None:
    repo.commit("base", {"a.c": CLEAN})
    repo.git("checkout", "-q", "-b", "side")
    repo.commit("bad on the branch", {"b.c": BAD})
    repo.git("checkout", "-q", "main")
    repo.git("merge", "-q", "--no-ff", "--no-edit", "side")
    report = repo.gate("HEAD~1..HEAD", first_parent=True)
    assert len(report.patches) == 1
    assert only(report).state == "alive"


def test_evil_merge_is_blamed_itself(repo: Repo) -> None:
    repo.commit("base", {"a.c": CLEAN})
    repo.git("checkout", "-q", "-b", "side")
    repo.commit("side", {"b.c": CLEAN})
    repo.git("checkout", "-q", "main")
    repo.commit("main", {"c.c": CLEAN})
    repo.git("merge", "-q", "--no-commit", "side")
    repo.commit("evil merge", {"d.c": BAD})
    report = repo.gate("HEAD~2..HEAD")
    born = only(report).born
    assert born is not None
    assert report.patches[born.patch - 1].subject == "evil merge"


def test_cured_on_a_branch_and_merged_is_cured_once(repo: Repo) -> None:
    repo.commit("base", {"a.c": BAD})
    repo.git("checkout", "-q", "-b", "side")
    repo.commit("mends", {"a.c": GOOD})
    repo.git("checkout", "-q", "main")
    repo.commit("main", {"c.c": CLEAN})
    repo.git("merge", "-q", "--no-edit", "side")
    report = repo.gate("HEAD~2..HEAD")
    verdict = only(report)
    assert verdict.state == "cured"
    assert [event.what for event in verdict.events] == ["cured"]
    assert report.patches[verdict.events[0].patch - 1].subject == "mends"


def test_criss_cross_merges(repo: Repo) -> None:
    repo.commit("base", {"a.c": CLEAN, "old.c": BAD.replace("claim", "old_claim")})
    repo.git("branch", "side")
    repo.commit("left", {"left.c": BAD.replace("claim", "left_claim")})
    left = repo.git("rev-parse", "HEAD")
    repo.git("checkout", "-q", "side")
    repo.commit("right", {"right.c": CLEAN})
    right = repo.git("rev-parse", "HEAD")
    repo.git("merge", "-q", "--no-edit", left)
    repo.git("checkout", "-q", "main")
    repo.git("merge", "-q", "--no-edit", right)
    repo.commit("more", {"a.c": CLEAN + "\n"})
    repo.git("merge", "-q", "--no-edit", "side")
    base = repo.git("rev-list", "--max-parents=0", "HEAD")
    report = repo.gate(f"{base}..HEAD")
    assert states(report) == {"alive": 1, "old": 1}
    born = report.states("alive")[0].born
    assert born is not None
    assert report.patches[born.patch - 1].subject == "left"


def test_the_same_change_on_two_branches_is_one_finding(repo: Repo) -> None:
    repo.commit("base", {"a.c": CLEAN})
    repo.git("branch", "side")
    repo.commit("picked", {"b.c": BAD})
    repo.git("checkout", "-q", "side")
    repo.commit("other", {"c.c": CLEAN})
    repo.git("cherry-pick", "main")
    repo.git("merge", "-q", "--no-edit", "main")
    base = repo.git("rev-list", "--max-parents=0", "HEAD")
    assert states(repo.gate(f"{base}..HEAD")) == {"alive": 1}


def test_octopus_merge(repo: Repo) -> None:
    base = repo.commit("base", {"a.c": CLEAN})
    for name in ("one", "two"):
        repo.git("checkout", "-q", "-b", name, base)
        repo.commit(name, {f"{name}.c": BAD.replace("claim", name)})
    repo.git("checkout", "-q", "main")
    repo.commit("three", {"three.c": CLEAN})
    repo.git("merge", "-q", "--no-edit", "one", "two")
    assert states(repo.gate(f"{base}..HEAD")) == {"alive": 2}


def test_empty_commits(repo: Repo) -> None:
    repo.commit("base", {"a.c": BAD})
    repo.commit("empty")
    repo.commit("empty too")
    report = repo.gate("HEAD~2..HEAD")
    assert (states(report), report.checks) == ({"old": 1}, 1)


def test_files_that_cannot_matter_cost_no_check(repo: Repo) -> None:
    repo.commit("base", {"a.c": BAD})
    for number in range(3):
        repo.commit("docs", {"README.rst": f"{number}\n"})
    assert repo.gate("HEAD~3..HEAD").checks == 1


def test_empty_range(repo: Repo) -> None:
    repo.commit("base", {"a.c": BAD})
    report = repo.gate("HEAD..HEAD")
    assert states(report) == {"old": 1}
    assert report.notes


def test_root_commit_in_the_range(repo: Repo) -> None:
    repo.commit("base", {"a.c": CLEAN})
    repo.git("checkout", "-q", "--orphan", "island")
    repo.git("rm", "-rfq", ".")
    repo.commit("island", {"i.c": BAD})
    repo.git("checkout", "-q", "main")
    repo.git("merge", "-q", "--no-edit", "--allow-unrelated-histories", "island")
    assert states(repo.gate("HEAD~1..HEAD")) == {"alive": 1}


def test_diverged_base_starts_at_the_fork(repo: Repo) -> None:
    repo.commit("base", {"a.c": BAD})
    repo.git("checkout", "-q", "-b", "topic")
    repo.commit("topic", {"b.c": BAD.replace("claim", "topic")})
    repo.git("checkout", "-q", "main")
    repo.commit("mended upstream", {"a.c": GOOD})
    assert states(repo.gate("main..topic")) == {"alive": 1, "old": 1}
    assert states(repo.gate("main...topic")) == {"alive": 1, "old": 1}


def test_producer_changes_and_all_consumers_are_checked(repo: Repo) -> None:
    user = "int user(int cs)\n{\n    int n = number_of(cs);\n    sink(n);\n    return 0;\n}\n"
    maker = "int number_of(int cs)\n{\n    return ipi_number(cs);\n}\n"
    repo.commit("base", {"maker.c": maker, "user.c": user})
    repo.commit("another number", {"maker.c": maker.replace("ipi_number", "server_id")})
    verdict = only(repo.gate("HEAD~1..HEAD"))
    assert (verdict.state, verdict.finding.path) == ("alive", "user.c")
    assert verdict.born is not None
    assert (verdict.born.path, verdict.born.line, verdict.born.outside) == ("maker.c", 3, True)
    assert verdict.born.text == "return server_id(cs);"


def test_new_caller_worsens(repo: Repo) -> None:
    helper = "void helper(int n)\n{\n    sink(n);\n}\n"
    caller = "void one(int cs)\n{\n    helper(server_id(cs));\n}\n"
    repo.commit("base", {"a.c": helper + caller})
    repo.commit("second", {"b.c": caller.replace("one", "two")})
    verdict = only(repo.gate("HEAD~1..HEAD"))
    assert (verdict.state, life(verdict)) == ("worsened", [(1, "worsened")])
    event = verdict.events[0]
    assert (event.path, event.line) == ("b.c", 3)


def test_worse_for_one_patch_only_is_old(repo: Repo) -> None:
    helper = "void helper(int n)\n{\n    sink(n);\n}\n"
    caller = "void one(int cs)\n{\n    helper(server_id(cs));\n}\n"
    repo.commit("base", {"a.c": helper + caller})
    repo.commit("second", {"b.c": caller.replace("one", "two")})
    repo.commit("back", {"b.c": None})
    assert states(repo.gate("HEAD~2..HEAD")) == {"old": 1}


def test_siblings_of_a_cure(repo: Repo) -> None:
    repo.commit("base", {"a.c": BAD, "b.c": BAD.replace("claim", "forgotten")})
    repo.commit("mends one", {"a.c": GOOD})
    (cured,) = repo.gate("HEAD~1..HEAD").states("cured")
    assert [finding.function for finding in cured.siblings] == ["forgotten"]


def test_less_sight_is_a_finding_and_no_cure(repo: Repo) -> None:
    repo.commit("base", {"a.c": BAD})
    repo.commit("breaks it", {"a.c": BAD + "}\n"})
    report = repo.gate("HEAD~1..HEAD")
    assert states(report) == {"alive": 1, "old": 1}
    assert report.states("alive")[0].finding.rule == "SPL903"
    assert report.states("old")[0].unseen


def test_sight_lost_and_regained(repo: Repo) -> None:
    repo.commit("base", {"a.c": BAD})
    repo.commit("breaks it", {"a.c": BAD + "}\n"})
    repo.commit("mends it", {"a.c": BAD + "\n"})
    report = repo.gate("HEAD~2..HEAD")
    assert states(report) == {"cured-later": 1, "old": 1}
    assert life(report.states("old")[0]) == [(1, "unseen"), (2, "seen")]


def test_call_that_no_longer_resolves_is_told(repo: Repo) -> None:
    repo.commit("base", {"a.c": CLEAN.replace("lisn + 1", "known(lisn)")})
    repo.commit("blind", {"a.c": CLEAN.replace("lisn + 1", "unknown(lisn)")})
    verdict = only(repo.gate("HEAD~1..HEAD"))
    assert verdict.finding.rule == "SPL903"
    assert verdict.finding.severity == "warning"
    assert verdict.state == "alive"


def test_new_call_that_does_not_resolve_is_no_loss(repo: Repo) -> None:
    repo.commit("base", {"a.c": CLEAN})
    repo.commit("calls", {"a.c": CLEAN.replace("lisn + 1", "unknown(lisn)")})
    assert states(repo.gate("HEAD~1..HEAD")) == {}


def test_comment_that_silences_is_no_cure(repo: Repo) -> None:
    repo.commit("base", {"a.c": BAD})
    quiet = BAD.replace("sink(ipi);", "sink(ipi); /* spapr-lint: SPL102 -- known */")
    repo.commit("silence", {"a.c": quiet})
    verdict = only(repo.gate("HEAD~1..HEAD"))
    assert (verdict.state, verdict.suppressed) == ("old", True)


def test_comment_taken_away_is_news(repo: Repo) -> None:
    quiet = BAD.replace("sink(ipi);", "sink(ipi); /* spapr-lint: SPL102 -- known */")
    repo.commit("base", {"a.c": quiet})
    repo.commit("loud", {"a.c": BAD})
    assert states(repo.gate("HEAD~1..HEAD")) == {"worsened": 1}
