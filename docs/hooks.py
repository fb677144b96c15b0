"""What mkdocs builds beyond the pages in this folder: a page for each rule, the list of rules, and the changelog.

Links that lead out of ``docs/`` are resolved here: to the page that holds the file's text, else to the repository where ``repo_url`` is set.
A link to a file that does not exist is a warning, which ends ``mkdocs build --strict``.
"""

from __future__ import annotations

import logging
import os
import posixpath
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from rule_pages import ROOT, index_of_rules, page_of_rule

from bcelint.rules.registry import EVERY_CODE

log = logging.getLogger("mkdocs.hooks.bcelint")

REST = "Using it"
"""The section of the pages that mkdocs.yml does not name."""

_LINK = re.compile(r"\[(?P<text>[^\]]*)\]\((?P<target>(?!\w+:|#)[^)#\s]+)(?P<anchor>#[^)\s]*)?\)")
_NOT_PROSE = re.compile(r"^(?P<fence>```|~~~).*?^(?P=fence)$|^#.*?$|`[^`\n]*`|\[[^\]]*\]\([^)]*\)|<[^>\n]*>", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"\bBCE\d{3}\b")


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        texts = pool.map(page_of_rule, EVERY_CODE)
        pages = {f"rules/{rule.code}.md": text for rule, text in zip(EVERY_CODE, texts)}
    rules = list(pages)
    pages["rules/index.md"] = index_of_rules()
    pages["changelog.md"] = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    for path, text in pages.items():
        files.append(File.generated(config, path, content=text))
    assert config.nav is not None
    _add_to_nav(config.nav, [file.src_uri for file in files.documentation_pages()], rules)
    return files


def _add_to_nav(nav: list[Any], pages: list[str], rules: list[str]) -> None:
    sections: dict[str, Any] = {title: entry for item in nav for title, entry in item.items()}
    sections["Rules"] += [rule for rule in rules if rule not in sections["Rules"]]
    named = {page for entry in sections.values() for page in ([entry] if isinstance(entry, str) else entry)}
    sections[REST] += sorted(set(pages) - named)


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
    return _with_rules_linked(_LINK.sub(lambda link: _resolved(link, page, config, files), markdown), page)


def _resolved(link: re.Match[str], page: Page, config: MkDocsConfig, files: Files) -> str:
    """A link that leads out of ``docs/``, as it is on the site; all others as they are."""
    folder = posixpath.dirname(page.file.src_uri)
    target = posixpath.normpath(posixpath.join("docs", folder, link["target"]))
    if page.file.src_uri == "changelog.md":
        target = posixpath.normpath(link["target"])
    if target.startswith("docs/") and page.file.src_uri != "changelog.md":
        return link[0]
    path = ROOT / target
    if not path.exists():
        log.warning("%s links to %s, which is not there", page.file.src_uri, link["target"])
    uri = _page_with(target)
    if uri is not None and files.get_file_from_path(uri) is not None:
        return f"[{link['text']}]({posixpath.relpath(uri, folder or '.')}{link['anchor'] or ''})"
    return f"[{link['text']}]({config.repo_url.rstrip('/')}/blob/HEAD/{target})" if config.repo_url else link["text"]


def _page_with(target: str) -> str | None:
    """The page that shows a file of the repository."""
    rule = re.fullmatch(r"bcelint/rules/(bce\d{3})_\w+\.py", target)
    if rule:
        return f"rules/{rule[1].upper()}.md"
    if target.startswith("docs/"):
        return target[len("docs/") :]
    return {"README.md": "index.md", "CHANGELOG.md": "changelog.md"}.get(target)


def _with_rules_linked(markdown: str, page: Page) -> str:
    """Each code in running text leads to its rule's page."""
    known = {rule.code for rule in EVERY_CODE} - {Path(page.file.src_uri).stem}
    folder = posixpath.dirname(page.file.src_uri) or "."

    def leading(code: re.Match[str]) -> str:
        return f"[{code[0]}]({posixpath.relpath(f'rules/{code[0]}.md', folder)})" if code[0] in known else code[0]

    parts, end = [], 0
    for kept in _NOT_PROSE.finditer(markdown):
        parts += [_CODE.sub(leading, markdown[end : kept.start()]), kept[0]]
        end = kept.end()
    return "".join(parts) + _CODE.sub(leading, markdown[end:])
