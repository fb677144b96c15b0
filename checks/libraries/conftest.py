"""Makes torchvision importable beside a torch for the CPU.

Its wheels are built for CUDA: the compiled operations can't be loaded then, and the import fails where it registers stand-ins for two of them.
The models need neither.
"""

from __future__ import annotations

import contextlib
import warnings

import torch

COMPILED = torch.library.Library("torchvision", "DEF")
for operation in ("nms", "qnms"):
    COMPILED.define(f"{operation}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
with contextlib.suppress(ImportError):
    import torchvision  # noqa: F401
torch.set_num_threads(1)
warnings.simplefilter("ignore")
