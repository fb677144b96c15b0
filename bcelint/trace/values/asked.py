"""Calls that ask for a fact: in one run they give the same answer wherever they are asked, so that two tests of it come out alike."""

from __future__ import annotations

from bcelint.contracts.schema import UNKNOWN
from bcelint.project.stdlib import STDLIB
from bcelint.trace.interpreter import Arguments

MAX_SYMBOL = 200
READING = frozenset(
    "lower upper strip lstrip rstrip casefold title capitalize startswith endswith split rsplit partition rpartition replace removeprefix "
    "removesuffix find index count isdigit isalpha isnumeric get keys all any amax amin exists getboolean getfloat getint is_dir is_file item "
    "items max mean min nelement nunique numel sum tolist unique values".split()
)
"""Methods of strings, dicts, arrays, frames and settings that change nothing."""
FUNCTIONS = frozenset(
    [f"numpy.{name}" for name in "all any amax amin array_equal count_nonzero max mean min ndim size sum unique".split()]
    + [f"torch.{name}" for name in "equal is_floating_point is_tensor numel unique".split()]
    + [f"torch.cuda.{name}" for name in "is_available device_count get_device_name".split()]
    + [f"torch.distributed.{name}" for name in "is_available is_initialized get_rank get_world_size".split()]
    + [f"os.{name}" for name in "getenv environ.get cpu_count path.exists path.isfile path.isdir".split()]
    + [f"platform.{name}" for name in "system machine node".split()]
    + ["torch.backends.mps.is_available"]
)
CHANGING_FILES = frozenset(
    [f"os.{name}" for name in "makedirs mkdir remove removedirs rename renames replace rmdir unlink".split()]
    + [f"shutil.{name}" for name in "copy copy2 copyfile copytree move rmtree".split()]
)
"""Functions after which a file or folder may be there that was not, or the other way round."""


def call_symbol(function: str, args: Arguments) -> str:
    """What identifies the answer of a function of ``FUNCTIONS``, or of a method of ``READING`` with its object in front of the dot; "" where
    an argument has no identity of its own.
    """
    if args.open_positional or args.open_keywords or (function.endswith(".get") and not args.all()):  # that takes one out of a queue
        return ""
    given = [value.as_arg() for value in args.all()]
    names = [repr(arg.constant) if arg.constant is not UNKNOWN else arg.symbol or "" for arg in given]
    keys = [""] * len(args.positional) + [f"{key}=" for key in args.keywords]
    symbol = f"{function}({', '.join(key + name for key, name in zip(keys, names))})"
    return symbol if all(names) and len(symbol) < MAX_SYMBOL else ""


def is_of_python(name: str) -> bool:
    """Whether something is of the standard library: what it holds is the user's to set (``os.environ``, ``sys.argv``), as an option is."""
    return name.partition(".")[0] in STDLIB
