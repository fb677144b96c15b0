"""What is kept of an evaluation that is over: the texts of conditions keep the places that they are read from, and nothing that was evaluated."""

from __future__ import annotations

import gc
from pathlib import Path
from types import ModuleType

import libcst as cst

from bcelint.project.code import Code
from bcelint.project.project import Project
from bcelint.trace.state.frames import Frame
from bcelint.trace.state.site import Site
from bcelint.trace.tracer import traced

PROGRAM = """
import enum
import torch
from torch import nn

class Mode(enum.Enum):
    RAW = 1
    LOG = 2

def build(options, name):
    if hasattr(options, "weights") and options.weights == "given":
        return nn.NLLLoss(weight=options.weights)
    return {"nll": nn.NLLLoss(), "ce": nn.CrossEntropyLoss()}[name]

def train(options, name, x, y):
    with torch.autocast(options.device):
        scores = nn.Linear(4, 3)(x)
        if options.log is not None:
            scores = torch.softmax(scores, 1)
    return build(options, name)(scores, y)
"""


def test_no_frame_outlives_the_evaluation_in_a_condition(tmp_path: Path) -> None:
    path = tmp_path / "train.py"
    path.write_text(PROGRAM)
    calls = traced(Project(tmp_path), [str(path)], lambda *_: None).calls
    conditions = [literal for call in calls for literal in call.guard]
    assert len(conditions) > 4
    assert [type(kept).__name__ for kept in _reached(conditions) if isinstance(kept, (Site, Frame))] == []


def _reached(objects: list[object]) -> list[object]:
    """All that is held by something, without the texts and trees."""
    known: dict[int, object] = {}
    waiting = list(objects)
    while waiting:
        one = waiting.pop()
        if id(one) not in known and not isinstance(one, (type, ModuleType, Code, cst.CSTNode)):
            known[id(one)] = one
            globals_ = getattr(one, "__globals__", None)
            waiting += [held for held in gc.get_referents(one) if held is not globals_]
    return list(known.values())
