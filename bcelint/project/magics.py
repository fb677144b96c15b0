"""What IPython adds to Python in the cells of a notebook: magics, shell commands, help, prompts. They are put out of the way, each in its place.

Where IPython looks for them is said in its ``IPython.core.inputtransformer2``: at the beginning of a statement, behind the first ``=`` of one, and
at its end; never in strings, comments and brackets. Like IPython this asks Python's own tokenizer where these are.
"""

from __future__ import annotations

import re
import tokenize

from bcelint.project.parse import reason_against
from bcelint.project.source import Source

_PYTHON_CELLS = frozenset("capture debug memit prun time timeit".split())
"""The cell magics (https://ipython.readthedocs.io/en/stable/interactive/magics.html; ``memit``: memory_profiler) whose cell is run as Python here."""

_RUNNING = {"time": "", "timeit": "nprv", "prun": "DTls", "memit": "irt", "mprun": "Tf", "lprun": "DTfmuz"}
"""The line magics that run the statement behind their options (the last three: memory_profiler, line_profiler), and which options take a value."""

AUTOMATIC = frozenset(
    """
    alias alias_magic autoawait autocall automagic autosave bookmark cat cd clear code_wrap colors conda config connect_info cp debug dhist dirs
    doctest_mode ed edit env gui hist history killbgscripts ldir less lf lk ll load load_ext loadpy logoff logon logstart logstate logstop ls lsmagic
    lx macro magic mamba man matplotlib micromamba mkdir more mv notebook page pastebin pdb pdef pdoc pfile pinfo pinfo2 pip popd pprint precision
    prun psearch psource pushd pwd pycat pylab qtconsole quickref recall rehashx reload_ext rep rerun reset reset_selective rm rmdir run save sc
    set_env subshell sx system tb time timeit unalias unload_ext uv who who_ls whos xdel xmode
""".split()
)
"""The line magics of IPython and Jupyter, which need no ``%`` in a cell of one line (``%automagic``)."""

_CELL_MAGIC = re.compile(r"[ \t]*%%(?!\w+\?)(\S*)")
_OPTION = r"[ \t]+(?:-[{0}][ \t]*[^\s-]\S*|-(?![{0}])\w+|--[\w-]+)"
_RUN = re.compile(
    r"(?P<indent>[ \t]*)%?(?:" + "|".join(f"{name}(?:{_OPTION.format(taking or '.')})*" for name, taking in _RUNNING.items()) + r")[ \t]+(?=[^\s-])"
)
_ESCAPED = ("%", "!", "?", ",", ";", "/")
"""What a statement starts with that IPython reads: magics, the shell, help, and calls without parentheses."""
_HELP = re.compile(r"(?!\d)[\w*]+(?:\.(?!\d)[\w*]+|\[-?\d+\])*\?{1,2}$")
_NAME = re.compile(r"[ \t]*[^\W\d]")
_FIRST_WORD = re.compile(r"\s*([^\W\d]\w*)[ \t]+\S")
_FIRST_PROMPT = re.compile(r"[ \t]*>>>(?: |$)| ?(?:\[(?:nav|ins)\] )?In \[\d+\]: ")
_PROMPT = re.compile(r"[ \t]*(?:>>>|\.\.\.)(?: |$)| ?(?:\[(?:nav|ins)\] )?In \[\d+\]: |[ \t]*\.{3,}: ?")


def without_prompts(cell: str) -> str:
    """A cell into which a session was pasted, with blanks for its prompts: ``>>>`` and ``In [3]:``."""
    lines = cell.split("\n")
    first = next((line for line in lines if line.strip()), "")
    if _FIRST_PROMPT.match(first) is None:
        return cell
    return "\n".join(_PROMPT.sub(lambda prompt: " " * len(prompt[0]), line, count=1) if _PROMPT.match(line) else line for line in lines)


def without_magics(cell: str) -> str:
    """The Python of a cell. What IPython reads itself is replaced, so that lines and columns of the rest stay; "" where the whole cell is its own.

    The body of ``%%time`` is Python and that of ``%%bash`` is not; ``%time f(x)`` runs ``f(x)``; ``files = !ls`` binds something unknown.
    """
    lines = cell.split("\n")
    at = 0
    while at < len(lines):
        magic = _CELL_MAGIC.match(lines[at])
        if magic is None and lines[at].strip():
            break
        if magic is not None:
            if magic[1] not in _PYTHON_CELLS:
                return ""
            lines[at] = ""
        at += 1
    if sum(bool(line.strip()) for line in lines[at:]) == 1:
        word = _FIRST_WORD.match(lines[at])
        if word is not None and word[1] in AUTOMATIC and reason_against(Source("", lines[at].strip(), "")):
            _replace_command(lines, at)
    while at < len(lines):
        code = lines[at].lstrip()
        if code.startswith(_ESCAPED):
            at = _replace_command(lines, at)
        elif not code or code.startswith("#"):
            at += 1
        else:
            at = _replace_in_statement(lines, at)
    return "\n".join(lines)


def _replace_command(lines: list[str], at: int) -> int:
    """Replace the command that begins in a line; returns the line behind it."""
    end = _end(lines, at)
    lines[at:end] = _ran(lines[at:end]) or _nothing(lines, at, end)
    return end


def _ran(lines: list[str]) -> list[str] | None:
    """The simple statement that a command runs, in its place."""
    match = _RUN.match(lines[0])
    if match is None:
        return None
    indent = match["indent"]
    ran = [indent + "0".ljust(match.end() - len(indent) - 1) + ";" + lines[0][match.end() :], *lines[1:]]
    _replace_in_statement(ran, 0)
    code = "\n".join(ran).strip()
    return None if code == "pass" or reason_against(Source("", code, "")) else ran


def _replace_in_statement(lines: list[str], at: int) -> int:
    """Replace what IPython reads of the statement that begins in a line of Python; returns the line behind what was seen."""
    rest = (lines[number] + "\n" for number in range(at, len(lines)))
    depth = 0
    before, first = "", True
    try:
        for token in tokenize.generate_tokens(lambda: next(rest, "")):
            row, column = at + token.start[0] - 1, token.start[1]
            if token.type in (tokenize.NEWLINE, tokenize.ENDMARKER):
                if before == "?" and _HELP.search(lines[row][:column]):
                    lines[at : row + 1] = _nothing(lines, at, row + 1)
                return row + 1
            if token.string.isspace():  # an error token before Python 3.12
                continue
            if before == "=" and depth == 0 and first:
                first = False
                if token.string == "!" or (token.string == "%" and _NAME.match(lines[row], column + 1)):
                    end = _end(lines, row)
                    lines[row:end] = [_spaced(lines[row][:column]) + "get_ipython()", *[""] * (end - row - 1)]
                    return end
            depth += (token.string in ("(", "[", "{")) - (token.string in (")", "]", "}"))
            before = token.string
    except (tokenize.TokenError, SyntaxError, ValueError):  # what is no Python now will be none without magics
        pass
    return len(lines)


def _spaced(target: str) -> str:
    return target if target.endswith((" ", "\t")) else target + " "


def _nothing(lines: list[str], at: int, end: int) -> list[str]:
    """What stands for lines of which nothing is read."""
    indent = lines[at][: len(lines[at]) - len(lines[at].lstrip())]
    return [f"{indent}pass", *[""] * (end - at - 1)]


def _end(lines: list[str], at: int) -> int:
    """The line behind a command, which backslashes continue."""
    while at < len(lines) - 1 and lines[at].endswith("\\"):
        at += 1
    return at + 1
