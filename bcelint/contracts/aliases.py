"""Other dotted names of the same things, and the one name that the tables know them by."""

from __future__ import annotations

from functools import lru_cache

PREFIXES = (
    ("torch.nn.modules.", "torch.nn.", True),
    ("torch.nn.parallel.data_parallel.", "torch.nn.parallel.", False),
    ("torch.nn.parallel.distributed.", "torch.nn.parallel.", False),
    ("torch.nn.parameter.", "torch.nn.", False),
    ("torch.functional.", "torch.", False),
    ("torch._C._nn.", "torch.nn.functional.", False),
    ("torch._tensor.", "torch.", False),
    ("torch.jit._script.", "torch.jit.", False),
    ("torch.nn.utils.spectral_norm.", "torch.nn.utils.", False),
    ("torch.nn.utils.weight_norm.", "torch.nn.utils.", False),
    ("torch.autograd.variable.", "torch.autograd.", False),
    ("torchvision.ops.focal_loss.", "torchvision.ops.", False),
    ("torch.cuda.FloatTensor", "torch.FloatTensor", False),
    ("torch.cuda.LongTensor", "torch.LongTensor", False),
    ("torch.cuda.ByteTensor", "torch.ByteTensor", False),
    ("torch.cuda.IntTensor", "torch.IntTensor", False),
    ("torch.cuda.DoubleTensor", "torch.DoubleTensor", False),
    ("torch.cuda.HalfTensor", "torch.HalfTensor", False),
    ("torch.cuda.BoolTensor", "torch.BoolTensor", False),
)
"""(prefix, what stands for it, whether the next part of the name goes too: ``torch.nn.modules.loss.BCELoss``)."""

NAMES = {
    "torch.nn.modules.loss._Loss": "torch.nn.modules.loss._Loss",
    "torch.nn.modules.loss._WeightedLoss": "torch.nn.modules.loss._WeightedLoss",
    "torch.nn.modules.Module": "torch.nn.Module",
    "torch.special.expit": "torch.sigmoid",
    "torch.special.logsumexp": "torch.logsumexp",
    "torch.special.exp2": "torch.exp2",
    "torch.special.log1p": "torch.log1p",
    "torch.special.erf": "torch.erf",
    "torch.nn.functional.tanh": "torch.tanh",
    "torch.nn.functional.sigmoid": "torch.sigmoid",
    "torch.nn.functional.logsoftmax": "torch.nn.functional.log_softmax",
    "torch.DataParallel": "torch.nn.DataParallel",
    "torch.concatenate": "torch.cat",
    "torch.concat": "torch.cat",
}
"""Whole names. Two that stand for themselves are kept from their prefix."""

KEYWORDS = {"axis": "dim", "keepdims": "keepdim", "x": "input", "x2": "other"}
"""Names that torch's built-in functions accept for a parameter besides its own, as numpy writes them (measured, torch 2.13)."""

IGNORED = frozenset({"out", "layout", "device", "pin_memory", "memory_format", "generator", "non_blocking"})
"""Keywords that say nothing of a tensor's facts; a row need not name them."""


@lru_cache(maxsize=4096)
def canonical(name: str) -> str:
    """The name that the tables know ``name`` by; itself where there is no other."""
    if name in NAMES:
        return NAMES[name]
    for prefix, stands, skip in PREFIXES:
        if not name.startswith(prefix):
            continue
        rest = name[len(prefix) :]
        if skip and "." in rest:
            rest = rest.partition(".")[2]
        elif skip and rest.islower():
            return name  # the file ``torch.nn.modules.loss`` itself
        found = stands + rest
        return NAMES.get(found, found)
    return name
