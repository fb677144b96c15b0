"""Contradictions in the programs of others that are known, each with what is missing: the end of a file's path, a function in it, the reason."""

from __future__ import annotations

FROZEN = "its parameters are frozen one by one, in a loop over parameters(): a gradient is claimed where there is none"
OPTIONAL = "a library that may be missing is taken to be there"
TENSOR_LIKE = "an object of a library has a method, or an operator, that is one of tensors"
KNOWN: tuple[tuple[str, str, str], ...] = (
    ("timm/layers/patch_embed.py", "PatchEmbedResamplerFixedOrigSize._get_or_create_pinv_matrix", "a test replaces a function with monkeypatch"),
    *(("vit_pytorch/lejepa.py", name, FROZEN) for name in ("LeJEPA", "NetWrapper", "singleton", "update_moving_average")),
    ("vit_pytorch/vit.py", "ViT.forward", FROZEN),
    ("vit_pytorch/looped_vit.py", "join", "a text is cut at a number that is one of several"),
    ("ignite/distributed/comp_models/__init__.py", "setup_available_computation_models", OPTIONAL),
    ("skorch/tests/callbacks/test_logging.py", "", OPTIONAL),
    ("gpytorch/distributions/multivariate_normal.py", "MultivariateNormal.expand", TENSOR_LIKE),
    ("gpytorch/distributions/multivariate_normal.py", "MultivariateNormal.unsqueeze", TENSOR_LIKE),
    ("gpytorch/likelihoods/hadamard_gaussian_likelihood.py", "HadamardGaussianLikelihood.marginal", TENSOR_LIKE),
)


def reason_listed(path: str, function: str) -> str | None:
    """Why a contradiction in this function, or in one inside of it, is left; None where it is not known."""
    for end, name, reason in KNOWN:
        if path.endswith(end) and (function == name or function.startswith(f"{name}.")):
            return reason
    return None
