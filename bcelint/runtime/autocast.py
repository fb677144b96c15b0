"""What a program asks of CUDA autocast. Without a GPU torch warns and leaves it off, and the program is as wrong as with one."""

from __future__ import annotations

import sys
from typing import Any
from weakref import WeakKeyDictionary

import torch

from bcelint.places import FixedPlace
from bcelint.runtime import frames


class CudaAutocast:
    """From its making to ``end``, follows the ``torch.autocast`` contexts that the program enters."""

    def __init__(self) -> None:
        self._cls: Any = torch.autocast
        self._methods = {name: getattr(self._cls, name) for name in ("__init__", "__enter__", "__exit__")}
        self._asked: WeakKeyDictionary[Any, FixedPlace | None] = WeakKeyDictionary()
        self._entered: list[FixedPlace | None] = []
        self._replace()

    @property
    def place(self) -> FixedPlace | None:
        """Where the CUDA autocast was made that holds now; None where it is off."""
        return self._entered[-1] if self._entered else None

    def end(self) -> None:
        for name, method in self._methods.items():
            setattr(self._cls, name, method)

    def _replace(self) -> None:
        init, enter, leave = self._methods.values()

        def __init__(context: Any, device_type: str, dtype: Any = None, enabled: bool = True, *args: Any, **kwargs: Any) -> None:
            init(context, device_type, dtype, enabled, *args, **kwargs)
            if torch.device(device_type).type == "cuda":
                user = frames.nearest(sys._getframe(1))
                self._asked[context] = frames.place(user) if enabled and user is not None else None

        def __enter__(context: Any) -> Any:
            result = enter(context)
            self._entered.append(self._asked.get(context, self.place))
            return result

        def __exit__(context: Any, *error: Any) -> Any:
            if self._entered:
                self._entered.pop()
            return leave(context, *error)

        for method in (__init__, __enter__, __exit__):
            setattr(self._cls, method.__name__, method)
