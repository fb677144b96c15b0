"""What lies outside of the project, by its name."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from types import FunctionType
from typing import Any

from bcelint.contracts import dtypes, tables
from bcelint.contracts.schema import Arg
from bcelint.facts import DType
from bcelint.trace.conditions.atoms import About
from bcelint.trace.interpreter import Arguments, Interpreter, Value
from bcelint.trace.values.asked import call_symbol, is_of_python
from bcelint.trace.values.asking import case
from bcelint.trace.values.constants import Const
from bcelint.trace.values.library_classes import is_itself, is_of_module

_NAMES = ".__dict__"
_LOSS_MODULE = "torch.nn.modules.loss"


@dataclass(frozen=True, eq=False)
class External(Value):
    """Something outside of the project, by its canonical dotted name: ``torch.nn.functional.relu``, ``builtins.len``."""

    noun = "library object"
    is_callable = True
    is_thing = True
    name: str

    def key(self) -> Any:
        return ("external", self.name)

    def attribute(self, at: Interpreter, name: str) -> Value | None:
        if name in ("__name__", "__qualname__") and not self.is_open():
            return Const(self.name.rpartition(".")[2])
        return external_member(self, name)

    def is_generic(self) -> bool:
        return not self.name.endswith(_NAMES) and not self.is_open()

    def item(self, at: Interpreter, index: Any) -> Value:
        """``nn.__dict__[name]``."""
        if not self.name.endswith(_NAMES):
            symbol = call_symbol(f"{self.name}.__getitem__", Arguments((index,))) if isinstance(index, Value) else ""
            return at.unknown("an item of something outside of the project", self, symbol=symbol)
        module = External(self.name[: -len(_NAMES)])
        if isinstance(index, Const) and isinstance(index.value, str):
            return external_member(module, index.value)
        return at.unknown(f"a name out of {module.name} that is not known", *([index] if isinstance(index, Value) else []))

    def length(self, at: Interpreter) -> Value:
        return at.unknown("a length", self, symbol=f"len({self.name})", number=True)

    def call(self, at: Interpreter, args: Arguments) -> Value:
        return at.perform(self, args)

    def truth(self) -> bool | None:
        """A function, class or module counts as true; what else it is, is set outside."""
        return True if "." not in self.name or self.name.startswith("builtins.") or not self.is_open() else None

    def compare(self, at: Interpreter, op: str, other: Value) -> Value | None:
        return case(at, self, op, other.value) if isinstance(other, Const) else None

    def is_open(self) -> bool:
        return not (tables.is_known(self.name) or tables.is_class(self.name) or self.name in _CLASSES or dtypes.named(self.name))

    def text(self) -> str | None:
        return f"<class '{_LOSS_MODULE}.{self.name.rpartition('.')[2]}'>" if self._is_loss() else None

    def is_of_library_class(self, name: str) -> bool | None:
        if tables.is_class(self.name):
            return is_itself(type, name)
        return is_itself(FunctionType, name) if self._is_function() else None

    def is_of_class(self, cls: Value) -> bool | None:
        return False if tables.is_class(self.name) or self._is_function() else None

    def _is_function(self) -> bool:
        return self.name.startswith("torch.nn.functional.") or bool(tables.loss_function(self.name) or tables.op(self.name))

    def is_subclass(self, name: str) -> bool | None:
        """``issubclass(self, …)`` for another class outside of the project, by its name."""
        if self.name == name:
            return True
        if not self._is_loss() or name == f"{_LOSS_MODULE}._WeightedLoss":  # which of them are weighted, is not told apart
            return None
        return True if name == f"{_LOSS_MODULE}._Loss" else is_of_module((self.name,), name)

    def _is_loss(self) -> bool:
        return tables.is_class(self.name) and tables.loss_class(self.name) is not None

    def about(self) -> About:
        return About(self.name, opaque=True)

    def hangs_on(self) -> tuple[int, bool]:
        """What is in it is set where it is not seen, as its attributes are; but what the standard library holds (``sys.argv``) the user sets."""
        return 0, self.is_open() and not is_of_python(self.name)

    def as_arg(self) -> Arg:
        return Arg(constant=self.name, is_tensor=False)


def external_member(base: External, name: str) -> Value:
    """``torch.nn`` and ``BCELoss`` → ``torch.nn.BCELoss``."""
    return _member(f"{base.name}.{name}")


@lru_cache(maxsize=4096)
def _member(name: str) -> Value:
    dotted = tables.canonical(name)
    dtype = dtypes.named(dotted) if dotted.startswith("torch.") and not dotted.endswith("Tensor") else None
    if dtype is not None and dtype is not DType.COMPLEX:
        return External(f"torch.{dtype.value}")  # torch.long is torch.int64
    if dotted in _CONSTANTS:
        return Const(_CONSTANTS[dotted])
    return External(dotted)


_CLASSES = frozenset({"numpy.ndarray", *(f"builtins.{name}" for name in "bool dict float int list set str tuple".split())})
_CONSTANTS = {"math.pi": 3.141592653589793, "numpy.pi": 3.141592653589793, "torch.pi": 3.141592653589793, "math.inf": float("inf"),
              "torch.inf": float("inf"), "numpy.inf": float("inf"), "typing.TYPE_CHECKING": False,
              **{f"segmentation_models_pytorch.losses.{inner}{mode.upper()}_MODE": mode for inner in ("", "constants.")
                 for mode in ("binary", "multiclass", "multilabel")}}  # fmt: skip
