"""The evaluation: what stands at a place of the code and answers all that is asked of it there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import libcst as cst

from bcelint.contracts.schema import Op
from bcelint.losscall import TOO_MANY
from bcelint.trace.code import assignment, attributes, expressions, functions, libraries, modules, objects, operators, statements
from bcelint.trace.code.explaining import explains
from bcelint.trace.code.hyperparameters import save_by_base
from bcelint.trace.interpreter import Arguments, Value
from bcelint.trace.state.flow import Flow
from bcelint.trace.state.site import Site
from bcelint.trace.torch import declared, declared_calls, layers, losses, operations
from bcelint.trace.torch.recording import mark_trained
from bcelint.trace.values.classes import Class
from bcelint.trace.values.constants import NONE, Const
from bcelint.trace.values.criteria import Criterion
from bcelint.trace.values.externals import External
from bcelint.trace.values.functions import Bound, Function
from bcelint.trace.values.instances import Instance
from bcelint.trace.values.layers import Layer
from bcelint.trace.values.networks import Network
from bcelint.trace.values.unknowns import Unknown


class Evaluation(Site):
    """A place with all that can be done there."""

    __slots__ = ()

    def evaluate(self, node: cst.BaseExpression) -> Value:
        return expressions.evaluate(self, node)

    def named(self, name: str) -> Value:
        return expressions.named(self, name)

    def execute(self, body: cst.CSTNode) -> Flow:
        return statements.execute(self, body)

    def assign(self, target: cst.CSTNode, value: Value) -> None:
        assignment.assign(self, target, value)

    def binary(self, op: str, left: Value, right: Value) -> Value:
        return operators.binary(self, op, left, right)

    def attribute(self, owner: Value, name: str) -> Value:
        return attributes.load(self, owner, name)

    def store(self, owner: Value, name: str, value: Value) -> None:
        attributes.store(self, owner, name, value)

    def setter(self) -> Callable[[Value], None] | None:
        return assignment.setter(self)

    def call(self, callee: Value, args: Arguments) -> Value:
        return self.lift_call(lambda single: self._call_one(single, args), callee)

    def _call_one(self, callee: Value, args: Arguments) -> Value:
        if isinstance(callee, Unknown) and callee.reason == TOO_MANY:
            self.run.dropped.place(self.place, TOO_MANY)  # it may be a criterion
        if isinstance(callee, Const):
            self.excuse()
        return callee.call(self, args)

    def perform(self, callee: Value, args: Arguments) -> Value:
        return _CALLS[type(callee)](self, callee, args)

    def construct_base(self, instance: Value, cls: Value, args: Arguments) -> None:
        assert isinstance(instance, Instance)
        assert isinstance(cls, Class)
        save_by_base(self, instance)
        objects.make_native(self, instance, cls, args)

    def call_declared(self, instance: Value, owner: Value | None, args: Arguments) -> Value | None:
        assert isinstance(instance, Instance)
        return declared.call_object(self, instance, owner if isinstance(owner, Class) else None, args)

    def reset_network(self, network: Value, method: str, args: Arguments) -> None:
        assert isinstance(network, Network)
        declared_calls.reset(self, network, method, args)

    def call_operation(self, row: Op, args: Arguments) -> Value:
        return operations.call_op(self, row, args)

    def operation(self, row: Op | str, bound: Mapping[str, Value]) -> Value:
        return operations.operation(self, row, bound)

    def trained(self, value: Value) -> Value:
        function = self.frame.function
        mark_trained(self.run, value, explains=function is not None and explains(function.node))
        return NONE

    def module_member(self, path: str, name: str) -> Value | None:
        return modules.module_member(self, path, name)

    def module_names(self, path: str) -> Mapping[str, Value]:
        return modules.module_names(self, path)


_CALLS: dict[type[Value], Callable[[Site, Any, Arguments], Value]] = {
    Bound: functions.call,
    Class: objects.construct,
    Criterion: losses.call_criterion,
    External: libraries.call,
    Function: functions.call,
    Layer: layers.call_layer,
    Network: declared_calls.call_network,
}
"""Who knows what a call does that the value itself can't tell."""
