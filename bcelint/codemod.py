"""The codemod for users of LibCST: ``python -m libcst.tool codemod -x bcelint.codemod.FixLosses PATH``.

The same engine as ``bcelint fix``. LibCST hands out one file at a time, so only repairs that lie in that file alone are made.
"""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING

import libcst as cst
from libcst.codemod import CodemodCommand, CodemodContext, SkipFile

from bcelint.analysis import session
from bcelint.analysis.cache import default_cache
from bcelint.config import Settings
from bcelint.silence.baselines import BadBaseline, Baseline, chosen, load

if TYPE_CHECKING:
    from collections.abc import Sequence


class FixLosses(CodemodCommand):
    """Repair the losses of one file."""

    DESCRIPTION = "Repair loss-function misuse in PyTorch code, as `bcelint fix` does."

    def __init__(
        self,
        context: CodemodContext,
        unsafe: bool = False,
        advice: bool = False,
        select: Sequence[str] | None = None,
        baseline: Baseline | None = None,
    ) -> None:
        super().__init__(context)
        self.unsafe = unsafe
        self.baseline = baseline
        session.choose_rules(select)
        self.settings = Settings(select, advice=advice or None)

    @staticmethod
    def add_args(arg_parser: argparse.ArgumentParser) -> None:
        arg_parser.add_argument("--unsafe", action="store_true", help="also make repairs that are a judgement")
        arg_parser.add_argument("--advice", action="store_true", help="also change code that is right but could be better")
        arg_parser.add_argument("--select", action="append", metavar="CODE", help="only this rule (may be given again)")
        arg_parser.add_argument("--baseline", type=_loaded, metavar="FILE", help="leave alone what this file holds")

    def transform_module_impl(self, tree: cst.Module) -> cst.Module:
        """The tree of the repaired text; the same tree where there is nothing to repair."""
        from bcelint.fix.engine import fixes

        if self.context.filename is None:
            raise SkipFile("no file name")
        path = os.path.abspath(self.context.filename)
        text = tree.code
        overlay, only = {path: text}, lambda other: other == path
        baseline = self.baseline or chosen(None, self.settings, path)
        found = fixes([path], self.settings, self.unsafe, 1, cache=default_cache(), overlay=overlay, only=only, baseline=baseline)
        for trouble in found.trouble:
            self.warn(str(trouble))
        for left in found.left:
            self.warn(f"{left.finding.position.line}: {left.finding.code} {left.why}")
        return cst.parse_module(found.after[path], config=tree.config_for_parsing) if path in found.after else tree


def _loaded(path: str) -> Baseline:
    try:
        return load(path)
    except BadBaseline as error:
        raise argparse.ArgumentTypeError(str(error)) from None
