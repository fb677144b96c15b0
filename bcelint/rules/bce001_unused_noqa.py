"""BCE001: a ``# noqa`` that names a code of ours and silences nothing. ``silence/unused_noqa.py`` looks for them."""

from __future__ import annotations

from bcelint.rules.base import Documented


class UnusedNoqa(Documented):
    """
    ## What it does
    Checks for `# noqa` comments that name a code of bcelint's where that code is not found, or one that no rule has. Only files
    are looked at in which every loss call was seen in this run, only codes that the run selects, and no line on which a loss call
    is unknown. A blanket `# noqa`, other tools' codes and files under `# flake8: noqa` are left alone. It is off unless
    `--unused-noqa` or its full code in `--select` asks for it.

    ## Why is this bad?
    The code was repaired, or the comment stands on the wrong line: it belongs on the first line of the loss call. In both
    cases it silences the next mistake on its line, and tells whoever reads it something that is not so.

    ## Example
    ```python
    criterion = nn.BCEWithLogitsLoss()  # noqa: BCE102
    loss = criterion(logits, y)
    ```

    ## Use instead
    ```python
    criterion = nn.BCEWithLogitsLoss()
    loss = criterion(logits, y)
    ```

    ## Fix safety
    Dropping the code, or the whole comment where it is the only one, is safe: no program hangs on it. What else the comment says
    stays.

    ## References
    - [flake8: in-line ignoring errors](https://flake8.pycqa.org/en/latest/user/violations.html#in-line-ignoring-errors)
    """

    code = "BCE001"
    name = "unused-noqa"
    summary = "a noqa comment that names a code which is not found there"
    option = "--unused-noqa"
    level = "warning"
