"""``self.save_hyperparameters()`` of Lightning's modules: what the constructor is given is kept in ``self.hparams`` (Lightning's docs)."""

from __future__ import annotations

from dataclasses import replace

from bcelint.contracts import frameworks
from bcelint.trace.interpreter import Arguments, Value
from bcelint.trace.state.frames import Frame
from bcelint.trace.state.site import Site
from bcelint.trace.values.constants import NONE
from bcelint.trace.values.dicts import DictCell, new_dict
from bcelint.trace.values.functions import Function
from bcelint.trace.values.instances import HYPERPARAMETERS, KEPT_BY_BASE, Instance
from bcelint.trace.values.mapped import Mapped, mapping_of, overlaid
from bcelint.trace.values.options import Namespace
from bcelint.trace.values.plain import constants_of

SAVE = "save_hyperparameters"


def is_save(owner: Value | None, name: str) -> bool:
    """Whether a call of this method is Lightning's, by an object of the project with a base from outside."""
    return name == SAVE and isinstance(owner, Instance) and owner.cls.member(SAVE) is None and owner.is_open()


def save(at: Site, owner: Instance, args: Arguments) -> Value:
    """Keep what the constructors that run here were given: all of it, what is named, or one thing that holds it."""
    content = _given(at, owner)
    names = [value.constant for value in args.positional]
    things = [value for value in args.positional if not isinstance(value.constant, str)]
    if len(things) == 1:
        held = things[0]
        content = Mapped(dict(held.fields)) if isinstance(held, Namespace) else mapping_of(at, held)
    elif names and content is not None:
        content = Mapped({name: content.items[name] for name in names if name in content.items}, content.rest)
    if content is None or len(things) > 1:
        at.write(owner, HYPERPARAMETERS, at.unknown("hyperparameters that are not followed"))
        return NONE
    ignored = () if things else _texts(args.keywords.get("ignore", NONE))
    content = replace(content, items={name: value for name, value in content.items.items() if name not in ignored})
    before = owner.fields.get(HYPERPARAMETERS)
    if isinstance(before, DictCell) and isinstance(before.content, Mapped):
        content = overlaid(at, before.content, content)
    at.write(owner, HYPERPARAMETERS, new_dict(content))
    return NONE


def save_by_base(at: Site, owner: Instance) -> None:
    """Remember what the constructors that run here were given, where a base that is not seen is constructed: it may keep them."""
    content = None if owner.cls.sees_all_bases(frameworks.PLAIN_BASES | frameworks.MODULE_BASES) else _given(at, owner)
    if content is not None:
        rest = content.rest or at.unknown("further hyperparameters")
        at.write(owner, KEPT_BY_BASE, new_dict(replace(content, rest=rest)))


def _given(at: Site, owner: Instance) -> Mapped | None:
    """The arguments of the constructors of the object that run here, those of a subclass over those of its base; None where none runs."""
    given: Mapped | None = None
    frame: Frame | None = at.frame.outside()
    while frame is not None:
        if frame.function is not None and frame.function.name == "__init__" and _receiver(frame.function, frame) is owner:
            arguments = _arguments_of(at, frame, frame.function)
            given = arguments if given is None else overlaid(at, given, arguments)
        elif given is not None:
            break
        frame = frame.caller
    return given


def _receiver(function: Function, frame: Frame) -> Value | None:
    params = [*function.node.params.posonly_params, *function.node.params.params]
    return frame.fields.get(params[0].name.value) if params else None


def _arguments_of(at: Site, frame: Frame, function: Function) -> Mapped:
    params = function.node.params
    named = [param.name.value for param in (*params.posonly_params, *params.params, *params.kwonly_params)][1:]
    content = Mapped({name: frame.fields[name] for name in named if name in frame.fields})
    if params.star_kwarg is None:
        return content
    more = mapping_of(at, frame.fields.get(params.star_kwarg.name.value, NONE))
    return overlaid(at, content, more or Mapped({}, at.unknown("further keyword arguments", opaque=True)))


def _texts(value: Value) -> tuple[object, ...]:
    found = value.constant if isinstance(value.constant, str) else constants_of(value)
    return (found,) if isinstance(found, str) else tuple(found) if isinstance(found, (tuple, list)) else ()
