"""Models that libraries make: a body that is not followed, and a head that is, since programs put their own in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from bcelint.contracts import tables
from bcelint.contracts.declared.rows import DeclaredCall
from bcelint.contracts.makers import ACTIVATIONS, CLASSES, FEATURES, Maker, maker
from bcelint.facts import Claim, Facts, Shape
from bcelint.trace import calls
from bcelint.trace import evaluate as ev
from bcelint.trace.arguments import Arguments
from bcelint.trace.frames import Frame
from bcelint.trace.values import CONTENT, Cell, Const, Container, Layer, Mapped, Tensor, Tuple, Unknown, Value, merged_sources

if TYPE_CHECKING:
    from bcelint.trace.run import Run

HEADS = frozenset({"fc", "_fc", "classifier", "head", "heads", "last_linear", "score", "out_proj", "segmentation_head"})
"""Attributes that may hold a head; of a model whose head is not known, setting one of them changes what comes out."""


class Network(Cell):
    """A model of a library. Its fields are the head, and what the program sets besides."""

    def __init__(self, row: Maker | DeclaredCall, name: str, head: str, made: Arguments | None = None) -> None:
        super().__init__()
        self.made = made or Arguments()
        """The arguments that it was made with."""
        self.row = row
        self.name = name
        self.head = head
        self.default: Value | None = None
        """The head that it was made with, where it is not known which attribute holds it."""


def construct(run: Run, frame: Frame, node: cst.BaseExpression, name: str, args: Arguments) -> Value | None:
    """``torchvision.models.resnet18(num_classes=1)``; None where ``name`` makes no model, or one of which nothing is known."""
    row = maker(name)
    if row is None:
        return None
    title = name.rpartition(".")[2] if not name.endswith(("from_pretrained", "from_name")) else name.split(".")[-2]
    classes = args.keywords.get(row.classes, Const(row.default))
    if args.open_positional or args.open_keywords or len(args.positional) > row.last_positional or _is_excepted(row, args.keywords, classes):
        return None
    head = row.head
    if row.by_prefix:
        first = args.positional[0] if args.positional else args.keywords.get("model_name")
        text = first.value if isinstance(first, Const) and isinstance(first.value, str) else ""
        head = next((attribute for prefix, attribute in row.by_prefix.items() if text.startswith(prefix)), "")
        title = text or title
    network = Network(row, title, head)
    layers = [_layer(run, frame, node, spec, classes) for spec in row.layers]
    if row.activation:
        layers += _activation(run, frame, node, args.keywords.get(row.activation, Const(None)))
    value: Value = layers[0]
    if len(layers) > 1:
        value = Container("Sequential")
        value.fields[CONTENT] = Mapped({str(i): layer for i, layer in enumerate(layers)})
    network.default = value
    if head:
        network.fields[head] = value
    return network


def _is_excepted(row: Maker, keywords: Any, classes: Value) -> bool:
    named = isinstance(classes, Const) and f"{row.classes}={classes.value}" in row.unless
    return named or any(name in keywords and not (isinstance(keywords[name], Const) and not keywords[name].value) for name in row.unless)


def _layer(run: Run, frame: Frame, node: cst.BaseExpression, spec: Any, classes: Value) -> Value:
    name, args = spec
    if spec is FEATURES:
        return run.unknown("a layer of a model that is not followed", frame, node)
    row = tables.layer(name)
    assert row is not None, name
    bound = {
        key: classes if value == CLASSES else run.unknown("a number of features", frame, node) if value is None else Const(value)
        for key, value in args.items()
    }
    return Layer(row, bound, frame.module.place(node))


def _activation(run: Run, frame: Frame, node: cst.BaseExpression, value: Value) -> list[Value]:
    """The activation that a keyword asks for by its name."""

    def one(single: Value) -> Value:
        name = single.value if isinstance(single, Const) else ...
        spec = ACTIVATIONS.get(str(name), ...)
        if name is None or spec is None:
            identity = tables.layer("torch.nn.Identity")
            assert identity is not None
            return Layer(identity, {}, frame.module.place(node))
        if spec is ...:
            return single if isinstance(single, Unknown) else run.unknown("an activation that is not followed", frame, node)
        return _layer(run, frame, node, spec, single)

    return [] if isinstance(value, Const) and value.value is None else [run.state.lift(one, value)]


def call(run: Run, frame: Frame, node: cst.BaseExpression, network: Network, args: Arguments) -> Value:
    """``model(x)``: the head on features of which only the shape is known."""
    if isinstance(network.row, DeclaredCall):
        from bcelint.trace import declared

        return declared.call_network(run, frame, node, network, args)
    if calls.HOOKED in network.fields:
        return run.unknown(f"{network.name} has a forward hook", frame, node, *args.all())
    if "forward" in network.fields:
        return calls.call_value(run, frame, node, network.fields["forward"], args)
    head: Value | None = network.fields.get(network.head) if network.head else None
    if not network.head and not HEADS & set(network.fields):
        head = network.default
    if head is None:
        return run.unknown(f"{network.name} with another head", frame, node, network, *args.all())
    result = calls.call_value(run, frame, node, head, Arguments((_features(run, frame, node, network, args),)))
    if network.row.packed == "out":
        return ev.new_dict(Mapped({"out": result}, run.unknown("another output of the model", frame, node, *args.all())))
    if network.row.packed == "ModelOutput":
        if args.keywords.get("labels", Const(None)).key() != Const(None).key():
            loss = run.unknown(f"the loss that {network.name} computes itself", frame, node, *args.all())
            return Tuple((loss, result), names=("loss", "logits"))
        return Tuple((result,), run.unknown("another output of the model", frame, node, *args.all()), names=("logits",))
    return result


def _features(run: Run, frame: Frame, node: cst.BaseExpression, network: Network, args: Arguments) -> Value:
    given = args.all()
    first = given[0] if given else None
    batch = first.facts.shape.value.dim(0) if isinstance(first, Tensor) and first.facts.shape else None
    shape = Shape((batch, *(None,) * (network.row.rank - 1)))
    sources = merged_sources(*given)
    made = run.source_of(network, sources)
    place = frame.module.place(node)
    return Tensor(Facts(shape=Claim(shape)), made, reason=f"what {network.name} computes is not followed", lost_at=place)
