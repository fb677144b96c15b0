"""A whole program: its files, and what is expected of its marked loss calls."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.differential.oracle import Expected
from tests.differential.wiring import Wired

_DEFINED = re.compile(r"^(?:class |def )?([A-Za-z]\w*)(?: =|\(|:)|^    (\w+_criterion) =", re.MULTILINE)
_MODULES = ("models", "losses", "engine", "main")
_HEADER = "import collections\nimport functools\n\nimport torch\nimport torch.utils.data\n"
SPELLINGS = {
    "plain": ("from torch import nn\nimport torch.nn.functional as F\n", "nn.", "F."),
    "as": ("import torch.nn as nn\nfrom torch.nn import functional as tf\n", "nn.", "tf."),
    "full": ("import torch.nn\n", "torch.nn.", "torch.nn.functional."),
    "star": ("from torch.nn import *\nfrom torch.nn import functional\n", "", "functional."),
    "crossed": ("import torch.nn as blocks\nimport torch.nn.functional as nn\n", "blocks.", "nn."),
}
LAYOUTS = ("one file", "modules", "module names", "package", "re-exported", "star")


@dataclass(frozen=True)
class Program:
    """Files by path, ``main.py`` among them. ``expected`` is by the name of the mark (``# loss a``), in the order of execution."""

    files: Mapping[str, str]
    expected: Mapping[str, Expected]
    plan: str = ""

    def write(self, folder: Path) -> None:
        """Write the files, and a pyproject.toml that makes one project of them."""
        (folder / "pyproject.toml").touch()
        for name, text in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def mark(self, name: str) -> tuple[str, int]:
        """The file and the line (from 1) of a marked loss call."""
        for path, text in self.files.items():
            for number, line in enumerate(text.splitlines(), 1):
                if line.endswith(f"  # loss {name}"):
                    return path, number
        raise KeyError(name)

    def __str__(self) -> str:
        files = "\n".join(f"# ---- {name}\n{text}" for name, text in self.files.items() if text)
        return f"# {self.plan}\n{files}"

    __repr__ = __str__


@dataclass(frozen=True)
class Sections:
    """The source of one loss call with all that belongs to it, by the module where it would stand."""

    models: str
    losses: str
    wired: Wired


def assemble(sections: Sequence[Sections], layout: str, spelling: str, main_block: bool, seed: int) -> dict[str, str]:
    """The files of the program."""
    main = "\n".join(section.wired.main for section in sections)
    if main_block:
        main = 'if __name__ == "__main__":\n' + "".join(f"    {line}\n" if line else "\n" for line in main.splitlines())
    bodies = {
        "models": "\n\n".join(section.models for section in sections),
        "losses": "\n\n".join(section.losses for section in sections if section.losses),
        "engine": "\n\n".join(section.wired.engine for section in sections if section.wired.engine),
        "main": f"torch.manual_seed({seed})\n{main}",
    }
    if layout == "one file":
        return {"main.py": spelled("\n\n".join(body for body in bodies.values() if body), "", spelling)}
    inside = layout in ("package", "re-exported")
    files = {}
    for name in _MODULES:
        text, imports = bodies[name], []
        for other in _MODULES[: _MODULES.index(name)]:
            line, text = _import(text, other, sorted(_defined(bodies[other])), layout, inside and name != "main")
            imports.append(line)
        path = f"pkg/{name}.py" if inside and name != "main" else f"{name}.py"
        files[path] = spelled(text, "".join(imports), spelling)
    if inside:
        names = {other: sorted(_defined(bodies[other])) for other in _MODULES[:-1]} if layout == "re-exported" else {}
        files["pkg/__init__.py"] = "".join(f"from .{other} import {', '.join(found)}\n" for other, found in names.items() if found)
    return files


def _defined(text: str) -> set[str]:
    return {one or other for one, other in _DEFINED.findall(text)} - {"torch", "if", "else"}


def _import(text: str, module: str, names: Sequence[str], layout: str, relative: bool) -> tuple[str, str]:
    """The import line for what ``text`` uses of another module's ``names``, and the text with the names as they are then written."""
    used = [name for name in names if re.search(rf"\b{name}\b", text)]
    if not used:
        return "", text
    if layout == "module names":
        for name in used:
            text = re.sub(rf"(?<![\w.]){name}\b", f"{module}.{name}", text)
        return f"import {module}\n", text
    home = f".{module}" if relative else "pkg" if layout == "re-exported" else f"pkg.{module}" if layout == "package" else module
    return f"from {home} import {'*' if layout == 'star' else ', '.join(used)}\n", text


def spelled(text: str, imports: str, spelling: str) -> str:
    """``text`` below its imports, with torch's modules under the names of ``spelling``."""
    lines, nn, functional = SPELLINGS[spelling]
    text = re.sub(r"(?<![\w.])F\.(?=\w)", "\0", text)
    text = re.sub(r"(?<![\w.])nn\.(?=\w)", nn, text).replace("\0", functional)
    return f"{_HEADER}{lines}{imports}\n\n{text.strip()}\n" if text.strip() else ""
