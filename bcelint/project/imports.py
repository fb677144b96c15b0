"""The import lines of a file, read off its bytes; text that only looks like one costs a false edge, never a missed one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

LOSS_NAMES = frozenset(
    """
    BCELoss BCEWithLogitsLoss binary_cross_entropy binary_cross_entropy_with_logits CrossEntropyLoss cross_entropy NLLLoss NLLLoss2d
    nll_loss KLDivLoss kl_div CTCLoss ctc_loss MultiLabelSoftMarginLoss multilabel_soft_margin_loss SoftMarginLoss soft_margin_loss
    PoissonNLLLoss poisson_nll_loss GaussianNLLLoss gaussian_nll_loss sigmoid_focal_loss
""".split()
)
_LOSS = re.compile(rb"\b(?:" + "|".join(sorted(LOSS_NAMES)).encode() + rb")\b")

_NAME = rb"[\w.\x80-\xff]"
_IMPORT = re.compile(
    rb"(?:^(?:\xef\xbb\xbf)?|[;:])[ \t\f]*(?:"
    rb"from\b[ \t]*(?P<dots>(?:\.[ \t]*)*)(?P<module>" + _NAME + rb"*)[ \t]*import\b[ \t]*(?:\((?P<many>(?:[^)#]|\#[^\n]*)*)|(?P<few>[^\n;#(]*))"
    rb"|import[ \t]+(?P<modules>[^\n;#]+))",
    re.MULTILINE,
)
_TEXT = re.compile(rb"""("{3}|'{3})(?:\\[\s\S]|[\s\S])*?\1|"(?:\\[\s\S]|[^"\\\n])*"|'(?:\\[\s\S]|[^'\\\n])*'|#[^\n]*""")
_LOSS_BYTES = tuple(name.encode() for name in sorted(LOSS_NAMES))
_IMPORT_WORD = re.compile(rb"import\b")
_LOOKED_UP = re.compile(rb"\bgetattr\(\s*(?:torch\.)?(?:nn(?:\.functional)?|F|functional)\s*,|\bnn(?:\.functional)?\.__dict__")
_COMMENT = re.compile(rb"#[^\n]*")


@dataclass(frozen=True)
class ImportLine:
    """``import module`` (``names`` is None) or ``from …module import names``, pairs of the name there and the name here."""

    level: int
    module: str
    names: tuple[tuple[str, str], ...] | None


def names_a_loss(data: bytes, also: frozenset[bytes] = frozenset()) -> bool:
    """Whether the code names one of torch's losses or ``also``, or looks one up by its name; not where it stands in strings and comments only."""
    if also and any(name in data for name in also) and _pattern(also).search(_TEXT.sub(b"", data)) is not None:
        return True
    # Plain searches first: they are many times faster than patterns.
    if any(name in data for name in _LOSS_BYTES) and _LOSS.search(_TEXT.sub(b"", data)) is not None:
        return True
    return (b"getattr(" in data or b".__dict__" in data) and _LOOKED_UP.search(data) is not None


@lru_cache(maxsize=64)
def _pattern(names: frozenset[bytes]) -> re.Pattern[bytes]:
    return re.compile(rb"\b(?:" + b"|".join(map(re.escape, sorted(names))) + rb")\b")


def import_lines(data: bytes) -> list[ImportLine]:
    """The import statements in ``data``, wherever they stand."""
    if b"import" not in data:
        return []
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if b"\\\n" in data:
        data = data.replace(b"\\\n", b" ")
    lines: list[ImportLine] = []
    for match in _import_matches(data):
        modules = match["modules"]
        if modules is not None:
            lines += [ImportLine(0, module, None) for module, _ in _pairs(modules)]
            continue
        names = _pairs(match["many"] if match["many"] is not None else match["few"])
        if names:
            lines.append(ImportLine(match["dots"].count(b"."), _text(match["module"]), tuple(names)))
    return lines


def _import_matches(data: bytes) -> Iterator[re.Match[bytes]]:
    """The import statements in ``data``, looked for only in lines that hold the word."""
    done = 0
    for word in _IMPORT_WORD.finditer(data):
        if word.start() < done:
            continue
        start, end = data.rfind(b"\n", 0, word.start()) + 1, data.find(b"\n", word.end())
        done = len(data) if end < 0 else end
        match = _IMPORT.search(data, max(start, 0), done)
        while match is not None:
            whole = _IMPORT.match(data, match.start())  # to its closing parenthesis, past the line
            assert whole is not None
            yield whole
            done = max(done, whole.end())
            match = _IMPORT.search(data, whole.end(), done)


def defines(data: bytes, name: str) -> bool:
    """Whether a module with this text seems to bind ``name`` at its top level by other means than an import."""
    encoded = re.escape(name.encode("utf-8"))
    return re.search(rb"^(?:(?:async[ \t]+)?def|class)[ \t]+" + encoded + rb"\b|^" + encoded + rb"[ \t]*[:=,]", data, re.MULTILINE) is not None


def _pairs(listed: bytes) -> list[tuple[str, str]]:
    pairs = []
    for item in _COMMENT.sub(b"", listed).split(b","):
        words = item.split()
        if not words or (len(words) > 1 and words[1] != b"as"):
            continue
        name = _text(words[0])
        if name == "*" or all(part.isidentifier() for part in name.split(".")):
            pairs.append((name, _text(words[2]) if len(words) > 2 else name))
    return pairs


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")
