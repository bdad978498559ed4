"""What all explorers share: what a notebook stores of them, and what pages make of it."""

import base64
import json
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
import traitlets
from nbformat.v4 import new_code_cell, new_notebook, new_output
from node import run

from course_utils import explorers
from course_utils.explorers import bundling
from course_utils.notebooks.canonical_form import canonical
from course_utils.publishing.handouts import instructor_copy
from course_utils.publishing.page import page, render
from course_utils.publishing.site.source import readable, write_source

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
NAMES = sorted(explorers._CLASSES)


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return request.param


def made(name: str) -> object:
    return getattr(explorers, name)()


def stored(*names: str) -> nbformat.NotebookNode:
    """A notebook as `refresh` stores it, with these explorers in one cell each."""
    cells = []
    for number, name in enumerate(names):
        data, metadata = made(name)._repr_mimebundle_()
        output = new_output("execute_result", data=data, metadata=metadata, execution_count=1)
        cells.append(new_code_cell(f"{name}()", id=f"cell-{number}", outputs=[output]))
    return canonical(new_notebook(cells=cells))[0]


def test_what_is_shown_is_the_same_on_every_run(name: str) -> None:
    first, second = (made(name)._repr_mimebundle_() for _ in range(2))
    assert first[0].pop(WIDGET_VIEW) != second[0].pop(WIDGET_VIEW)
    assert first == second
    assert set(first[0]) == {"text/plain", "image/png", explorers.MIME}


def test_a_stored_notebook_grows_little_and_has_no_view(name: str) -> None:
    notebook = stored(name)
    nbformat.validate(notebook)
    text = nbformat.writes(notebook)
    assert len(text.encode()) - len(nbformat.writes(stored())) <= 40_000
    assert "widget-view" not in text and "model_id" not in text
    assert base64.b64decode(notebook.cells[0].outputs[0].data["image/png"]).startswith(b"\x89PNG")


def test_pictures_are_described(name: str) -> None:
    alt = stored(name).cells[0].outputs[0].metadata["image/png"]["alt"]
    assert len(alt) >= 60 and alt.endswith(".")


def test_readers_are_told_what_to_do(name: str) -> None:
    cls = getattr(explorers, name)
    state = made(name).state()
    assert len(state["try_this"]) == 3 and all(len(one) > 30 for one in state["try_this"])
    assert "Tab" in state["keyboard"]
    for part in ("What to see", "Keyboard", "Three things to try"):
        assert part in cls.__doc__


def test_the_state_is_json(name: str) -> None:
    state = made(name).state()
    assert json.loads(json.dumps(state)) == state


def test_own_script_is_small(name: str) -> None:
    assert len(bundling.module(explorers._CLASSES[name]).encode()) <= 60_000


def test_the_module_has_no_imports_left_and_runs(name: str) -> None:
    folder = explorers._CLASSES[name]
    module = bundling.module(folder)
    assert not re.search(r"^\s*import\b", module, re.MULTILINE)
    assert re.findall(r"^export .*", module, re.MULTILINE) == [
        f"export default {folder}_module.explorer;"
    ]
    # Everything but the page itself is there.
    source = "return typeof all.explorer.render"
    assert run(source, None, file=f"{folder}/{folder}.js") == "function"


def test_asks_nothing_of_other_machines(name: str) -> None:
    script = explorers.page_script([explorers._CLASSES[name]])
    assert not re.findall(r"https?://(?!www\.w3\.org/)", script)
    assert not re.search(r"\b(fetch|XMLHttpRequest|WebSocket|importScripts)\b", script)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("2", 2), ("-1", -1), ("−0.5", -0.5), (" 1,5 ", 1.5), (".5", 0.5), ("2.", 2), ("1e3", 1000),
        ("many", "could not convert string to float: 'many': write a number, such as 2, -1 or 0.5"),
        ("", "could not convert string to float: '': write a number"),
        ("0x10", "could not convert string to float: '0x10'"),
        ("1/9", "could not convert string to float: '1/9'"),
        ("1,2,3", "could not convert string to float: '1,2,3'"),
        ("nan", "kernel holds nan: use numbers from −1000000 to 1000000"),
        ("-inf", "kernel holds -inf: use numbers from −1000000 to 1000000"),
        ("1e400", "kernel holds 1e400: use numbers from −1000000 to 1000000"),
        ("10000000", "kernel holds 10000000: use numbers from −1000000 to 1000000"),
    ],
)  # fmt: skip
def test_what_is_typed_is_a_number_or_told(typed: str, expected: float | str) -> None:
    source = (
        "try { return all.numberFrom('kernel', given); } catch (error) { return error.message }"
    )
    found = run(source, typed, file="frame.js")
    assert found.startswith(expected) if isinstance(expected, str) else found == expected


def test_a_cell_has_room_for_every_number() -> None:
    numbers = [0, -1, 0.125, -0.1111111, 12.3456, 1234.567, -99999.999, 1e6, -1e6, 2.4e14, 1e-9]
    found = run("return given.map(all.cellText)", numbers, file="frame.js")
    assert found == [
        "0", "−1", "0.125", "−0.111", "12.346", "1234.6", "−1.0e5", "1.0e6", "−1.0e6", "2.4e14",
        "0",
    ]  # fmt: skip


def test_comments_stay_behind(name: str) -> None:
    module = bundling.module(explorers._CLASSES[name])
    assert not re.search(r"^\s*//", module, re.MULTILINE)


def test_no_text_goes_over_two_lines(name: str) -> None:
    """So that indentation can be left out; `//` within a text is none of its lines' first."""
    folder = Path(bundling.__file__).parent
    for file in [*folder.glob("*.js"), *(folder / explorers._CLASSES[name]).glob("*.js")]:
        for line in file.read_text(encoding="utf-8").splitlines():
            assert line.count("`") % 2 == 0, (file.name, line)


def test_an_unknown_explorer_is_refused() -> None:
    with pytest.raises(ValueError, match="name is 'windows': use one of .*window"):
        bundling.module("windows")


def test_a_script_ends_where_it_should() -> None:
    assert "</script" not in explorers.page_script(set(explorers._CLASSES.values())).lower()


def test_pages_slides_and_the_site_take_the_state() -> None:
    notebook = stored(NAMES[0])
    html = page(notebook, name="one")
    assert html.count("data-explorer=") == 1 and html.count("<script>") == 1
    assert "<script" not in page(stored(), name="none")
    output = readable(notebook).cells[0].outputs[0]
    assert set(output.data) == {"text/html"}
    assert "data-explorer=" in output.data["text/html"]


def test_paper_takes_the_picture() -> None:
    notebook = stored(NAMES[0])
    details = {
        "title": "",
        "kind": "Instructor",
        "footer": '""',
        "room": {},
        "shows": {},
    }
    html = render(instructor_copy(notebook), template="handout", page=details)
    alt = notebook.cells[0].outputs[0].metadata["image/png"]["alt"]
    assert f'<img alt="{alt}"' in html
    assert "data-explorer" not in html and "<script" not in html


def test_the_site_carries_one_script_for_all(tmp_path: Path) -> None:
    nbformat.write(stored(*NAMES), tmp_path / "01_touch.ipynb")
    source = write_source([tmp_path / "01_touch.ipynb"], tmp_path / "made")
    assert [file.name for file in (source.extra / "_static").iterdir()] == ["explorers.js"]
    without = write_source([], tmp_path / "none")
    assert not (without.extra / "_static").exists()


def test_the_door_opens_without_ipywidgets() -> None:
    program = (
        "import sys, course_utils.explorers as door\n"
        f"assert not {{'ipywidgets', 'anywidget', 'IPython'}} & set(sys.modules)\n"
        f"assert set({NAMES!r}) <= set(dir(door)) & set(door.__all__)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_door_knows_no_others() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Windows'"):
        explorers.Windows  # noqa: B018


def test_a_stored_notebook_is_compared_strictly(tmp_path: Path) -> None:
    """The stored outputs are those of a fresh kernel, byte for byte, picture and view left out."""
    notebook = stored(*NAMES)
    setup = "from course_utils.explorers import " + ", ".join(NAMES)
    notebook.cells.insert(0, new_code_cell(setup, id="setup", execution_count=1))
    for count, cell in enumerate(notebook.cells, start=1):
        cell.execution_count = count
        for output in cell.outputs:
            output.execution_count = count
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--nbval"]
    command += ["--nbval-current-env", "--nbval-cell-timeout", "120"]

    def run_nbval(changed: nbformat.NotebookNode) -> subprocess.CompletedProcess:
        nbformat.write(changed, tmp_path / "one.ipynb")
        return subprocess.run(
            [*command, "one.ipynb"], cwd=tmp_path, capture_output=True, text=True, check=False
        )

    done = run_nbval(notebook)
    assert done.returncode == 0, done.stdout[-3000:]
    # It is the state that is compared.
    wrong = notebook.cells[-1].outputs[0].data[explorers.MIME]
    wrong["state"] = wrong["state"].replace('"column":0', '"column":1')
    done = run_nbval(notebook)
    assert done.returncode == 1 and f"mismatch '{explorers.MIME}'" in done.stdout


def test_nothing_is_no_value(name: str) -> None:
    explorer = made(name)
    before = explorer.state()
    for trait in before:
        # ValueError names trait and remedy; traitlets' own error names both too.
        with pytest.raises((ValueError, traitlets.TraitError), match=trait):
            setattr(explorer, trait, None)
    assert explorer.state() == before
