"""Settings from pyproject.toml, and where the root is."""

from __future__ import annotations

from pathlib import Path

import pytest

from spapr_lint.config import Config, codes_of, find_root, load_config, parse_config
from spapr_lint.errors import UserError


def _write(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pyproject.toml").write_text(text)
    return folder


def test_every_key_is_read(tmp_path: Path) -> None:
    _write(
        tmp_path,
        """
        [tool.spapr-lint]
        packs = ["packs/mine", "/abs/pack.toml"]
        select = ["spl1"]
        ignore = ["SPL203"]
        per-file-ignores = { "tests/*" = ["SPL101", "SPL102"] }
        exclude = ["build/*"]
        fail-on = "warning"
        root = "src"
        """,
    )
    assert load_config(str(tmp_path)) == Config(
        packs=(str(tmp_path / "packs/mine"), "/abs/pack.toml"),
        select=("SPL1",),
        ignore=("SPL203",),
        per_file_ignores={"tests/*": ("SPL101", "SPL102")},
        exclude=("build/*",),
        fail_on="warning",
        root=str(tmp_path / "src"),
        origin=str(tmp_path / "pyproject.toml"),
    )


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"pack": []}, "unknown key 'pack' in [tool.spapr-lint]; did you mean 'packs'?"),
        (
            {"fail_on": "error"},
            "unknown key 'fail_on' in [tool.spapr-lint]; did you mean 'fail-on'",
        ),
        ({"zzz": 1}, "unknown key 'zzz' in [tool.spapr-lint]"),
        ({"packs": "one"}, "'packs' must be a list of strings"),
        ({"packs": [1]}, "'packs' must be a list of strings"),
        ({"select": ["E501"]}, "'select' has 'E501', codes start with SPL"),
        ({"fail-on": "always"}, "must be one of error, warning, info, never"),
        ({"root": 3}, "'root' must be a string"),
        ({"per-file-ignores": ["a:SPL101"]}, "must be a table"),
        ({"per-file-ignores": {"a": "SPL101"}}, "'per-file-ignores.a' must be a list of strings"),
    ],
)
def test_what_is_wrong_is_said(table: dict[str, object], said: str) -> None:
    with pytest.raises(UserError) as error:
        parse_config(table, "/x/pyproject.toml")
    assert said in str(error.value)
    assert str(error.value).startswith("/x/pyproject.toml: ")


def test_a_file_that_is_no_toml_is_named(tmp_path: Path) -> None:
    _write(tmp_path, "[tool.spapr-lint\n")
    with pytest.raises(UserError, match=r"pyproject\.toml: .*line 1"):
        load_config(str(tmp_path))


def test_the_nearest_table_counts_and_the_search_ends_at_the_root(tmp_path: Path) -> None:
    _write(tmp_path, '[tool.spapr-lint]\nignore = ["SPL101"]\n')
    (tmp_path / "a" / "b").mkdir(parents=True)
    assert load_config(str(tmp_path / "a" / "b")).ignore == ("SPL101",)
    (tmp_path / "a" / ".git").mkdir()
    assert load_config(str(tmp_path / "a" / "b")).ignore == ()


def test_root_is_the_nearest_project(tmp_path: Path) -> None:
    folder = tmp_path / "hw" / "intc"
    folder.mkdir(parents=True)
    (folder / "x.c").touch()
    assert find_root(str(folder / "x.c")) in (str(folder), find_root(str(tmp_path)))
    (tmp_path / "VERSION").touch()
    assert find_root(str(folder / "x.c")) == str(tmp_path)
    _write(tmp_path / "hw", "")
    assert find_root(str(folder / "x.c")) == str(tmp_path / "hw")
    (folder / ".git").mkdir()
    assert find_root(str(folder / "x.c")) == str(folder)
    assert find_root(str(folder / "x.c"), str(tmp_path)) == str(tmp_path)


def test_a_root_that_is_no_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="root is not a folder"):
        find_root(str(tmp_path), str(tmp_path / "none"))


def test_codes_as_they_are_typed() -> None:
    assert codes_of("spl101, SPL2") == ("SPL101", "SPL2")
