"""Mails with patches: from a file as people have it to messages with a patch each.

Reads mbox (git, send-email, mailman, public-inbox), single mails and plain
diffs, plain or gzipped.  Whatever is wrong is a `MailError` with file and line.
"""

from __future__ import annotations

import email
import email.header
import email.message
import email.utils
import gzip
import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from spapr_lint.errors import UserError
from spapr_lint.gate.git import printable

MAX_BYTES = 256 << 20
_FROM_LINE = re.compile(rb"From \S.*\d\d?:\d\d(?::\d\d)?\s.*\b\d{4}\b")
_HEADER_LINE = re.compile(rb"[!-9;-~]+:(?:[ \t]|$)|>From ")
_KNOWN_HEADER = re.compile(
    rb"(?im)^(?:from|subject|date|message-id|received|mime-version|return-path):[ \t]"
)
_DIFF = re.compile(
    rb"(?m)^(?:diff --git |diff -\S* |Index: \S|--- [^\n]+\n\+\+\+ |GIT binary patch$)"
)
_SEPARATOR = re.compile(rb"(?m)^---[ \t]*$")
_BRACKETS = re.compile(r"\s*\[([^\]]*)\]")
_REPLY = re.compile(r"\s*(?:re|aw|antw|sv|vs|fw|fwd|wg)\s*(?:\[\d+\])?\s*:", re.IGNORECASE)
_NUMBER = re.compile(r"(?<![\w.])(\d{1,4})\s*/\s*(\d{1,4})(?![\w.])")
_VERSION = re.compile(r"(?i)(?<![\w.])v(\d{1,4})(?:\.(\d{1,4}))?(?!\w)")
_BASE_COMMIT = re.compile(r"(?m)^base-commit: ([0-9a-f]{7,64})\s*$")
_MESSAGE_ID = re.compile(r"<[^<>\s]+>")
_PATCH_NAME = re.compile(r"\.(?:patch|diff)$", re.IGNORECASE)
# What the standard library's parser lets through on hostile mails.
_PARSER_ERRORS = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    AssertionError,
    RecursionError,
)


class MailError(UserError):
    """A mail that cannot be read.  ``line`` counts from 1 within the file."""

    def __init__(self, path: str, line: int, message: str) -> None:
        super().__init__(f"{printable(path)}:{line}: {message}")
        self.path = path
        self.line = line
        self.message = message


@dataclass(frozen=True, slots=True)
class Mail:
    """One message.  ``patch`` is empty for a cover letter or a review.

    ``others`` are other readings of the same patch (its text in UTF-8, with the
    line ends that a mail program took), to be tried when it does not apply.
    ``number`` and ``total`` are of ``[PATCH 2/8]``, 0 where there is none;
    ``version`` is (3, 0) for ``v3``.
    """

    path: str
    line: int
    message_id: str
    references: tuple[str, ...]
    subject: str
    title: str
    author: str
    date: str
    recipients: str
    is_reply: bool
    version: tuple[int, int]
    number: int
    total: int
    body: str
    patch: bytes
    others: tuple[bytes, ...] = ()

    @property
    def base_commit(self) -> str | None:
        """What ``git format-patch --base`` noted."""
        match = _BASE_COMMIT.search(self.body)
        if match is None:
            match = _BASE_COMMIT.search(self.patch[-2000:].decode("utf-8", "replace"))
        return None if match is None else match[1]


def read_mails(data: bytes, path: str) -> list[Mail]:
    """All messages of a file, in its order.  Raises `MailError`."""
    data = _unzipped(data, path)
    if len(data) > MAX_BYTES:
        raise MailError(path, 1, f"larger than {MAX_BYTES >> 20} MiB")
    if b"\0" in data[:8000] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise MailError(path, 1, "neither a mail nor a patch (binary data)")
    mails: list[Mail] = []
    for line, raw in split(_text(data)):
        try:
            mails += _parse(raw, path, line)
        except _PARSER_ERRORS as error:
            raise MailError(path, line, f"a mail that cannot be read: {error}") from None
    return mails


def _unzipped(data: bytes, path: str) -> bytes:
    """What a gzipped mbox (public-inbox's ``t.mbox.gz``) holds, up to the size limit."""
    if not data.startswith(b"\x1f\x8b"):
        return data
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
            return file.read(MAX_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise MailError(path, 1, f"a damaged gzip file: {error}") from None


def _text(data: bytes) -> bytes:
    """A file written by a program that prefers UTF-16 or begins with a byte order mark."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace").encode("utf-8", "replace")
    return data.removeprefix(b"\xef\xbb\xbf")


def split(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The raw messages of a file, each with the line it begins on.

    A ``From `` line separates only where a date and a header follow: commit
    messages hold lines that begin with this word.
    """
    lines = data.split(b"\n")
    starts = [number for number in range(len(lines)) if _begins_mail(lines, number)]
    first = next((number for number, line in enumerate(lines) if line.strip()), None)
    if first is None:
        return
    if not starts or starts[0] != first:
        starts.insert(0, first)
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        begin = start + 1 if _FROM_LINE.match(lines[start]) else start
        yield start + 1, _unix(b"\n".join(lines[begin:end]))


def _begins_mail(lines: list[bytes], number: int) -> bool:
    if not lines[number].startswith(b"From ") or not _FROM_LINE.match(lines[number]):
        return False
    return number + 1 < len(lines) and _HEADER_LINE.match(lines[number + 1]) is not None


def _unix(text: bytes) -> bytes:
    """The text without carriage returns, if every line ends with one."""
    lines = text.split(b"\n")
    full = lines[:-1] if len(lines) > 1 else lines
    if full and all(line.endswith(b"\r") for line in full):
        return text.replace(b"\r\n", b"\n")
    return text


def _parse(raw: bytes, path: str, line: int) -> Iterator[Mail]:
    head = raw.lstrip(b"\n").partition(b"\n\n")[0]
    is_mail = _HEADER_LINE.match(head) and _KNOWN_HEADER.search(head)
    if not is_mail:
        yield _plain(raw, path, line)
        return
    message = email.message_from_bytes(raw.lstrip(b"\n"))
    yield from _messages(message, path, line)


def _plain(raw: bytes, path: str, line: int) -> Mail:
    """A diff without mail around it; what stands above it is its message."""
    before, patch = _cut(raw)
    lines = [text.strip() for text in before.decode("utf-8", "replace").splitlines()]
    told = [t for t in lines if t and not re.match(r"commit [0-9a-f]+|\w+: ", t)]
    title = told[0] if told else path
    body = before.decode("utf-8", "replace")
    return Mail(path, line, "", (), title, title, "", "", "", False, (1, 0), 0, 0, body, patch)


def _messages(message: email.message.Message, path: str, line: int) -> Iterator[Mail]:
    """The message, and any that it carries (a digest, a forwarded patch)."""
    texts: list[tuple[bytes, str]] = []
    carried: list[email.message.Message] = []
    flowed = False
    for part in _leaves(message):
        if part.get_content_type() == "message/rfc822":
            payload = part.get_payload()
            carried += [m for m in payload if isinstance(m, email.message.Message)]
        elif _may_hold_patch(part):
            flowed = flowed or str(part.get_param("format", "")).lower() == "flowed"
            texts.append((_payload(part), _charset(part)))
    yield _mail(message, texts, flowed, path, line)
    for inner in carried:
        yield from _messages(inner, path, line)


def _leaves(message: email.message.Message) -> Iterator[email.message.Message]:
    stack = [message]
    while stack:
        part = stack.pop()
        payload = part.get_payload()
        if part.get_content_type() != "message/rfc822" and isinstance(payload, list):
            stack += [p for p in reversed(payload) if isinstance(p, email.message.Message)]
        else:
            yield part


def _may_hold_patch(part: email.message.Message) -> bool:
    kind = part.get_content_type()
    if kind in ("text/plain", "text/x-patch", "text/x-diff", "application/x-patch"):
        return True
    return _PATCH_NAME.search(_decoded(part.get_filename() or "")) is not None


def _payload(part: email.message.Message) -> bytes:
    payload = part.get_payload(decode=True)
    content = payload if isinstance(payload, bytes) else b""
    return _unix(content)


def _charset(part: email.message.Message) -> str:
    return (part.get_content_charset() or "utf-8").lower()


def _mail(
    message: email.message.Message,
    texts: list[tuple[bytes, str]],
    flowed: bool,
    path: str,
    line: int,
) -> Mail:
    readings = _readings(texts, flowed)
    before, patch = _cut(readings[0])
    others = [_cut(reading)[1] for reading in readings[1:]]
    subject = _header(message, "Subject")
    brackets, title = _title(subject)
    version = _VERSION.search(brackets)
    number = _NUMBER.search(brackets)
    ids = _MESSAGE_ID.findall(_header(message, "Message-ID"))
    above = _MESSAGE_ID.findall(_header(message, "References"))
    above += [m for m in _MESSAGE_ID.findall(_header(message, "In-Reply-To")) if m not in above]
    return Mail(
        path=path,
        line=line,
        message_id=ids[0] if ids else "",
        references=tuple(above),
        subject=subject,
        title=title or "(no subject)",
        author=_header(message, "From"),
        date=_header(message, "Date"),
        recipients=", ".join(filter(None, (_header(message, "To"), _header(message, "Cc")))),
        is_reply=_is_reply(subject),
        version=(int(version[1]), int(version[2] or 0)) if version else (1, 0),
        number=int(number[1]) if number else 0,
        total=int(number[2]) if number else 0,
        body=re.sub(r"(?m)^>(>*From )", r"\1", before.decode("utf-8", "replace")),
        patch=patch,
        others=tuple(dict.fromkeys(o for o in (*others, _dos(patch)) if o and o != patch)),
    )


def _readings(texts: list[tuple[bytes, str]], flowed: bool) -> list[bytes]:
    """The body as sent; as UTF-8; without the spaces that ``format=flowed`` adds."""
    raw = b"\n".join(content for content, _ in texts)
    utf8 = b"\n".join(_utf8(content, charset) for content, charset in texts)
    wide = any(charset.startswith(("utf-16", "utf-32", "utf-7")) for _, charset in texts)
    readings = [utf8] if wide or raw == utf8 else [raw, utf8]
    if flowed:
        readings += [re.sub(rb"(?m)^ ", b"", utf8)]
    return readings


def _utf8(content: bytes, charset: str) -> bytes:
    try:
        return _unix(content.decode(charset).encode())
    except (LookupError, ValueError):
        return content


def _dos(patch: bytes) -> bytes:
    """The patch with the carriage returns that mail took from it, for files that have them."""
    if b"\r\n" in patch:
        return b""
    return re.sub(rb"(?m)^([ +-](?!-- |\+\+ ).*)$", rb"\1\r", patch)


def _cut(body: bytes) -> tuple[bytes, bytes]:
    """The message and the patch of a body.  A diff below ``---`` counts before one above."""
    separator = _SEPARATOR.search(body)
    found = _DIFF.search(body, separator.end()) if separator else None
    found = found or _DIFF.search(body)
    if found is None:
        return body, b""
    patch = body[found.start() :]
    return body[: found.start()], patch if patch.endswith(b"\n") else patch + b"\n"


def _title(subject: str) -> tuple[str, str]:
    """What stands in brackets in front of a subject, and the rest."""
    inside, at = [], 0
    while match := _BRACKETS.match(subject, at):
        inside.append(match[1])
        at = match.end()
    return " ".join(inside), subject[at:].strip()


def _is_reply(subject: str) -> bool:
    at = 0
    while match := _BRACKETS.match(subject, at):
        at = match.end()
    return bool(_REPLY.match(subject, at) or _REPLY.match(subject))


def _header(message: email.message.Message, name: str) -> str:
    return _decoded(str(message.get(name, "")))


def _decoded(value: str) -> str:
    """A header in plain words, on one line, whatever its encoding claims."""
    try:
        text = str(email.header.make_header(email.header.decode_header(value)))
    except (ValueError, LookupError, email.errors.MessageError):
        text = value
    text = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return " ".join(text.split())
