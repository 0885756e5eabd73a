"""The outcome of interpreting what was loaded: kept, still standing, or made.

An outcome is kept under all that was interpreted.  Beside it stands what it rests
on (`flow.basis`): as long as an edit changes nothing of that, the outcome is the
same, at other sites.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from spapr_lint import answers, ir, lowered, standing
from spapr_lint.cache import Cache, digest
from spapr_lint.context import Loaded, ModuleIn
from spapr_lint.packs import Pack
from spapr_lint.surface import Surface

if TYPE_CHECKING:
    from spapr_lint.flow.outcome import Outcome

_MOST = 40  # modules that may have changed


def outcome_of(loaded: Loaded, pack: Pack, options: Any) -> Outcome:
    """Interpret what was loaded, unless it is known what comes of that."""
    from spapr_lint.flow.outcome import outcome, plain

    store = loaded.store
    tool = (repr(answers.tool_state(options.packs)), repr((options.named, options.default_packs)))
    key = digest("outcome", loaded.identity(), *tool)
    known = store.get(key)
    if known is not None:
        return outcome(known)
    basis_key = digest("basis", *tool, *[module.path for module in loaded.modules])
    for kept in store.all(basis_key):
        stood = _standing(store, kept, loaded, pack)
        if stood is not None:
            store.put(key, plain(stood))
            return stood
    from spapr_lint.flow import analysis

    made, basis = analysis.follow(
        loaded.modules,
        loaded.structs,
        pack,
        options.named,
        loaded.casts,
        loaded.numbers,
    )
    store.put(key, plain(made))
    if basis is not None:
        face = [_face(module) for module in loaded.modules]
        store.put(basis_key, (key, loaded.declared, face, tuple(basis)))
    return made


def _face(module: ModuleIn) -> tuple[Any, ...]:
    """What is compared of a module; last its digest and where its IR is kept."""
    families = tuple(sorted(module.families))
    return (module.name, module.speaks, families, module.exported, module.digest, module.key)


def _standing(store: Cache, kept: Any, loaded: Loaded, pack: Pack) -> Outcome | None:
    """The outcome of an earlier form of the same modules, if it still stands."""
    from spapr_lint.flow.basis import Basis
    from spapr_lint.flow.outcome import at, outcome

    key, declared, faces, plain_basis = kept
    changed = _changed(faces, loaded.modules)
    if declared != loaded.declared or changed is None:
        return None
    basis = Basis(*plain_basis)
    inert = _inert(pack, basis.names)
    sites: dict[int, Mapping[int, int]] = {}
    added: list[str] = []
    for number in changed:
        moved = _moved(store, loaded.modules[number], faces[number], basis.read[number], inert)
        if moved is None or number in basis.exact or len(moved.added) > basis.spares[number]:
            return None
        sites[number] = moved.sites
        added += moved.added
    if added and (len(added) > basis.spare or _spoken(loaded.modules, frozenset(added))):
        return None
    known = store.get(key)
    placed = None if known is None else at(known, sites)
    return None if placed is None else outcome(placed)


def _changed(faces: Sequence[Any], modules: Sequence[ModuleIn]) -> list[int] | None:
    """The modules whose IR is another one; None if more than that has changed."""
    found = []
    for number, module in enumerate(modules):
        before, after = tuple(faces[number]), _face(module)
        same = before[-2] == after[-2]
        if before[:3] != after[:3] or (same and before[3] != after[3]):
            return None
        if not same:
            found.append(number)
    return found if len(found) <= _MOST else None


def _moved(
    store: Cache, module: ModuleIn, face: Any, read: Sequence[int], inert: standing.Inert
) -> standing.Moved | None:
    if module.language == "c":
        from spapr_lint import translated

        before = translated.kept(store, face[-1])
    else:
        before = lowered.kept(store, face[-1])
    if before is None:
        return None
    after = lowered.Lowered(module.code, module.surfaces or (), module.digest)
    moved = standing.moved(before, after, read, inert)
    if moved is None:
        return None
    exported = tuple([name for name in module.exported if name not in moved.added])
    return moved if exported == tuple(face[3]) else None


def _inert(pack: Pack, names: Sequence[str]) -> standing.Inert:
    """What is not looked into (`flow.scope`): it names nothing that a number may come from."""
    called = {p.function or p.call or "" for p in pack.producers if p.parameter is not None}
    speaking = pack.words | frozenset(names)

    def inert(function: ir.Function, surface: Surface) -> bool:
        notes = [parameter.annotation or "" for parameter in function.parameters]
        return (
            function.name not in speaking
            and function.name not in called
            and not function.name.startswith("__")
            and speaking.isdisjoint(surface.names)
            and speaking.isdisjoint(surface.fields)
            and not any("Annotated[" in word for words in (notes, *surface[:2]) for word in words)
        )

    return inert


def _spoken(modules: Sequence[ModuleIn], names: frozenset[str]) -> bool:
    """Whether anything bears or says the names of some functions, but for themselves."""
    bearers: set[str] = set()
    for module in modules:
        for function, surface in zip(module.code.functions, module.surfaces or (), strict=False):
            if function.name in names:
                if function.name in bearers:
                    return True
                bearers.add(function.name)
            if names & (surface.fields | surface.names) - {function.name}:
                return True
        top = module.surfaces[-1] if module.surfaces else None
        if top is not None and names & (top.fields | top.names):
            return True
        if any(klass.name in names for klass in module.code.classes):
            return True
    return False
