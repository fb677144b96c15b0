"""``nox``: the tests on every supported Python, and with torch on one of them."""

from __future__ import annotations

from pathlib import Path

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


LANGUAGE = ["test_grammar", "test_patma", "test_named_expressions", "test_isinstance", "test_generators", "test_descr", "test_enum",
            "test_dataclasses", "test_argparse", "test_functools", "test_dict", "test_list", "test_set", "test_scope", "test_with",
            "test_unpack", "test_unpack_ex"]  # fmt: skip
"""Python's own tests of its language."""
WITH_EXAMPLES = [
    "torchmetrics.functional.classification",
    "torchmetrics.functional.regression",
    "torchmetrics.utilities",
    "captum.attr",
    "kornia.losses",
]
OF_TIMM = [
    f"tests/test_{name}.py"
    for name in "layers layers_drop layers_pool layers_pos_embed scheduler utils task multilabel scheduled_sampler input_conv prune".split()
]
WITH_TESTS = {
    "skorch": ["skorch/tests"],
    "pytorch-ignite": ["tests/ignite/metrics/test_metric.py"],
    "entmax": ["entmax"],
    "vit-pytorch": ["tests"],
    "torch-optimizer": ["tests"],
    "segmentation-models-pytorch": ["tests"],
    "timm": OF_TIMM,
}
"""Packages whose sources hold their tests, and where those are that need no downloads."""


@nox.session(python="3.11")
def soundness(session: nox.Session) -> None:
    """The line-level oracle over programs that no one here wrote, which lists what contradicts them; and its own mutation check, which must pass."""
    session.install("torch==2.13.0", "numpy", "pytest>=8", "hypothesis>=6.100", "torchmetrics", "captum", "kornia", "scikit-learn")
    session.install(
        "einops", "pillow", "pyyaml", "huggingface_hub", "safetensors", "pytorch_ranger", "tabulate", "tqdm", "packaging", "setuptools", "wheel"
    )
    session.install("-e", ".")
    session.run("python", "-m", "checks.soundness.mutations")
    oracle = ("python", "benchmarks/soundness.py", "--limit", "6")
    session.run(*oracle, "--unittest", *(f"test.{name}" for name in LANGUAGE), success_codes=[0, 1])
    session.run(*oracle, "--doctest", *WITH_EXAMPLES, success_codes=[0, 1])
    session.install("--no-deps", "torchvision==0.28.0", *WITH_TESTS)  # after the examples: torchmetrics imports torchvision where it is there
    for package, tests in WITH_TESTS.items():
        folder = Path(session.create_tmp()) / package
        building = ["--no-build-isolation"] if package == "entmax" else []  # its setup.py imports torch
        session.run("python", "-m", "pip", "download", "--no-binary", ":all:", "--no-deps", *building, "--dest", str(folder), package)
        session.run("tar", "-xzf", str(next(folder.glob("*.tar.gz"))), "-C", str(folder), external=True)
        root = next(path for path in folder.iterdir() if path.is_dir())
        for path in tests:
            environment = {"PYTHONPATH": f"{root}:.", "PYTEST_PLUGINS": "checks.libraries.conftest"}
            session.run(*oracle, "--root", str(root), "--pytest", str(root / path), env=environment, success_codes=[0, 1])
