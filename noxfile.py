"""``nox``: the tests on every supported Python, and with torch on one of them."""

from __future__ import annotations

import nox


@nox.session(python=["3.9", "3.10", "3.11", "3.12", "3.13"])
def static(session: nox.Session) -> None:
    """The tests that need no torch; those that do skip themselves."""
    session.install(".[test]")
    session.run("python", "-m", "pytest", "-n", "2", *session.posargs)


@nox.session(python="3.11")
def torch(session: nox.Session) -> None:
    """All tests."""
    session.install("-e", ".[dev]")
    session.run("python", "-m", "pytest", "-n", "2", *session.posargs)


PACKAGES = ["timm", "transformers", "monai", "kornia", "lightning", "accelerate", "torchmetrics", "torch-geometric", "efficientnet_pytorch"]
NEEDING_TORCHVISION = ["torchvision==0.28.0", "segmentation-models-pytorch", "fastai"]
"""Installed without what they depend on, since torchvision's wheels want another build of torch than the one for the CPU."""
THEIR_NEEDS = [
    "fastcore",
    "fasttransform",
    "fastprogress<1.1",
    "fastdownload",
    "plum-dispatch<2.10",
    "cloudpickle",
    "scikit-learn",
    "matplotlib",
    "pandas",
    "einops",
]


@nox.session(python="3.11")
def libraries(session: nox.Session) -> None:
    """What we say of the packages around torch, held against these packages."""
    session.install("torch==2.13.0", "numpy")
    session.install("--no-deps", *NEEDING_TORCHVISION, "timm")
    session.install("torch==2.13.0", *[package for package in PACKAGES if package != "timm"], *THEIR_NEEDS)
    session.install("-e", ".", "pytest>=8", "pytest-xdist>=3.5")
    session.run("python", "-m", "pytest", "checks/libraries", "-n", "2", *session.posargs)
