"""Conditions on one thing that are written in many ways: held against sample values, where no rule relates them.

``not name.endswith("_logits")`` and ``name[-7:] == "_logits"``: of the texts that the conditions themselves speak of, and of some made of
these, there is none for which both are so. Then the case is taken for none: it can only make a finding go away.
"""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from bcelint.trace.conditions.atoms import COMPARE, AnyOf, Atom, Guard, Literal, atoms_of
from bcelint.trace.conditions.expressions import NotKnown, value_of

MAX_SAMPLES = 400
MAX_TEXT = 200
NUMBERS = (*range(13), 16, 32, 64, 100, 1000)
SHAPES = [shape for rank in range(1, 6) for shape in itertools.product((1, 3), repeat=rank)]
JOINERS = ("", "_", "-", "+", ",", "/", " ", ".")
OTHERS = ("", "other", "Other")
_BASE = re.compile(r"(#\d+|.*:args\.\w+(?:@\d+)?)((?:\.|\[).*)?")
"""A symbol: what it is about, and what is asked of that."""
OPTION = re.compile(r"[^\s()]*:args\.\w+(?:@\d+)?")
"""In a symbol of something computed: an option that it is computed of."""
_NAME = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")


@dataclass(frozen=True)
class _Asked:
    """A condition as an expression on one thing. It is so where a comparison of the value is, or (``op`` is "") where the value is true."""

    root: str
    tree: ast.expr
    op: str = ""
    operand: Any = None
    truth: bool = True

    def is_so(self, sample: Any) -> bool:
        value = value_of(self.tree, sample)
        try:
            return bool(COMPARE[self.op](value, self.operand) if self.op else value) == self.truth
        except TypeError as error:
            raise NotKnown from error


def has_sample(guard: Guard) -> bool:
    """Whether, for each thing that several conditions are about, there is a value for which they all are as they should be. True where
    that can't be told."""
    atoms = list(atoms_of(guard))
    if len(atoms) < 2:
        return True
    same = _same_things(atoms)
    by_root: dict[str, list[Literal]] = {}
    for literal in _left(guard):
        roots = {asked.root if asked else "" for asked in (_asked(atom, same) for atom in atoms_of([literal]))}
        if len(roots) == 1 and "" not in roots:
            by_root.setdefault(roots.pop(), []).append(literal)
    return all(_some_fits(literals, same) for literals in by_root.values() if len(literals) > 1)


def are_sampled_together(one: Atom, other: Atom, every: list[Atom]) -> bool:
    """Whether two of several conditions are held against the same samples."""
    same = _same_things(every)
    first, second = _asked(one, same), _asked(other, same)
    return first is not None and second is not None and first.root == second.root


def _left(guard: Guard) -> Iterator[Literal]:
    """The conditions, without the choices that the others rule out."""
    for literal in guard:
        if not isinstance(literal, AnyOf):
            yield literal
            continue
        left = [choice for choice in literal.choices if not any(isinstance(part, Atom) and part.negated() in guard for part in choice)]
        if len(left) == 1:
            yield from left[0]
        else:
            yield literal


def _same_things(atoms: list[Atom]) -> dict[str, str]:
    """What names in the code stand for, by the symbols of the conditions in which they stand."""
    found: dict[str, str] = {}
    for atom in atoms:
        base, name = _BASE.fullmatch(atom.symbol), _root(atom.text())
        if base is not None and name and base[1].rpartition(".")[2].partition("@")[0] == name.rpartition(".")[2]:
            found[name] = base[1]
    computed: dict[str, set[str]] = {}
    for atom in atoms:
        name = _root(atom.text())
        if name and name not in found:
            computed.setdefault(name, set()).add(_computed_of(atom, name))
    return {**found, **{name: next(iter(things)) for name, things in computed.items() if len(things) == 1 and "" not in things}}


def _computed_of(atom: Atom, name: str) -> str:
    """The option that a name in a condition stands for, where the text computes of it what the symbol says; "" where it does not."""
    things = set(OPTION.findall(atom.symbol))
    if len(things) != 1:
        return ""
    (thing,) = things
    said, written = _parsed(atom.symbol.replace(thing, "_"), "_"), _parsed(atom.text(), name)
    sides = [written, written.left] if isinstance(written, ast.Compare) else [written]
    return thing if said is not None and any(side is not None and ast.dump(side) == ast.dump(said) for side in sides) else ""


def _asked(atom: Atom, same: dict[str, str]) -> _Asked | None:
    base = _BASE.fullmatch(atom.symbol)
    is_plain = base is not None and base[1].startswith("#") and not base[2]
    if base is not None and not is_plain and atom.op in COMPARE and atom.op not in ("isinstance", "issubclass"):
        tree = _parsed(f"_{base[2] or ''}", "_")
        if tree is not None:
            return _Asked(base[1], tree, atom.op, atom.operand, atom.truth)
    root = _root(atom.text())
    tree = _parsed(atom.text(), root) if root else None
    return None if tree is None or root is None else _Asked(same.get(root, root), tree, truth=atom.truth == atom.reads)


def _some_fits(literals: list[Literal], same: dict[str, str]) -> bool:
    atoms = list(atoms_of(literals))
    texts = {atom.text() for atom in atoms} | {repr(atom.operand) for atom in atoms if isinstance(atom.operand, (str, int, float, tuple))}
    told = False
    asked = {atom: _asked(atom, same) for atom in atoms}
    for sample in _values_of(atoms) or _tried(tuple(sorted(texts))):
        found = [_is_so(literal, sample, asked) for literal in literals]
        if all(found):
            return True
        told = told or None not in found  # a sample of another type tells nothing
    return not told


def _values_of(atoms: list[Atom]) -> tuple[Any, ...]:
    """All values that the thing itself may have, where they are known."""
    return next((atom.domain for atom in atoms if atom.domain and (base := _BASE.fullmatch(atom.symbol)) is not None and not base[2]), ())


def _tried(texts: tuple[str, ...]) -> Iterable[Any]:
    samples = _samples(texts)
    if _is_compared_with_a_text(texts):
        return filter(_is_text, samples)
    return filter(_is_number, samples) if _is_about_a_number(texts) else samples


def _is_text(sample: Any) -> bool:
    return sample is None or isinstance(sample, str)


@lru_cache(maxsize=500)
def _is_compared_with_a_text(texts: tuple[str, ...]) -> bool:
    """Whether a thing is asked to be equal to a text somewhere: then it is one, or None, and no list."""
    trees = [tree for text in texts for tree in ast.walk(_expression(text) or ast.Tuple([], ast.Load()))]
    equal = [node for node in trees if isinstance(node, ast.Compare) and isinstance(node.ops[0], (ast.Eq, ast.NotEq))]
    plain = [node for node in equal if isinstance(node.left, (ast.Attribute, ast.Name)) and len(node.ops) == 1]
    return any(isinstance(node.comparators[0], ast.Constant) and isinstance(node.comparators[0].value, str) for node in plain)


def _is_number(sample: Any) -> bool:
    return isinstance(sample, (int, float))


@lru_cache(maxsize=500)
def _is_about_a_number(texts: tuple[str, ...]) -> bool:
    """Whether a thing is compared with numbers, and with nothing else: then it is taken for one."""
    nodes = [node for text in texts for node in ast.walk(_expression(text) or ast.Tuple([], ast.Load()))]
    constants = [node.value for node in nodes if isinstance(node, ast.Constant)]
    others = any(isinstance(node, (ast.Call, ast.Subscript, ast.JoinedStr, ast.In, ast.NotIn)) for node in nodes)
    return bool(constants) and not others and all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in constants)


def _is_so(literal: Literal, sample: Any, asked: Mapping[Atom, _Asked | None]) -> bool | None:
    """Whether it is so for a sample; None where it is not known, as of a sample of another type."""
    if isinstance(literal, AnyOf):
        choices = [[_is_so(part, sample, asked) for part in choice] for choice in literal.choices]
        return True if any(map(all, choices)) else None if any(None in choice and False not in choice for choice in choices) else False
    question = asked[literal]
    try:
        return None if question is None else question.is_so(sample)
    except NotKnown:
        return None


@lru_cache(maxsize=2_000)
def _root(text: str) -> str | None:
    """The one name that an expression hangs on, methods left aside; None where there are several, or it is no such expression."""
    tree = _expression(text)
    if tree is None:
        return None
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    found: set[str] = set()
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Attribute) and id(node) in called:
            waiting.append(node.value)
        elif isinstance(node, (ast.Attribute, ast.Name)):
            if id(node) not in called:
                found.add(ast.unparse(node))
        else:
            waiting += ast.iter_child_nodes(node)
    found.discard("re")
    return next(iter(found)) if len(found) == 1 and _NAME.fullmatch(next(iter(found))) else None


def _expression(text: str) -> ast.expr | None:
    try:
        return ast.parse(text, mode="eval").body if len(text) <= MAX_TEXT else None
    except (SyntaxError, ValueError):
        return None


@lru_cache(maxsize=2_000)
def _parsed(text: str, root: str) -> ast.expr | None:
    """The expression with the sample in the place of the root."""
    tree = _expression(text)
    return None if tree is None else _Filled(root).visit(tree)


class _Filled(ast.NodeTransformer):
    def __init__(self, root: str) -> None:
        self.root = root

    def visit(self, node: ast.AST) -> Any:
        if isinstance(node, (ast.Attribute, ast.Name)) and ast.unparse(node) == self.root:
            return ast.Name(id="", ctx=ast.Load())
        return super().visit(node)


def _parts_looked_for(tree: ast.expr) -> Iterator[Any]:
    """The texts that are looked for in another one: ``"bce" in name``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], (ast.In, ast.NotIn)) and isinstance(node.left, ast.Constant):
            yield node.left.value


@lru_cache(maxsize=500)
def _samples(texts: tuple[str, ...]) -> tuple[Any, ...]:
    """What the conditions speak of, and what can be made of it."""
    words: dict[str, None] = {}
    numbers: dict[float, None] = dict.fromkeys(NUMBERS)
    trees = [tree for tree in map(_expression, texts) if tree is not None]
    for node in itertools.chain.from_iterable(map(ast.walk, trees)):
        value = node.value if isinstance(node, ast.Constant) else None
        if isinstance(value, str):
            words.update(dict.fromkeys((value, value.strip("_-+./ "), *re.findall(r"[A-Za-z0-9]+", value))))
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            numbers.update(dict.fromkeys((value, 2 * value, *(value + more for more in range(-2, 13) if value + more >= 0))))
    made = dict.fromkeys((*words, *OTHERS))
    parts = {part for tree in trees for part in _parts_looked_for(tree)}
    for first, second in itertools.product([*made], repeat=2):
        if first != second and first in parts and second in parts:
            continue  # a name that has both in it stands nowhere: it is the author's "one or the other"
        made.update(dict.fromkeys(first + joiner + second for joiner in JOINERS))
        if len(made) > MAX_SAMPLES:
            break
    cased = [changed for word in words for changed in (word.upper(), word.lower(), word.capitalize())]
    lists = [list(chosen) for count in range(3) for chosen in itertools.combinations([*words][:6], count)]
    return (*numbers, *made, *cased, None, True, False, *lists, *SHAPES)
