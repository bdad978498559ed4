"""What surrounds a kernel: of the user's own settings, those that must not reach it.

A backend for windows, a style for papers or a file that Python executes at its start belong to
other work. In a notebook of the course they would take away pictures, turn images upside down, or
stop a cell. Fonts that Matplotlib has found, packages, proxies and data stay what they are.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

INLINE = "module://matplotlib_inline.backend_inline"
SCRATCH = "CNN_COURSE_SCRATCH"  # the folder of a call of `execution.perform`
CONNECTIONS = "CNN_COURSE_CONNECTIONS"  # the folder for the connection files of a worker's kernels

# What changes the meaning or the output of code that does not know of it.
OVERRULED = (
    "MPLBACKEND",
    "PYTHONSTARTUP",
    "PYTHONOPTIMIZE",  # takes away the asserts of the check cells
    "PYTHONWARNINGS",
    "PYTHONDEVMODE",
    "PYTHONVERBOSE",
    "PYTHONPROFILEIMPORTTIME",
    "PYTHONINSPECT",
    "KERAS_MAX_EPOCHS",
    "KERAS_MAX_STEPS_PER_EPOCH",
    "KERAS_NNX_ENABLED",
)
# The course's own, see course_utils.quiet_tensorflow.
_KERAS = {"image_data_format": "channels_last", "floatx": "float32", "backend": "tensorflow"}


def without_user_settings(environment: Mapping[str, str]) -> dict[str, str]:
    """Return these environment variables without those that must not reach a kernel."""
    kept = {name: value for name, value in environment.items() if name not in OVERRULED}
    # Kernels of a test run would believe that pytest captures their output (ipykernel asks this).
    kept.pop("PYTEST_CURRENT_TEST", None)
    kept.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")
    # In so many words: a matplotlibrc in the notebook's folder may name another one.
    kept["MPLBACKEND"] = INLINE
    return kept


def own_folders(folder: Path) -> dict[str, str]:
    """Make empty settings for IPython and Matplotlib, and return the variables that name them.

    Parameters
    ----------
    folder : Path
        Where to make them; it need not exist.
    """
    for name in ("ipython", "connections"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "matplotlibrc").touch()
    return {
        "IPYTHONDIR": str(folder / "ipython"),
        # Not MPLCONFIGDIR: the list of fonts, which takes long to make, lies there.
        "MATPLOTLIBRC": str(folder / "matplotlibrc"),
        CONNECTIONS: str(folder / "connections"),
    }


def overruled() -> list[str]:
    """Name the settings of this user that the course's notebooks do not follow."""
    found = [f"{name}={os.environ[name]}" for name in OVERRULED if os.environ.get(name)]
    found += _matplotlib() + _ipython() + _keras()
    return found


def _matplotlib() -> list[str]:
    import matplotlib

    used = Path(matplotlib.matplotlib_fname())
    own = Path(matplotlib.get_data_path())
    return [] if own in used.parents else [str(used)]


def _ipython() -> list[str]:
    folder = Path(os.environ.get("IPYTHONDIR") or Path.home() / ".ipython") / "profile_default"
    files = [folder / "ipython_config.py", folder / "ipython_kernel_config.py"]
    files += [*folder.glob("startup/*.py"), *folder.glob("startup/*.ipy")]
    return [str(file) for file in files if file.is_file()]


def _keras() -> list[str]:
    path = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras") / "keras.json"
    try:
        chosen = json.loads(path.read_text(encoding="utf-8"))
        others = {name: value for name, value in chosen.items() if _KERAS.get(name, value) != value}
    except (OSError, ValueError, AttributeError, RecursionError):
        return []
    return [f"{path} ({name} {value})" for name, value in others.items()]
