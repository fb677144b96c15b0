"""``python docs/plots.py [CODE…]``: draws what a run of a mistake shows, beside a run of its repair, into ``docs/plots/<code>.svg``.

Each rule whose mistake lets a program train has a fixture ``learning.py`` and beside it the repaired ``learning.fixed.py``. Both are run under
torch as they are; what they print every few steps (``step 20 loss 0.61 accuracy 0.82``) are the points. A program that does not end well,
or prints something else, is an error.
"""

from __future__ import annotations

import hashlib
import io
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from rule_pages import LEARNING, PLOTS, ROOT, folder_of, twin_of

from bcelint.rules.base import Rule
from bcelint.rules.registry import ALL_RULES

Run = list[dict[str, float]]
"""The printed lines of a run: ``step``, ``loss``, and what else is measured."""

STYLES = {"as it stands": ("#d1495b", (4, 1.5)), "repaired": ("#2a9d8f", (1, 0))}
"""Of the two runs: colours that can be told apart on light and dark ground, and dashes for who can't."""

_LINE = re.compile(r"step (?P<step>\d+) loss (?P<loss>\S+) (?P<measure>[a-z]+) (?P<value>\S+)")


def plotted() -> list[Rule]:
    """The rules whose mistake lets a program train."""
    return [rule for rule in ALL_RULES if (folder_of(rule) / LEARNING).exists()]


def runs_of(rule: Rule) -> dict[str, Run]:
    """What the program and its repaired twin print, under the names of ``STYLES``."""
    program = folder_of(rule) / LEARNING
    return dict(zip(STYLES, (run(program), run(twin_of(program)))))


def run(program: Path) -> Run:
    """Runs a program under torch. Raises RuntimeError with what it said where it fails, ValueError where it prints what is no point."""
    done = subprocess.run([sys.executable, str(program)], capture_output=True, encoding="utf-8", check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{program}: {done.stderr.strip()}")
    return [_point(program, line) for line in done.stdout.splitlines()]


def _point(program: Path, line: str) -> dict[str, float]:
    found = _LINE.fullmatch(line)
    if found is None:
        raise ValueError(f"{program} prints {line!r}, which is no point of a plot")
    return {"step": float(found["step"]), "loss": float(found["loss"]), found["measure"]: float(found["value"])}


def caption(runs: dict[str, Run]) -> str:
    """The ends of the curves in words, for who can't see them."""
    ends = {name: ", ".join(f"{key} {value + 0.0:g}" for key, value in points[-1].items() if key != "step") for name, points in runs.items()}
    steps = next(iter(runs.values()))[-1]["step"]
    return f"After {steps:g} steps: " + "; ".join(f"{name}, {end}" for name, end in ends.items()) + "."


def digest(rule: Rule) -> str:
    """Of the texts of both programs, so that a plot of other ones is noticed."""
    program = folder_of(rule) / LEARNING
    return hashlib.sha256(program.read_bytes() + twin_of(program).read_bytes()).hexdigest()[:16]


def svg(runs: dict[str, Run], programs: str) -> str:
    """Loss and measure over the steps, one panel each. ``programs`` is their digest."""
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    spines = {"axes.spines.top": False, "axes.spines.right": False}
    text = {"svg.fonttype": "none", "svg.hashsalt": "bcelint", "font.family": "sans-serif", "font.size": 9}
    with pyplot.rc_context(rc={**spines, **text, "legend.frameon": False, "path.simplify": False}):  # type: ignore[dict-item]
        figure, panels = pyplot.subplots(1, 2, figsize=(7, 2.3), layout="constrained")
        measures = [key for key in next(iter(runs.values()))[0] if key != "step"]
        for panel, measure in zip(panels, measures):
            for name, points in runs.items():
                colour, dashes = STYLES[name]
                panel.plot([p["step"] for p in points], [p[measure] for p in points], color=colour, dashes=dashes, label=name, linewidth=1.8)
            panel.set(title=measure, xlabel="step")
            panel.locator_params(nbins=4)
        panels[1].legend()
        out = io.StringIO()
        figure.savefig(out, format="svg", transparent=True)
        pyplot.close(figure)
    return _for_a_page(out.getvalue(), caption(runs), programs)


def _for_a_page(text: str, title: str, programs: str) -> str:
    """An SVG that can stand in HTML: no prologue, no style sheet, no size of its own, the page's colour and font, numbers of one decimal."""
    viewbox = re.search(r'viewBox="[^"]+"', text)
    assert viewbox is not None
    body = text[text.index(">", text.index("<svg")) + 1 :]
    body = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>|<!--.*?-->|<defs>\s*</defs>", "", body, flags=re.DOTALL)
    body = re.sub(r' ?font-family: [^;"]*;| transform="rotate\(-0 [^"]*"', "", body)
    body = re.sub(r"\d+\.\d{2,}(</text>)?", lambda found: found[0] if found[1] else f"{float(found[0]):.1f}".replace(".0", ""), body)
    body = body.replace("#000000", "currentColor")
    lines = [line.strip() for line in body.splitlines()]
    names = f'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" {viewbox[0]} data-programs="{programs}"'
    head = f'<svg {names} role="img" fill="currentColor" stroke-linejoin="round" font-family="sans-serif">\n<title>{title}</title>'
    return "\n".join([head, *(line for line in lines if line)]) + "\n"


def main(codes: Sequence[str]) -> None:
    unknown = set(codes) - {rule.code for rule in plotted()}
    if unknown:
        sys.exit(f"no rule with a fixture {LEARNING} has the code {', '.join(sorted(unknown))}")
    PLOTS.mkdir(exist_ok=True)
    for rule in plotted():
        if not codes or rule.code in codes:
            runs = runs_of(rule)
            (PLOTS / f"{rule.code}.svg").write_text(svg(runs, digest(rule)), encoding="utf-8")
            print(f"{(PLOTS / rule.code).relative_to(ROOT)}.svg  {caption(runs)}")


if __name__ == "__main__":
    main(sys.argv[1:])
