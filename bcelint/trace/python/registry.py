"""What is done when a function outside of the project is called, by its name."""

from __future__ import annotations

from collections.abc import Callable

from bcelint.trace.interpreter import Arguments, Value
from bcelint.trace.state.site import Site

Handler = Callable[[Site, Arguments], Value]


class Handlers(dict[str, Handler]):
    """Handlers by name; as a decorator, ``@handlers("list", "set")``, it takes one in."""

    def __call__(self, *names: str) -> Callable[[Handler], Handler]:
        def register(function: Handler) -> Handler:
            self.update(dict.fromkeys(names, function))
            return function

        return register
