"""What is kept with the code: no secret, no address of a registry, every package by its hash, true words on defense."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
SECRETS = {
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE " + "KEY-----"),
    "a key of a cloud": re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    "a token": re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|glpat-[\w-]{20}|xox[abprs]-[\w-]{10,})"),
    "a private address": re.compile(
        r"\b(?:10\.\d+\.\d+\.\d+|192\.168\.\d+\.\d+|172\.(?:1[6-9]|2\d|3[01])\.\d+\.\d+)\b"
    ),
    "a password in an address": re.compile(
        r"\b[a-z]+://[^\s/:@{}<>'\"$]+:[^\s/:@{}<>'\"$]+@(?!127|localhost)"
    ),
}


def tracked() -> list[Path]:
    try:
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this is no clone")
    return [ROOT / name for name in listed.stdout.decode().split("\0") if name]


def test_no_secret_is_kept_with_the_code():
    found = []
    for path in tracked():
        try:
            text = path.read_text()
        except (UnicodeDecodeError, FileNotFoundError):
            continue
        found += [f"{path.relative_to(ROOT)}: {what}" for what, sign in SECRETS.items() if sign.search(text)]
    assert found == []


@pytest.mark.parametrize("name", ["run.txt", "dev.txt", "crowd.txt"])
def test_every_package_is_locked_by_hash_and_names_no_address(name):
    text = (ROOT / "requirements" / name).read_text()
    assert "://" not in text
    packages = re.split(r"\n(?=[A-Za-z0-9])", text.strip())
    assert len(packages) > 10
    loose = [one.split()[0] for one in packages if "==" not in one or "--hash=sha256:" not in one]
    assert loose == []


def test_every_package_of_the_pages_is_locked_by_hash_too():
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert [name for name, one in packages.items() if name and "integrity" not in one] == []
    assert [name for name, one in packages.items() if "resolved" in one] == []


def test_the_threat_model_names_tests_that_exist():
    text = (ROOT / "docs" / "threat-model.md").read_text()
    named = re.findall(r"`(zoneworks/[\w/]+\.py)(?:::(\w+))?`", text)
    assert len(named) > 30
    missing = []
    for path, test in named:
        code = (ROOT / path).read_text() if (ROOT / path).exists() else ""
        if not code or (test and f"def {test}(" not in code):
            missing.append(f"{path}::{test}")
    assert missing == []


def test_the_list_of_decisions_names_each_in_order_by_its_title():
    folder = ROOT / "docs" / "decisions"
    pages = sorted(folder.glob("[0-9]*.md"))
    listed = re.findall(r"^- \[(.+)\]\((.+)\)$", (folder / "README.md").read_text(), re.MULTILINE)
    assert listed == [(page.read_text().splitlines()[0].removeprefix("# "), page.name) for page in pages]

    for title, name in listed:
        assert title[:5] == f"{name[:4]} ", "a title begins with the number of its page"
    never_given = {"0011", "0014", "0018"}
    assert {name[:4] for _title, name in listed} | never_given == {
        f"{number:04}" for number in range(1, len(listed) + len(never_given) + 1)
    }, "the next page takes the next number"
