"""Statements, in order."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import libcst as cst
import libcst.matchers as m

from bcelint.trace.code import loops, matching, subscripts
from bcelint.trace.code.asserting import confine, taken_apart
from bcelint.trace.code.branches import asked_again, branch
from bcelint.trace.code.contexts import with_statement
from bcelint.trace.code.definitions import define_class, define_function
from bcelint.trace.code.imports import import_from, import_names
from bcelint.trace.code.leaving import go_on_in_the_rest
from bcelint.trace.code.operators import BINARY
from bcelint.trace.code.raising import end_program, raises
from bcelint.trace.code.rounds import decided
from bcelint.trace.code.trying import try_statement
from bcelint.trace.conditions.asking import without_opaque
from bcelint.trace.conditions.joining import either, two_sides
from bcelint.trace.interpreter import Value
from bcelint.trace.python.deleting import delete_attribute
from bcelint.trace.state.flow import Flow
from bcelint.trace.state.site import Site
from bcelint.trace.state.truth import split
from bcelint.trace.values.cells import Cell
from bcelint.trace.values.choices import alternatives
from bcelint.trace.values.constants import NONE
from bcelint.trace.values.specials import or_else

_END_OF_LOOP = m.Raise(exc=m.Name("StopIteration") | m.Call(func=m.Name("StopIteration")))
"""What an iterator raises after its last item."""


def execute(at: Site, body: Any) -> Flow:
    """Execute the statements of a suite or module; of an ``else``, which may be another ``if``."""
    if isinstance(body, cst.If):
        return _statement(at, body)
    return block(at, body.body if isinstance(body, cst.Else) else body)


def block(at: Site, node: Any) -> Flow:
    return _in_order(at, node.body)


def _in_order(at: Site, statements: Sequence[Any]) -> Flow:
    for number, statement in enumerate(statements, 1):
        before, met = at.state.path, len(at.frame.left)
        flow = _statement(at, statement)
        if flow is not Flow.NEXT:
            return flow
        if len(at.frame.left) > met and number < len(statements):
            rest = functools.partial(_in_order, at, statements[number:])
            return go_on_in_the_rest(at.on(statement), before, at.frame.left[met:], rest)
    return Flow.NEXT


def _statement(at: Site, node: Any) -> Flow:
    at.run.step()
    at.frame.statement_path = at.state.path
    if at.run.recorder is not None:
        at.run.recorder.statement(at.frame, node, at.state.path, at.loop, at.as_it_is)
    handler = _STATEMENTS.get(type(node))
    return handler(at, node) if handler is not None else Flow.NEXT


def _line(at: Site, node: cst.SimpleStatementLine) -> Flow:
    return block(at, node)


def _expression(at: Site, node: cst.Expr) -> Flow:
    return Flow.RAISE if raises(at, at.evaluate(node.value)) else Flow.NEXT


def _assign(at: Site, node: cst.Assign) -> Flow:
    value = at.evaluate(node.value)
    if raises(at, value):
        return Flow.RAISE
    for target in node.targets:
        at.assign(target.target, value)
        taken_apart(at, target.target, node.value)
    return Flow.NEXT


def _annotated(at: Site, node: cst.AnnAssign) -> Flow:
    if node.value is not None:
        at.assign(node.target, at.evaluate(node.value))
    return Flow.NEXT


def _augmented(at: Site, node: cst.AugAssign) -> Flow:
    old = at.evaluate(node.target)
    right = at.evaluate(node.value)
    op = BINARY[type(node.operator)]
    if not any(isinstance(single, Cell) for _, single in alternatives(old)):
        at.assign(node.target, at.written_into(old, at.on(node).binary(op, old, right)))
        return Flow.NEXT

    def one(single: Value) -> Value:
        changed = single.augmented(at.on(node.value), op, right) if isinstance(single, Cell) else None
        return or_else(at, changed, lambda: at.on(node).binary(op, single, right))

    after = at.lift_call(one, old)
    if after.key() != old.key():
        at.assign(node.target, at.written_into(old, after))
    return Flow.NEXT


def _return(at: Site, node: cst.Return) -> Flow:
    value = NONE if node.value is None else at.evaluate(node.value)
    if raises(at, value):
        return Flow.RAISE
    at.frame.returns.append((at.state.path, value))
    return Flow.RETURN


def _raise(at: Site, node: cst.Raise) -> Flow:
    at.frame.may_not_raise = True
    if not m.matches(node, _END_OF_LOOP):
        end_program(at, at.state.path)
    return Flow.RAISE


def _break(at: Site, node: cst.Break) -> Flow:
    return Flow.BREAK


def _continue(at: Site, node: cst.Continue) -> Flow:
    return Flow.CONTINUE


def _assert(at: Site, node: cst.Assert) -> Flow:
    true, false = split(at.on(node.test), at.evaluate(node.test))
    for case in false:
        end_program(at, at.state.path | case)
    if not true:
        at.frame.may_not_raise = True
        return Flow.RAISE
    guard = either(true)
    at.state.path = at.state.path | without_opaque(guard)
    confine(at, node.test, guard)
    return Flow.NEXT


def _delete(at: Site, node: cst.Del) -> Flow:
    targets = [element.value for element in node.target.elements] if isinstance(node.target, cst.Tuple) else [node.target]
    for target in targets:
        if isinstance(target, cst.Subscript):
            subscripts.delete(at, target)
        elif isinstance(target, cst.Attribute):
            delete_attribute(at, at.evaluate(target.value), target.attr.value)
    return Flow.NEXT


def _global(at: Site, node: cst.Global) -> Flow:
    at.frame.global_names.update(item.name.value for item in node.names)
    return Flow.NEXT


def _nonlocal(at: Site, node: cst.Nonlocal) -> Flow:
    at.frame.outer_names.update(item.name.value for item in node.names)
    return Flow.NEXT


def _if(at: Site, node: cst.If) -> Flow:
    if at.frame is at.frame.globals and _is_main_test(node.test):
        module = at.run.modules.get(at.frame.code.path)
        if module is not None and node not in module.main_blocks:
            module.main_blocks.append(node)
        return Flow.NEXT
    true, false = (asked_again(at.state.path, side) for side in split(at.on(node.test), at.evaluate(node.test)))
    if at.run.recorder is not None:
        at.run.recorder.test(at.frame, node, bool(true), bool(false))
    decided(at, node.test, true, false)
    for side, suite in ((true, node.body), (false, node.orelse)):
        if not side:
            at.run.dead.skip(at.frame.code.path, suite)
        elif suite is not None:
            at.run.dead.enter(suite)
    true, false = two_sides(true, false)
    options: list[tuple[Any, Any]] = [*((guard, node.body) for guard in true), *((guard, node.orelse) for guard in false)]
    before = at.state.path
    flow = branch(at, options)
    if flow is Flow.NEXT and _raises(node.body):
        confine(at, node.test, at.state.path - before)
        at.state.path = before | without_opaque(at.state.path - before)
    return flow


def _raises(body: cst.BaseSuite) -> bool:
    """Whether a suite ends in ``raise``."""
    last = body.body[-1] if body.body else None
    return isinstance(last, cst.SimpleStatementLine) and isinstance(last.body[-1], cst.Raise)


def _is_main_test(test: cst.BaseExpression) -> bool:
    if not isinstance(test, cst.Comparison) or len(test.comparisons) != 1:
        return False
    sides = (test.left, test.comparisons[0].comparator)
    return isinstance(test.comparisons[0].operator, cst.Equal) and any(isinstance(s, cst.Name) and s.value == "__name__" for s in sides)


def _match(at: Site, node: cst.Match) -> Flow:
    return branch(at, matching.options(at, node))


def _then_next(function: Callable[[Site, Any], None]) -> Callable[[Site, Any], Flow]:
    """A statement after which the next one follows."""

    def statement(at: Site, node: Any) -> Flow:
        function(at, node)
        return Flow.NEXT

    return statement


_STATEMENTS: dict[type, Callable[[Site, Any], Flow]] = {
    cst.SimpleStatementLine: _line,
    cst.Expr: _expression,
    cst.Assign: _assign,
    cst.AnnAssign: _annotated,
    cst.AugAssign: _augmented,
    cst.Return: _return,
    cst.Raise: _raise,
    cst.Break: _break,
    cst.Continue: _continue,
    cst.Assert: _assert,
    cst.Del: _delete,
    cst.Global: _global,
    cst.Nonlocal: _nonlocal,
    cst.If: _if,
    cst.For: loops.for_loop,
    cst.While: loops.while_loop,
    cst.With: with_statement,
    cst.Try: try_statement,
    cst.TryStar: try_statement,
    cst.Match: _match,
    cst.FunctionDef: _then_next(define_function),
    cst.ClassDef: _then_next(define_class),
    cst.Import: _then_next(import_names),
    cst.ImportFrom: _then_next(import_from),
}
