"""What the user has set for other work reaches no notebook.

| fault | what holds |
|---|---|
| MPLBACKEND, backend in matplotlibrc | kernels draw into the notebook |
| image.origin, text.usetex, a missing font in matplotlibrc | figures and report.png as ever |
| keras.json: channels first, float64 | as without it |
| PYTHONSTARTUP, IPython's startup files, PYTHONOPTIMIZE | not executed, asserts hold |
| a picture that is drawn no more | `refresh` stores nothing |
"""

import json
import os
from pathlib import Path

import pytest
from faulty import LONG, command, left
from jupyter_client.manager import start_new_kernel
from made_notebooks import ALT, write
from patience import HANG

FIGURE = """
import matplotlib.pyplot as plt
from course_utils.plotting import show, use_course_style
use_course_style()
fig, ax = plt.subplots(figsize=(1, 1))
ax.imshow([[0, 1], [1, 0]])
show(fig)
print(plt.rcParams["image.origin"], plt.rcParams["text.usetex"], plt.rcParams["font.family"])
"""
PLAIN = f"""
import matplotlib.pyplot as plt
from IPython.display import display
fig, ax = plt.subplots(figsize=(1, 1))
display(fig, metadata={{"image/png": {{"alt": "{ALT}"}}}})
plt.close(fig)
"""
STARTUP = "import builtins\nbuiltins.started = True"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A folder, and the environment of a user who has set everything for other work."""
    top = tmp_path_factory.mktemp("hostile")
    for name in ("matplotlib", "ipython/profile_default/startup", "keras"):
        (top / name).mkdir(parents=True)
    (top / "matplotlib" / "matplotlibrc").write_text(
        "backend: agg\nimage.origin: lower\ntext.usetex: True\nfont.family: SimHei\n"
    )
    (top / "startup.py").write_text(STARTUP)
    (top / "ipython" / "profile_default" / "startup" / "00.py").write_text(STARTUP)
    (top / "keras" / "keras.json").write_text('{"image_data_format": "channels_first"}')
    return top, {
        "MPLBACKEND": "agg",
        "MPLCONFIGDIR": str(top / "matplotlib"),
        "IPYTHONDIR": str(top / "ipython"),
        "PYTHONSTARTUP": str(top / "startup.py"),
        "PYTHONOPTIMIZE": "1",
        "KERAS_HOME": str(top / "keras"),
    }


def outputs(path: Path, cell: int) -> list[dict]:
    return json.loads(path.read_bytes())["cells"][cell]["outputs"]


def kinds(path: Path, cell: int) -> set[str]:
    return {kind for output in outputs(path, cell) for kind in output.get("data", {})}


@pytest.fixture(scope="module")
def ran(hostile: tuple[Path, dict[str, str]]) -> Path:
    top, environment = hostile
    path = write(
        top / "01_all.ipynb",
        ("title", "All"),
        ("figure", FIGURE),
        ("plain", PLAIN),
        ("asserted", "try:\n    assert False\nexcept AssertionError:\n    print('held')"),
        ("started", "import builtins\nprint(hasattr(builtins, 'started'))"),
        (
            "keras",
            "import course_utils.quiet_tensorflow, keras\nprint(keras.config.image_data_format())",
        ),
    )
    done = command("run", path, "--output", "out", cwd=top, **environment)
    assert done.returncode == 0, done.stdout + done.stderr
    assert left(top) == []
    return top / "out"


def test_pictures_are_drawn(ran: Path) -> None:
    assert "image/png" in kinds(ran / "01_all.ipynb", 1) & kinds(ran / "01_all.ipynb", 2)
    assert (ran / "report.png").exists()
    page = (ran / "01_all.html").read_text(encoding="utf-8")
    assert page.count("data:image/png") == 2


@pytest.mark.parametrize(
    ("cell", "printed"),
    [(1, "upper False ['sans-serif']\n"), (3, "held\n"), (4, "False\n"), (5, "channels_last\n")],
)
def test_nothing_of_it_reaches_a_cell(ran: Path, cell: int, printed: str) -> None:
    found = outputs(ran / "01_all.ipynb", cell)
    assert "".join("".join(output.get("text", "")) for output in found) == printed


def test_pictures_are_drawn_in_jupyterlab_too(hostile: tuple[Path, dict[str, str]]) -> None:
    # There the kernel starts with all that the user has set.
    _, environment = hostile
    environment = {**environment, "PYTHONOPTIMIZE": ""}
    manager, client = start_new_kernel(
        kernel_name="python3", startup_timeout=HANG, env={**os.environ, **environment}
    )
    try:
        seen: list[dict] = []
        reply = client.execute_interactive(
            FIGURE, timeout=HANG, output_hook=lambda message: seen.append(message["content"])
        )
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    assert reply["content"]["status"] == "ok", seen
    assert any("image/png" in content.get("data", {}) for content in seen), seen
    assert "upper False ['sans-serif']" in "".join(content.get("text", "") for content in seen)


@LONG
def test_refresh_keeps_the_pictures(hostile: tuple[Path, dict[str, str]]) -> None:
    top, environment = hostile
    path = write(top / "02_drawn.ipynb", ("title", "Drawn"), ("figure", FIGURE))
    for _ in range(2):
        done = command("refresh", path, cwd=top, **environment)
        assert done.returncode == 0, done.stdout
        assert "image/png" in kinds(path, 1)


def test_refresh_refuses_to_drop_a_picture(tmp_path: Path) -> None:
    path = write(tmp_path / "01_drawn.ipynb", ("title", "Drawn"), ("figure", PLAIN))
    assert command("refresh", path, cwd=tmp_path).returncode == 0
    stored = path.read_text(encoding="utf-8")
    changes = {
        "describes a picture and shows none": (
            "fig, ax = plt",
            "plt.switch_backend('agg')\\nimport IPyth"
            "on\\nIPython.get_ipython().display_formatter.formatters['image/png'].type_printers"
            ".clear()\\nfig, ax = plt",
        ),
        "showed 1 pictures and now shows 0": ("display(fig, ", "str(fig) or dict("),
    }
    for says, (old, new) in changes.items():
        changed = stored.replace(old, new, 1)
        assert changed != stored
        path.write_text(changed, encoding="utf-8")
        done = command("refresh", path, cwd=tmp_path)
        assert done.returncode == 1 and says in done.stdout, done.stdout
        assert path.read_text(encoding="utf-8") == changed


@LONG
def test_check_names_what_it_overrules(hostile: tuple[Path, dict[str, str]]) -> None:
    top, environment = hostile
    done = command("check", cwd=top, **environment)
    assert done.returncode == 0, done.stdout
    said = "".join(done.stdout.split())
    for name in ("MPLBACKEND=agg", "matplotlibrc", "startup/00.py", "keras.json(image_data_format"):
        assert name in said, done.stdout
