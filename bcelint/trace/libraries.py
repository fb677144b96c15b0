"""Functions of libraries that make or change more than a tensor: loaders, parsers, partial functions, modules imported by name."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace

import libcst as cst

from bcelint.trace import autocast, builtin_functions, criteria, named_tuples
from bcelint.trace import evaluate as ev
from bcelint.trace.arguments import Arguments
from bcelint.trace.conditions import Literal
from bcelint.trace.datasets import part_of
from bcelint.trace.frames import Frame
from bcelint.trace.options import OptionParser
from bcelint.trace.run import Run
from bcelint.trace.truth import condition
from bcelint.trace.values import NONE, Const, External, Loader, Module, Partial, Tuple, Unknown, Value


def _partial(run: Run, frame: Frame, node: cst.BaseExpression, args: Arguments) -> Value:
    if not args.positional:
        return run.unknown("functools.partial without a function", frame, node)
    return Partial(args.positional[0], args.positional[1:], dict(args.keywords))


def _ordered_dict(run: Run, frame: Frame, node: cst.BaseExpression, args: Arguments) -> Value:
    return builtin_functions.HANDLERS["dict"](run, frame, node, args)


def _loader(run: Run, frame: Frame, node: cst.BaseExpression, args: Arguments) -> Value:
    dataset = args.positional[0] if args.positional else args.keywords.get("dataset")
    options = dict(args.keywords)
    if len(args.positional) > 1:
        options["batch_size"] = args.positional[1]
    return Loader(dataset, options) if dataset is not None else run.unknown("a DataLoader without a dataset", frame, node)


def _tensor_dataset(run: Run, frame: Frame, node: cst.BaseExpression, args: Arguments) -> Value:
    return Loader(Tuple(args.positional), {"batch_size": NONE})


def _subset(run: Run, frame: Frame, node: cst.BaseExpression, args: Arguments) -> Value:
    return part_of(args.positional[0]) if args.positional else run.unknown("a subset of nothing", frame, node)


def _random_split(run: Run, frame: Frame, node: cst.BaseExpression, args: Arguments) -> Value:
    return Tuple((), part_of(args.positional[0]) if args.positional else run.unknown("a split of nothing", frame, node))


def _parser(run: Run, frame: Frame, node: cst.BaseExpression, args: Arguments) -> Value:
    return OptionParser(frame.module.place(node))


def _backward(run: Run, frame: Frame, node: cst.BaseExpression, args: Arguments) -> Value:
    for value in args.all():
        criteria.mark_trained(run, value)
    return NONE


def _same_decorator(run: Run, frame: Frame, node: cst.BaseExpression, args: Arguments) -> Value:
    return Partial(External("builtins.<identity>"), (), {})


def _import_module(run: Run, frame: Frame, node: cst.BaseExpression, args: Arguments) -> Value:
    """``importlib.import_module("models." + name)``: where the name is not known, each module of the package is a case."""
    given = args.positional[0] if args.positional else args.keywords.get("name", NONE)
    written = node.args[0].value if isinstance(node, cst.Call) and node.args else None

    def one(name: Value) -> Value:
        if isinstance(name, Const) and isinstance(name.value, str):
            dotted = name.value.lstrip(".")
            return run.modules.imported(frame.module, dotted, len(name.value) - len(dotted))
        return run.unknown("the name of an imported module is not known", frame, node, name)

    if isinstance(given, Unknown) and isinstance(written, cst.BinaryOperation) and isinstance(written.operator, cst.Add):
        package, last = (ev.evaluate(run, frame, side) for side in (written.left, written.right))
        if isinstance(package, Const) and isinstance(package.value, str) and package.value.endswith(".") and isinstance(last, Unknown):
            return _some_module(run, frame, written.right, package.value[:-1], last) or one(given)
    return run.state.lift(one, given)


def _some_module(run: Run, frame: Frame, node: cst.CSTNode, package: str, last: Unknown) -> Value | None:
    dotted = package.lstrip(".")
    parent = run.modules.imported(frame.module, dotted, len(package) - len(dotted))
    if not isinstance(parent, Module):
        return None
    options: list[tuple[frozenset[Literal], Value]] = []
    for name in run.project.children(parent.path):
        child = run.project.child(parent.path, name)
        if child is not None:
            atom = condition(run, frame, node, last, "==", name)
            shown = functools.partial(str, f"{frame.module.text(node)} == {name!r}")
            options.append((frozenset([replace(atom, text=shown)]), Module(child)))
    return run.state.choice(options) if options else None


HANDLERS: dict[str, Callable[[Run, Frame, cst.BaseExpression, Arguments], Value]] = {
    **autocast.HANDLERS,
    "functools.partial": _partial,
    "collections.OrderedDict": _ordered_dict,
    "collections.defaultdict": lambda run, frame, node, args: builtin_functions.HANDLERS["dict"](run, frame, node, Arguments()),
    "easydict.EasyDict": _ordered_dict,
    "torch.utils.data.DataLoader": _loader,
    "torch.utils.data.TensorDataset": _tensor_dataset,
    "torch.utils.data.Subset": _subset,
    "torch.utils.data.random_split": _random_split,
    "argparse.ArgumentParser": _parser,
    "torch.autograd.backward": _backward,
    "builtins.<identity>": lambda run, frame, node, args: args.positional[0],
    "importlib.import_module": _import_module,
    "collections.namedtuple": named_tuples.namedtuple,
    named_tuples.MAKER: named_tuples.make,
    "types.SimpleNamespace": _ordered_dict,
    "argparse.Namespace": _ordered_dict,
    "torch.Size": lambda run, frame, node, args: args.positional[0] if args.positional else Tuple(),
    "functools.wraps": _same_decorator,
}
