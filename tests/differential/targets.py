"""Targets: how they are written, and what they hold."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Target:
    """``text`` is an expression with ``{n}`` for the batch's dimensions but that of the classes, ``{c}`` for the number of classes.

    ``holds`` is ``unit`` (numbers in [0, 1]), ``signs`` (−1 and 1), ``bytes`` (0 to 255), ``indices`` (of classes), ``rows`` (class probabilities);
    ``shape`` is ``N``, ``N1`` (a dimension of 1 for the classes) or ``NC``. ``cast`` turns it into its ``dtype``, there or at the loss call.
    """

    text: str
    holds: str
    dtype: str
    shape: str
    cast: str = ""


_CASTS = {
    "float32": (".float()", ".to(torch.float32)", ".type(torch.float32)"),
    "int64": ("", ".long()"),
    "bool": (".bool()",),
    "int32": (".int()", ".to(torch.int32)"),
    "uint8": (".to(torch.uint8)", ".byte()"),
    "float64": (".double()", ".to(torch.float64)"),
}
_SHAPES = {"N": "({n})", "N1": "({first}, 1{rest})", "NC": "({first}, {c}{rest})"}


def _per_element() -> list[Target]:
    found = []
    for shape, size in _SHAPES.items():
        for dtype, casts in _CASTS.items():
            found += [Target(f"torch.randint(0, 2, {size})", "unit", dtype, shape, cast) for cast in casts]
            found += [Target(f"torch.randint(0, 256, {size})", "bytes", dtype, shape, casts[0])] if dtype in ("float32", "uint8") else []
        found += [
            Target(f"torch.rand({size})", "unit", "float32", shape),
            Target(f"torch.ones({size})", "unit", "float32", shape),
            Target(f"(torch.rand({size}) > 0.5)", "unit", "bool", shape),
            Target(f"(torch.randn({size}) > 0)", "unit", "float32", shape, ".float()"),
            Target(f"torch.randint(0, 2, {size}, dtype=torch.float32)", "unit", "float32", shape),
            Target(f"torch.empty({size}).uniform_(0, 1).round()", "unit", "float32", shape),
            Target(f"(torch.randint(0, 256, {size}) / 255)", "unit", "float32", shape),
            Target(f"torch.bernoulli(torch.full({size}, 0.5))", "unit", "float32", shape),
            Target(f"(torch.randint(0, 2, {size}) * 2 - 1)", "signs", "float32", shape, ".float()"),
            Target(f"(2 * torch.randint(0, 2, {size}).float() - 1)", "signs", "float32", shape),
            Target(f"(torch.randint(0, 2, {size}) * 2 - 1)", "signs", "int64", shape),
            Target(f"torch.where(torch.rand({size}) > 0.5, 1.0, -1.0)", "signs", "float32", shape),
            Target(f"(2 * torch.rand({size}).round() - 1)", "signs", "float32", shape),
            Target(f"(255 * torch.rand({size}).round())", "bytes", "float32", shape),
            Target(f"(1 - torch.rand({size}).round())", "unit", "float32", shape),
            Target(f"torch.rand({size}) ** 2", "unit", "float32", shape),
            Target(f"torch.randint(0, 256, {size}, dtype=torch.uint8)", "bytes", "uint8", shape),
        ]
    found += [
        Target("torch.randint(0, 2, ({n})).unsqueeze(1)", "unit", "float32", "N1", ".float()"),
        Target("torch.rand({n})[:, None]", "unit", "float32", "N1"),
    ]
    return found


def _classes() -> list[Target]:
    found = [
        Target("torch.randint(0, {c}, ({n}))", "indices", dtype, "N", cast) for dtype, casts in _CASTS.items() for cast in casts if dtype != "bool"
    ]
    return [
        *found,
        Target("torch.zeros(({n}), dtype=torch.long)", "indices", "int64", "N"),
        Target("torch.randint(0, {c}, ({n})).unsqueeze(1)", "indices", "int64", "N1"),
        Target("torch.randint(0, {c}, ({first}, 1{rest}))", "indices", "int64", "N1"),
        Target("torch.softmax(torch.randn({first}, {c}{rest}), dim=1)", "rows", "float32", "NC"),
        Target("torch.eye({c})[torch.randint(0, {c}, ({n}))]", "rows", "float32", "NC"),
        Target("F.one_hot(torch.randint(0, {c}, ({n})), {c})", "rows", "int64", "NC"),
        Target("F.one_hot(torch.randint(0, {c}, ({n})), num_classes={c})", "rows", "float32", "NC", ".float()"),
    ]


PER_ELEMENT = tuple(_per_element())
CLASSES = tuple(_classes())
DISTRIBUTIONS = (
    Target("torch.softmax(torch.randn({first}, {c}{rest}), dim=1)", "rows", "float32", "NC"),
    Target("F.softmax(torch.randn({first}, {c}{rest}) / 2, dim=1)", "rows", "float32", "NC"),
    Target("torch.log_softmax(torch.randn({first}, {c}{rest}), dim=1)", "log rows", "float32", "NC"),
    Target("F.softmax(torch.randn({first}, {c}{rest}), dim=1).log()", "log rows", "float32", "NC"),
)
SEQUENCES = (Target("torch.randint(1, {c}, ({first}, 2))", "labels", "int64", "N"),)
