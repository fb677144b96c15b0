"""Calls: what is called, and with which arguments."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from bcelint.trace.code import attributes
from bcelint.trace.code.handed import hand_on, hand_over
from bcelint.trace.code.hyperparameters import is_save, save
from bcelint.trace.code.purity import is_settled
from bcelint.trace.code.raising import first_raised
from bcelint.trace.interpreter import Arguments, Value
from bcelint.trace.python.supers import super_value
from bcelint.trace.state.site import Site
from bcelint.trace.values.choices import alternatives
from bcelint.trace.values.criteria import is_loss
from bcelint.trace.values.externals import External
from bcelint.trace.values.functions import Partial
from bcelint.trace.values.instances import Instance
from bcelint.trace.values.mapped import mapping_of
from bcelint.trace.values.methods import Method
from bcelint.trace.values.supers import Super
from bcelint.trace.values.tuples import sequence_of
from bcelint.trace.values.unknowns import Unknown


def call(at: Site, node: cst.Call) -> Value:
    if isinstance(node.func, cst.Name) and node.func.value == "super" and at.frame.find("super") is None:
        return super_value(at.on(node), node)
    owner: Value | None = None
    if isinstance(node.func, cst.Attribute):
        owner = at.evaluate(node.func.value)
        if isinstance(owner, Instance) and is_save(owner, node.func.attr.value):
            return save(at.on(node), owner, _arguments(at, node))
        callee = attributes.load_callee(at.on(node.func), owner, node.func.attr.value)
    else:
        callee = at.evaluate(node.func)
    if any(not _computes_loss(single) for _, single in alternatives(callee)):
        at.run.other_calls.add(id(node))
    args = _arguments(at, node)
    raised = first_raised(at, args.all())
    if raised is not None:
        return raised
    result = at.on(node).call(callee, args)
    if isinstance(result, Unknown) and isinstance(callee, (External, Method, Unknown)):
        hand_on(at.on(node), args)
        if isinstance(owner, Instance):  # a base that is not seen may fill what it finds
            hand_on(at.on(node), Arguments((owner,)))
        if isinstance(callee, Unknown):  # what a library is known to have leaves the objects of the project alone
            hand_over(at.on(node), args)
    if isinstance(result, Unknown) and is_settled(callee, args):
        return replace(result, opaque=True)
    return result


def _computes_loss(callee: Value) -> bool:
    """Whether it is a loss of torch, however it is handed on: as a method, with arguments, by a class that inherits it."""
    while isinstance(callee, (Method, Partial, Super)):
        callee = callee.function if isinstance(callee, Partial) else callee.receiver
    inner = callee.native if isinstance(callee, Instance) else callee
    return inner is not None and any(is_loss(single) for _, single in alternatives(inner))


def _arguments(at: Site, node: cst.Call) -> Arguments:
    """Evaluate the arguments of a call expression."""
    positional: list[Value] = []
    trailing: list[Value] = []
    keywords: dict[str, Value] = {}
    written: list[cst.BaseExpression] = []
    written_keywords: list[cst.BaseExpression] = []
    open_positional = open_keywords = False
    for arg in node.args:
        value = at.evaluate(arg.value)
        if arg.star == "*":
            content = sequence_of(at.on(arg.value), value)
            (trailing if open_positional else positional).extend(content.items)
            written.extend([] if open_positional else [arg.value] * len(content.items))
            if content.rest is not None:
                open_positional, trailing = True, []
        elif arg.star == "**":
            mapping = mapping_of(at, value)
            if mapping is None or mapping.rest is not None:
                open_keywords = True
            for key, item in (mapping.items if mapping else {}).items():
                keywords[str(key)] = item
                written_keywords.append(arg.value)
        elif arg.keyword is not None:
            keywords[arg.keyword.value] = value
            written_keywords.append(arg.value)
        elif open_positional:
            trailing.append(value)
        else:
            positional.append(value)
            written.append(arg.value)
    nodes = (*written, *written_keywords)
    return Arguments(tuple(positional), keywords, open_positional, open_keywords, nodes=nodes, trailing=tuple(trailing))
