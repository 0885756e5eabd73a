"""A pack with one label for all tests of this folder."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def pack(tmp_path_factory: pytest.TempPathFactory) -> str:
    import support

    path = tmp_path_factory.mktemp("pack") / "pack.toml"
    path.write_text(support.PACK)
    return str(path)
