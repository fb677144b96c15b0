from __future__ import annotations

import os

import pytest

from bcelint.project.files import discover


def found(top, *paths, warn=None):
    """What discover finds, relative to ``top``."""

    def refuse(path, reason):
        raise AssertionError(path, reason)

    return [os.path.relpath(path, top) for path in discover([str(top / path) for path in paths or [""]], warn=warn or refuse)]


def test_python_files_sorted_and_once(tree):
    top = tree({"b.py": "", "a/c.py": "", "a/d.pyi": "", "a/e.txt": "", "Z.py": ""})
    assert found(top, "b.py", "", "a", "a/c.py") == ["Z.py", "a/c.py", "b.py"]


def test_paths_are_absolute(tree, monkeypatch):
    monkeypatch.chdir(tree({"a.py": ""}))
    assert discover(["."], warn=print) == [os.path.abspath("a.py")]


def test_folders_that_hold_no_project_code(tree):
    skipped = [".git", ".hg", "node_modules", "__pycache__", ".tox", ".nox", ".venv", "lib/site-packages"]
    top = tree({f"{name}/a.py": "" for name in [*skipped, "build", "dist"]})
    assert found(top) == ["build/a.py", "dist/a.py"]


def test_virtual_environments(tree):
    top = tree({"myenv/pyvenv.cfg": "", "myenv/lib/a.py": "", "a.py": ""})
    assert found(top) == ["a.py"]
    assert found(top, "myenv") == ["myenv/lib/a.py"]


def test_a_folder_inside_site_packages_may_be_asked_for(tree):
    top = tree({".git/x": "", ".gitignore": "env/\n", "env/pyvenv.cfg": "", "env/lib/site-packages/torch/a.py": ""})
    assert found(top, "env/lib/site-packages/torch") == ["env/lib/site-packages/torch/a.py"]
    assert found(top, "env/lib/site-packages") == ["env/lib/site-packages/torch/a.py"]
    assert found(top) == []


def test_gitignore_nested_and_negated(tree):
    top = tree(
        {
            ".git/info/exclude": "local.py\n",
            ".gitignore": "/out/\n*_gen.py\n# note\n",
            "out/a.py": "",
            "sub/out/a.py": "",
            "sub/b_gen.py": "",
            "sub/local.py": "",
            "keep/.gitignore": "!c_gen.py\nx.py\n",
            "keep/c_gen.py": "",
            "keep/d_gen.py": "",
            "keep/deep/x.py": "",
            "x.py": "",
        }
    )
    assert found(top) == ["keep/c_gen.py", "sub/out/a.py", "x.py"]


def test_gitignore_of_the_folders_above(tree):
    top = tree(
        {
            ".git/info/exclude": "one.py\n",
            ".gitignore": "two.py\n/a/three.py\n",
            "a/one.py": "",
            "a/two.py": "",
            "a/three.py": "",
            "a/four.py": "",
        }
    )
    assert found(top, "a") == ["a/four.py"]


def test_gitignore_outside_of_the_repository_does_not_count(tree):
    top = tree({".gitignore": "*.py\n", "repo/.git/x": "", "repo/a.py": ""})
    assert found(top, "repo") == ["repo/a.py"]


def test_what_is_given_is_taken_although_ignored(tree):
    top = tree({".git/x": "", ".gitignore": "out/\n", "out/a.py": "", "out/b.txt": ""})
    assert found(top, "out/a.py") == ["out/a.py"]
    assert found(top, "out") == ["out/a.py"]
    assert found(top, "out/b.txt") == ["out/b.txt"]


def test_broken_pattern_spares_the_others(tree):
    assert found(tree({".gitignore": "!\nb.py\n", "a.py": "", "b.py": ""})) == ["a.py"]


def test_link_loops_and_doubles(tree):
    top = tree({"z/a.py": "", "outside/b.py": ""})
    os.symlink(top, top / "z" / "loop")
    os.symlink(top / "z", top / "again")
    os.symlink(top / "z" / "a.py", top / "0.py")
    os.symlink("nowhere.py", top / "broken.py")
    os.symlink("itself", top / "itself")
    assert found(top) == ["outside/b.py", "z/a.py"]
    assert found(top, "again") == ["again/a.py", "again/loop/outside/b.py"]


def test_unreadable_folder_is_one_warning(tree, monkeypatch):
    top = tree({"a/x.py": "", "b/y.py": ""})
    real = os.scandir

    def scandir(path):
        if os.path.basename(path) == "a":
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    warnings = []
    assert found(top, warn=lambda *warning: warnings.append(warning)) == ["b/y.py"]
    assert warnings == [(str(top / "a"), "can't be read: Permission denied")]


def test_missing_path_is_one_warning(tree):
    top = tree({"a.py": ""})
    warnings = []
    assert found(top, "gone.py", "a.py", warn=lambda *warning: warnings.append(warning)) == ["a.py"]
    assert warnings == [(str(top / "gone.py"), "no such file or folder")]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes on this system")
def test_pipe_is_not_opened(tree):
    top = tree({"a.py": ""})
    os.mkfifo(top / "pipe.py")
    assert found(top) == ["a.py"]
    warnings = []
    assert found(top, "pipe.py", warn=lambda *warning: warnings.append(warning)) == []
    assert warnings == [(str(top / "pipe.py"), "neither a file nor a folder")]
