"""Calls of what lies outside of the project, by its name: torch by its tables, Python's builtins, libraries as they are known."""

from __future__ import annotations

import builtins
import re
from dataclasses import replace

from bcelint.contracts import frameworks, tables
from bcelint.contracts.schema import Wrapper
from bcelint.trace.code import objects
from bcelint.trace.identity import fresh
from bcelint.trace.interpreter import Arguments, Value
from bcelint.trace.python import descriptors, libraries, numbers, sequences, setting
from bcelint.trace.python import objects as asked
from bcelint.trace.python.pure import carried_out
from bcelint.trace.python.registry import Handler
from bcelint.trace.state.site import Site
from bcelint.trace.torch import autocast, data, declared, gradients, layers, losses, operations, packing
from bcelint.trace.torch.recording import mark_trained
from bcelint.trace.values.asked import CHANGING_FILES, FUNCTIONS, READING, call_symbol, is_of_python
from bcelint.trace.values.choices import alternatives
from bcelint.trace.values.classes import Class
from bcelint.trace.values.constants import NONE, Const
from bcelint.trace.values.externals import External
from bcelint.trace.values.functions import Partial
from bcelint.trace.values.instances import Instance
from bcelint.trace.values.nn_modules import SPLIT
from bcelint.trace.values.plain import content_of
from bcelint.trace.values.raised import Raised
from bcelint.trace.values.supers import MAKE
from bcelint.trace.values.tensors import Tensor
from bcelint.trace.values.tuples import Tuple
from bcelint.trace.values.unknowns import ITEM

PASS_THROUGH = frozenset(
    "tqdm.tqdm tqdm.auto.tqdm tqdm.notebook.tqdm tqdm.std.tqdm tqdm.tqdm_notebook tqdm.rich.tqdm rich.progress.track builtins.iter".split()
)
"""Calls that hand their first argument on, as far as iterating over it goes."""
_CLASS = re.compile(r"[A-Z]+[a-z]\w*")
"""The name of a class, as PEP 8 has it."""
_FILES = "os.path"
OBJECT = "()"
"""Behind the name of a class outside of the project: an object of it."""


def call(at: Site, callee: External, args: Arguments) -> Value:
    """A call of something outside of the project, by its name."""
    result = _by_name(at, callee, args)
    wanted = args.keywords.get("requires_grad")
    if isinstance(result, Tensor) and wanted is not None and not (isinstance(wanted, Const) and not wanted.value):
        return result.trainable(at.step("requires_grad=True"))
    return result


def is_followed(name: str) -> bool:
    """Whether it is known what a call of ``name`` does, though it stands in no table."""
    return name in _HANDLERS


def _by_name(at: Site, callee: External, args: Arguments) -> Value:
    name = callee.name
    row = at.run.project.knowledge.of(name.replace(OBJECT, ""))
    if row is not None:
        return declared.call(at, row, args, callee)
    loss = tables.loss_function(name)
    if loss is not None:
        return losses.call_function(at, loss, args)
    op = tables.op(name)
    if op is not None:
        return Raised(f"{name} lacks an argument") if operations.lacks(op.params, args) else operations.call_op(at, op, args)
    made = layers.construct(at, name, args) or losses.construct(at, name, args)
    if made is not None:
        return made
    if at.run.project.knowledge.has_methods(name):
        return External(f"{name}{OBJECT}")
    if f"{OBJECT}." in name and name.endswith(".backward"):  # accelerate's Accelerator and Lightning's Fabric
        for value in args.positional:
            mark_trained(at.run, value)
        return NONE
    handler = _HANDLERS.get(name)
    if handler is not None:
        return handler(at, args)
    if name.startswith("torch.optim.") and args.positional and _is_empty(args.positional[0]):
        return Raised("an optimizer wants parameters")
    wrapper = tables.wrapper(name)
    if wrapper is not None:
        return _wrapped(at, wrapper, callee, args)
    if name.endswith(".__new__") and args.positional and isinstance(args.positional[0], Class):
        return objects.bare(args.positional[0])
    if name.endswith(setting.UNBOUND) and len(args.positional) == 3:
        return setting.set_by_base(at, name, args)
    if name in PASS_THROUGH and args.positional:
        return args.positional[0]
    made = carried_out(at, name, args)
    if made is not None:
        return made
    if name.startswith("builtins."):
        builtin = _BUILTINS.get(name[9:])
        if builtin is not None:
            return builtin(at, args)
        if at.frame.find(name[9:]) is None and not hasattr(builtins, name[9:]):
            return at.unknown(f"{name[9:]} is not defined where it is seen", *args.all())
    if name in frameworks.CALLS_ITS_ARGUMENT and args.positional:
        inner = replace(args, positional=args.positional[1:], keywords={}, nodes=())
        return at.call(args.positional[0], inner)
    return _not_seen(at, callee, args)


def _is_empty(value: Value) -> bool:
    content = content_of(value)
    return content is not None and not content.items and content.rest is None


def _wrapped(at: Site, wrapper: Wrapper, callee: External, args: Arguments) -> Value:
    if wrapper.all_arguments:
        return args.positional[0] if len(args.positional) == 1 else Tuple(args.positional)
    named = args.keywords.get(wrapper.keyword or "")
    if named is None and len(args.positional) <= wrapper.argument:
        return Partial(callee, (), dict(args.keywords)) if not args.positional else at.unknown(f"a call of {callee.name}")
    inner = args.positional[wrapper.argument] if named is None else named
    for _, single in alternatives(inner):
        if wrapper.splits and isinstance(single, Instance):
            at.write(single, SPLIT, Const(True))
    return inner


def _not_seen(at: Site, callee: External, args: Arguments) -> Value:
    if callee.name in CHANGING_FILES:
        at.store_foreign(_FILES, ITEM, lambda old: Const(fresh()))
    owner, _, last = callee.name.rpartition(".")
    reads = last in READING and not is_of_python(owner)  # a method of something that is set where it is not seen
    asked = f"{callee.name}{_changes_of_files(at)}" if owner == "os.path" else callee.name
    symbol = call_symbol(asked, args) if reads or callee.name in FUNCTIONS else ""
    unknown = at.unknown(f"{callee.name} is outside of the project", *args.all(), *([callee] if reads else []), symbol=symbol)
    return replace(unknown, made_by=callee.name) if _CLASS.fullmatch(last) else unknown


def _changes_of_files(at: Site) -> str:
    """What tells the questions for files before a folder was made or a file removed from those after it."""
    changed = at.foreign(_FILES).get(ITEM)
    return "" if changed is None else f"@{'|'.join(str(single.constant) for _, single in alternatives(changed))}"


def _backward(at: Site, args: Arguments) -> Value:
    for value in args.all():
        mark_trained(at.run, value)
    return NONE


def _device(at: Site, args: Arguments) -> Value:
    return at.unknown("a device", *args.all(), symbol=call_symbol("torch.device", args) or f"torch.device(#{fresh()})")


def _set_default(at: Site, args: Arguments) -> Value:
    """``torch.set_default_dtype``: what is made of floats from now on may have another dtype, unless it is the usual one."""
    names = [single.name if isinstance(single, External) else str(single.constant) for value in args.all() for _, single in alternatives(value)]
    at.run.has_other_default |= not all(name.endswith((".float32", ".float", ".FloatTensor")) for name in names)
    return NONE


_HANDLERS: dict[str, Handler] = {
    **libraries.HANDLERS,
    **autocast.HANDLERS,
    **gradients.HANDLERS,
    **data.HANDLERS,
    **packing.HANDLERS,
    "torch.autograd.backward": _backward,
    "torch.device": _device,
    "torch.set_default_dtype": _set_default,
    "torch.set_default_tensor_type": _set_default,
    "torch.is_complex": lambda at, args: at.call(at.attribute(args.positional[0], "is_complex"), Arguments()),
    "torch.is_floating_point": lambda at, args: at.call(at.attribute(args.positional[0], "is_floating_point"), Arguments()),
    "torch.is_tensor": asked.is_tensor,
    MAKE: objects.made_by_metaclass,
}
_BUILTINS = {**sequences.builtin, **asked.builtin, **numbers.builtin, **descriptors.builtin, **setting.builtin}
