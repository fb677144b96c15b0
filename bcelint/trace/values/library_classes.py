"""Classes outside of the project, by their names: which of them are subclasses of which."""

from __future__ import annotations

import abc
import argparse
import builtins
import collections
import collections.abc
import contextlib
import enum
import numbers
import pathlib
import types
import typing
from collections.abc import Collection
from functools import lru_cache

from bcelint.contracts import frameworks, tables
from bcelint.contracts.dtypes import TENSOR_TYPES

NAMED_TUPLE = "typing.NamedTuple"
AS_OBJECTS = ("abc.", "torch.nn.", "torch.utils.data.", "typing.", "unittest.")
"""The beginnings of names of classes whose objects are equal to themselves alone."""

OBJECT, MODULE = "builtins.object", "torch.nn.Module"
_MODULES = {
    each.__name__: each for each in (abc, argparse, builtins, collections, collections.abc, contextlib, enum, numbers, pathlib, types, typing)
}
_BUILTIN = (bool, bytes, complex, dict, float, frozenset, int, list, set, str, tuple, type(None))
_OTHERS = frozenset(
    "torch.Tensor torch.autograd.Variable torch.nn.Parameter torch.Size torch.device torch.dtype numpy.ndarray numpy.generic numpy.number "
    "numpy.integer numpy.floating numpy.float32 numpy.float64 numpy.int32 numpy.int64 numpy.bool_ pandas.DataFrame pandas.Series PIL.Image.Image "
    "omegaconf.DictConfig omegaconf.ListConfig torch.utils.data.Dataset torch.utils.data.DataLoader".split()
)
"""Classes that are no subclasses of Python's own, nor modules."""


@lru_cache(maxsize=1024)
def python_class(name: str) -> type | None:
    """The class of Python's library with that name."""
    module, _, last = name.rpartition(".")
    found = getattr(_MODULES.get(module), last, None)
    if found is None and module == "collections":
        found = getattr(collections.abc, last, None)  # where it stood before Python 3.10
    found = getattr(found, "__origin__", found)  # typing.Mapping
    return found if isinstance(found, type) else tuple if name == "typing.NamedTuple" else None


def is_exactly(kind: type, name: str) -> bool | None:
    """Whether objects of a class of Python's are instances of the class with that name."""
    cls = python_class(name)
    if cls is None:
        return False if name in _OTHERS or tables.is_class(name) or _is_tensor_type(name) else None
    try:
        return issubclass(kind, cls)
    except TypeError:
        return None


def is_kind_of(kind: type, name: str) -> bool | None:
    """The same for objects of any subclass of it."""
    found = is_exactly(kind, name)
    cls = python_class(name)
    apart = name != "torch.Size" and (cls is None or (cls in _BUILTIN and not issubclass(cls, kind)))
    return found if found or apart else None


def is_itself(kind: type, name: str) -> bool | None:
    """Whether a class (``type``) or a function is an instance of the class with that name; of which metaclass or type of functions is not told."""
    cls = python_class(name)
    if cls not in (type, object) and (name.startswith("types.") or (cls is not None and issubclass(cls, type))):
        return None
    return is_exactly(kind, name)


def is_of_module(names: Collection[str], name: str) -> bool | None:
    """Whether a module of torch, whose class has these names, is an instance of the class with that name."""
    if name in names or name in (MODULE, OBJECT) or any(frameworks.LAYER_BASES.get(own) == name for own in names):
        return True
    return False if tables.is_known(name) or is_no_module(name) else None


def is_no_module(name: str) -> bool:
    """Whether no module is an instance of the class; one may always be of an abstract class of Python's."""
    cls = python_class(name)
    return name in _OTHERS or _is_tensor_type(name) or (cls is not None and cls is not object and not isinstance(cls, abc.ABCMeta))


def is_subclass(base: str, name: str) -> bool | None:
    """Whether what inherits from the class ``base`` is an instance of the class with that name."""
    own = python_class(base)
    if base == name or name == OBJECT:
        return True
    if own is not None:
        return is_kind_of(own, name)
    if base in frameworks.MODULE_BASES or tables.is_known(base):
        return True if name == MODULE or frameworks.LAYER_BASES.get(base) == name else False if is_no_module(name) else None
    return False if base.startswith("torch.") and python_class(name) in _BUILTIN else None


def _is_tensor_type(name: str) -> bool:
    module, _, last = name.rpartition(".")
    return module in ("torch", "torch.cuda") and last in TENSOR_TYPES


def may_be_false(name: str) -> bool:
    """Whether an object of a class may count as false since it inherits from one outside of the project: a list, a data loader."""
    is_data = name.startswith("torch.utils.data.") and name not in frameworks.PLAIN_BASES
    return is_data or name == NAMED_TUPLE or not (name in frameworks.MODULE_BASES or name.startswith(AS_OBJECTS))


def has_constructor(name: str) -> bool | None:
    """Whether the class with that name defines a constructor, or inherits one that is not ``object``'s; None where that is not known."""
    cls = python_class(name)
    if cls is not None:
        return any("__init__" in vars(base) for base in cls.__mro__ if base is not object)
    if name in frameworks.MODULE_BASES or tables.is_known(name):
        return True
    return False if name in frameworks.PLAIN_BASES else None
