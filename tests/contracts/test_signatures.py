"""The signatures in the tables against those of the real torch."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
import torch

from bcelint.contracts import frameworks, tables
from bcelint.contracts.schema import REQUIRED, Layer, Loss, Op, Param
from tests.contracts.test_ops import resolve

OTHER = ("torchvision.", "apex.", "fairscale.", "kornia.", "copy.")
MODULES = {"activation": object, "custom_encoder": None, "custom_decoder": None}
"""Defaults that are functions, which no constant can stand for."""


def real(function: Any) -> list[inspect.Parameter] | None:
    try:
        found = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return None
    found = [p for p in found if p.name != "self"]
    return None if any(p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD) for p in found) else found


def same_default(ours: Any, theirs: Any) -> bool:
    if theirs is inspect.Parameter.empty:
        return ours is REQUIRED
    if callable(theirs):
        return ours is None
    return ours == theirs and isinstance(ours, bool) == isinstance(theirs, bool)


def compare(params: tuple[Param, ...], theirs: list[inspect.Parameter], name: str, receiver: bool = False) -> None:
    ours = list(params[1:] if receiver else params)
    positional = [p for p in theirs if p.kind is not p.KEYWORD_ONLY]
    assert [p.name for p in ours if not p.keyword_only] == [p.name for p in positional], name
    assert {p.name for p in ours if p.keyword_only} == {p.name for p in theirs if p.kind is p.KEYWORD_ONLY}, name
    defaults = {p.name: p.default for p in theirs}
    for p in ours:
        assert same_default(p.default, defaults[p.name]), f"{name}: {p.name}={p.default}, torch says {defaults[p.name]}"


def functions() -> list[Any]:
    found = []
    for row in tables.ops():
        for name in row.names:
            if not row.attribute and real(resolve(name)) is not None:
                found.append(pytest.param(row, name, id=name))
    return found


@pytest.mark.parametrize(("row", "name"), functions())
def test_functions(row: Op, name: str) -> None:
    theirs = real(resolve(name))
    assert theirs is not None
    receiver = name.startswith("torch.Tensor.")
    if len(row.params) == len(theirs) + (1 if receiver else 0) or receiver:
        compare(row.params, theirs, name, receiver)
    else:
        compare(row.params, theirs, name)


@pytest.mark.parametrize("row", [pytest.param(r, id=r.names[0]) for r in tables.layers()])
def test_layers(row: Layer) -> None:
    for name in row.names:
        cls = resolve(name)
        constructor, forward = real(cls), real(cls.forward)
        if constructor is not None:
            compare(row.init, constructor, name)
        if forward is not None:
            compare(row.call, forward, f"{name}.forward")


@pytest.mark.parametrize("row", [pytest.param(r, id=r.name) for r in tables.losses() if r.cls])
def test_losses(row: Loss) -> None:
    cls = resolve(row.cls)
    constructor, forward = real(cls), real(cls.forward)
    assert forward is not None
    if constructor is not None:
        compare(row.init, constructor, row.cls)
    compare(row.call, forward, f"{row.cls}.forward")
    if row.function:
        theirs = real(resolve(row.function))
        assert theirs is not None
        compare(row.func, theirs, row.function)
    for name in (row.prediction, row.target):
        assert name in {p.name for p in row.call}


def test_constructor_and_function_call_the_prediction_alike() -> None:
    """Except the Poisson loss, whose ``forward`` says ``log_input`` for what its function calls ``input``."""
    for row in tables.losses():
        if row.func and row.name != "PoissonNLLLoss":
            assert {row.prediction, row.target} <= {p.name for p in row.func}, row.name


@pytest.mark.parametrize("row", [pytest.param(r, id=r.names[0]) for r in frameworks.WRAPPERS if not r.names[0].startswith(OTHER)])
def test_wrappers_exist(row: Any) -> None:
    for name in row.names:
        assert callable(resolve_deep(name)), name


def resolve_deep(name: str) -> Any:
    parts = name.split(".")
    for i in range(len(parts) - 1, 0, -1):
        try:
            found: Any = __import__(".".join(parts[:i]), fromlist=["_"])
        except ImportError:
            continue
        for part in parts[i:]:
            found = getattr(found, part)
        return found
    raise ImportError(name)


def test_self_methods_return_the_module() -> None:
    for name in frameworks.SELF_METHODS - {"cuda", "xpu", "apply", "to_empty", "share_memory", "type"}:
        module = torch.nn.Linear(1, 1)
        assert getattr(module, name)() is module, name
    module = torch.nn.Linear(1, 1)
    assert module.apply(lambda m: None) is module
    assert module.to_empty(device="cpu") is module
    assert module.type(torch.float32) is module
    for name in frameworks.SELF_METHODS:
        assert callable(getattr(module, name))


def test_attributes_of_a_module() -> None:
    found = {name for name in dir(torch.nn.Linear(1, 1)) if not name.startswith("__")}
    own = {"weight", "bias", "in_features", "out_features", "reset_parameters", *vars(torch.nn.Module())} - {"training"}
    assert found - own == frameworks.MODULE_ATTRIBUTES
    assert vars(torch.nn.Module()).keys() == frameworks.MODULE_FIELDS


def test_module_bases_and_containers_of_torch() -> None:
    for name in (*frameworks.MODULE_BASES, *frameworks.CONTAINERS):
        if name.startswith("torch."):
            assert issubclass(resolve_deep(name), torch.nn.Module), name
