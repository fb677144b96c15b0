"""Each deep input runs in a process of its own, for what is tested is that the process lives."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from bcelint.project import nesting
from bcelint.project.older import modernised
from bcelint.project.parse import parse
from bcelint.project.reading import source_from_text
from bcelint.project.source import BadInput


def reason(text: str) -> str:
    with pytest.raises(BadInput) as caught:
        parse(source_from_text("code.py", text))
    assert "\n" not in caught.value.reason
    return caught.value.reason


@pytest.mark.parametrize("text", ["", "\n", "a = 1", "a = 1\r\nb = 2\r\n", "\x0c\nclass A:\n    pass\n\x0c\n", "if a:\n\tb = 1\n"])
def test_text_comes_back(text):
    assert parse(source_from_text("code.py", text)).code == text


def test_syntax_newer_than_the_interpreter():
    parse(source_from_text("code.py", "match a:\n    case [b, *_]:\n        pass\n"))
    parse(source_from_text("code.py", "type A[T] = list[T]\ndef f[T](a: T) -> T: return a\n"))
    parse(source_from_text("code.py", "a = f'{b + f'{c}'}'\n"))
    parse(source_from_text("code.py", "try:\n    pass\nexcept* ValueError:\n    pass\n"))


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("a = 1\nprint 'loss', a\n", "a = 1\nprint;'loss', a\n"),
        ('if a: print "%d" % a,\n', 'if a: print;"%d" % a,\n'),
        ("try:\n    pass\nexcept ValueError, e:\n    pass\n", "try:\n    pass\nexcept ValueError   :\n    pass\n"),
        ("try:\n    pass\nexcept (A, B), e:\n    pass\n", "try:\n    pass\nexcept (A, B)   :\n    pass\n"),
        ("raise ValueError, 'no'\n", "raise ValueError; 'no'\n"),
        ("a = 0777, 1e-08 if a <> 10L else ur'0L <> `'\n", "a =  777, 1e-08 if a != 10  else  r'0L <> `'\n"),
        ("exec 'a'\n", "exec;'a'\n"),
        ("print >>f, 'a'\nprint 'a'  # print 'b'\n", "print >>f, 'a'\nprint;'a'  # print 'b'\n"),
        ("a = `b`\n", "a = (b)\n"),
        ("y = y.cuda(async=True)\nasync def f(): pass\n", "y = y.cuda(asynk=True)\nasync def f(): pass\n"),
    ],
)
def test_old_syntax_is_read_in_its_place(text, meant):
    assert modernised(text) == meant
    assert len(meant) == len(text)
    parse(source_from_text("code.py", text))


@pytest.mark.parametrize(("text", "line"), [("print 'a'\ndef f((a, b)):\n    pass\n", 1), ("a = 1\nraise A, 'b', c d\n", 2)])
def test_python_2_that_has_no_equal(text, line):
    assert reason(text) == f"Python 2 code (line {line})"


def test_today_s_syntax_is_never_rewritten():
    text = "print ('a')\nprint (a), 0.5\nx = [a for print in b]\nasync with a: pass\n"
    assert modernised(text) == text


@pytest.mark.parametrize(("text", "line"), [("a = 1\ndef f(:\n    pass\n", 2), ("a = 1\n\nb = = 2\n", 3), ("if a:\nb = 1\n", 2), ("class\n", 1)])
def test_syntax_errors_name_the_line(text, line):
    assert f"(line {line})" in reason(text)
    assert "Python 2" not in reason(text)


def test_a_bracket_that_is_never_closed_is_not_deep():
    """Its line is named where the interpreter names it (3.10 on), however much follows."""
    following = "z = y.weight.sum()\n" * 1_000
    assert reason(f"x = f(3, 4\n{following}").startswith("syntax error: ")


def test_long_file():
    text = "".join(f"def f{i}(x):\n    return x + {i}\n" for i in range(10_000))
    assert len(parse(source_from_text("code.py", text)).body) == 10_000


def test_surrogates():
    assert "can't be parsed" in reason("a = '\ud800'\n")


def test_stack_size_is_put_back():
    before = threading.stack_size()
    parse(source_from_text("code.py", "a = 1\n"))
    assert threading.stack_size() == before


DEEP = {
    "brackets": ("'x = ' + '[' * n + ']' * n", 2_000),
    "unclosed": ("'x = ' + '(' * n", 20_000),
    "calls in brackets": ("'x = ' + 'f([-(' * n + '1' + ')])' * n", 2_000),
    "terms": ("'x = ' + '1+' * n + '1'", 10_000),
    "many terms": ("'x = ' + '1+' * n + '1'", 1_000_000),
    "attributes": ("'x = a' + '.b' * n", 10_000),
    "calls": ("'x = f' + '()' * n", 10_000),
    "not": ("'x = ' + 'not ' * n + 'a'", 10_000),
    "minus": ("'x = ' + '-' * n + 'a'", 100_000),
    "lambdas": ("'x = ' + 'lambda a, b: ' * n + 'a'", 10_000),
    "ternaries": ("'x = ' + 'a if b else ' * n + 'a'", 10_000),
    "and": ("'x = ' + 'a and ' * n + 'a'", 100_000),
    "elif": ("'if a:\\n  pass\\n' + 'elif a:\\n  pass\\n' * n", 10_000),
    "indentation": ("''.join(' ' * i + 'if a:\\n' for i in range(n)) + ' ' * n + 'pass'", 1_000),
    "f-strings": ("'x = ' + chr(102) + chr(39) + '{f' * n", 500),
    "nested f-strings": ("'x = ' + 'f\"{' * n + 'a' + '}\"' * n", 1_000),
    "brackets in an f-string": ("'x = f' + chr(39) + '{' + '[' * n + ']' * n + '}' + chr(39)", 2_000),
    "terms in an f-string": ("'match a:\\n  case 1: x = f' + chr(39) + '{' + '1+' * n + '1}' + chr(39)", 10_000),
    "newer syntax, deep": ("'match a:\\n  case 1: x = ' + '1+' * n + '1'", 10_000),
    "strings": ("'x = (' + '\"a\" ' * n + ')'", 100_000),
}


@pytest.mark.parametrize("name", DEEP)
def test_too_deep_is_bad_input(name):
    expression, n = DEEP[name]
    program = f"""
from bcelint.project.older import modernised
from bcelint.project.parse import parse
from bcelint.project.reading import source_from_text
from bcelint.project.source import BadInput
n = {n}
try:
    parse(source_from_text("code.py", {expression} + "\\n"))
except BadInput as error:
    print("bad:", error.reason)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-500:]
    assert done.stdout.startswith("bad: ")


@pytest.mark.parametrize(
    "text",
    [
        "x = " + "[" * 90 + "]" * 90,
        "x = " + "1+" * min(800, nesting.LIMIT - 50) + "1",
        "x = f" + ".a()" * 300,
        "if a:\n  pass\n" + "elif a:\n  pass\n" * min(1_000, nesting.LIMIT - 50),
        "x = [" + "[1, 2, -3],\n" * 5_000 + "]",
    ],
)
def test_deep_but_real_code_is_parsed(text):
    assert parse(source_from_text("code.py", text)).body


def test_guard_on_text_is_never_below_the_one_on_the_tree():
    import ast

    for text in (
        "x = " + "not " * 500 + "a",
        "x = a" + ".b" * 500,
        "x = " + "lambda a, b: " * 400 + "a",
        "x = " + "{1: " * 60 + "1" + "}" * 60,
    ):
        assert nesting.text_depth(text) >= nesting.tree_depth(ast.parse(text)) - 5


def test_guard_on_text_lets_flat_data_pass():
    text = "x = {\n" + "    'a': lambda a, b=(1, 2): -1,  # it's\n" * 3_000 + "}\n" + "y = 1 + 2\n" * 3_000
    assert nesting.text_depth(text) < 50


def test_libcst_is_not_loaded_before_it_is_needed():
    program = "import sys, bcelint.project.project, bcelint.project.parse; sys.exit('libcst' in sys.modules or 'pathspec' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
