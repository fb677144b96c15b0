"""By which name a repair calls the loss that it puts in: through the imports at hand, or one more of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fix.repairing import fix_text


@pytest.mark.parametrize(
    ("header", "before", "after"),
    [
        pytest.param(
            "import torch.nn.functional as nn, torch\n", "nn.binary_cross_entropy(z, y)", "nn.binary_cross_entropy_with_logits(z, y)", id="misleading"
        ),
        pytest.param("import torch\n", "torch.nn.BCELoss()(z, y)", "torch.nn.BCEWithLogitsLoss()(z, y)", id="full name"),
        pytest.param(
            "import torch\nfrom torch import nn\nfrom torch.nn import BCELoss\n", "BCELoss()(z, y)", "nn.BCEWithLogitsLoss()(z, y)", id="at hand"
        ),
    ],
)
def test_aliases_at_hand_are_used(tmp_path: Path, header: str, before: str, after: str) -> None:
    data = "z, y = torch.nn.Linear(2, 1)(torch.randn(4, 2)), torch.rand(4, 1)\n"
    assert fix_text(tmp_path, data + before, header=header).text == data + after + "\n"


def test_missing_import_is_added_beside_its_like(tmp_path: Path) -> None:
    header = '"""Doc."""\nimport torch\nfrom torch.nn import BCELoss, Linear  # layers\n'
    data = "\nz, y = Linear(2, 1)(torch.randn(4, 2)), torch.rand(4, 1)\n"
    result = fix_text(tmp_path, data + "BCELoss()(z, y)", header=header)
    assert result.text == (
        '"""Doc."""\nimport torch\nfrom torch.nn import BCEWithLogitsLoss, BCELoss, Linear  # layers\n'
        "z, y = Linear(2, 1)(torch.randn(4, 2)), torch.rand(4, 1)\nBCEWithLogitsLoss()(z, y)\n"
    )
