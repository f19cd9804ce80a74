"""What ships, what it needs, and that the checks of this project run everywhere the same."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import askpro_cli

ROOT = Path(__file__).resolve().parents[1]
MAPPED = {"askpro_cli": "askpro_cli", "commands": "askpro_cli/commands", "config": "askpro_cli/config"}
PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>\S+)")


def _pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def _shipped_sources() -> Iterator[tuple[Path, str]]:
    """Yield every file of the packages with the path it must have in the wheel."""
    for folder, target in MAPPED.items():
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path, f"{target}/{path.relative_to(ROOT / folder).as_posix()}"


def _pins(name: str) -> dict[str, str]:
    lines = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    found = (PIN.match(line) for line in lines)
    return {canonicalize_name(pin["name"]): pin["version"] for pin in found if pin}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from a copy, so that nothing left in build/ can get in and nothing is left behind."""
    source = tmp_path_factory.mktemp("source")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    for folder in MAPPED:
        shutil.copytree(ROOT / folder, source / folder, ignore=shutil.ignore_patterns("__pycache__"))
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", "dist", "."]
    done = subprocess.run(command, cwd=source, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    [built] = (source / "dist").glob("*.whl")
    return built


def test_every_package_on_disk_is_listed_for_the_wheel() -> None:
    """An editable install hides a missing entry; only the wheel would lack the code."""
    tool = _pyproject()["tool"]["setuptools"]
    packages = {path.parent.relative_to(ROOT) for path in (ROOT / "askpro_cli").rglob("__init__.py")}
    on_disk = {".".join(path.parts) for path in packages}
    mapped = {name for name, folder in tool["package-dir"].items() if name != folder}
    assert set(tool["packages"]) == on_disk | mapped


def test_the_wheel_holds_one_top_level_name(wheel: Path) -> None:
    names = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert names == {"askpro_cli", f"askpro-{askpro_cli.__version__}.dist-info"}


def test_the_wheel_holds_every_file_of_every_package(wheel: Path) -> None:
    """Data files too: defaults, vendor texts, sandbox data, the typing marker."""
    inside = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert inside == {target for _, target in _shipped_sources()}


def test_the_wheel_installs_the_askpro_program(wheel: Path) -> None:
    entry_points = f"askpro-{askpro_cli.__version__}.dist-info/entry_points.txt"
    declared = zipfile.ZipFile(wheel).read(entry_points).decode()
    assert "askpro = askpro_cli.shell.main:main" in declared


def test_the_suite_runs_against_what_it_was_asked_to() -> None:
    """`make test-wheel` must not quietly test the checkout, nor `make test` an old wheel."""
    found = Path(askpro_cli.__file__).resolve()
    installed = Path(sysconfig.get_path("purelib")).resolve()
    if os.environ.get("ASKPRO_TEST_WHEEL"):
        assert found.is_relative_to(installed)
    else:
        assert found.is_relative_to(ROOT / "askpro_cli")


def test_every_dependency_is_bounded_on_both_sides() -> None:
    for text in _pyproject()["project"]["dependencies"]:
        operators = {specifier.operator for specifier in Requirement(text).specifier}
        assert operators == {">=", "<"}, text


def test_the_locked_versions_are_in_the_ranges_we_declare() -> None:
    pins = _pins("run")
    for text in _pyproject()["project"]["dependencies"]:
        requirement = Requirement(text)
        assert requirement.specifier.contains(pins[canonicalize_name(requirement.name)]), text


def test_the_development_lock_holds_the_run_lock() -> None:
    """One environment serves both, so `make demo` after `make test` installs nothing."""
    assert _pins("run").items() <= _pins("dev").items()


@pytest.mark.parametrize("name", ["run", "dev"])
def test_every_locked_package_has_hashes_and_no_source_is_named(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"^\s*-", text.replace("    --hash=sha256:", ""), re.MULTILINE)
    for block in re.split(r"\n(?=[A-Za-z0-9])", text)[1:]:
        assert PIN.match(block), block
        assert "--hash=sha256:" in block, block


def test_what_the_code_imports_is_what_it_declares() -> None:
    """A module that is only here because a development tool needs it fails at the operator's."""
    assert _imported_distributions() - {"askpro", "keyring"} <= _declared_with_their_own()


def _imported_distributions() -> set[str]:
    owners = metadata.packages_distributions()
    found: set[str] = set()
    for path, _ in _shipped_sources():
        if path.suffix == ".py":
            for module in _imported_modules(ast.parse(path.read_text(encoding="utf-8"))):
                known = module in sys.stdlib_module_names or module in ("__future__", "askpro_cli")
                found.update([] if known else map(canonicalize_name, owners.get(module, [module])))
    return found


def _imported_modules(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]


def _declared_with_their_own() -> set[str]:
    """Return our dependencies, and anyio, which httpx and Starlette are built on."""
    declared = {canonicalize_name(Requirement(text).name) for text in _pyproject()["project"]["dependencies"]}
    return declared | {"anyio"}


def test_every_dependency_is_explained() -> None:
    page = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").lower()
    for text in _pyproject()["project"]["dependencies"]:
        assert f"`{Requirement(text).name.lower()}`" in page, f"{text} does not say how it earns its place"


def test_the_changelog_names_this_version() -> None:
    assert f"## [{askpro_cli.__version__}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def _workflow() -> Any:
    return yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))


def test_the_workflow_tests_every_python_we_claim() -> None:
    prefix = "Programming Language :: Python :: "
    classifiers = _pyproject()["project"]["classifiers"]
    claimed = [line.removeprefix(prefix) for line in classifiers if line.startswith(prefix)]
    assert _workflow()["jobs"]["tests"]["strategy"]["matrix"]["python"] == claimed


def test_the_workflow_runs_the_steps_of_the_local_run() -> None:
    local = set(re.findall(r"^make ([a-z-]+)", (ROOT / ".ci/run").read_text(encoding="utf-8"), re.MULTILINE))
    steps = [step for job in _workflow()["jobs"].values() for step in job["steps"]]
    remote = {match[1] for step in steps if (match := re.match(r"make ([a-z-]+)", step.get("run", "")))}
    assert local
    assert local <= remote


def test_the_workflow_may_only_read_and_pins_what_it_runs() -> None:
    workflow = _workflow()
    assert workflow["permissions"] == {"contents": "read"}
    used = [step["uses"] for job in workflow["jobs"].values() for step in job["steps"] if "uses" in step]
    assert used
    assert all(re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", name) for name in used)


def test_the_suite_is_the_last_step_of_the_local_run() -> None:
    """Whoever reads the end of the output reads pytest's own closing line."""
    assert (ROOT / ".ci/run").read_text(encoding="utf-8").strip().endswith("make test")
