"""How fast and how large the explorers are: frames, keys, strokes, bytes, loading.

``python benchmarks/explorers.py`` opens a page with all eight in Chromium, then a JupyterLab with a
student's own network, and prints a table. With ``--pictures FOLDER`` it only writes two small
screenshots there, those that README shows.
"""

from __future__ import annotations

import argparse
import runpy
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace

import nbformat
from nbformat.v4 import new_code_cell, new_notebook, new_output

from course_utils import explorers
from course_utils.explorers import bundling, with_few_colours
from course_utils.notebooks import NOTEBOOK_METADATA, canonical_form
from course_utils.publishing import chromium, write_page

# A real JupyterLab is something that the tests in the browser know how to start.
RUNNING_LAB = Path(__file__).resolve().parent.parent / "tests" / "browser" / "running_lab.py"

FRAMES = """async kernel => {
  const root = document.querySelector('.cx-filter_lab');
  const count = () => Number(root.dataset.frames), before = count(), begin = performance.now();
  const grid = root.querySelector('[aria-label="kernel"][role="grid"]');
  const buttons = [...root.querySelectorAll('button')];
  const button = buttons.find(one => one.textContent.startsWith('Turn'));
  // Each turn changes the kernel: the whole picture is filtered and painted anew.
  while (performance.now() - begin < 3000) {
    button.click();
    await new Promise(requestAnimationFrame);
  }
  const frames = count() - before, seconds = (performance.now() - begin) / 1000;
  return [frames / seconds, frames, grid.querySelectorAll('.cx-cell').length];
}"""
KEYS = """async () => {
  const cell = document.querySelector('.cx-window [aria-label="feature map"] .cx-cell');
  cell.focus();
  const times = [];
  for (let k = 0; k < 60; k++) {
    const key = ['ArrowRight', 'ArrowDown', 'ArrowLeft', 'ArrowUp'][k % 4];
    const begin = performance.now();
    document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true}));
    await new Promise(requestAnimationFrame);
    await new Promise(done => setTimeout(done, 0));
    times.push(performance.now() - begin);
  }
  times.sort((a, b) => a - b);
  return [times[30], times[57]];
}"""


OWN_NETWORK = """
import time, keras, numpy as np
from course_utils.explorers import Sketchpad
model = keras.Sequential([
    keras.Input((28, 28, 1)),
    keras.layers.Conv2D(32, 3, activation="relu"), keras.layers.MaxPooling2D(),
    keras.layers.Conv2D(64, 3, activation="relu"), keras.layers.MaxPooling2D(),
    keras.layers.Conv2D(64, 3, activation="relu"), keras.layers.Flatten(),
    keras.layers.Dense(64, activation="relu"), keras.layers.Dense(10, activation="softmax"),
])
pad = Sketchpad(model)
pad
"""
PROCESSOR = (
    "(lambda begin: (pad._answer(), 1000 * (time.process_time() - begin))[1])(time.process_time())"
)
WATCH = """() => {
  const root = document.querySelector('.cx-sketchpad');
  Object.assign(window, { answers: [], lifted: 0 });
  new MutationObserver(() => answers.push(performance.now()))
    .observe(root, { attributes: true, attributeFilter: ['data-probabilities'] });
  root.querySelector('.cx-board').addEventListener('pointerup', () => { lifted = performance.now(); });
}"""
ASK = """async code => {
  const kernel = jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  const done = await kernel.requestExecute({code: '', user_expressions: {x: code}}).done;
  return Number(done.content.user_expressions.x.data['text/plain']); }"""


def stored() -> nbformat.NotebookNode:
    """A notebook with all explorers, as it is stored."""
    cells = []
    for name in sorted(explorers._CLASSES):
        data, metadata = getattr(explorers, name)()._repr_mimebundle_()
        output = new_output("execute_result", data=data, metadata=metadata, execution_count=1)
        cells.append(new_code_cell(f"{name}()", id=name, outputs=[output]))
    return canonical_form.canonical(new_notebook(cells=cells))[0]


def sizes(notebook: nbformat.NotebookNode) -> None:
    """Print what each explorer adds to a notebook, and how large its own script is."""
    for cell in notebook.cells:
        kilobytes = len(nbformat.writes(new_notebook(cells=[cell])).encode()) / 1000
        script = len(bundling.module(explorers._CLASSES[cell.id]).encode()) / 1000
        print(f"{cell.id:10} notebook {kilobytes:5.1f} kB   own script {script:5.1f} kB")


def import_time() -> None:
    """Print what a notebook's first explorer costs after NumPy, Matplotlib and IPython."""
    program = (
        "import time, ipykernel.ipkernel, IPython.display, numpy, matplotlib.pyplot\n"
        "a = time.perf_counter(); import course_utils.explorers as door\n"
        "b = time.perf_counter(); door.Window; c = time.perf_counter()\n"
        "print(b - a, c - b)"
    )
    tries = [
        [float(one) for one in subprocess.check_output([sys.executable, "-c", program]).split()]
        for _ in range(3)
    ]
    door, first = min(tries)
    print(f"import: the door {door:.2f} s, the first explorer {first:.2f} s")


class Processor:
    """Processor time of a page's main thread: the same on a busy machine as on a calm one."""

    def __init__(self, page) -> None:
        self.session = page.context.new_cdp_session(page)
        self.session.send("Performance.enable")
        self.before = 0.0
        self.lap()

    def lap(self) -> float:
        """Return the milliseconds since the last lap."""
        metrics = self.session.send("Performance.getMetrics")["metrics"]
        now = next(one["value"] for one in metrics if one["name"] == "ThreadTime")
        spent, self.before = now - self.before, now
        return 1000 * spent


def take_pictures(page_file: Path, folder: Path) -> None:
    """Write screenshots of two explorers, as they are after the first answer."""
    folder.mkdir(parents=True, exist_ok=True)
    with chromium.open_browser() as browser:
        page = browser.new_page(viewport={"width": 760, "height": 900})
        page.goto(page_file.as_uri())
        page.get_by_role("button", name="Show the numbers").click()
        page.get_by_role("button", name="some", exact=True).click()
        page.mouse.move(0, 0)
        page.wait_for_timeout(1000)
        for name in ("window", "shift"):
            shot = page.locator(f".cx-{name} .cx-body").screenshot()
            (folder / f"explorer_{name}.png").write_bytes(with_few_colours(shot, 32))


def in_chromium(page_file: Path) -> None:
    """Print frames, keys and strokes."""
    with chromium.open_browser() as browser:
        page = browser.new_page(viewport={"width": 1000, "height": 1000})
        begin = time.perf_counter()
        page.goto(page_file.as_uri())
        page.locator(".cx").nth(len(explorers._CLASSES) - 1).wait_for()
        page.wait_for_function("document.querySelector('.cx-filter_lab').dataset.loaded")
        print(f"page with all: {time.perf_counter() - begin:.2f} s, "
              f"{page_file.stat().st_size / 1000:.0f} kB")  # fmt: skip
        page.locator('.cx-filter_lab select[aria-label="kernel"]').select_option("box_7")
        # Not the same when turned: each turn is work.
        page.locator('.cx-filter_lab [aria-label="kernel"] .cx-cell').first.focus()
        page.keyboard.type("0.5")
        page.keyboard.press("Enter")
        processor = Processor(page)
        rate, frames, cells = page.evaluate(FRAMES)
        each = processor.lap() / max(frames, 1)
        print(f"filter lab, {cells} weights: {rate:.0f} frames/s, {each:.1f} ms of processor each")
        page.get_by_role("button", name="Show the numbers").click()
        processor.lap()
        middle, slow = page.evaluate(KEYS)
        each = processor.lap() / 60
        print(f"window: a key press shown in {middle:.0f} ms (95 %: {slow:.0f} ms), "
              f"{each:.1f} ms of processor")  # fmt: skip
        board = page.locator(".cx-sketchpad .cx-board")
        board.scroll_into_view_if_needed()
        box = board.bounding_box()
        milliseconds = []
        processor.lap()
        for at in (0.3, 0.4, 0.5, 0.6, 0.7):
            page.mouse.move(box["x"] + at * box["width"], box["y"] + 0.2 * box["height"])
            page.mouse.down()
            page.mouse.move(box["x"] + at * box["width"], box["y"] + 0.8 * box["height"], steps=8)
            page.mouse.up()
            page.wait_for_timeout(200)
            milliseconds.append(page.locator(".cx-sketchpad").get_attribute("data-ms") or "nan")
        print("sketchpad: a stroke answered in", ", ".join(milliseconds), "ms; "
              f"{processor.lap() / 5:.0f} ms of processor for a stroke of 9 points")  # fmt: skip


def in_jupyterlab(folder: Path, strokes: int = 9) -> None:
    """Print how long a stroke waits for the answer of a network in Python, end to end."""
    lab = SimpleNamespace(**runpy.run_path(str(RUNNING_LAB)))
    (folder / "root").mkdir()
    cells = [new_code_cell(OWN_NETWORK, id="pad")]
    # With the name of its kernel: JupyterLab would ask for it.
    made = new_notebook(cells=cells, metadata=NOTEBOOK_METADATA)
    nbformat.write(made, folder / "root" / "one.ipynb")
    with lab.running(folder / "root", folder / "work") as base, \
            chromium.open_browser() as browser:  # fmt: skip
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        lab.open_notebook(page, base, "one.ipynb")
        lab.run(page, "pad")
        board = page.locator(".cx-sketchpad .cx-board")
        board.scroll_into_view_if_needed()
        box = board.bounding_box()
        page.evaluate(WATCH)
        times = []
        for turn in range(strokes):
            page.evaluate("() => { answers.length = 0; }")
            x = box["x"] + (0.15 + 0.7 * turn / strokes) * box["width"]
            page.mouse.move(x, box["y"] + 0.2 * box["height"])
            page.mouse.down()
            for step in range(20):  # as a hand draws: a third of a second
                page.mouse.move(x + step, box["y"] + (0.2 + 0.03 * step) * box["height"])
                page.wait_for_timeout(16)
            page.mouse.up()
            page.wait_for_timeout(1000)
            times.append(page.evaluate("Math.max(0, answers.at(-1) - lifted)"))
        times.sort()
        spent = sorted(page.evaluate(ASK, PROCESSOR) for _ in range(9))[4]
        print(f"sketchpad in JupyterLab, own network: answered {times[strokes // 2]:.0f} ms after the "
              f"pen is lifted (slowest {times[-1]:.0f} ms), {spent:.0f} ms of Python's processor")  # fmt: skip


def main() -> None:
    """Read the options, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", type=Path, metavar="FOLDER")
    pictures = parser.parse_args().pictures
    notebook = stored()
    if not pictures:
        sizes(notebook)
        import_time()
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        write_page(notebook, page)
        if pictures:
            take_pictures(page, pictures)
        else:
            in_chromium(page)
            in_jupyterlab(Path(folder))


if __name__ == "__main__":
    main()
