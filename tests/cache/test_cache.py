"""The store: right or not found, whatever happens to its files."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from spapr_lint.cache import Cache, digest, made_by, read, written

PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.binary()
    | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=4).map(tuple) | st.frozensets(st.text(), max_size=3),
    max_leaves=12,
)


@given(PLAIN)
def test_what_is_written_is_read(value: object) -> None:
    assert read(written(value)) == value


@given(PLAIN, st.data())
def test_damage_is_seen(value: object, data: st.DataObject) -> None:
    whole = written((value, "a word"))
    cut = data.draw(st.integers(0, len(whole) - 1))
    assert read(whole[:cut]) is None
    at = data.draw(st.integers(0, len(whole) - 1))
    flipped = bytes([whole[at] ^ 1 << data.draw(st.integers(0, 7))])
    assert read(whole[:at] + flipped + whole[at + 1 :]) is None


def test_borders_and_order_of_parts_count() -> None:
    names = {digest("ab", "c"), digest("a", "bc"), digest("abc"), digest("c", "ab"), digest()}
    assert len(names) == 5
    assert digest("ab") == digest(b"ab")


def test_a_cache_gives_back_what_was_put(tmp_path: Path) -> None:
    key = digest("x")
    Cache(str(tmp_path)).put(key, ("y", 1))
    assert Cache(str(tmp_path)).get(key) == ("y", 1)
    assert Cache(str(tmp_path)).get(digest("z")) is None


def test_none_at_all_keeps_nothing() -> None:
    store = Cache(None)
    store.put(digest("x"), 1)
    assert store.get(digest("x")) is None


def test_a_cut_file_is_not_found_and_made_again(tmp_path: Path) -> None:
    key = digest("x")
    Cache(str(tmp_path)).put(key, "y" * 100)
    (file,) = (path for path in tmp_path.rglob("*") if path.is_file())
    file.write_bytes(file.read_bytes()[:-7])
    assert Cache(str(tmp_path)).get(key) is None
    Cache(str(tmp_path)).put(key, "again")
    assert Cache(str(tmp_path)).get(key) == "again"


def test_a_place_that_is_no_folder_is_no_cache(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    store = Cache(str(tmp_path / "file"))
    store.put(digest("x"), 1)
    assert store.get(digest("x")) is None


def test_a_cache_that_cannot_be_written_is_read(tmp_path: Path) -> None:
    known = digest("x")
    Cache(str(tmp_path)).put(known, 1)
    other = next(key for n in range(99) if (key := digest(str(n)))[0] != known[0])
    (tmp_path / f"made-{other[0]}").write_text("a file where a folder should be")
    store = Cache(str(tmp_path))
    store.put(other, 2)
    assert (store.get(known), store.get(other)) == (1, None)


def test_what_is_oldest_goes_when_there_is_too_much(tmp_path: Path) -> None:
    keys = [key for n in range(400) if (key := digest(str(n)))[0] == "0"][:12]
    for age, key in enumerate(keys):
        Cache(str(tmp_path)).put(key, bytes(1000))
        (file,) = tmp_path.rglob(key[1:])
        os.utime(file, (1000 + age, 1000 + age))
    store = Cache(str(tmp_path), largest=16 * 5000)  # five thousand bytes a shelf
    store.put(digest("one more that makes room"), 1)
    for n in range(400):  # whatever shelf it is, each is looked at once
        store.put(digest("more", str(n)), 1)
    kept = [key for key in keys if Cache(str(tmp_path)).get(key) is not None]
    assert kept == keys[-len(kept) :]
    assert 0 < len(kept) <= 5


def test_two_processes_on_one_cache(tmp_path: Path) -> None:
    code = (
        "import sys; from spapr_lint.cache import Cache, digest\n"
        "store = Cache(sys.argv[1])\n"
        "for n in range(300):\n"
        "    key = digest(str(n % 20)); found = store.get(key)\n"
        "    assert found in (None, (n % 20,) * 500), found\n"
        "    store.put(key, (n % 20,) * 500)\n"
    )
    runs = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path)]) for _ in range(3)]
    assert [run.wait() for run in runs] == [0, 0, 0]
    assert Cache(str(tmp_path)).get(digest("7")) == (7,) * 500


def test_an_edit_of_the_tool_makes_another_name(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text("x = 1")
    before = made_by([str(tmp_path)], ["libcst"])
    assert made_by([str(tmp_path)], ["libcst"]) == before
    file.write_text("x = 1 ")
    assert made_by([str(tmp_path)], ["libcst"]) != before
    assert made_by([str(file)], []) != made_by([], [])
    assert made_by([], ["no_such_package_at_all"]) != made_by([], ["libcst"])
