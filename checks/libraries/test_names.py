"""Every name that a row has exists, and has the parameters that the row says."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
import torch

from bcelint.contracts import frameworks
from bcelint.contracts.declared.rows import ANYTHING, DeclaredCall, DeclaredLoss, Signature
from bcelint.contracts.schema import REQUIRED, UNKNOWN
from checks.libraries.real import GONE, by_name, real, rows

NAMES = [pytest.param(row, name, id=name) for row in rows() for name in row.names]
POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


@pytest.mark.parametrize(("row", "name"), [each for each in NAMES if each.id not in GONE])
def test_it_exists_with_these_parameters(row: DeclaredLoss | DeclaredCall, name: str) -> None:
    found = real(name)
    assert callable(found)
    is_function = isinstance(row, DeclaredLoss) and row.function is True
    declared = row.call if is_function else row.init
    fits(declared, parameters(found), f"{name}({inspect.signature(found)})")
    if isinstance(found, type) and not is_function and row.call != ANYTHING:
        forward = found.forward if hasattr(found, "forward") and "__call__" not in vars(found) else found.__call__
        fits(row.call, parameters(forward), f"{name}.forward{inspect.signature(forward)}")


@pytest.mark.parametrize("name", sorted(GONE))
def test_what_is_gone_is_gone(name: str) -> None:
    assert any(name in row.names for row in rows())
    with pytest.raises((AttributeError, ModuleNotFoundError)):
        real(name)


OLD = {"kornia.core.Module": "gone since 0.9", "pytorch_lightning.core.lightning.LightningModule": "moved in 1.8"}


@pytest.mark.parametrize("name", sorted((frameworks.MODULE_BASES | frameworks.CONTAINERS) - OLD.keys()))
def test_what_is_taken_for_a_module_is_one(name: str) -> None:
    assert issubclass(real(name), torch.nn.Module)


def parameters(function: Any) -> list[inspect.Parameter]:
    return [parameter for parameter in inspect.signature(function).parameters.values() if parameter.name != "self"]


def fits(declared: Signature, theirs: list[inspect.Parameter], shown: str) -> None:
    """Names, places and defaults are as declared, as far as the real signature spells them out."""
    positional = [each.name for each in theirs if each.kind in POSITIONAL]
    open_places = any(each.kind is each.VAR_POSITIONAL for each in theirs)
    open_names = any(each.kind is each.VAR_KEYWORD for each in theirs)
    known = {each.name: each for each in theirs}
    for at, param in enumerate(declared.params):
        assert param.name in known or open_names, f"{shown} has no {param.name}"
        if not param.keyword_only and positional:
            assert (positional[at : at + 1] or [param.name if open_places else ""]) == [param.name], f"{shown}: {param.name} is not at {at}"
        default = known[param.name].default if param.name in known else None
        if param.name in known and param.default is not UNKNOWN:
            assert (default is inspect.Parameter.empty) == (param.default is REQUIRED), f"{shown}: {param.name}"
            if isinstance(default, (bool, int, float, str)):  # None often stands for a default that is set inside
                assert str(default) == str(param.default), f"{shown}: {param.name}={param.default}"
    more = [each for each in positional if each not in declared.names]
    assert not more or declared.args or declared.kwargs or len(more) < len(positional), f"{shown} also takes {more}"


def test_every_row_is_looked_at() -> None:
    assert len({by_name(row) for row in rows()}) == len(list(rows()))
