"""What arrays can do, too."""

from __future__ import annotations

import numpy
import pytest

from bcelint.contracts import tables
from bcelint.trace.torch.operations import METHODS_OF_ARRAYS

METHODS = sorted({name.rpartition(".")[2] for row in tables.ops() for name in row.names if name.startswith("torch.Tensor.")})


@pytest.mark.parametrize("name", METHODS)
def test_the_methods_that_arrays_have(name: str) -> None:
    assert hasattr(numpy.ndarray, name) == (name in METHODS_OF_ARRAYS)
