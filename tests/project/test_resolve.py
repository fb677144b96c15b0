"""Which file an import means, and where a project begins."""

from __future__ import annotations

import os

import pytest

from bcelint.project.project import Project, find_root


def resolve(top, importer, dotted, level=0, root=""):
    found = Project(str(top / root)).resolve(str(top / importer), dotted, level)
    return found if found is None else os.path.relpath(found, top)


@pytest.mark.parametrize(
    ("importer", "dotted", "level", "expected"),
    [
        ("pkg/sub/a.py", "", 1, "pkg/sub/__init__.py"),
        ("pkg/sub/a.py", "b", 1, "pkg/sub/b.py"),
        ("pkg/sub/a.py", "", 2, "pkg/__init__.py"),
        ("pkg/sub/a.py", "other", 2, "pkg/other"),
        ("pkg/sub/a.py", "other.c", 2, "pkg/other/c.py"),
        ("pkg/__init__.py", "sub", 1, "pkg/sub/__init__.py"),
        ("pkg/sub/a.py", "", 9, None),
        ("main.py", "pkg.sub", 0, "pkg/sub/__init__.py"),
        ("main.py", "pkg.sub.gone", 0, None),
        ("pkg/sub/a.py", "b", 0, "pkg/sub/b.py"),
        ("pkg/sub/a.py", "pkg.other.c", 0, "pkg/other/c.py"),
        ("main.py", "torch.nn", 0, None),
        ("main.py", "numpy", 0, None),
        ("main.py", "", 0, None),
        ("main.py", "sub.b", 0, None),
    ],
)
def test_relative_and_absolute(tree, importer, dotted, level, expected):
    top = tree(("main.py", "pkg/__init__.py", "pkg/sub/__init__.py", "pkg/sub/a.py", "pkg/sub/b.py", "pkg/other/c.py"))
    assert resolve(top, importer, dotted, level) == expected


def test_source_roots(tree):
    top = tree(("python/graph/__init__.py", "python/graph/nets.py", "tools/run.py", "src/models/unet.py"))
    assert resolve(top, "tools/run.py", "graph.nets") == "python/graph/nets.py"
    assert resolve(top, "tools/run.py", "models.unet") == "src/models/unet.py"


def test_ambiguous_source_roots_resolve_to_nothing(tree):
    top = tree(("one/utils.py", "two/utils.py", "tools/run.py", "one/run.py"))
    assert resolve(top, "tools/run.py", "utils") is None
    assert resolve(top, "one/run.py", "utils") == "one/utils.py"


def test_the_nearest_wins(tree):
    top = tree(("utils.py", "one/utils.py", "one/run.py", "two/run.py"))
    assert resolve(top, "one/run.py", "utils") == "one/utils.py"
    assert resolve(top, "two/run.py", "utils") == "utils.py"


def test_modules_go_before_namespace_folders(tree):
    top = tree(("models.py", "tools/models/x.py", "tools/run.py", "both/__init__.py", "both.py"))
    assert resolve(top, "tools/run.py", "models") == "models.py"
    assert resolve(top, "models.py", "both") == "both/__init__.py"


def test_standard_library(tree):
    top = tree(("types.py", "a/logging.py", "a/run.py", "b/run.py", "p/__init__.py", "p/random.py", "p/run.py"))
    assert resolve(top, "a/run.py", "logging") == "a/logging.py"
    assert resolve(top, "b/run.py", "logging") is None
    assert resolve(top, "b/run.py", "types") == "types.py"
    assert resolve(top, "p/run.py", "random") is None


def test_installed_package(tree):
    top = tree(("site-packages/net/__init__.py", "site-packages/net/nn/__init__.py", "site-packages/other/__init__.py"))
    root = find_root(str(top / "site-packages/net/nn/__init__.py"))
    assert root == str(top / "site-packages/net")
    assert len(Project(root).files) == 2
    assert resolve(top, "site-packages/net/nn/__init__.py", "net.nn", root="site-packages/net") == "site-packages/net/nn/__init__.py"
    assert resolve(top, "site-packages/net/nn/__init__.py", "other", root="site-packages/net") is None


def test_a_package_that_is_the_root_goes_before_its_namesakes(tree):
    top = tree(("net/__init__.py", "net/a.py", "net/run.py", "net/vendored/net/__init__.py", "net/vendored/net/a.py"))
    assert resolve(top, "net/run.py", "net.a", root="net") == "net/a.py"


def test_child(tree):
    top = tree(("pkg/__init__.py", "pkg/a.py", "pkg/sub/__init__.py", "space/b.py"))
    project = Project(str(top))
    assert project.child(str(top / "pkg/__init__.py"), "a") == str(top / "pkg/a.py")
    assert project.child(str(top / "pkg/__init__.py"), "sub") == str(top / "pkg/sub/__init__.py")
    assert project.child(str(top / "pkg/__init__.py"), "gone") is None
    assert project.child(str(top / "space"), "b") == str(top / "space/b.py")
    assert project.child(str(top / "pkg/a.py"), "a") is None


@pytest.mark.parametrize("marker", [".git/x", "pyproject.toml", "setup.py", "setup.cfg"])
def test_root_is_the_nearest_marked_folder(tree, marker):
    top = tree({"pyproject.toml": "", f"one/{marker}": "", "one/two/three.py": ""})
    assert find_root(str(top / "one/two/three.py")) == str(top / "one")
    assert find_root(str(top / "one")) == str(top / "one")


def test_root_never_leaves_site_packages(tree):
    top = tree({"pyproject.toml": "", "site-packages/lone.py": "", "site-packages/net/sub/a.py": ""})
    assert find_root(str(top / "site-packages/net/sub/a.py")) == str(top / "site-packages/net")
    assert find_root(str(top / "site-packages/lone.py")) == str(top / "site-packages/lone.py")
    assert Project(find_root(str(top / "site-packages/lone.py"))).files == (str(top / "site-packages/lone.py"),)
    assert find_root(str(top / "site-packages")) == str(top / "site-packages")


def test_root_without_marks(tree, monkeypatch):
    top = tree({"here/x/a.py": "", "there/p/__init__.py": "", "there/p/q/__init__.py": "", "there/p/q/b.py": "", "there/c.py": ""})
    monkeypatch.chdir(top / "here")
    assert find_root("x/a.py") == str(top / "here")
    assert find_root(str(top / "there/p/q/b.py")) == str(top / "there/p")
    assert find_root(str(top / "there/c.py")) == str(top / "there")
