"""``bcelint explain`` and ``bcelint rules``: what the rules are and why."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from bcelint.rules.base import Documented


@click.command()
@click.argument("code")
def explain(code: str) -> None:
    """Say what a rule reports, why that is bad, and how to repair it. CODE may also be a name such as double-sigmoid."""
    from bcelint.rules.documentation import documentation_url

    rule = _find(code)
    text = f"# {rule.code}: {rule.name}\n\n{rule.docs()}\n"
    page = documentation_url(rule.code)
    if page is not None:
        text += f"\nMore: {page}\n"
    if sys.stdout.isatty():
        from rich.console import Console
        from rich.markdown import Markdown

        Console().print(Markdown(text))
    else:
        click.echo(text, nl=False)


@click.command()
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text", show_default=True)
def rules(output_format: str) -> None:
    """List the rules."""
    from bcelint.rules.registry import EVERY_CODE

    if output_format == "json":
        from bcelint.cli.render_json import dump

        rows = [{"code": rule.code, "name": rule.name, "summary": rule.summary, "advice": rule.advice} for rule in EVERY_CODE]
        click.echo(dump(rows))
        return
    width = max(len(rule.name) for rule in EVERY_CODE)
    for rule in EVERY_CODE:
        off = "  (advice: off by default)" if rule.advice else f"  (off by default: {rule.option})" if rule.option else ""
        click.echo(f"{rule.code}  {rule.name:<{width}}  {rule.summary}{off}")


def _find(code: str) -> Documented:
    """The rule of that code or name. Raises ``click.ClickException``, with the nearest one, where there is none."""
    import difflib

    from bcelint.rules.registry import EVERY_CODE

    known = {name: rule for rule in EVERY_CODE for name in (rule.code, rule.name)}
    wanted = code.strip()
    for name, rule in known.items():
        if name.lower() == wanted.lower().replace("_", "-"):
            return rule
    by_lower = {name.lower(): name for name in known}
    near = difflib.get_close_matches(wanted.lower(), by_lower, n=1, cutoff=0.0)
    raise click.ClickException(f"no rule is called {wanted!r}; did you mean {by_lower[near[0]]}?" if near else f"no rule is called {wanted!r}")
