"""Random C functions without undefined behaviour, to compare gcc's answers with ours."""

from __future__ import annotations

from random import Random
from typing import NamedTuple

TYPES = {
    "uint8_t": (8, False),
    "uint16_t": (16, False),
    "uint32_t": (32, False),
    "uint64_t": (64, False),
    "int8_t": (8, True),
    "int16_t": (16, True),
    "int": (32, True),
    "int64_t": (64, True),
    "bool": (1, False),
}


class E(NamedTuple):
    """An expression, its type, and the range its value is in if it is signed."""

    text: str
    bits: int
    signed: bool
    low: int
    high: int


def span(bits: int, signed: bool) -> tuple[int, int]:
    return (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if signed else (0, (1 << bits) - 1)


def promoted(e: E) -> E:
    return e._replace(bits=32, signed=True) if e.bits < 32 else e


def typed(text: str, name: str) -> E:
    return E(text, *TYPES[name], *span(*TYPES[name]))


def converted(e: E, bits: int, signed: bool) -> E:
    low, high = span(bits, signed)
    if low <= e.low and e.high <= high:
        return e._replace(bits=bits, signed=signed)
    return E(e.text, bits, signed, low, high)


def common(a: E, b: E) -> tuple[E, E]:
    a, b = promoted(a), promoted(b)
    bits = max(a.bits, b.bits)
    signed = all(side.signed or side.bits < bits for side in (a, b))
    return converted(a, bits, signed), converted(b, bits, signed)


class Program:
    """Makes one function."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.names: dict[str, str] = {}
        self.fixed: set[str] = set()
        self.count = 0

    def leaf(self) -> E:
        if self.names and self.random.random() < 0.75:
            name = self.random.choice(sorted(self.names))
            return typed(name, self.names[name])
        number = self.random.choice([0, 1, 2, 3, 7, 8, 100, 255, 256, 65535, 0x7FFFFFFF])
        kind = self.random.choice(["", "", "u", "ull"])
        bits, signed = (64, False) if kind == "ull" else (32, kind == "")
        return E(f"{number}{kind}", bits, signed, number, number)

    def expression(self, depth: int) -> E:
        if depth <= 0:
            return self.leaf()
        make = self.random.choice(
            (self.arithmetic, self.arithmetic, self.arithmetic, self.shift, self.compare)
            + (self.unary, self.cast, self.choice, self.logic, self.division)
        )
        return make(depth)

    def arithmetic(self, depth: int) -> E:
        a, b = common(self.expression(depth - 1), self.expression(depth - 1))
        sign = self.random.choice("+-*&|^")
        if a.signed and sign in "+-*":
            if sign == "+":
                low, high = a.low + b.low, a.high + b.high
            elif sign == "-":
                low, high = a.low - b.high, a.high - b.low
            else:
                ends = [x * y for x in (a.low, a.high) for y in (b.low, b.high)]
                low, high = min(ends), max(ends)
            least, most = span(a.bits, True)
            if least <= low and high <= most:
                return E(f"({a.text} {sign} {b.text})", a.bits, True, low, high)
            sign = "^"
        return E(f"({a.text} {sign} {b.text})", a.bits, a.signed, *span(a.bits, a.signed))

    def division(self, depth: int) -> E:
        a, _ = common(self.expression(depth - 1), E("7", 32, True, 7, 7))
        sign = self.random.choice("/%")
        by = self.random.choice(["1", "3", "7"])
        return E(f"({a.text} {sign} {by})", a.bits, a.signed, min(a.low, 0, -6), max(a.high, 6))

    def shift(self, depth: int) -> E:
        a = promoted(self.expression(depth - 1))
        count = self.random.randrange(a.bits)
        if self.random.random() < 0.5 or a.signed:
            return E(f"({a.text} >> {count})", a.bits, a.signed, min(a.low, 0), max(a.high, 0))
        return E(f"({a.text} << {count})", a.bits, False, *span(a.bits, False))

    def compare(self, depth: int) -> E:
        a, b = self.expression(depth - 1), self.expression(depth - 1)
        sign = self.random.choice(["<", ">", "<=", ">=", "==", "!="])
        return E(f"({a.text} {sign} {b.text})", 32, True, 0, 1)

    def logic(self, depth: int) -> E:
        a, b = self.expression(depth - 1), self.expression(depth - 1)
        return E(f"({a.text} {self.random.choice(['&&', '||'])} {b.text})", 32, True, 0, 1)

    def unary(self, depth: int) -> E:
        a = promoted(self.expression(depth - 1))
        sign = self.random.choice("-~!")
        if sign == "!":
            return E(f"(!{a.text})", 32, True, 0, 1)
        least, _ = span(a.bits, a.signed)
        if sign == "-" and a.signed and a.low == least:
            sign = "~"
        low, high = span(a.bits, a.signed)
        return E(f"({sign}({a.text}))", a.bits, a.signed, low, high)

    def cast(self, depth: int) -> E:
        name = self.random.choice(list(TYPES))
        a = self.expression(depth - 1)
        if name == "bool":
            return E(f"((bool)({a.text}))", 1, False, 0, 1)
        made = converted(a, *TYPES[name])
        return made._replace(text=f"(({name})({a.text}))")

    def choice(self, depth: int) -> E:
        test = self.expression(depth - 1)
        a, b = common(self.expression(depth - 1), self.expression(depth - 1))
        low, high = min(a.low, b.low), max(a.high, b.high)
        return E(f"({test.text} ? {a.text} : {b.text})", a.bits, a.signed, low, high)

    # ---- statements

    def block(self, depth: int, indent: str) -> str:
        names = dict(self.names)
        text = "".join(self.statement(depth, indent) for _ in range(self.random.randint(1, 3)))
        self.names = names
        return text

    def statement(self, depth: int, indent: str) -> str:
        make = self.random.choice(
            (self.declaration, self.declaration, self.assignment, self.assignment, self.compound)
            + ((self.branch, self.loop, self.countdown, self.switch) if depth else ())
        )
        return make(depth, indent)

    def declaration(self, depth: int, indent: str) -> str:
        e = self.expression(2)
        kind = self.random.choice(list(TYPES))
        name = self.random.choice("abcdefgh") + str(self.count)
        self.count += 1
        self.names[name] = kind
        return f"{indent}{kind} {name} = {e.text};\n"

    def target(self) -> str | None:
        names = [name for name in sorted(self.names) if name not in self.fixed]
        return self.random.choice(names) if names else None

    def assignment(self, depth: int, indent: str) -> str:
        name = self.target()
        return f"{indent}{name} = {self.expression(3).text};\n" if name else ""

    def compound(self, depth: int, indent: str) -> str:
        name = self.target()
        if name is None:
            return ""
        bits, signed = TYPES[self.names[name]]
        signs = ["&=", "|=", "^="] + ([] if signed or bits < 32 else ["+=", "-=", "*="])
        if not signed and bits in (8, 16):
            signs += ["+=", "-="]
        step = self.random.choice(["++", "--"])
        if not signed and bits > 1 and self.random.random() < 0.3:
            return f"{indent}{name}{step};\n"
        if bits < 32 and not signed:
            small = typed("(uint8_t)" + self.expression(1).text, "uint8_t")
            return f"{indent}{name} {self.random.choice(signs)} {small.text};\n"
        return f"{indent}{name} {self.random.choice(signs)} {self.expression(2).text};\n"

    def branch(self, depth: int, indent: str) -> str:
        text = (
            f"{indent}if ({self.expression(2).text}) {{\n{self.block(depth - 1, indent + '    ')}"
        )
        if self.random.random() < 0.5:
            text += f"{indent}}} else {{\n{self.block(depth - 1, indent + '    ')}"
        return text + f"{indent}}}\n"

    def loop(self, depth: int, indent: str) -> str:
        name = f"i{self.count}"
        self.count += 1
        bound = f"({self.expression(1).text} & 7)"
        inner = dict(self.names)
        self.names[name] = "int"
        self.fixed.add(name)
        body = self.block(depth - 1, indent + "    ")
        if self.random.random() < 0.3:
            body += f"{indent}    if ({self.expression(1).text}) {{\n"
            body += (
                f"{indent}        {self.random.choice(['break', 'continue'])};\n{indent}    }}\n"
            )
        self.names = inner
        limit = f"n{name}"
        self.names[limit] = "int"
        self.fixed.add(limit)
        head = f"{indent}int {limit} = {bound};\n"
        return (
            head
            + f"{indent}for (int {name} = 0; {name} < {limit}; {name}++) {{\n{body}{indent}}}\n"
        )

    def countdown(self, depth: int, indent: str) -> str:
        name = f"k{self.count}"
        self.count += 1
        kind = self.random.choice(["uint8_t", "uint32_t", "uint64_t"])
        head = f"{indent}{kind} {name} = {self.expression(1).text} & 7;\n"
        self.names[name] = kind
        self.fixed.add(name)
        test = self.random.choice([f"{name}--", f"{name}-- > 0", f"{name} && --{name}"])
        if self.random.random() < 0.4:
            body = self.block(depth - 1, indent + "    ")
            return head + f"{indent}do {{\n{body}{indent}}} while ({name} && --{name});\n"
        return (
            head
            + f"{indent}while ({test}) {{\n{self.block(depth - 1, indent + '    ')}{indent}}}\n"
        )

    def switch(self, depth: int, indent: str) -> str:
        text = f"{indent}switch ({self.expression(2).text} & 3) {{\n"
        labels = ["case 0", "case 1", "case 2 ... 3", "default"]
        self.random.shuffle(labels)
        for label in labels[: self.random.randint(1, 4)]:
            text += (
                f"{indent}{label}:\n{indent}    {{\n{self.block(depth - 1, indent + '        ')}"
            )
            text += f"{indent}    }}\n"
            if self.random.random() < 0.6:
                text += f"{indent}    break;\n"
        return text + f"{indent}}}\n"

    def function(self, name: str) -> tuple[str, str, list[str]]:
        """C text, result type and parameter types."""
        kinds = [self.random.choice(list(TYPES)) for _ in range(self.random.randint(1, 3))]
        listed = []
        for number, kind in enumerate(kinds):
            self.names[f"p{number}"] = kind
            listed.append(f"{kind} p{number}")
        returns = self.random.choice(list(TYPES))
        names = dict(self.names)
        body = "".join(self.statement(2, "    ") for _ in range(self.random.randint(1, 4)))
        result = self.expression(3).text
        self.names = names
        text = f"{returns} {name}({', '.join(listed)})\n{{\n{body}    return {result};\n}}\n\n"
        return text, returns, kinds
