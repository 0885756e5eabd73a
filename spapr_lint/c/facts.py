"""What one C file declares, found without parsing it: names and the text they stand for.

A header is split at its top level into declarations; each is read only when
somebody asks for it.  The result is plain data and can be kept by content.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from spapr_lint.c.mask import decode, strip
from spapr_lint.c.names import words


class Facts(NamedTuple):
    """The declarations of one file; all values are text, read later.

    ``records``: struct or union to its definition.  ``typedefs``: name to the
    declaration.  ``functions``: name to its head (prototype or definition).
    ``variables``: name to the declaration without its value.  ``macros``: name
    to (parameters joined by ``,`` or None, body, line).  ``constants``: enum
    constant to the name of its enum.  ``casts``: QOM cast to the record it
    gives.  ``classes``: instance record to class record.  ``owned`` are the
    variables and functions that the file defines and not only declares.
    """

    includes: list[str]
    records: dict[str, str]
    typedefs: dict[str, str]
    functions: dict[str, str]
    variables: dict[str, str]
    macros: dict[str, tuple[str | None, str, int]]
    constants: dict[str, str]
    casts: dict[str, str]
    classes: dict[str, str]
    owned: list[str]


_EVENT = re.compile(r"[#{};]")
_NOT_NEWLINE = re.compile(r"[^\n]")
_DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n\\]|\\.)*", re.M | re.S)
_DEFINE = re.compile(r"[ \t]*#\s*define\s+(\w+)(\([^)]*\))?\s*(.*)", re.S)
_INCLUDE = re.compile(r'[ \t]*#\s*include\s*[<"]([^>"]+)[>"]')
_MACRO_CALL = re.compile(r"\s*([A-Za-z_]\w*)\s*\(([^(){};]*)\)\s*?(?=\n|\Z)")
_RECORD = re.compile(
    r"\s*(?:(?:static|const|volatile|extern|typedef)\s+)*(struct|union|enum)\b"
    r"(?:\s*(?:QEMU_PACKED|__attribute__\s*\(\(.*?\)\)))?\s*(\w+)?\s*\{"
)
_SIMPLE_TYPEDEF = re.compile(r"\s*typedef\s+(?:(?:struct|union)\s+)?(\w+)\s+(\w+)\s*\Z")
_POINTER_NAME = re.compile(r"\(\s?\*\s?(\w+)\s?\)\s?\(")
_TYPEDEF_NAME = re.compile(r"(\w+) ?(?:\([^()]*\) ?|\[[^\]]*\] ?)*\Z")
_FUNCTION = re.compile(r"([A-Za-z_]\w*)\s*\(")
_VARIABLE = re.compile(r"(\w+) ?(?:\[[^\]]*\] ?)*\Z")
_TAIL: Final = 400  # characters at the end of a declaration that hold its name
_CHECK = re.compile(
    r"\(?\s*(OBJECT_CHECK|OBJECT_CLASS_CHECK|OBJECT_GET_CLASS|INTERFACE_CHECK)\s*\(\s*(\w+)"
)
_ATTRIBUTES: Final = frozenset(
    words("__attribute__ GCC_FMT_ATTR G_GNUC_PRINTF QEMU_ALIGNED __aligned__ typeof __typeof__")
)
_RECORD_HEAD = re.compile(r"\b(?:struct|union|enum)\b[\s\w]*\Z")
_BRACE = re.compile(r"\s*\{")
_SPACE = re.compile(r"\s*")
_FORWARD = re.compile(r"\s*(?:struct|union|enum)\s+\w+\s*\Z")
_TAG = re.compile(rb"/\*\s*[a-z_]+\.[a-z]+\s*\*/|//\s*[a-z_]+\.[a-z]+\s*$", re.M)
_ENUMERATOR = re.compile(r"\s*([A-Za-z_]\w*)")


def definition(text: str) -> tuple[str, str | None, str] | None:
    """Name, parameters joined by ``,`` (None if there is no list) and body of a ``#define``."""
    define = _DEFINE.match(text)
    if not define:
        return None
    name, given, body = define.groups()
    given = given and given.replace("\\\n", " ")
    body = body.replace("\\\n", "\n").strip()
    return (
        name,
        None if given is None else ",".join(p.strip() for p in given[1:-1].split(",")),
        body,
    )


class _Reader:
    """Collects the facts of one text."""

    def __init__(self) -> None:
        self.facts = Facts([], {}, {}, {}, {}, {}, {}, {}, {}, [])
        self.line = 1

    def directive(self, text: str, line: int) -> None:
        include = _INCLUDE.match(text)
        if include:
            self.facts.includes.append(include.group(1))
            return
        define = definition(text)
        if define is None:
            return
        name, listed, body = define
        if name not in self.facts.macros or body:
            self.facts.macros[name] = (listed, body, line)
        if listed is not None and ("_CHECK" in body or "OBJECT_GET_CLASS" in body):
            check = _CHECK.match(body)
            if check:
                self.facts.casts[name] = check.group(2)

    def declaration(self, text: str, code: str, body: int) -> None:
        """One declaration; ``body`` is where its first brace opens, or -1."""
        if "#" in code:
            text, code = _without_directives(text, code)
        text, code, body = self.without_macros(text, code, body)
        record = _RECORD.match(code)
        if record:
            self.record(text, code, record)
            return
        stripped = code.lstrip()
        if stripped.startswith("typedef"):
            self.typedef(code)
            return
        head = code if body < 0 else code[:body]
        value = head.find("=")
        head = head if value < 0 else head[:value]
        opening = self.function_name(head)
        if opening is not None and value < 0:
            self.facts.functions.setdefault(opening, " ".join(head.split()))
            if body >= 0:
                self.facts.functions[opening] = " ".join(head.split())
                self.facts.owned.append(opening)
            return
        self.variable(head, stripped.startswith("extern"))

    def without_macros(self, text: str, code: str, body: int) -> tuple[str, str, int]:
        """What is left after macros that stand without ``;`` before a declaration."""
        at = 0
        while True:
            match = _MACRO_CALL.match(code, at)
            if not match or _BRACE.match(code, match.end()):
                break
            empty = _SPACE.fullmatch(code, match.end()) is not None
            if empty and not match.group(1).isupper():
                break
            self.invocation(match.group(1), [p.strip() for p in match.group(2).split(",")])
            at = match.end()
            if empty:
                return "", "", -1
        return (text[at:], code[at:], max(-1, body - at)) if at else (text, code, body)

    def invocation(self, name: str, given: list[str]) -> None:
        casts, classes = self.facts.casts, self.facts.classes
        if len(given) == 4 and name.startswith("OBJECT_DECLARE_"):
            # in September 2020 these took the name in small letters as well
            given = [word for word in given if not word.islower()]
        count = len(given)
        if name in ("OBJECT_DECLARE_TYPE", "OBJECT_DECLARE_CPU_TYPE") and count == 3:
            instance, of, cast = given
        elif name == "DECLARE_OBJ_CHECKERS" and count == 4:
            instance, of, cast = given[:3]
        elif name in ("OBJECT_DECLARE_SIMPLE_TYPE", "DECLARE_INSTANCE_CHECKER") and count >= 2:
            casts[given[1]] = given[0]
            return
        elif name == "DECLARE_CLASS_CHECKERS" and count == 3:
            casts[given[1] + "_GET_CLASS"] = casts[given[1] + "_CLASS"] = given[0]
            return
        else:
            return
        casts[cast] = instance
        casts[cast + "_GET_CLASS"] = casts[cast + "_CLASS"] = of
        classes[instance] = of

    def record(self, text: str, code: str, record: re.Match[str]) -> None:
        sort, tag = record.groups()
        opened = record.end() - 1
        closed = code.rfind("}")
        if closed < opened:
            closed = len(code)
        rest = code[closed + 1 :]
        is_typedef = code.lstrip().startswith("typedef")
        after = re.match(r"\s*(?:QEMU_PACKED\s*|__attribute__\s*\(\(.*?\)\)\s*)?(\w+)\s*\Z", rest)
        name = tag or (after.group(1) if after else None)
        if sort == "enum":
            for part in code[opened + 1 : closed].split(","):
                constant = _ENUMERATOR.match(part)
                if constant:
                    self.facts.constants[constant.group(1)] = name or ""
            if is_typedef and after:
                self.facts.typedefs[after.group(1)] = "typedef int " + after.group(1)
            return
        if name is None:
            return
        body = text[opened : closed + 1]
        self.facts.records.setdefault(name, f"{sort} {name} {body}")
        if is_typedef and after and after.group(1) != name:
            self.facts.typedefs[after.group(1)] = f"typedef {name} {after.group(1)}"
        elif after and not is_typedef:
            self.facts.variables.setdefault(after.group(1), f"{name} {after.group(1)}")
            self.facts.owned.append(after.group(1))

    def typedef(self, code: str) -> None:
        simple = _SIMPLE_TYPEDEF.match(code)
        if simple:
            if simple.group(1) != simple.group(2):
                self.facts.typedefs.setdefault(simple.group(2), " ".join(code.split()))
            return
        text = " ".join(code.split())
        name = _POINTER_NAME.search(text) or _TYPEDEF_NAME.search(text[-_TAIL:])
        if name:
            self.facts.typedefs.setdefault(name.group(1), text)

    def function_name(self, head: str) -> str | None:
        for match in _FUNCTION.finditer(head):
            name = match.group(1)
            if name not in _ATTRIBUTES:
                after = head[match.end() :].lstrip()
                return None if after.startswith("*") or not head[: match.start()].strip() else name
        return None

    def variable(self, head: str, extern: bool) -> None:
        if "(" in head:
            pointer = re.search(r"\(\s*\*\s*(\w+)", head)
            if pointer:
                self.facts.variables.setdefault(pointer.group(1), " ".join(head.split()))
            return
        head = " ".join(head.split())
        tail = head[-_TAIL:]
        match = None if _FORWARD.match(head) else _VARIABLE.search(tail)
        if match and tail[: match.start()].strip() and match.group(1) not in ("struct", "union"):
            name = match.group(1)
            declared = " ".join(head.split()).removeprefix("extern ")
            self.facts.variables.setdefault(name, declared)
            if not extern:
                self.facts.owned.append(name)


def read_facts(raw: bytes) -> Facts:
    """The declarations of a C text of any kind; never fails."""
    clean, code, _ = strip(raw)
    return facts_of(raw, clean, code)


def facts_of(raw: bytes, clean_bytes: bytes, code_bytes: bytes) -> Facts:
    """As `read_facts`, of a text whose comments and strings are blanked already."""
    if _TAG.search(raw):
        clean_bytes = raw  # the comments that give fields their kinds must stay
    clean, code = clean_bytes.decode("latin-1"), code_bytes.decode("latin-1")
    if not clean.isascii():
        decoded = decode(clean_bytes)
        clean = decoded if len(decoded) == len(code) else clean
    reader = _Reader()
    depth, start, body = 0, 0, -1
    line, counted = 1, 0
    past = 0
    for event in _EVENT.finditer(code):
        at = event.start()
        if at < past:
            continue
        what = code[at]
        if what == ";":
            if depth == 0:
                reader.declaration(
                    clean[start:at], code[start:at], body - start if body >= 0 else -1
                )
                start, body = at + 1, -1
        elif what == "{":
            if depth == 0 and body < 0:
                if code[start:at].strip().startswith('extern "x"'):
                    start = at + 1
                    continue
                body = at
            depth += 1
        elif what == "}":
            depth -= 1
            if depth > 0 and (at == 0 or code[at - 1] == "\n"):
                depth = 0
            if depth <= 0:
                depth = 0
                if body < 0:
                    start = at + 1
                elif _is_function(code[start:body]):
                    reader.declaration(clean[start:at], code[start:at], body - start)
                    start, body = at + 1, -1
        else:
            directive = _DIRECTIVE.match(code, code.rfind("\n", 0, at) + 1)
            if directive is None:
                continue
            at, past = directive.span()
            line += code.count("\n", counted, at)
            counted = at
            reader.directive(clean[at:past], line)
            if depth == 0 and not code[start:at].strip():
                start = past
    return reader.facts


def _without_directives(text: str, code: str) -> tuple[str, str]:
    """Both texts with blanks for all that stands in the code of directives."""
    texts: list[str] = []
    codes: list[str] = []
    last = 0
    for match in _DIRECTIVE.finditer(code):
        start, end = match.span()
        blank = _NOT_NEWLINE.sub(" ", match.group())
        both = zip(text[start:end], match.group(), blank, strict=True)
        texts += (text[last:start], "".join([t if c == k else k for t, c, k in both]))
        codes += (code[last:start], blank)
        last = end
    return "".join(texts) + text[last:], "".join(codes) + code[last:]


def _is_function(head: str) -> bool:
    text = _DIRECTIVE.sub("", head).rstrip()
    if text.endswith(")"):
        return True
    return "(" in text and "=" not in text and not _RECORD_HEAD.search(text[-_TAIL:])
