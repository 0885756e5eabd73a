"""Translate a parsed C file to a Python module; see the package for what comes out."""

from __future__ import annotations

import gc
import re
import symtable
from collections.abc import Container
from dataclasses import dataclass
from typing import Final, NamedTuple

import tree_sitter

from spapr_lint.c.blocks import fail, fill, statement, whole
from spapr_lint.c.calls import CALLS
from spapr_lint.c.classes import CLASSES
from spapr_lint.c.context import Context, Function, Line, Maker, Writer
from spapr_lint.c.expressions import EXPRESSIONS
from spapr_lint.c.facts import definition
from spapr_lint.c.functions import FUNCTIONS, constant, function, macro_function, measure
from spapr_lint.c.index import Asked, Declarations, Macro
from spapr_lint.c.initialisers import INITIALISERS
from spapr_lint.c.jumps import JUMPS
from spapr_lint.c.layout import laid_out
from spapr_lint.c.loops import LOOP_STATEMENTS
from spapr_lint.c.macros import parsed, substituted
from spapr_lint.c.mask import Source, decode
from spapr_lint.c.names import words
from spapr_lint.c.nodes import Node, UntranslatedError, convert, parse_tree
from spapr_lint.c.operators import OPERATORS
from spapr_lint.c.parsing import Unit, function_name
from spapr_lint.c.preprocessor import PREPROCESSOR, guarded_content, side
from spapr_lint.c.records import RECORDS, fields, inner_name
from spapr_lint.c.statements import STATEMENTS, starting, statement_expression, tagged, zero
from spapr_lint.c.switches import SWITCHES
from spapr_lint.c.types import CType, annotation, base_type, declare, named

MAKERS: Final[dict[str, Maker]] = {
    **EXPRESSIONS,
    **OPERATORS,
    **CALLS,
    **INITIALISERS,
    "compound_statement": statement_expression,
}
WRITERS: Final[dict[str, Writer]] = {
    **STATEMENTS,
    **LOOP_STATEMENTS,
    **SWITCHES,
    **JUMPS,
    **CLASSES,
    **FUNCTIONS,
    **PREPROCESSOR,
}


class Missing(NamedTuple):
    """Something that was not translated: its C line and what it is."""

    line: int
    what: str


@dataclass(frozen=True, slots=True)
class Translated:
    """The Python of one C file.

    ``lines[i]`` is the C line of Python line ``i + 1``.  ``functions`` are those
    translated, in order.  ``untranslated`` says what is missing, with C lines;
    each also stands in the text as ``UNTRANSLATED("its C")``, except what could
    not stand there (a broken definition), which is a ``# C:`` comment.
    ``asked`` is what it took from the declarations (`Declarations.signature`).
    """

    path: str
    text: str
    lines: tuple[int, ...]
    functions: tuple[str, ...]
    untranslated: tuple[Missing, ...]
    asked: Asked = ()


class _File:
    """The walk over one file's top level."""

    def __init__(
        self,
        ctx: Context,
        source: Source,
        wanted: Container[str] | None,
        macros: Container[str] | None,
    ) -> None:
        self.ctx = ctx
        self.source = source
        self.wanted = wanted
        self.macros = macros
        self.functions: list[str] = []
        self.skipped: list[tuple[int, int]] = []
        self.spans: list[tuple[int, int, tree_sitter.Node]] = []
        self.refused: frozenset[int] = frozenset()

    def items(self, nodes: list[tree_sitter.Node], indent: int) -> None:
        for raw in nodes:
            written = len(self.ctx.lines)
            try:
                self.item(raw, indent)
            except (UntranslatedError, RecursionError, IndexError) as error:
                del self.ctx.lines[written:]
                why = _reason(error)
                self.refuse(raw, indent, why)
            own = not self.source.pinned and raw.type not in _GROUPS
            if own and len(self.ctx.lines) > written:
                self.spans.append((written, len(self.ctx.lines), raw))
            self.ctx.function = Function()
            self.local_macros(written, indent)

    def local_macros(self, written: int, indent: int) -> None:
        """Macros that a function or struct defined inside stand before it."""
        found, self.ctx.local_macros = self.ctx.local_macros, []
        if not found:
            return
        kept = self.ctx.lines[written:]
        del self.ctx.lines[written:]
        for macro, line in found:
            self.macro(macro, line, indent)
        self.ctx.lines.extend(kept)

    def refuse(self, raw: tree_sitter.Node, indent: int, why: str) -> None:
        line = self.source.line(raw.start_byte)
        words = self.source.slice(raw.start_byte, raw.end_byte)
        short = " ".join(words.split())
        if not short.strip(";{} "):
            return
        self.ctx.untranslated.append((line, f"{why}: {short[:60]}"))
        for number, row in enumerate(words.split("\n")[:400]):
            self.ctx.put(indent, f"# C: {_printable(row)}", line + number)

    def item(self, raw: tree_sitter.Node, indent: int) -> None:
        kind = raw.type
        if raw.start_byte in self.refused and not self.source.pinned:
            self.refuse(raw, indent, "no Python came out")
        elif kind in ("preproc_if", "preproc_ifdef"):
            self.conditional(raw, indent)
        elif kind == "ERROR":
            self.error(raw, indent)
        elif kind == "linkage_specification":
            body = raw.child_by_field_name("body")
            self.items(list(body.named_children) if body is not None else [], indent)
        elif kind == "function_definition":
            self.function(raw, indent)
        elif kind in _SILENT or (self.macros is not None and self.unwanted(raw, self.macros)):
            return
        else:
            self.node(convert(raw, self.source), indent)

    def unwanted(self, raw: tree_sitter.Node, macros: Container[str]) -> bool:
        """Whether an item of a header is neither a value nor one of the macros that matter."""
        if raw.type in ("preproc_def", "preproc_function_def"):
            name = raw.child_by_field_name("name")
            return name is None or self.source.slice(name.start_byte, name.end_byte) not in macros
        if raw.type == "declaration":
            return b"=" not in self.source.masked.code[raw.start_byte : raw.end_byte]
        return raw.type in _TYPES

    def error(self, raw: tree_sitter.Node, indent: int) -> None:
        known = [kid for kid in raw.named_children if kid.type in _DEFINING]
        self.items(known, indent)
        rest = [kid for kid in raw.children if kid.type not in _DEFINING]
        if rest:
            line = self.source.line(rest[0].start_byte)
            short = " ".join(self.source.slice(rest[0].start_byte, rest[-1].end_byte).split())
            self.ctx.untranslated.append((line, f"cannot read: {short[:60]}"))
            self.ctx.put(indent, f"# C: {_printable(short[:400])}", line)

    def function(self, raw: tree_sitter.Node, indent: int) -> None:
        name = function_name(raw, self.source.masked.text)
        first, last = self.source.line(raw.start_byte), self.source.line(raw.end_byte)
        if name and self.wanted is not None and name not in self.wanted:
            self.skipped.append((first, last))
            return
        written, failed = len(self.ctx.lines), len(self.ctx.untranslated)
        marks: list[Node] = []
        node = convert(raw, self.source, marks)
        try:
            self.functions.append(function(self.ctx, node, indent, marks))
        except (UntranslatedError, RecursionError, IndexError) as error:
            del self.ctx.lines[written:]
            del self.ctx.untranslated[failed:]
            why = _reason(error)
            self.ctx.function = Function()
            self.refuse(raw, indent, why)

    def conditional(self, raw: tree_sitter.Node, indent: int) -> None:
        guarded = guarded_content(raw, self.source)
        if guarded is not None:
            self.items(guarded, indent)
            return
        word = "if"
        current: tree_sitter.Node | None = raw
        while current is not None:
            test, inner = side(current, self.source)
            line = self.source.line(current.start_byte)
            self.ctx.put(indent, f"{word} {test}:" if test else "else:", line)
            word = "elif"
            written = len(self.ctx.lines)
            self.items(inner, indent + 1)
            fill(self.ctx, written, indent + 1, line)
            current = current.child_by_field_name("alternative")

    def node(self, node: Node, indent: int) -> None:
        kind = node.kind
        if kind == "preproc_include":
            self.ctx.put(indent, f"# {' '.join(node.words.split())}", node.line)
        elif kind in ("preproc_def", "preproc_function_def"):
            found = definition(node.words)
            if found is not None:
                name, listed, body = found
                parameters = None if listed is None else tuple(p for p in listed.split(",") if p)
                self.macro(Macro(name, parameters, body, node.line), node.line, indent)
        elif kind == "declaration":
            self.declaration(node, indent)
        elif kind == "expression_statement":
            if node.kids and not node.broken:
                self.call(node, indent)
            elif node.words.strip(" ;"):
                fail(self.ctx, node, indent, "cannot read")
        elif kind in WRITERS:
            statement(self.ctx, node, indent)
        elif kind == "macro_type_specifier" and not node.broken:
            self.use(node.need("name").text, _arguments(node.words), node, indent)
        else:
            fail(self.ctx, node, indent, f"cannot read {kind}")

    def macro(self, macro: Macro, line: int, indent: int) -> None:
        if macro.parameters is None:
            constant(self.ctx, macro, line, indent)
        else:
            macro_function(self.ctx, macro, line, indent)

    def declaration(self, node: Node, indent: int) -> None:
        kind = node.need("type")
        if node.source.note(kind.end, kind.end + 8, "macro") is not None:
            words = decode(node.source.masked.clean[node.start : node.end]).strip()
            self.use(kind.text, _arguments(words), node, indent)
            return
        storage = {kid.text for kid in node.kids if kid.kind == "storage_class_specifier"}
        declarators = node.all("declarator")
        base = base_type(kind)
        if kind.get("body") is not None and kind.kind in RECORDS and kind.get("name") is None:
            kind.text = inner_name(kind, declarators, "record")
            self.ctx.records[kind.text] = dict(
                fields(kind.need("body"), kind.text, self.ctx.records)
            )
            base = named(kind.text)
        if kind.get("body") is not None:
            statement(self.ctx, kind, indent)
        for declarator in declarators:
            name, ctype, _ = declare(declarator, base)
            if ctype.kind == "function" or not name or "extern" in storage:
                continue
            if node.broken:
                raise UntranslatedError("cannot read")
            self.variable(declarator, name, ctype, indent)

    def variable(self, declarator: Node, name: str, ctype: CType, indent: int) -> None:
        ctx = self.ctx
        given = declarator.get("value") if declarator.kind == "init_declarator" else None
        text = starting(ctx, given, ctype) or zero(ctx, ctype)
        if "_INITIALIZER(" in text:
            text = re.sub(rf"(\w+_INITIALIZER)\((?:\w+\.)?{re.escape(name)}\)", r"\1()", text)
        spelled = tagged(ctx, declarator, annotation(ctype))
        python = ctx.global_name(name)
        if name in ctx.boxed_globals:
            text, spelled = f"{ctx.helper('Ref')}({text})", f"Ref[{spelled}]"
        if text.startswith(f"{spelled}("):
            ctx.put(indent, f"{python} = {whole(text)}", declarator.line)
        else:
            ctx.put(indent, f"{python}: {spelled} = {whole(text)}", declarator.line)

    def call(self, node: Node, indent: int) -> None:
        """A macro used at file level."""
        inner = node.kids[0]
        if inner.kind == "call_expression" and inner.need("function").kind == "identifier":
            given = [kid.words for kid in inner.need("arguments").kids]
            self.use(inner.need("function").text, given, node, indent)
        else:
            statement(self.ctx, node, indent)

    def use(self, name: str, given: list[str], node: Node, indent: int) -> None:
        macro = self.ctx.declared.macros.get(name)
        if macro is not None and macro.parameters is not None and name not in _DECLARERS:
            if name not in self.ctx.expanding and len(self.ctx.expanding) < 6:
                if self.expanded(macro, given, node, indent):
                    return
        if node.kind == "expression_statement" and node.kids[0].kind == "call_expression":
            if name.startswith("QEMU_BUILD_BUG"):
                statement(self.ctx, node, indent)
                return
        if node.kind == "expression_statement" and not any('"' in word for word in given):
            statement(self.ctx, node, indent)
            return
        parts = [_quoted(word) if name not in _CALLBACKS else word for word in given]
        self.ctx.put(indent, f"{name}({', '.join(parts)})", node.line)

    def expanded(self, macro: Macro, given: list[str], node: Node, indent: int) -> bool:
        """A macro that makes definitions, replaced by them."""
        text = substituted(macro, given)
        if len(text) > 20_000 or not re.search(r"[;{}]", text):
            return False
        root = parsed(self.ctx, text + "\n", node.line)
        if root is None:
            return False
        self.ctx.expanding.append(macro.name)
        words = " ".join(node.words.split())
        self.ctx.put(indent, f"# {words[:200]}", node.line)
        outer = self.source
        self.source = root.source
        try:
            self.items(list(parse_tree(root.source.masked.text).root_node.children), indent)
        finally:
            self.source = outer
            self.ctx.expanding.pop()
        return True


_GROUPS: Final = frozenset(("preproc_if", "preproc_ifdef", "ERROR", "linkage_specification"))
_SILENT: Final = frozenset(("comment", ";", "\n", "preproc_directive", "{", "}", "#endif"))
_DEFINING: Final = frozenset(
    words(
        "function_definition type_definition preproc_def preproc_function_def "
        "preproc_include preproc_if preproc_ifdef struct_specifier declaration ERROR"
    )
)
_TYPES: Final = frozenset(
    words("struct_specifier union_specifier type_definition preproc_include comment")
)
_DECLARERS: Final = frozenset(
    words(
        "OBJECT_DECLARE_TYPE OBJECT_DECLARE_SIMPLE_TYPE OBJECT_DECLARE_CPU_TYPE "
        "DECLARE_OBJ_CHECKERS DECLARE_INSTANCE_CHECKER DECLARE_CLASS_CHECKERS type_init "
        "DEFINE_TYPES block_init opts_init module_init trace_init migration_init "
        "fuzz_target_init OBJECT_DEFINE_TYPE OBJECT_DEFINE_ABSTRACT_TYPE module_obj "
        "module_dep module_arch module_opts"
    )
)
_CALLBACKS: Final = frozenset(
    words("type_init DEFINE_TYPES block_init opts_init module_init trace_init migration_init")
)


def _reason(error: Exception) -> str:
    if isinstance(error, UntranslatedError):
        return str(error)
    return "nested too deeply" if isinstance(error, RecursionError) else "damaged"


def _quoted(word: str) -> str:
    word = " ".join(word.split())
    if word.startswith('"') or re.fullmatch(r"-?\d+|true|false", word):
        return {"true": "True", "false": "False"}.get(word, word)
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _printable(text: str) -> str:
    if not text.isprintable():
        text = "".join([char if char.isprintable() else " " for char in text])
    return text.rstrip()


def _arguments(words: str) -> list[str]:
    inner = words.partition("(")[2].rpartition(")")[0]
    return [part.strip() for part in inner.split(",")] if inner.strip() else []


_TAG = re.compile(r"/[*/]\s*([a-z_]+\.[a-z]+)\s*(?:\*/)?\Z")
_ADDRESS = re.compile(rb"(?:[(,=?:{]|\breturn)\s*&\s*([A-Za-z_]\w*)\b(?!\s*(?:->|\.|\[|\())")


def _context(unit: Unit, declared: Declarations) -> Context:
    ctx = Context(unit.path, declared, MAKERS, measure, frozenset(unit.facts.owned))
    ctx.writers = WRITERS
    for comment in unit.source.masked.comments:
        tag = _TAG.match(comment.text)
        if tag:
            line = unit.source.line(comment.start)
            ctx.tags.setdefault(line, []).append((comment.start, tag.group(1)))
    taken = {decode(m.group(1)) for m in _ADDRESS.finditer(unit.source.masked.code)}
    ctx.boxed_globals = frozenset(
        name
        for name in taken & set(unit.facts.variables) & ctx.owned
        if ctx.is_scalar(declared.variables.get(name))
    )
    return ctx


def translate(
    unit: Unit,
    decls: Declarations,
    wanted: Container[str] | None = None,
    macros: Container[str] | None = None,
    careful: bool = False,
) -> Translated:
    """Translate a file, or of its functions only those ``wanted``; never fails.

    ``careful`` has Python look at the text, and leaves out what is none, wherever that comes from.

    With ``macros`` only these come of its macros, and none of its types: enough
    of a header for those who know the types from its declarations.
    """
    collecting = gc.isenabled()
    gc.disable()  # trees of thousands of nodes, all of them alive
    try:
        return _translated(unit, decls, wanted, macros, careful)
    finally:
        if collecting:
            gc.enable()


def _translated(
    unit: Unit,
    decls: Declarations,
    wanted: Container[str] | None,
    macros: Container[str] | None,
    careful: bool,
) -> Translated:
    refused: frozenset[int] = frozenset()
    declared = decls.seen_from(unit.facts)
    for _ in range(8):
        ctx = _context(unit, declared)
        walk = _File(ctx, unit.source, wanted, macros)
        walk.refused = refused
        walk.items(list(unit.tree.root_node.children), 0)
        text, lines = laid_out(ctx.lines, unit.source, sorted(walk.skipped))
        if not ((careful or _doubtful(unit, ctx)) and _fault(text)):
            break
        culprits = _culprits(walk, ctx.lines)
        if not culprits - refused:
            text, lines = _nothing(text)
            break
        refused |= culprits
    missing = {(line, what) for line, what in ctx.untranslated}
    missing.update(unit.notes)
    missing.update((e.line, f"cannot read: {e.what}") for e in unit.errors if not e.function)
    unseen = tuple(Missing(line, what) for line, what in sorted(missing))
    return Translated(unit.path, text, lines, tuple(walk.functions), unseen, declared.asked())


def _doubtful(unit: Unit, ctx: Context) -> bool:
    """Whether the text is looked at by Python before it is handed out.

    What comes from whole statements of C that the grammar knows is Python by
    construction, which the tests hold over trees and made-up programs; what
    comes from damaged C, or from a macro's body, need not be.
    """
    if unit.errors or unit.notes or ctx.untranslated or not unit.source.masked.code.isascii():
        return True
    return any(listed is not None for listed, _, _ in unit.facts.macros.values())


def _nothing(text: str) -> tuple[str, tuple[int, ...]]:
    count = min(1, text.count("\n"))
    return 'UNTRANSLATED("the whole file")\n', (1,) * max(1, count)


def _fault(text: str) -> int:
    """The line of a syntax error in the text, 0 if there is none."""
    try:
        symtable.symtable(text, "", "exec")  # much quicker than a tree, and checks scopes too
    except SyntaxError as error:
        return error.lineno or 1
    except (ValueError, RecursionError, MemoryError):
        return 1
    return 0


def _culprits(walk: _File, lines: list[Line]) -> frozenset[int]:
    """Start offsets of the items whose translation alone is no Python."""
    found = set()
    for start, end, raw in walk.spans:
        part = lines[start:end]
        indent = len(part[0].text) - len(part[0].text.lstrip())
        body = "".join(line.text[indent:].replace("\x01", "\n#") + "\n" for line in part)
        body = re.sub(r"\n#(\d+)\x02", r"\n ", body)
        if _fault(body):
            found.add(raw.start_byte)
    return frozenset(found)
