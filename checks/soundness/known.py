"""Contradictions in the programs of others that are known, each with what is missing: the end of a file's path, a function in it, the reason."""

from __future__ import annotations

FROZEN = "its parameters are frozen one by one, in a loop over parameters(): a gradient is claimed where there is none"
OPTIONAL = "a library that may be missing is taken to be there"
RAISING = "what a function has changed when it raises, and what is given to __exit__ then"
QUEUED = "a method of an object that comes out of a deque"
LAZY = "a generator is gone through at once, and any() through all items"
SET_ON_CLASS = "special methods and descriptors that are set on a class from outside, __delitem__, a __new__ that is a classmethod"
METACLASS = "what a metaclass finds in the namespace of a class, and makes of it"
NAMES = "names that are set through locals()"
WRAPPED = "functools.cached_property called on a method"
ITERATOR = "an iterator over a dict is taken for the dict, one that is asynchronous for its items"
MANY = "not looked into: a function inside of a test that the rows of a table are handed to"
CIRCLE = "a base is not there yet where modules that import one another are run without their packages"
ONE_ITEM = "items of a dict that is not known are one thing, whatever the key"
TENSOR_LIKE = "an object of a library has a method, or an operator, that is one of tensors"
KNOWN: tuple[tuple[str, str, str], ...] = (
    ("timm/layers/patch_embed.py", "PatchEmbedResamplerFixedOrigSize._get_or_create_pinv_matrix", "a test replaces a function with monkeypatch"),
    *(("vit_pytorch/lejepa.py", name, FROZEN) for name in ("LeJEPA", "NetWrapper", "singleton", "update_moving_average")),
    ("vit_pytorch/vit.py", "ViT.forward", FROZEN),
    ("vit_pytorch/looped_vit.py", "join", "a text is cut at a number that is one of several"),
    ("ignite/distributed/comp_models/__init__.py", "setup_available_computation_models", OPTIONAL),
    ("skorch/tests/callbacks/test_logging.py", "", OPTIONAL),
    ("tests/ignite/metrics/test_metric.py", "test_arithmetics", CIRCLE),
    ("tests/ignite/metrics/test_metric.py", "test_pytorch_operators", TENSOR_LIKE),
    ("gpytorch/distributions/multivariate_normal.py", "MultivariateNormal.expand", TENSOR_LIKE),
    ("gpytorch/distributions/multivariate_normal.py", "MultivariateNormal.unsqueeze", TENSOR_LIKE),
    ("gpytorch/likelihoods/hadamard_gaussian_likelihood.py", "HadamardGaussianLikelihood.marginal", TENSOR_LIKE),
    ("test/test_named_expressions.py", "NamedExpressionScopeTest.test_named_expression_scope_03", LAZY),
    ("test/test_named_expressions.py", "NamedExpressionScopeTest.test_named_expression_scope_in_genexp", LAZY),
    ("test/test_generators.py", "FinalizationTest.test_refcycle", LAZY),
    ("test/test_generators.py", "GeneratorTest.test_ag_frame_f_back", ITERATOR),
    ("test/test_descr.py", "ClassPropertiesAndMethods.test_funny_new", SET_ON_CLASS),
    ("test/test_descr.py", "ClassPropertiesAndMethods.test_metaclass", METACLASS),
    ("test/test_descr.py", "ClassPropertiesAndMethods.test_overloading", SET_ON_CLASS),
    ("test/test_enum.py", "TestSpecial.test_ignore", METACLASS),
    ("test/test_enum.py", "TestStdLib.test_inspect_getmembers", ONE_ITEM),
    ("test/test_dataclasses/__init__.py", "TestCase.test_init_in_order", SET_ON_CLASS),
    ("test/test_dataclasses/__init__.py", "TestDescriptors.test_getting_field_calls_get", SET_ON_CLASS),
    ("test/test_dataclasses/__init__.py", "TestHash.test_hash_rules", MANY),
    ("test/test_functools.py", "TestCachedProperty.test_cached_attribute_name_differs_from_func_name", WRAPPED),
    ("test/test_functools.py", "OptionallyCachedCostItem.get_cost", WRAPPED),
    ("test/test_dict.py", "DictTest.test_iterator_pickling", ITERATOR),
    ("test/test_scope.py", "ScopeTests.testClassNamespaceOverridesClosure", NAMES),
    ("test/test_with.py", "ExceptionalTestCase", RAISING),
    ("test/test_with.py", "ContextmanagerAssertionMixin", RAISING),
    ("test/test_with.py", "NestedWith.Dummy", RAISING),
    ("test/test_with.py", "NestedNonexceptionalTestCase", QUEUED),
)


def reason_listed(path: str, function: str) -> str | None:
    """Why a contradiction in this function, or in one inside of it, is left; None where it is not known."""
    for end, name, reason in KNOWN:
        if path.endswith(end) and (function == name or function.startswith(f"{name}.")):
            return reason
    return None
