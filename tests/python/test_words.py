"""The lexical prefilter: a file that it skips holds no word, however it is spelled."""

from __future__ import annotations

import ast
import time
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spapr_lint import ir
from spapr_lint.python import decode, lower
from spapr_lint.python.words import WordScanner
from tests.python.helpers import corpus, module_nodes

WORDS = frozenset({"nr_servers", "lisn", "max_cpus", "ibm,xive-lisn-ranges", "nr-ends", "ends"})
SCANNER = WordScanner(WORDS)
NAMES = sorted(word for word in WORDS if word.isidentifier())


def _escape(letter: str, how: int) -> str:
    code = ord(letter)
    named = "\\N{LATIN SMALL LETTER " + letter.upper() + "}" if letter.isalpha() else letter
    return (letter, f"\\x{code:02x}", f"\\u{code:04x}", f"\\U{code:08x}", f"\\{code:03o}", named)[
        how
    ]


@st.composite
def _pieces(draw: st.DrawFn) -> tuple[str, str]:
    """A word and an expression in parentheses that spells it in string literals."""
    word = draw(st.sampled_from(sorted(WORDS)))
    cuts = sorted(draw(st.sets(st.integers(1, len(word) - 1), max_size=3)))
    parts = [word[a:b] for a, b in zip([0, *cuts], [*cuts, len(word)], strict=True)]
    text = "("
    for index, part in enumerate(parts):
        quote = draw(st.sampled_from(["'", '"', "'''", '"""']))
        inside = "".join(
            _escape(one, draw(st.sampled_from([0] * 12 + [1, 2, 3, 4, 5]))) for one in part
        )
        if draw(st.booleans()) and len(inside) > 1 and "\\" not in inside:
            cut = draw(st.integers(1, len(inside) - 1))
            inside = inside[:cut] + "\\\n" + inside[cut:]
        prefix = draw(st.sampled_from(["", "u", "f"]))
        if prefix == "f" and "\\" not in inside and len(inside) > 1 and draw(st.booleans()):
            other = '"' if quote[0] == "'" else "'"
            cut = draw(st.integers(0, len(inside) - 1))
            inside = inside[:cut] + "{ " + other + inside[cut:] + other + "}"
        if "\\N" in inside and prefix == "u":
            prefix = ""
        gaps = [" ", "", "\n  ", " # it's\n", " \\\n", " + ", ") + (", ' "" ', "+\n# a\n", '""']
        text += (draw(st.sampled_from(gaps)) if index else "") + prefix + quote + inside + quote
    return word, text + ")"


@given(_pieces(), st.sampled_from(["", "x = ", "f(1, ", "r('') or ", "# é\ny = "]))
@settings(max_examples=300, deadline=None)
def test_strings_in_pieces_and_escapes_are_found(spelled: tuple[str, str], before: str) -> None:
    word, expression = spelled
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            value = eval(expression, {})
        except (SyntaxError, TypeError, NameError):
            return  # a prefix right after a literal, a literal that is called
    text = before + expression + (")" if "f(1" in before else "") + "\n"
    if value == word:
        assert SCANNER.matches(text.encode()), text


@given(
    st.sampled_from(NAMES),
    st.sampled_from(
        ["{}", "x.{}", "f({}=1)", "from a import {} as b", "def f({}): pass", "{}: int"]
    ),
    st.sets(st.integers(0, 9)),
    st.integers(0, 2),
)
def test_names_in_other_letters_are_found(
    word: str, form: str, changed: set[int], alphabet: int
) -> None:
    first = (0xFF41, 0x1D41A, 0x1D68A)[alphabet]
    spelled = "".join(
        chr(first + ord(one) - ord("a")) if index in changed and one.isalpha() else one
        for index, one in enumerate(word)
    )
    text = form.format(spelled) + "\n"
    assert SCANNER.matches(text.encode())
    names = {node[1] for node in module_nodes(lower(text)) if isinstance(node[1], str)}
    assert "{" not in text
    if form in ("{}", "x.{}"):
        assert word in names | {node[2] for node in module_nodes(lower(text)) if len(node) == 4}
    assert word in WordScanner.identifiers(text.encode())


@given(st.text(st.sampled_from("nr_sevliue'\"\\\n {}+#()fbx1,-"), max_size=60))
@settings(max_examples=600, deadline=None)
def test_what_is_skipped_has_no_word(text: str) -> None:
    words = frozenset({"nr", "lis", "ne-e", "s1"})
    scanner = WordScanner(words)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    held = set()
    for node in ast.walk(tree):
        held |= {one for one in vars(node).values() if isinstance(one, str)}
        if isinstance(node, ast.Constant) and isinstance(node.value, bytes):
            held.add(node.value.decode("latin-1"))
    if held & words:
        assert scanner.matches(text.encode()), (text, held & words)


def test_encodings() -> None:
    assert SCANNER.matches(b"\xef\xbb\xbfnr_servers = 1\n")
    assert SCANNER.matches(b"# coding: utf-7\nx = '+AG4-r_servers'\n")
    assert SCANNER.matches(b"x = '\xff'\n")  # not to be decoded: somebody must say so
    assert not SCANNER.matches("# coding: latin-1\nx = 'é'\n".encode("latin-1"))


def test_near_misses_are_skipped() -> None:
    for text in (
        "nr_servers_ = 1",
        "xnr_servers",
        "lisn2",
        "éa = 'nr_server'",
        'r"""nothing"""',
        "f(n, '')",
        "'n' 'x'",
        "'\\t' '\\x1b' '\\0'",
        "open(n, 'rb')",
        "f'{n}'",
        "m = {'m': 'a'}",
        "",
    ):
        assert not SCANNER.matches(text.encode()), text


def test_word_within_the_beginning_of_another() -> None:
    scanner = WordScanner(frozenset({"ibm,xive-x", "xive"}))
    assert scanner.matches(b"f('ibm,xive')")


def test_no_words_no_match() -> None:
    assert not WordScanner(frozenset()).matches(b"x = '\\x41'")


def test_identifiers() -> None:
    content = "a_1 = b.cé('d-e')  # f\n".encode()
    assert WordScanner.identifiers(content) == {"a_1", "b", "cé", "d", "e", "f"}
    assert WordScanner.identifiers(b"a(B2)") == {"a", "B2"}


def test_words_of_the_standard_library() -> None:
    for path in corpus(60):
        content = path.read_bytes()
        text = decode(content)
        held = {
            node[2] if node[0] == ir.ATTR else node[1]
            for node in module_nodes(lower(text))
            if node[0] in (ir.CONST, ir.NAME, ir.GLOBAL, ir.FREE, ir.ATTR)
        }
        held = {one for one in held if isinstance(one, str) and one}
        for word in sorted(held)[::7]:
            assert WordScanner(frozenset({word})).matches(content), (path, word)


def test_speed() -> None:
    contents = [path.read_bytes() for path in corpus(3)]
    scanner = WordScanner(WORDS | {f"spapr_irq_{number}" for number in range(300)})
    start = time.process_time()
    for content in contents:
        scanner.matches(content)
    taken = time.process_time() - start
    assert sum(map(len, contents)) / taken > 20e6 / 2  # half of what is promised: shared machines


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        (r"x = 'i\x72q'", True),
        (r"x = 'i\162q'", True),
        (r"x = 'i\N{LATIN SMALL LETTER R}q'", True),
        (r"x = 'i' '' 'r' 'q'", True),
        (r"x = '\i' 'rq'", False),
        (r"x = '\x61\162'", False),
        (r"x = 'i' '' 'rx'", False),
        (r"x = (r'#i', '\w+')", False),
        (r"x = '\N{BULLET}'", False),
    ],
)
def test_spelled_by_parts_and_escapes(text: str, holds: bool) -> None:
    assert WordScanner(frozenset({"irq"})).matches(text.encode()) is holds
