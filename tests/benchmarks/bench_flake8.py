"""What the plugin costs flake8: CPU time with it over CPU time without it, interleaved.

Run it from anywhere: ``python tests/benchmarks/bench_flake8.py [ROUNDS]``.  A file
without a word of the packs, and one of a thousand lines with findings; cold is the
first run, warm the median of those after it.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PLAIN = "[flake8]\nselect = SPL,E9\n"
LOCAL = "[flake8:local-plugins]\nextension =\n    SPL = spapr_lint.flake8_plugin:Plugin\n"
FINDING = """\
def dt_{0}(fdt, node, nr_servers):
    cells = [cpu_to_be32(0), cpu_to_be32(nr_servers)]
    fdt_setprop(fdt, node, "ibm,xive-lisn-ranges", cells)


def build_{0}(spapr, fdt, node):
    dt_{0}(fdt, node, spapr_max_server_number(spapr))


"""
FILLER = "def f{0}(a, b):\n    c = a + b * {0}\n    return [c, a, b]\n\n\n"


def _seconds(folder: Path, config: str, name: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "flake8", "--jobs=1", "--config", config, name]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "XDG_CACHE_HOME": str(folder / "cache")}
    subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _measure(folder: Path, name: str, rounds: int) -> None:
    cold = _seconds(folder, "with.cfg", name)
    times: dict[str, list[float]] = {"without.cfg": [], "with.cfg": []}
    for number in range(rounds):
        for config in sorted(times, reverse=number % 2 == 0):
            times[config].append(_seconds(folder, config, name))
    without, warm = (statistics.median(times[c]) for c in ("without.cfg", "with.cfg"))
    print(
        f"{name}: flake8 {without:.3f} s; with the plugin cold {cold / without:.2f} x,"
        f" warm {warm / without:.2f} x"
    )


def main() -> None:
    """Print one line a file."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "without.cfg").write_text(PLAIN)
        (folder / "with.cfg").write_text(PLAIN + LOCAL)
        (folder / "pyproject.toml").write_text("[project]\nname = 'bench'\n")
        (folder / "no_word.py").write_text("".join(FILLER.format(n) for n in range(60)))
        text = "".join(FINDING.format(n) for n in range(5))
        (folder / "findings.py").write_text(text + "".join(FILLER.format(n) for n in range(190)))
        # Answers about files that have only just changed are not remembered.
        time.sleep(3)
        for file in ("no_word.py", "findings.py"):
            _measure(folder, file, rounds)


if __name__ == "__main__":
    main()
