"""What a model shows on a few machines, the sparse ones above all: faults, and everything else.

Runs in a process of its own, with one module of the model replaced.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.abc
import importlib.util
import json
import os
import resource
import signal
import sys
from collections.abc import Iterator
from typing import Any, NamedTuple

SECONDS = 60
BYTES = 3 << 30


class Shown(NamedTuple):
    """Faults by name, and a digest of all that could be seen."""

    faults: dict[str, str]
    digest: str


def observe(module: str | None, text: str, variant: str, seconds: int = SECONDS) -> Shown:
    """Run the model with ``module`` made of ``text``, in a child process."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.close(read)
            answer = json.dumps(_guarded(module, text, variant, seconds))
            os.write(write, answer.encode())
            status = 0
        finally:
            os._exit(status)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        content = pipe.read()
    os.waitpid(child, 0)
    if not content:
        return Shown({"process": "died"}, "")
    return Shown(*json.loads(content))


def _guarded(module: str | None, text: str, variant: str, seconds: int) -> Shown:
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    signal.signal(signal.SIGXCPU, _too_long)
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stderr(nowhere):
        try:
            if module is not None:
                _install(module, text)
            return _look(variant)
        except BaseException as error:
            return Shown({"model": f"{type(error).__name__}: {error}"}, "")


def _too_long(*_signal: object) -> None:
    raise TimeoutError("too long")


def _install(module: str, text: str) -> None:
    """Have the module's text in the place of its file."""
    # Another test of this process may have imported the model; the child begins anew.
    for known in [name for name in sys.modules if name.startswith(_ANEW)]:
        del sys.modules[known]
    name = "spapr_lint.model." + module.replace("/", ".")

    class Loader(importlib.abc.InspectLoader):
        def get_source(self, fullname: str) -> str:
            return text

    class Finder(importlib.abc.MetaPathFinder):
        def find_spec(self, fullname: str, path: object, target: object = None) -> Any:
            if fullname != name:
                return None
            return importlib.util.spec_from_loader(name, Loader())

    sys.meta_path.insert(0, Finder())


_ANEW = ("spapr_lint.", "tests.agreement.probes", "world")
MODES = ("xics", "xive", "dual")
LEGACY = "-M pseries-3.0,vsmt=4 -cpu power8 -smp 2,maxcpus=4 --qemu 10.0.2"


def _points() -> list[Any]:
    from spapr_lint.validate.grid import Point

    sparse = [Point(2, 4, 1, 8, mode, kvm) for mode in MODES for kvm in (False, True)] + [
        Point(4, 12, 4, 8, "dual", kvm) for kvm in (False, True)
    ]
    return [
        *sparse,
        Point(2, 3, 1, None, "dual", True),
        Point(8, 8, 8, None, "xive", True),
        Point(1, 513, 1, 8, "xive"),
        Point(1, 600, 1, 1, "dual", True),
        Point(4, 6, 2, 2, "xics", False, "pseries-6.2"),
        Point(2, 2, 2, 1, "xive"),
        Point(3, 4, 2, 4, "xive"),
    ]


def _look(variant: str) -> Shown:
    """All that is to be seen; what raises is a fault, what a rule forbids is one too."""
    faults: dict[str, str] = {}
    seen = hashlib.sha256()
    for name, thing in _things(variant):
        seen.update(f"{name}: {thing}\n".encode())
        if isinstance(thing, _Fault):
            faults[name] = str(thing)
    return Shown(faults, seen.hexdigest())


class _Fault(str):
    """Words for something that must not be."""


def _things(variant: str) -> Iterator[tuple[str, str]]:
    from spapr_lint.validate.experiment import evaluate

    for point in _points():
        try:
            outcome = evaluate(point, None, variant)
        except Exception as error:
            yield f"{point}", _Fault(f"{type(error).__name__}: {error}")
            continue
        yield f"{point}", str(outcome.refused)
        for name, answer in outcome.answers.items():
            wrong = answer.state == "failed"
            yield f"{point}: {name}", _Fault(answer.detail) if wrong else f"{answer}"
    for point in _points():
        yield from _machine(" ".join([*point.words(), "--variant", variant]))
    yield from _machine(LEGACY)


def _machine(words: str) -> Iterator[tuple[str, str]]:
    """Trees, tables, device interrupts, and a walk with a guest."""
    from spapr_lint.model.errors import Aborted, Refused
    from tests.agreement.probes import PROBES

    for name, probe in PROBES.items():
        try:
            for number, thing in enumerate(probe(words)):
                yield f"{words}: {name} {number}", thing
        except (Refused, Aborted) as end:
            yield f"{words}: {name}", f"{type(end).__name__} {end.message}"
        except Exception as error:
            yield f"{words}: {name}", _Fault(f"{type(error).__name__}: {error}")
