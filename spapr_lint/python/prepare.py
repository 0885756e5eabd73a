"""What a text must be before the native parser sees it: not too deep, names folded.

The parser recurses on the C stack without a check of its own: a few thousand
brackets or operators in a row end the process, and some hundred take it seconds.
It also leaves names as they are written, where Python folds them (NFKC).
"""

from __future__ import annotations

import re

from spapr_lint.python.errors import ParseError

# CPython refuses more than 200 brackets.  The parser's time grows with the square of
# a chain's length: a thousand links take it about a second.
MAX_BRACKETS = 200
MAX_CHAIN = 1000
# The parser takes up to a kilobyte of memory for each character.
MAX_LENGTH = 4_000_000

_STRING = (
    r"\"\"\"(?:[^\\\"]+|\\.|\"(?!\"\"))*+(?:\"\"\")?"
    r"|'''(?:[^\\']+|\\.|'(?!''))*+(?:''')?"
    r"|\"(?:[^\\\"\n]+|\\.)*+\"?|'(?:[^\\'\n]+|\\.)*+'?"
)
_NAME = re.compile(rf"{_STRING}|\#[^\n]*|[^\W\d]\w*", re.DOTALL)
_TOKEN = re.compile(
    rf"{_STRING}|\#[^\n]*|[(\[{{]|[)\]}}]|[,;]|\\\r?\n|\n[ \t\f]*(?:elif\b|(?=[^\s#]))"
    r"|\*\*|//|<<|>>|[-+*/%@&|^~.]|\b(?:and|or|not|if|lambda|await|yield)\b",
    re.DOTALL,
)
# A line that begins like this ends whatever stood before it.
_BEGINNING = re.compile(r"\n[ \t]*(?:def|class|return|import|raise|assert|pass|while|try)\b")
# Each bracket in a pattern doubles the parser's time.
_DEEP_PATTERN = re.compile(r"^[ \t]*case\b[^\n]*?(?:[(\[{][^\n()\[\]{}]*+){16}", re.MULTILINE)
_NO_BRACKET = bytes(sorted(set(range(256)) - set(b"()[]{}")))
_NO_LINK = bytes(sorted(set(range(256)) - set(b"([{+-*/%@&|^~.")))
_LINK_WORDS = (b"and", b"or ", b"not", b"if", b"lambda", b"await", b"yield")


def prepare(text: str) -> str:
    """The text with its names folded.

    Raises `ParseError` if it is too large to be parsed or nested too deeply.
    Texts are looked through at some hundred megabytes a second; only suspicious
    ones are read token by token.
    """
    if len(text) > MAX_LENGTH:
        message = f"too large to be parsed: {len(text):,} characters, at most {MAX_LENGTH:,}"
        raise ParseError(1, 1, message)
    if len(text) > MAX_BRACKETS:
        content = text.encode("utf-8", "surrogatepass")
        if _many_brackets(content) or _long_chain(text):
            _check(text)
    if "case " in text and "match " in text:
        pattern = _DEEP_PATTERN.search(text)
        if pattern is not None:
            raise _too_deep(text, pattern.end() - 1)
    return text if text.isascii() else _folded(text)


def _many_brackets(content: bytes) -> bool:
    rest = content.translate(None, _NO_BRACKET)
    for _ in range(MAX_BRACKETS // 2):
        less = rest.replace(b"()", b"").replace(b"[]", b"").replace(b"{}", b"")
        if len(less) == len(rest):
            break
        rest = less
    return len(rest) > MAX_BRACKETS // 2


def _long_chain(text: str) -> bool:
    if len(text) <= MAX_CHAIN:
        return False
    if text.count("elif") > MAX_CHAIN:
        return True
    for chunk in _BEGINNING.split(text):
        if len(chunk) > MAX_CHAIN:
            content = chunk.encode("utf-8", "surrogatepass")
            links = len(content.translate(None, _NO_LINK))
            if links + sum([content.count(word) for word in _LINK_WORDS]) > MAX_CHAIN:
                return True
    return False


def _check(text: str) -> None:
    """Read all tokens, and raise `ParseError` where recursion would go too deep.

    ``links`` counts for each open bracket what is chained in it by now, ``total``
    all of them, ``chains`` the branches of each `elif` chain by its indentation.
    """
    links = [0]
    total = 0
    chains: dict[int, int] = {}
    for match in _TOKEN.finditer(text):
        token = match[0]
        first = token[0]
        if first == "\n":
            if len(links) == 1:
                total = links[0] = 0
                _branch(chains, token)
        elif first in ",;":
            total -= links[-1]
            links[-1] = 0
        elif first in ")]}":
            if len(links) > 1:
                total -= links.pop()
        elif first not in "#\\'\"":
            total += 1
            links[-1] += 1
            if first in "([{":
                links.append(0)
        if total > MAX_CHAIN or len(links) > MAX_BRACKETS or MAX_CHAIN in chains.values():
            raise _too_deep(text, match.start())


def _branch(chains: dict[int, int], token: str) -> None:
    more = token.endswith("elif")
    width = len(token.removesuffix("elif"))
    for other in [other for other in chains if other > width or (other == width and not more)]:
        del chains[other]
    if more:
        chains[width] = chains.get(width, 0) + 1


def _too_deep(text: str, offset: int) -> ParseError:
    start = text.rfind("\n", 0, offset) + 1
    return ParseError(text.count("\n", 0, offset) + 1, offset - start + 1, "nested too deeply")


def _folded(text: str) -> str:
    import unicodedata  # a megabyte that few files need

    if unicodedata.is_normalized("NFKC", text):
        return text

    def fold(match: re.Match[str]) -> str:
        token = match[0]
        if token.isascii() or token[0] in "#'\"":
            return token
        return unicodedata.normalize("NFKC", token)

    return _NAME.sub(fold, text)
