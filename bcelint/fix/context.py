"""What repairs ask of a project: the files as code, the calls that share a loss, and where its arguments and its name are written."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bcelint.analysis.callsite import CallSite, KnownFacts
from bcelint.contracts import tables
from bcelint.contracts.schema import Loss, Param, TargetForm
from bcelint.finding import Position
from bcelint.fix.code import FUNCTIONS, Code
from bcelint.fix.edits import Draft, Edit, Refusal
from bcelint.fix.named import elsewhere
from bcelint.fix.naming import renamed
from bcelint.fix.scopes import Names

NOT_WRITTEN = Refusal("the argument is not written in the call")
SHARED = Refusal("other losses may be called there too; let the model return what this one wants")
OTHER_TARGETS = Refusal("losses that want other targets are called there too; make the target where the loss is chosen")
OF_CLASSES = (TargetForm.CLASSES, TargetForm.CLASS_INDICES)
ROWS = {row.name: row for row in tables.losses()}


@dataclass(frozen=True)
class Written:
    """An argument as it is written in a call."""

    code: Code
    call: ast.Call
    node: ast.expr


class Context:
    """All call sites that have to do with the findings, and the texts that they were found in."""

    def __init__(self, sites: Sequence[CallSite], text_of: Callable[[str], str], silenced: Callable[[str, Position], bool]) -> None:
        self.sites = sites
        self._text_of = text_of
        self._silenced = silenced
        self._codes: dict[str, Code | None] = {}
        self._by_built: dict[Position, list[CallSite]] = {}
        self._by_inner: dict[Position, list[CallSite]] = {}
        for site in sites:
            if site.is_constructor:
                continue
            self._by_inner.setdefault(site.inner, []).append(site)
            if site.built is not None:
                self._by_built.setdefault(site.built, []).append(site)

    def code(self, path: str) -> Code | None:
        """The file as code, or None where this Python can't parse it."""
        if path not in self._codes:
            try:
                self._codes[path] = Code(path, self._text_of(path))
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                self._codes[path] = None
        return self._codes[path]

    def call(self, at: Position | None) -> tuple[Code, ast.Call] | None:
        """The call that stands at just this place, and its file; None where it is not seen."""
        code = None if at is None else self.code(at.path)
        call = None if code is None else code.call(at)
        return None if code is None or call is None else (code, call)

    def of_call(self, site: CallSite) -> list[CallSite]:
        """What is seen of the very call of torch's loss, in every case and from every caller."""
        return self._by_inner.get(site.inner, [site])

    def serves_others(self, site: CallSite) -> bool:
        """Whether something else may be called there than a loss that is known: it would get what this loss is given."""
        return any(each.serves_others for each in self.of_call(site))

    def has_other_targets(self, site: CallSite) -> bool:
        """Whether a loss is called there, too, that wants class indices where this one wants numbers, or the other way round: what mends the target
        of one spoils the other's.
        """
        return len({ROWS[each.loss].targets.form in OF_CLASSES for each in self.of_call(site) if each.loss in ROWS}) > 1

    def of_loss(self, site: CallSite) -> list[CallSite]:
        """The calls that take part when the loss of this one becomes another: those of its criterion, else of its function call."""
        return self.of_call(site) if site.built is None else self._by_built.get(site.built, [site])

    def all_have(self, site: CallSite, code: str) -> bool:
        """Whether every call of the loss has the same problem, and nobody has silenced it."""
        return all(code in each.codes and not self._silenced(code, each.position) for each in self.of_loss(site))

    # Arguments

    def wrong(self, site: CallSite, name: str, code: str) -> Written | Refusal:
        """The argument ``name`` where no call passes through that is known not to have the problem ``code``, so that nothing right is spoilt."""
        right = [each for each in self.of_call(site) if code not in each.codes and _is_known(each.facts(name))]
        if any(each.position == site.position for each in right):
            return _right_in(next(each.case for each in right if each.position == site.position))
        is_shared = self.serves_others(site)
        return self.argument(site, name, bool(right) or is_shared) or (SHARED if is_shared else NOT_WRITTEN)

    def argument(self, site: CallSite, name: str, only_here: bool = False) -> Written | None:
        """The argument ``name`` (``prediction`` or ``target``) in torch's own call; with ``only_here``, in the outermost one."""
        place = self.call(site.inner)
        if place is None:
            return None
        code, call = place
        row = ROWS[site.loss]
        params = row.call if site.built is not None else row.func
        node = bound(call, params, row.prediction if name == "prediction" else row.target)
        if node is None:
            return None
        inner = Written(code, call, node)
        return self.outer(site, inner) if only_here else inner

    def outer(self, site: CallSite, inner: Written) -> Written | None:
        """Where a wrapper passes its own parameter on: the argument that its caller gives for it."""
        if not isinstance(inner.node, ast.Name) or site.position == site.inner:
            return None
        function = inner.code.scope(inner.node)
        if isinstance(function, ast.Module):
            return None
        place = self.call(site.position)
        if place is None or not Names(inner.code, function).is_parameter(inner.node.id):
            return None
        code, call = place
        params = [arg.arg for arg in (*function.args.posonlyargs, *function.args.args)]
        is_method = isinstance(inner.code.parents.get(function), ast.ClassDef) and params[:1] in (["self"], ["cls"])
        name = function.name if isinstance(function, FUNCTIONS) else _last(getattr(inner.code.parents[function], "targets", [None])[0])
        if _last(call.func) != name and not (is_method and name in ("forward", "__call__")):
            return None
        node = bound(call, tuple(Param(each) for each in (params[1:] if is_method else params)), inner.node.id)
        return None if node is None else Written(code, call, node)

    def misfit(self, site: CallSite) -> Refusal | None:
        """Why torch refuses the call whatever becomes of its values: what else is wrong with it was never meant as it stands."""
        place = None if site.is_constructor else self.call(site.inner)
        if place is None or any(isinstance(each, ast.Starred) for each in place[1].args):
            return None
        row = ROWS[site.loss]
        given, taken = len(place[1].args), len(row.call if site.built is not None else row.func)
        if given <= taken:
            return None
        return Refusal(f"{site.loss} takes {taken} arguments and is given {given}: torch refuses the call; make it one that the loss takes")

    # The loss itself

    def loss_named(self, site: CallSite) -> tuple[Code, ast.expr, ast.Call | None] | Refusal:
        """Where the loss is named: in the constructor or the functional call, which then comes with it, or where either is put into a variable."""
        place = self.call(site.built or site.inner)
        if place is None:
            return Refusal("the place where the loss is named is not seen")
        code, call = place
        row = ROWS[site.loss]
        wanted = row.cls if site.built is not None else row.function
        if code.dotted(call.func) == wanted:
            return code, call.func, call
        named = elsewhere(code, call, wanted or "", site.built is not None)
        if named is not None:
            return code, named, None
        if site.built is not None:
            return Refusal(f"{site.loss} is built through a name that serves others too; exchange it by hand")
        return Refusal("the loss is a function that is passed around; exchange it by hand")

    def exchanged(self, site: CallSite, name: str) -> Draft | Refusal:
        """Edits that make the loss of this call, and of all that share it, the loss ``name``, arguments kept."""
        old, new = ROWS[site.loss], ROWS[name]
        for each in self.of_loss(site):
            trouble = _arguments_lost(each, old, new)
            if trouble:
                return Refusal(trouble)
        named = self.loss_named(site)
        if isinstance(named, Refusal):
            return named
        code, written, call = named
        text, imports = renamed(code, written, new.name if site.built is not None else new.function_name)
        start, end = code.span(written)
        return Draft([Edit(code.path, start, end, text)], imports, {(code.path, start): name}, sure=call is not None)

    def kept(self, site: CallSite) -> dict[tuple[str, int], str]:
        """What a repair takes for granted that leaves the loss of this call as it is."""
        named = self.loss_named(site)
        if isinstance(named, Refusal):
            return {}
        code, written, _ = named
        return {(code.path, code.span(written)[0]): site.loss}


_LONGEST_CASE = 120
"""Characters of a condition that still tell a reader something."""


def _right_in(case: Sequence[str]) -> Refusal:
    when = f" (when {' and '.join(f'`{condition}`' for condition in case)})" if case else ""
    when = when if len(when) <= _LONGEST_CASE else ""
    return Refusal(f"in other cases the same call is right{when}; let the loss get the same kind of values in all of them")


def _is_known(facts: KnownFacts) -> bool:
    return facts.kind is not None or facts.low is not None


def _arguments_lost(site: CallSite, old: Loss, new: Loss) -> str:
    params, others = (old.init, new.init) if site.built is not None else (old.func, new.func)
    common = [a.name for a, b in zip(params, others) if a.name == b.name]
    for name in (*site.options, *site.unknown_keywords):
        if name not in common and name not in {param.name for param in others}:
            return f"{new.name if site.built is not None else new.function_name} has no argument {name}"
    return ""


def _last(node: ast.AST | None) -> str | None:
    """``step`` of ``step`` and ``self.step``."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else None


def bound(call: ast.Call, params: Sequence[Param], name: str) -> ast.expr | None:
    """The argument of a call that is bound to the parameter ``name``; None where it is not written there."""
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    index = next((i for i, param in enumerate(params) if param.name == name), None)
    if index is None or index >= len(call.args) or any(isinstance(each, ast.Starred) for each in call.args[: index + 1]):
        return None
    return call.args[index]
