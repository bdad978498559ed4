"""The explorers in Chromium: in a real JupyterLab, on a built page, on the site, on slides."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import numpy as np
import pytest
import running_lab
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image

from course_utils import explorers, notebooks
from course_utils.explorers.stored_network import page_network
from course_utils.explorers.threshold.drawing import position
from course_utils.handwriting import draw_strokes
from course_utils.notebooks.canonical_form import canonical
from course_utils.publishing import javascript
from course_utils.publishing.page import write_page
from course_utils.publishing.site import build_site
from course_utils.publishing.slides import READY, write_deck

NAMES = sorted(explorers._CLASSES)
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def wait_for(page: object, code: str, arg: object = None) -> None:
    """Wait until JavaScript gives something true.

    Playwright's own way is refused by pages that allow no script but their own.
    """
    until = time.monotonic() + running_lab.STARTING
    while not page.evaluate(code, arg):
        assert time.monotonic() < until, code
        page.wait_for_timeout(50)


def stored_notebook() -> nbformat.NotebookNode:
    """A notebook with a slide for each explorer, as `refresh` stores it."""
    cells = [new_markdown_cell("# Touch", id="title", metadata=slide("slide"))]
    for name in NAMES:
        data, metadata = getattr(explorers, name)()._repr_mimebundle_()
        output = new_output("execute_result", data=data, metadata=metadata, execution_count=1)
        cells.append(new_markdown_cell(f"## {name}", id=f"head-{name}", metadata=slide("slide")))
        cells.append(new_code_cell(f"{name}()", id=name, outputs=[output], metadata=slide("-")))
    return canonical(new_notebook(cells=cells, metadata=notebooks.NOTEBOOK_METADATA))[0]


def slide(kind: str) -> dict:
    return {"slideshow": {"slide_type": kind}}


@pytest.fixture(scope="session")
def places(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The same notebook as a page, as slides, and on the site."""
    folder = tmp_path_factory.mktemp("explorers")
    notebook = stored_notebook()
    nbformat.write(notebook, folder / "01_touch.ipynb")
    try:
        write_deck(notebook, folder / "slides.html")
    except javascript.JavaScriptMissing as missing:
        pytest.skip(str(missing))
    write_page(notebook, folder / "page.html")
    build_site([folder / "01_touch.ipynb"], folder / "site")
    site = folder / "site" / "01_touch.html"
    return {"page": folder / "page.html", "slides": folder / "slides.html", "site": site}


@pytest.fixture(scope="session")
def axe() -> str:
    try:
        return javascript.file("axe-core/axe.min.js").read_text(encoding="utf-8")
    except javascript.JavaScriptMissing as missing:
        pytest.skip(str(missing))


@pytest.fixture
def visit(places: dict[str, Path], open_page: Callable) -> Iterator[Callable]:
    """Open one of the places offline; afterwards nothing was asked for and nothing went wrong."""
    records = []

    def go(place: str, **settings: object) -> object:
        record = open_page(offline=True, **settings)
        records.append(record)
        record.page.goto(places[place].as_uri())
        if place == "slides":
            record.page.wait_for_function(READY)
        else:
            record.page.locator(".cx").nth(len(NAMES) - 1).wait_for()
        return record.page

    yield go
    for record in records:
        assert not record.outside and not record.errors


def explorer_on(page: object, name: str) -> object:
    """Find an explorer; on slides turn to it, and open it with the keyboard."""
    folder = explorers._CLASSES[name]
    if page.locator(".reveal").count():
        for _ in range(40):
            if page.evaluate("Reveal.getCurrentSlide().id") == f"head-{name}":
                break
            page.keyboard.press("Space")
        page.evaluate("() => Reveal.getCurrentSlide().querySelector('.cx-open').focus()")
        page.keyboard.press("Enter")
    found = page.locator(f".cx-{folder}")
    found.scroll_into_view_if_needed()
    return found


def violations(page: object, axe: str) -> list[str]:
    page.evaluate(axe)
    found = page.evaluate("axe.run('.cx', {resultTypes: ['violations'], preload: false})")
    return [
        f"{one['impact']}: {one['id']} at {[node['target'] for node in one['nodes'][:3]]} "
        f"{one['nodes'][0]['any'][:1]}"
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
    ]


# --- all of them --------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("place", ["page", "site"])
def test_every_reader_can_use_them(place: str, scheme: str, visit: Callable, axe: str) -> None:
    page = visit(place, color_scheme=scheme)
    for details in page.locator(".cx details").all():
        details.evaluate("one => { one.open = true; }")
    assert violations(page, axe) == []
    themes = page.locator(".cx").evaluate_all("all => all.map(one => one.dataset.theme)")
    assert set(themes) == {scheme}
    assert page.locator("figure[data-explorer] > img:visible").count() == 0


@pytest.mark.parametrize("place", ["page", "site"])
def test_they_turn_dark_while_they_are_open(place: str, visit: Callable) -> None:
    page = visit(place, color_scheme="light")
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        wait_for(
            page,
            "scheme => [...document.querySelectorAll('.cx')].every(one => "
            "one.dataset.theme === scheme)",
            scheme,
        )


ZOOMED = {"viewport": {"width": 640, "height": 360}, "device_scale_factor": 2}  # 1280 at 200 %


@pytest.mark.parametrize("screen", [PHONE, ZOOMED], ids=["phone", "zoomed"])
@pytest.mark.parametrize("place", ["page", "site"])
def test_they_fit_on_a_phone(place: str, screen: dict, visit: Callable) -> None:
    page = visit(place, **screen)
    assert page.evaluate("document.documentElement.scrollWidth") <= screen["viewport"]["width"]
    cut = page.evaluate(
        """[...document.querySelectorAll('.cx *')].filter(one => {
          const [outer, box] = [one.closest('.cx'), one].map(part => part.getBoundingClientRect());
          return box.width && box.right > outer.right + 1 && !one.closest('.cx-scrolls');
        }).map(one => one.outerHTML.slice(0, 100))"""
    )
    assert cut == []


def test_paper_has_the_pictures(visit: Callable) -> None:
    page = visit("page")
    page.emulate_media(media="print")
    assert page.locator("figure[data-explorer] > img:visible").count() == len(NAMES)
    assert page.locator(".cx:visible").count() == 0


def test_without_scripts_the_pictures_stay(places: dict[str, Path], open_page: Callable) -> None:
    page = open_page(java_script_enabled=False).page
    page.goto(places["page"].as_uri())
    pictures = page.locator("figure[data-explorer] img")
    assert pictures.count() == len(NAMES)
    assert all(len(one.get_attribute("alt")) > 50 for one in pictures.all())


@pytest.mark.parametrize("name", NAMES)
def test_on_a_slide_it_opens_and_closes_by_keyboard(name: str, visit: Callable) -> None:
    page = visit("slides")
    explorer_on(page, name).wait_for()
    before = page.evaluate("JSON.stringify(Reveal.getIndices())")
    size = page.locator("dialog .cx").evaluate("one => parseFloat(getComputedStyle(one).fontSize)")
    assert size >= 18
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    assert page.evaluate("JSON.stringify(Reveal.getIndices())") == before
    page.keyboard.press("Escape")
    page.wait_for_timeout(200)
    if page.locator("dialog").count():  # it closed an open list of choices
        page.keyboard.press("Escape")
    page.locator("dialog").wait_for(state="detached")
    assert page.evaluate("JSON.stringify(Reveal.getIndices())") == before
    assert not page.evaluate("Reveal.isOverview()")


# --- the window ---------------------------------------------------------------------------------


def cell(part: object, i: int, j: int) -> object:
    return part.locator(f'.cx-cell[data-i="{i}"][data-j="{j}"]')


def grid(found: object, label: str) -> object:
    return found.get_by_role("grid", name=label, exact=True)


@pytest.mark.parametrize("place", ["page", "site", "slides"])
def test_window_by_mouse(place: str, visit: Callable) -> None:
    page = visit(place)
    found = explorer_on(page, "Window")
    output = grid(found, "feature map")
    assert output.inner_text().split() == ["?"] * 9
    cell(output, 1, 0).click()
    assert output.inner_text().split() == "4 3 4 2 4 3 2 3 4".split()
    assert "where it is 2. The largest is 4" in found.locator(".cx-reply").inner_text()
    cell(output, 2, 1).hover()
    assert found.locator(".cx-sum").inner_text().endswith("= 3")
    # The window is seen on the image, with the kernel's numbers in it.
    notes = grid(found, "image").locator(".cx-under .cx-note").all()
    assert [one.get_attribute("data-note") for one in notes] == "×1 ×0 ×1 ×0 ×1 ×0 ×1 ×0 ×1".split()
    found.get_by_text("convolution", exact=True).click()
    found.get_by_text("full", exact=True).click()
    assert output.locator(".cx-cell").count() == 49
    assert grid(found, "image").locator(".cx-cell[data-padding]").count() == 81 - 25
    assert "⌊(5 + 2 + 2 − 1·(3 − 1) − 1) / 1⌋ + 1 = 7" in found.inner_text()


@pytest.mark.parametrize("place", ["page", "slides"])
def test_window_by_keyboard(place: str, visit: Callable) -> None:
    page = visit(place)
    found = explorer_on(page, "Window")
    output = grid(found, "feature map")
    cell(output, 0, 0).focus()
    page.keyboard.press("ArrowRight")
    assert output.inner_text().split() == ["?"] * 9
    page.keyboard.press("Enter")
    assert found.locator(".cx-sum b").inner_text() == "3"
    page.keyboard.press("ArrowDown")
    assert found.locator(".cx-sum b").inner_text() == "4"
    wait_for(
        page,
        "one => one.textContent.startsWith('Row 1, column 1: 4.')",
        arg=found.locator(".cx-say").element_handle(),
    )
    cell(grid(found, "kernel"), 0, 0).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.type("-2.5")
    page.keyboard.press("Enter")
    assert found.locator(".cx-sum b").inner_text() == "1.5"
    page.keyboard.press("Enter")
    page.keyboard.type("many")
    page.keyboard.press("Enter")
    assert found.get_by_role("alert").inner_text() == (
        "could not convert string to float: 'many': write a number, such as 2, -1 or 0.5"
    )
    assert found.locator(".cx-sum b").inner_text() == "1.5"


def test_window_by_touch(visit: Callable) -> None:
    page = visit("page", **PHONE)
    found = explorer_on(page, "Window")
    cell(grid(found, "feature map"), 0, 0).tap()
    assert "and it is there: 4, as in 3 more." in found.locator(".cx-reply").inner_text()
    found.get_by_role("button", name="Step", exact=True).tap()
    assert found.locator(".cx-sum b").inner_text() == "3"
    cell(grid(found, "image"), 0, 1).tap()
    page.keyboard.type("9")
    cell(grid(found, "feature map"), 0, 1).tap()
    assert found.locator(".cx-sum b").inner_text() == "11"


def test_window_says_what_does_not_fit(visit: Callable) -> None:
    page = visit("page")
    found = explorer_on(page, "Window")
    found.get_by_label("image size").fill("3")
    found.get_by_label("kernel size").fill("9")
    assert found.get_by_role("alert").inner_text() == (
        "kernel 9×9 is larger than the image 3×3: "
        "pad the image by at least 3 or use a smaller kernel"
    )
    found.get_by_label("kernel size").fill("2")
    assert found.get_by_role("alert").count() == 0


def test_window_moves_by_itself_only_where_motion_is_welcome(visit: Callable) -> None:
    page = visit("page")
    found = explorer_on(page, "Window")
    found.get_by_role("button", name="Show the numbers").click()
    found.get_by_role("button", name="Play").click()
    wait_for(page, "document.querySelector('.cx-window .cx-sum b').textContent === '3'")
    found.get_by_role("button", name="Pause").click()
    calm = visit("page", reduced_motion="reduce")
    assert explorer_on(calm, "Window").get_by_role("button", name="Play").count() == 0


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("nan", "kernel holds nan: use numbers from −1000000 to 1000000, so that they can be read"),
        ("1e20", "kernel holds 1e20: use numbers from −1000000 to 1000000"),
        ("", "could not convert string to float: '': write a number"),
        ("1/9", "could not convert string to float: '1/9': write a number"),
    ],
)
def test_a_bad_number_changes_nothing(typed: str, message: str, visit: Callable) -> None:
    page = visit("page")
    found = explorer_on(page, "Window")
    kernel = grid(found, "kernel")
    before = kernel.inner_text()
    cell(kernel, 1, 1).click()
    page.keyboard.press("Control+a")
    page.keyboard.press("Backspace")
    page.keyboard.type(typed)
    page.keyboard.press("Enter")
    assert found.get_by_role("alert").inner_text().startswith(message)
    assert kernel.inner_text() == before
    # The largest there may be: nothing is cut off, and the next good number takes the message away.
    cell(kernel, 1, 1).click()
    page.keyboard.type("-1000000")
    page.keyboard.press("Enter")
    assert found.get_by_role("alert").count() == 0
    found.get_by_role("button", name="Show the numbers").click()
    assert overfull(found) == []


def overfull(found: object) -> list[str]:
    """Cells with a number or a note that reaches over the cell's edge."""
    return found.locator(".cx-cell > span").evaluate_all(
        """all => all.filter(one => {
          const [inner, outer] = [one, one.parentElement].map(part => part.getBoundingClientRect());
          return inner.left < outer.left - 1 || inner.right > outer.right + 1;
        }).map(one => one.textContent || one.dataset.note)"""
    )


@pytest.mark.parametrize("screen", [{}, PHONE], ids=["desktop", "phone"])
def test_every_number_has_room(screen: dict, open_page: Callable, tmp_path: Path) -> None:
    image = [[1e6, -1e6, 3], [-3.14159, -123456, 0.0001], [0.125, -0.111111, 99.99]]
    window = explorers.Window(image, [[999999.5, -2], [-0.333333, 1]], padding=1, ask=False)
    data, metadata = window._repr_mimebundle_()
    output = new_output("execute_result", data=data, metadata=metadata, execution_count=1)
    made = new_notebook(cells=[new_code_cell("Window()", id="one", outputs=[output])])
    write_page(canonical(made)[0], tmp_path / "one.html")
    page = open_page(offline=True, **screen).page
    page.goto((tmp_path / "one.html").as_uri())
    found = explorer_on(page, "Window")
    for _ in range(5):
        assert overfull(found) == []
        found.get_by_role("button", name="Step", exact=True).click()


def test_a_cell_that_is_only_visited_keeps_all_decimals(visit: Callable) -> None:
    page = visit("page")
    found = loaded(explorer_on(page, "FilterLab"))
    found.locator('select[aria-label="kernel"]').select_option("box_blur")
    kernel = grid(found, "kernel")
    cell(kernel, 0, 0).click()
    assert kernel.locator("input").input_value() == "0.111111"
    cell(kernel, 2, 2).click()
    page.keyboard.press("Enter")
    assert found.locator('select[aria-label="kernel"]').input_value() == "box_blur"


def test_two_of_a_kind_go_their_own_ways(open_page: Callable, tmp_path: Path) -> None:
    cells = []
    for padding in ("valid", "full"):
        data, metadata = explorers.Window(padding=padding, ask=False)._repr_mimebundle_()
        output = new_output("execute_result", data=data, metadata=metadata, execution_count=1)
        cells.append(new_code_cell("Window()", id=padding, outputs=[output]))
    write_page(canonical(new_notebook(cells=cells))[0], tmp_path / "two.html")
    page = open_page(offline=True).page
    page.goto((tmp_path / "two.html").as_uri())
    page.locator(".cx-window").nth(1).wait_for()
    assert paddings(page) == ["valid", "full"]
    page.locator(".cx-window").first.get_by_text("same", exact=True).click()
    assert paddings(page) == ["same", "full"]
    cell(grid(page.locator(".cx-window").last, "kernel"), 0, 0).click()
    page.keyboard.type("9")
    page.keyboard.press("Enter")
    kernels = [grid(one, "kernel").inner_text() for one in page.locator(".cx-window").all()]
    assert kernels[0].split()[0] == "1" and kernels[1].split()[0] == "9"


def paddings(page: object) -> list[str]:
    """What is chosen in each window; a choice without an answer would be missing."""
    return page.locator(".cx-window").evaluate_all(
        "all => all.map(one => [...one.querySelectorAll('input[type=radio]:checked')]"
        ".map(chosen => chosen.value).find(value => !value.startsWith('co')))"
    )


# --- in JupyterLab ------------------------------------------------------------------------------


class Lab:
    """A notebook open in JupyterLab, and its kernel."""

    def __init__(self, record: object) -> None:
        self.record, self.page = record, record.page

    def run_all(self) -> None:
        self.page.evaluate(
            "async () => { const shown = jupyterapp.shell.currentWidget; "
            "await shown.context.ready; await shown.sessionContext.ready; await shown.revealed; "
            "await jupyterapp.commands.execute('notebook:run-all-cells'); }"
        )

    def ask(self, code: str) -> str:
        """Return what an expression is worth in the kernel, as Python writes it."""
        return self.page.evaluate(
            """async code => {
              const kernel = jupyterapp.shell.currentWidget.sessionContext.session.kernel;
              const done = await kernel.requestExecute(
                {code: '', user_expressions: {x: code}, silent: true}).done;
              const {x} = done.content.user_expressions;
              return x.data ? x.data['text/plain'] : `${x.ename}: ${x.evalue}`; }""",
            code,
        )

    def tell(self, code: str) -> None:
        reply = self.page.evaluate(
            """async code => (await jupyterapp.shell.currentWidget.sessionContext.session.kernel
              .requestExecute({code}).done).content""",
            code,
        )
        assert reply["status"] == "ok", reply

    def show(self, code: str, *, again: bool = False) -> object:
        """Run code in a new last cell, or again in the one of before; return its explorer."""
        self.page.evaluate(
            "async ([code, again]) => { const shown = jupyterapp.shell.currentWidget.content; "
            "shown.activeCellIndex = shown.widgets.length - 1; "
            "if (!again) await jupyterapp.commands.execute('notebook:insert-cell-below'); "
            "shown.activeCell.model.sharedModel.setSource(code); "
            "await jupyterapp.commands.execute('notebook:run-cell'); }",
            [code, again],
        )
        found = self.page.locator(".jp-Cell").last.locator(".cx")
        found.wait_for()
        found.scroll_into_view_if_needed()
        return found

    def find(self, name: str) -> object:
        found = self.page.locator(f".cx-{explorers._CLASSES[name]}:visible")
        found.wait_for()
        found.scroll_into_view_if_needed()
        return found

    def until(self, code: str, wanted: str) -> None:
        """Wait until an expression is worth this; traits take a moment on their way."""
        for _ in range(10 * running_lab.STARTING):
            found = self.ask(code)
            if found == wanted:
                return
            self.page.wait_for_timeout(100)
        assert found == wanted


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A running JupyterLab; yields its address and its folder."""
    folder = tmp_path_factory.mktemp("lab")
    (folder / "root").mkdir()
    with running_lab.running(folder / "root", folder / "work") as base:
        yield base, folder / "root"


@pytest.fixture
def lab(server: tuple[str, Path], open_page: Callable) -> Iterator[Lab]:
    base, root = server
    variables = [f"{name.lower()} = explorers.{name}()\n{name.lower()}" for name in NAMES]
    cells = [new_code_cell(text) for text in ["from course_utils import explorers", *variables]]
    made = new_notebook(cells=cells, metadata=notebooks.NOTEBOOK_METADATA)
    # Written anew each time, so that no test meets what another one has saved.
    nbformat.write(made, root / "one.ipynb")
    record = open_page(viewport={"width": 1280, "height": 900})
    running_lab.open_notebook(record.page, base, "one.ipynb")
    opened = Lab(record)
    opened.run_all()
    yield opened
    assert record.outside == []
    assert [said for said in record.errors if "explorer" in said.lower() or "cx" in said] == []


def test_window_in_jupyterlab(lab: Lab) -> None:
    found = lab.find("Window")
    cells = lab.page.evaluate("jupyterapp.shell.currentWidget.content.widgets.length")
    cell(grid(found, "feature map"), 1, 0).click()
    lab.until("window.row, window.column, window.ask, window.value", "(1, 0, False, 2)")
    lab.page.keyboard.press("ArrowRight")
    lab.until("window.value", found.locator(".cx-sum b").inner_text())
    cell(grid(found, "kernel"), 1, 1).click()
    lab.page.keyboard.type("5")
    lab.page.keyboard.press("Enter")
    lab.until("window.kernel", "[[1, 0, 1], [0, 5, 0], [1, 0, 1]]")
    lab.until("window.value", "8")
    assert found.locator(".cx-sum b").inner_text() == "8"
    # Keys meant for the explorer are no commands of the notebook.
    for key in ("a", "b", "d", "d", "ArrowDown", "x"):
        lab.page.keyboard.press(key)
    assert lab.page.evaluate("jupyterapp.shell.currentWidget.content.widgets.length") == cells
    lab.tell("window.image = [[0, 0, 0], [0, 7, 0], [0, 0, 0]]; window.padding = 'same'")
    cell(grid(found, "feature map"), 1, 1).click()
    assert found.locator(".cx-sum b").inner_text() == "35"
    lab.until("window.response.tolist()", "[[7, 0, 7], [0, 35, 0], [7, 0, 7]]")


def test_two_of_a_kind_in_jupyterlab(lab: Lab) -> None:
    first = lab.find("Window").first
    second = lab.show("other = explorers.Window(padding='full', ask=False)\nother")
    assert paddings(lab.page) == ["valid", "full"]
    titles = [one.get_attribute("aria-labelledby") for one in lab.page.locator(".cx").all()]
    assert len(set(titles)) == len(titles)
    second.get_by_text("same", exact=True).click()
    lab.until("window.padding, other.padding", "('valid', 'same')")
    first.get_by_text("full", exact=True).click()
    lab.until("window.padding, other.padding", "('full', 'same')")
    assert paddings(lab.page) == ["full", "same"]
    # The cell once more: a new one stands in the place of the old.
    lab.show("other = explorers.Window(ask=False)\nother", again=True)
    lab.page.wait_for_function("document.querySelectorAll('.cx-window').length === 2")
    lab.until("other.padding", "'valid'")


def test_two_tabs_show_the_same(lab: Lab, server: tuple[str, Path]) -> None:
    found = lab.show("shared = explorers.Window(ask=False)\nshared")
    # The second tab opens what is on the disk.
    running_lab.save(lab.page)
    lab.page.wait_for_function("() => !jupyterapp.shell.currentWidget.context.model.dirty")
    other = lab.page.context.new_page()
    running_lab.open_notebook(other, server[0], "one.ipynb")
    running_lab.scroll_until(
        other, "content.widgets.at(-1)", "cell.node.querySelector('.cx-window')?.checkVisibility()"
    )
    there = other.locator(".jp-Cell").last.locator(".cx-window")
    cell(grid(found, "kernel"), 0, 0).click()
    lab.page.keyboard.type("7")
    lab.page.keyboard.press("Enter")
    lab.until("shared.kernel[0]", "[7, 0, 1]")
    cell(grid(there, "kernel"), 0, 0).get_by_text("7", exact=True).wait_for()
    cell(grid(there, "feature map"), 1, 1).click()
    lab.until("shared.row, shared.column", "(1, 1)")
    found.get_by_text("row 1, column 1:").first.wait_for()
    other.close()


def test_bad_values_from_python_leave_the_page_as_it_was(lab: Lab) -> None:
    found = lab.find("Window")
    # What it says aloud comes a moment after what it shows.
    spoken = found.locator(".cx-say").element_handle()
    wait_for(lab.page, "spoken => spoken.textContent", arg=spoken)
    before = found.inner_text()
    for code in ("window.kernel = [[float('nan')]]", "window.row = -1", "window.kernel = None"):
        with pytest.raises(AssertionError, match="ValueError"):
            lab.tell(code)
    assert found.inner_text() == before


# --- the filter lab -----------------------------------------------------------------------------


def loaded(found: object) -> object:
    wait_for(found.page, "one => one.dataset.loaded", arg=found.locator("xpath=.").element_handle())
    return found


@pytest.mark.parametrize("place", ["page", "site", "slides"])
def test_filter_lab_by_mouse(place: str, visit: Callable) -> None:
    page = visit(place)
    found = loaded(explorer_on(page, "FilterLab"))
    answer = found.get_by_role("application", name="answer")
    box = answer.bounding_box()
    answer.hover(position={"x": box["width"] * 100.5 / 256, "y": box["height"] * 60.5 / 256})
    assert found.locator(".cx-sum").inner_text().startswith("row 60, column 100:")
    lab = explorers.FilterLab()
    # The browser's picture is that of Python to one grey value; the Sobel kernel's sizes add to 8.
    assert float(found.get_attribute("data-shown")) == pytest.approx(
        lab.response[60, 100], abs=8 / 255
    )
    found.get_by_label("kernel", exact=True).locator("visible=true").first.select_option("box_blur")
    lab.kernel = "box_blur"
    assert "sum 1: flat grey stays as it is. rank 1" in found.inner_text()
    assert float(found.get_attribute("data-shown")) == pytest.approx(
        lab.response[60, 100], abs=1.01 / 255
    )
    found.get_by_role("button", name="Digit").click()
    wait_for(page, "document.querySelector('.cx-filter_lab').dataset.loaded === '28×28'")


def test_filter_lab_by_keyboard(visit: Callable) -> None:
    page = visit("page")
    found = loaded(explorer_on(page, "FilterLab"))
    found.get_by_role("application", name="picture").focus()
    for key in ("Shift+ArrowRight", "ArrowUp", "ArrowLeft"):
        page.keyboard.press(key)
    assert found.locator(".cx-sum").inner_text().startswith("row 127, column 137:")
    cell(grid(found, "kernel"), 1, 1).focus()
    page.keyboard.type("1")
    page.keyboard.press("Enter")
    assert "sum 1: flat grey stays as it is. rank 2." in found.inner_text()
    found.get_by_role("button", name="Divide by the sum").focus()
    page.keyboard.press("Enter")
    cell(grid(found, "kernel"), 1, 1).focus()
    page.keyboard.type("0")
    page.keyboard.press("Enter")
    found.get_by_role("button", name="Divide by the sum").click()
    assert "kernel's sum is 0" in found.get_by_role("alert").inner_text()


def test_filter_lab_by_touch(visit: Callable) -> None:
    page = visit("page", **PHONE)
    found = loaded(explorer_on(page, "FilterLab"))
    picture = found.get_by_role("application", name="picture")
    box = picture.bounding_box()
    picture.tap(position={"x": box["width"] / 4, "y": box["height"] / 2})
    said = found.locator(".cx-sum").inner_text()
    assert "column 6" in said and "row 12" in said
    found.get_by_role("button", name="Turn by 180°").tap()
    assert cell(grid(found, "kernel"), 1, 0).inner_text() == "2"


def test_filter_lab_reads_own_pictures_and_says_what_it_cannot(
    visit: Callable, tmp_path: Path
) -> None:
    page = visit("page")
    found = loaded(explorer_on(page, "FilterLab"))
    Image.new("L", (400, 300), 51).save(tmp_path / "mine.png")
    (tmp_path / "notes.txt").write_text("no picture")
    own = found.locator("input[type=file]")
    own.set_input_files(tmp_path / "mine.png")
    wait_for(
        page,
        "document.querySelector('.cx-filter_lab .cx-sum').textContent.includes('brightness 0.2,')",
    )
    own.set_input_files(tmp_path / "notes.txt")
    found.get_by_role("alert").wait_for()
    assert found.get_by_role("alert").inner_text() == (
        "file 'notes.txt' isn't a picture that can be read: save it as PNG or JPEG"
    )


def test_filter_lab_says_that_the_webcam_was_refused(visit: Callable) -> None:
    page = visit("page")
    found = loaded(explorer_on(page, "FilterLab"))
    found.get_by_role("button", name="Webcam").click()
    found.get_by_role("alert").wait_for()
    assert found.get_by_role("alert").inner_text() == WEBCAMS["NotAllowedError"]


def test_filter_lab_with_a_webcam(visit: Callable) -> None:
    page = visit("page", permissions=["camera"])
    found = loaded(explorer_on(page, "FilterLab"))
    photograph = pixels(found, "picture")
    found.get_by_role("button", name="Webcam").click()
    frames = int(found.get_attribute("data-frames"))
    wait_for(
        page, f"Number(document.querySelector('.cx-filter_lab').dataset.frames) > {frames} + 5"
    )
    assert found.get_by_role("button", name="Webcam").get_attribute("aria-pressed") == "true"
    seen = pixels(found, "picture")
    assert seen != photograph and len(set(seen)) > 3
    # The number belongs to the picture of now, and the kernel to the answer.
    found.locator('select[aria-label="kernel"]').select_option("identity")

    def tells_one_number_twice() -> bool:
        told = found.locator(".cx-sum").inner_text().replace(",", "").split()
        return told[told.index("brightness") + 1] == told[-1]

    comes_true(page, tells_one_number_twice)
    found.get_by_role("button", name="Webcam").click()
    wait_for(page, "document.querySelector('.cx-filter_lab .cx-sum').innerText.length > 0")
    comes_true(page, lambda: pixels(found, "picture") == photograph)
    assert found.get_by_role("alert").count() == 0


def pixels(found: object, name: str) -> list[int]:
    return found.locator(f'canvas[aria-label^="{name}"]').evaluate(
        "one => [...one.getContext('2d').getImageData(0, 0, one.width, one.height).data]"
        ".filter((_, at) => at % 404 === 0)"
    )


WEBCAMS = {
    "NotAllowedError": "The webcam was refused: allow it for this page in the browser, or choose a "
    "picture file instead",
    "NotFoundError": "There is no webcam that this page can use: choose a picture file instead",
    "NotReadableError": "There is no webcam that this page can use: choose a picture file instead",
}


@pytest.mark.parametrize("name", ["FilterLab", "Sketchpad"])
@pytest.mark.parametrize("problem", WEBCAMS)
def test_a_webcam_that_cannot_be_had(name: str, problem: str, visit: Callable) -> None:
    page = visit("page")
    page.evaluate(
        "problem => { navigator.mediaDevices.getUserMedia = "
        "() => Promise.reject(new DOMException('no', problem)); }",
        problem,
    )
    found = explorer_on(page, name)
    found.get_by_role("button", name="Webcam").click()
    found.get_by_role("alert").wait_for()
    assert found.get_by_role("alert").inner_text() == WEBCAMS[problem]


def test_filter_lab_in_jupyterlab(lab: Lab) -> None:
    found = loaded(lab.find("FilterLab"))
    cell(grid(found, "kernel"), 1, 2).click()
    lab.page.keyboard.type("3")
    lab.page.keyboard.press("Enter")
    lab.until("filterlab.kernel", "[[-1, 0, 1], [-2, 0, 3], [-1, 0, 1]]")
    lab.tell("import numpy as np; filterlab.kernel = np.full((5, 5), 1 / 25)")
    lab.page.wait_for_function(
        "document.querySelector('.cx-filter_lab:not([hidden])').innerText.includes('sum 1:')"
    )
    shown = float(found.get_attribute("data-shown"))
    there = float(lab.ask("float(filterlab.response[filterlab.row, filterlab.column])"))
    assert shown == pytest.approx(there, abs=1.01 / 255)
    found.get_by_role("button", name="Digit").click()
    lab.until("filterlab.image.shape", "(28, 28)")


# --- the architect ------------------------------------------------------------------------------


def fact(found: object, layer: int, name: str) -> str:
    return found.locator(f'.cx-layer:nth-child({layer}) [data-fact="{name}"]').inner_text()


@pytest.mark.parametrize("place", ["page", "site", "slides"])
def test_architect_by_mouse(place: str, visit: Callable) -> None:
    page = visit(place)
    found = explorer_on(page, "Architect")
    assert fact(found, 4, "shape") == "4×4×20" and fact(found, 4, "sees") == "16×16"
    assert "together 38,390 parameters" in found.inner_text()
    found.get_by_role("button", name="remove layer 5").click()
    assert "layer 5, dense: a dense layer needs a vector" in found.get_by_role("alert").inner_text()
    found.get_by_role("button", name="+ global pooling").click()
    for place_now in (7, 6):
        found.get_by_role("button", name=f"move layer {place_now} up").click()
    assert found.get_by_role("alert").count() == 0
    assert fact(found, 5, "shape") == "20" and fact(found, 6, "parameters") == "2,100"
    found.get_by_text("The stack as Keras code").click()
    assert "layers.GlobalMaxPooling2D()," in found.locator(".cx-code").inner_text()


def test_architect_by_keyboard(visit: Callable) -> None:
    page = visit("page")
    found = explorer_on(page, "Architect")
    found.get_by_label("filters").first.focus()
    page.keyboard.press("ArrowUp")
    assert fact(found, 1, "shape") == "24×24×11" and fact(found, 1, "parameters") == "286"
    page.keyboard.press("Tab")
    page.keyboard.type("30")
    assert "kernel 530×530" in found.get_by_role("alert").inner_text() or "kernel 30×30" in (
        found.get_by_role("alert").inner_text()
    )
    page.keyboard.press("Control+a")
    page.keyboard.type("0")
    assert "use a whole number of at least 1" in found.get_by_role("alert").inner_text()
    page.keyboard.press("Control+a")
    page.keyboard.type("5")
    assert found.get_by_role("alert").count() == 0
    found.get_by_role("button", name="move layer 1 down").focus()
    page.keyboard.press("Enter")
    assert found.locator(".cx-kind").first.inner_text() == "1 pooling"
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "move layer 2 down"


def test_architect_says_what_is_no_number(visit: Callable) -> None:
    page = visit("page")
    found = explorer_on(page, "Architect")
    filters = found.get_by_label("filters").first
    for typed, message in (
        ("", "filters is None: use a whole number of at least 1"),
        ("-3", "filters is -3: use a whole number of at least 1"),
        ("2.5", "filters is 2.5: use a whole number of at least 1"),
        ("999999999999", "filters is 999999999999: use a whole number of at most 4096"),
    ):
        filters.fill(typed)
        assert found.get_by_role("alert").inner_text() == message
        assert fact(found, 1, "shape") == "24×24×10"
    # Left, the field tells what counts.
    page.keyboard.press("Tab")
    assert filters.input_value() == "10" and found.get_by_role("alert").count() == 0


def test_architect_asks_first(visit: Callable) -> None:
    page = visit("page", **PHONE)
    found = explorer_on(page, "Architect")
    found.get_by_role("button", name="Predict first").tap()
    assert "38,390" not in found.locator(".cx-body").inner_text()
    assert fact(found, 1, "shape") == "?"
    found.get_by_role("button", name="show shape of layer 1").tap()
    assert fact(found, 1, "shape") == "24×24×10" and fact(found, 1, "parameters") == "?"


def test_architect_keeps_channels_apart(visit: Callable) -> None:
    page = visit("page")
    found = explorer_on(page, "Architect")
    assert found.get_by_role("button", name="+ depthwise").count() == 0
    assert found.get_by_label("groups").count() == 0
    found.get_by_role("button", name="Channels apart").focus()
    page.keyboard.press("Enter")
    assert found.get_by_label("groups").count() == 2
    found.get_by_label("groups").nth(1).fill("3")
    message = "layer 3, conv: groups is 3, but images has 10 channels: use a divisor of 10"
    assert found.get_by_role("alert").inner_text() == message
    found.get_by_label("groups").nth(1).fill("5")
    assert fact(found, 3, "parameters") == "1,020" and fact(found, 3, "multiplications") == "64,000"
    # In the place of a convolution, before the layers that have no maps.
    found.get_by_role("button", name="remove layer 3").click()
    found.get_by_role("button", name="+ depthwise").click()
    found.get_by_role("button", name="+ pointwise").click()
    names = found.locator(".cx-kind").all_inner_texts()
    assert names[2:6] == ["3 pooling", "4 depthwise", "5 pointwise", "6 flatten"]
    assert fact(found, 4, "shape") == "4×4×10" and fact(found, 4, "multiplications") == "1,440"
    assert fact(found, 5, "sees") == fact(found, 4, "sees") == "16×16"
    found.get_by_role("button", name="+ separable").click()
    found.get_by_text("The stack as Keras code").click()
    code = found.locator(".cx-code").inner_text()
    for line in ("DepthwiseConv2D(3)", 'Conv2D(16, 1, activation="relu")', "SeparableConv2D(16, 3"):
        assert f"layers.{line}" in code
    # Eight sheets of the depthwise layer.
    assert found.locator(".cx-cut").count() == 7


def test_architect_in_jupyterlab(lab: Lab) -> None:
    found = lab.find("Architect")
    found.get_by_label("units").first.fill("50")
    parameters = 260 + 5_020 + 321 * 50 + 51 * 10
    lab.until("architect.layers[5]['units'], architect.parameters", f"(50, {parameters})")
    lab.tell("architect.layers = [{'kind': 'conv', 'filters': 64}]")
    lab.page.wait_for_function("document.querySelectorAll('.cx-architect .cx-layer').length === 1")
    assert fact(found, 1, "parameters") == "640"
    lab.until("architect.parameters", "640")


# --- the shift ----------------------------------------------------------------------------------


def shift_state(found: object) -> dict[str, int]:
    names = ("scores", "map", "pooled", "slid", "answer")
    return {name: int(found.get_attribute(f"data-{name}")) for name in names}


def python_state(dx: int, dy: int) -> dict[str, int]:
    shift = explorers.Shift()
    shift.dx, shift.dy = dx, dy
    scores, feature_map, pooled, slid = shift.changed.values()
    answer = int(shift.scores.argmax())
    return {
        "scores": scores, "map": feature_map, "pooled": pooled, "slid": slid, "answer": answer
    }  # fmt: skip


@pytest.mark.parametrize("place", ["page", "site", "slides"])
def test_shift_by_mouse(place: str, visit: Callable) -> None:
    page = visit(place)
    found = explorer_on(page, "Shift")
    assert "cells changed" not in found.inner_text()
    found.get_by_role("button", name="some").click()
    assert shift_state(found) == python_state(1, 0)
    assert "You expected some; it was some: 51 of 169." in found.locator(".cx-reply").inner_text()
    assert "the map moved along: equivariant" in found.inner_text()
    assert "0 of 10 scores changed: invariant" in found.inner_text()
    picture = found.get_by_role("application")
    picture.scroll_into_view_if_needed()
    box = picture.bounding_box()
    pixel = box["width"] / 28
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 3 * pixel, y + 2 * pixel, steps=3)
    page.mouse.up()
    assert shift_state(found) == python_state(4, 2)


def test_shift_by_keyboard(visit: Callable) -> None:
    page = visit("page")
    found = explorer_on(page, "Shift")
    found.get_by_role("application").focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowUp"):
        page.keyboard.press(key)
    assert shift_state(found) == python_state(2, -1)
    page.keyboard.press("Home")
    assert shift_state(found) == python_state(0, 0)
    for _ in range(12):
        page.keyboard.press("ArrowLeft")
    assert shift_state(found) == python_state(-8, 0)


def test_shift_by_touch(visit: Callable) -> None:
    page = visit("page", **PHONE)
    found = explorer_on(page, "Shift")
    found.get_by_role("button", name="nearly all").tap()
    assert "You expected nearly all; it was some" in found.locator(".cx-reply").inner_text()
    found.get_by_role("button", name="move down").tap()
    assert shift_state(found) == python_state(1, 1)


def test_shift_with_templates_alone(open_page: Callable, tmp_path: Path) -> None:
    shift = explorers.Shift(4, panels=["scores"])
    data, metadata = shift._repr_mimebundle_()
    output = new_output("execute_result", data=data, metadata=metadata, execution_count=1)
    made = new_notebook(cells=[new_code_cell("Shift()", id="one", outputs=[output])])
    write_page(canonical(made)[0], tmp_path / "one.html")
    page = open_page(offline=True, **PHONE).page
    page.goto((tmp_path / "one.html").as_uri())
    found = explorer_on(page, "Shift")
    assert "pool" not in found.locator(".cx-body").inner_text()
    answers = []
    for shift.dx in range(9):
        answers.append(int(shift.scores.argmax()))
    first = next(dx for dx in range(9) if answers[dx] != answers[0])
    found.get_by_role("button", name="5 or more").tap()
    truth = ("1 pixel", "2 pixels", "3 or 4", "3 or 4", *["5 or more"] * 4)[first - 1]
    assert (
        found.locator(".cx-reply")
        .inner_text()
        .startswith(
            f"You expected 5 or more; it was {truth}: after {first} they answer {answers[first]} "
            f"instead of {answers[0]}."
        )
    )
    assert found.get_attribute("data-answer") == str(answers[first])


def test_shift_in_jupyterlab(lab: Lab) -> None:
    found = lab.find("Shift")
    found.get_by_role("application").focus()
    lab.page.keyboard.press("ArrowDown")
    lab.until("shift.dx, shift.dy", "(0, 1)")
    assert found.get_attribute("data-answer") == lab.ask("int(shift.scores.argmax())")
    lab.tell("shift.dx = 5; shift.which = 7")
    lab.page.wait_for_function(
        "document.querySelector('.cx-shift').innerText.includes('5 right, 1 down')"
    )
    assert found.get_attribute("data-answer") == lab.ask("int(shift.scores.argmax())")
    assert found.get_attribute("data-pooled") == lab.ask("shift.changed['pooled']")


# --- the volume ---------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["page", "site", "slides"])
def test_volume_by_mouse(place: str, visit: Callable) -> None:
    page = visit(place)
    found = explorer_on(page, "Volume")
    volume = explorers.Volume()
    cell(grid(found, "map 1"), 2, 1).click()
    for f in range(2):
        shown = found.get_by_role("group", name=f"filter {f}").locator(".cx-sum b").inner_text()
        assert shown == str(volume.response[2, 1, f]).replace("-", "−")
    for c in range(3):
        under = grid(found, f"image, channel {c}").locator(".cx-under").all_inner_texts()
        assert [int(one) for one in under] == np.array(volume.image)[2:5, 1:4, c].ravel().tolist()
    found.get_by_role("button", name="Add a filter").click()
    assert "(3·3·3 + 1)·3 = 84" in found.inner_text()
    # The new filter hands on the middle of channel 0.
    assert grid(found, "map 2").inner_text().split() == [
        str(one) for one in np.array(volume.image)[1:4, 1:4, 0].ravel()
    ]


def test_volume_by_keyboard_and_touch(visit: Callable) -> None:
    page = visit("page", **PHONE)
    found = explorer_on(page, "Volume")
    group = found.get_by_role("group", name="filter 0")
    cell(grid(found, "map 0"), 0, 0).focus()
    page.keyboard.press("ArrowRight")
    assert group.locator(".cx-sum b").inner_text() == "6"
    cell(grid(found, "bias of filter 0"), 0, 0).focus()
    page.keyboard.type("10")
    page.keyboard.press("Enter")
    assert group.locator(".cx-sum b").inner_text() == "16"
    cell(grid(found, "map 1"), 2, 2).tap()
    assert group.locator(".cx-sum b").inner_text() == "17"
    cell(grid(found, "image, channel 0"), 0, 0).tap()
    page.keyboard.type("x")
    page.keyboard.press("Enter")
    assert "could not convert string to float: 'x'" in found.get_by_role("alert").inner_text()


def test_volume_in_jupyterlab(lab: Lab) -> None:
    found = lab.find("Volume")
    cell(grid(found, "filter 1, channel 2"), 0, 0).click()
    lab.page.keyboard.type("4")
    lab.page.keyboard.press("Enter")
    lab.until("volume.filters[0][0][2][1]", "4")
    found.get_by_role("button", name="Add a filter").click()
    lab.until("len(volume.bias), volume.parameters", "(3, 84)")
    lab.tell("volume.bias = [1, 2, 3]")
    cell(grid(found, "map 2"), 1, 1).click()
    shown = found.get_by_role("group", name="filter 2").locator(".cx-sum b").inner_text()
    assert shown == lab.ask("volume.response[1, 1, 2].item()")
    assert lab.ask("volume.row, volume.column") == "(1, 1)"


# --- the threshold ------------------------------------------------------------------------------


def threshold_state(found: object) -> tuple[float, int, int]:
    names = ("threshold", "given", "errors")
    threshold, given, errors = (float(found.get_attribute(f"data-{name}")) for name in names)
    return threshold, int(given), int(errors)


def python_outcome(threshold: float) -> tuple[float, int, int]:
    explorer = explorers.Threshold(threshold=threshold)
    return threshold, explorer.outcome.given, explorer.errors


def place_on_plot(found: object, threshold: float, down: float) -> tuple[float, float]:
    """Where a threshold lies on the screen, `down` of the way to the drawing's lower end."""
    board = found.get_by_role("slider", name="threshold")
    board.scroll_into_view_if_needed()
    box = board.locator("svg").bounding_box()
    width = float(board.locator("svg").get_attribute("viewBox").split()[2])
    left, right = 3.4, 0.9  # as plot.js's
    share = (left + float(position(threshold)) * (width - left - right)) / width
    return box["x"] + share * box["width"], box["y"] + down * box["height"]


def row(found: object, name: str) -> list[str]:
    return found.locator(f'tr[data-row="{name}"] > *').all_inner_texts()


@pytest.mark.parametrize("place", ["page", "site", "slides"])
def test_threshold_by_mouse(place: str, visit: Callable) -> None:
    page = visit(place)
    found = explorer_on(page, "Threshold")
    explorer = explorers.Threshold()
    assert row(found, "now")[-1] == "?" and not found.locator(".cx-curve").count()
    assert row(found, "answer all")[1:] == ["100 %", "90.5 %", "57", "1.9"]
    # On the answers it only moves; in the empty field it is a guess.
    page.mouse.click(*place_on_plot(found, 0.6, 0.2))
    assert not found.locator(".cx-curve").count()
    page.mouse.click(*place_on_plot(found, 0.99, 0.7))
    threshold = threshold_state(found)[0]
    assert threshold == pytest.approx(0.99, abs=0.002)
    assert threshold_state(found) == python_outcome(threshold)
    assert found.locator(".cx-curve").count() and not found.locator(".cx-mark-cheapest").count()
    reply = found.locator(".cx-reply")
    assert f"You expect the cheapest at {threshold:g}: " in reply.inner_text()
    page.mouse.move(*place_on_plot(found, threshold, 0.5))
    page.mouse.down()
    page.mouse.move(*place_on_plot(found, 0.9, 0.5), steps=4)
    page.mouse.up()
    explorer.threshold = threshold_state(found)[0]
    assert explorer.threshold == pytest.approx(0.9, abs=0.01)
    assert float(found.get_attribute("data-cost")) == pytest.approx(explorer.cost)
    found.get_by_role("button", name="Show the cheapest").click()
    best = explorer.cheapest
    assert float(found.get_attribute("data-best")) == best.threshold
    assert f"The cheapest is the threshold {best.threshold:g}, with " in reply.inner_text()
    assert row(found, "cheapest")[3] == str(best.errors)
    # Other costs ask for it anew.
    found.get_by_label("cost of asking").fill("4")
    assert not found.locator(".cx-mark-cheapest").count()
    assert row(found, "refuse all")[-1] == "4"
    found.get_by_role("button", name="Guess again").click()
    assert row(found, "now")[-1] == "?" and not found.locator(".cx-curve").count()


def test_threshold_by_keyboard(visit: Callable) -> None:
    page = visit("page")
    found = explorer_on(page, "Threshold")
    found.get_by_role("slider", name="threshold").focus()
    for key, threshold in (("Home", 0), ("ArrowRight", 0.045), ("End", 1), ("ArrowLeft", 0.99999)):
        page.keyboard.press(key)
        assert threshold_state(found) == python_outcome(threshold)
    page.keyboard.press("Home")
    for _ in range(5):
        page.keyboard.press("PageUp")
    assert threshold_state(found)[0] == 0.9
    page.keyboard.press("Enter")
    assert "You expect the cheapest at 0.9" in found.locator(".cx-reply").inner_text()
    page.keyboard.press("ArrowUp")
    told = found.get_by_role("slider", name="threshold").get_attribute("aria-valuetext")
    share = explorers.Threshold(threshold=0.9045).answered
    assert told.startswith(f"Threshold 0.9045: {100 * share:.1f} % answered, ")
    wait_for(
        page,
        "([one, told]) => one.textContent === told",
        arg=[found.locator(".cx-say").element_handle(), told],
    )


def test_threshold_by_touch(visit: Callable) -> None:
    page = visit("page", **PHONE)
    found = explorer_on(page, "Threshold")
    page.touchscreen.tap(*place_on_plot(found, 0.99, 0.7))
    threshold = threshold_state(found)[0]
    assert threshold == pytest.approx(0.99, abs=0.003)
    assert threshold_state(found) == python_outcome(threshold)
    found.get_by_role("button", name="Show the cheapest").tap()
    best = explorers.Threshold().cheapest.threshold
    assert float(found.get_attribute("data-best")) == best


def test_threshold_says_what_cannot_be(visit: Callable) -> None:
    page = visit("page")
    found = explorer_on(page, "Threshold")
    for label, typed, message in (
        ("threshold", "1.5", "threshold is 1.5: use a number from 0 to 1"),
        ("threshold", "high", "could not convert string to float: 'high': write a number"),
        ("cost of an error", "-1", "cost_of_error is -1: use a number from 0 to 1000000"),
        ("cost of asking", "1e9", "cost_of_asking holds 1e9: use numbers from −1000000"),
    ):
        field = found.get_by_role("textbox", name=label)
        before = field.input_value()
        field.fill(typed)
        assert found.get_by_role("alert").inner_text().startswith(message)
        assert threshold_state(found) == python_outcome(0.5)
        # Left, the field tells what counts.
        page.keyboard.press("Tab")
        assert field.input_value() == before and found.get_by_role("alert").count() == 0


def stored_alone(explorer: object, folder: Path) -> Path:
    """Write a page with this explorer only."""
    data, metadata = explorer._repr_mimebundle_()
    output = new_output("execute_result", data=data, metadata=metadata, execution_count=1)
    made = new_notebook(cells=[new_code_cell("one", id="one", outputs=[output])])
    write_page(canonical(made)[0], folder / "one.html")
    return folder / "one.html"


def test_threshold_with_a_cost_for_each_picture(open_page: Callable, tmp_path: Path) -> None:
    rows = [[0.9, 0.1], [0.8, 0.2], [0.7, 0.3], [0.6, 0.4]]
    costs = {"cost_of_error": [500, 3, 40, 8], "cost_of_asking": 10}
    explorer = explorers.Threshold(rows, [1, 0, 1, 0], threshold=0, ask=False, **costs)
    page = open_page(offline=True, **PHONE).page
    page.goto(stored_alone(explorer, tmp_path).as_uri())
    found = explorer_on(page, "Threshold")
    assert found.get_attribute("data-cost") == "540"
    assert found.get_by_role("textbox", name="cost of an error").count() == 0
    found.get_by_text("one number", exact=True).tap()
    assert found.get_by_role("textbox", name="cost of an error").input_value() == "270"
    found.get_by_role("textbox", name="cost of an error").fill("6")
    assert found.get_attribute("data-cost") == "12"
    found.get_by_text("by picture", exact=True).tap()
    assert found.get_attribute("data-cost") == "540"
    found.get_by_role("button", name="Show the cheapest").tap()
    assert "The cheapest is answering nothing: 10 for each picture." in (
        found.locator(".cx-reply").inner_text()
    )


def test_threshold_in_jupyterlab(lab: Lab) -> None:
    found = lab.find("Threshold")
    found.get_by_role("slider", name="threshold").focus()
    for key in ("Home", "PageUp", "Enter"):
        lab.page.keyboard.press(key)
    lab.until("threshold.threshold, threshold.ask", "(0.369, False)")
    assert found.get_attribute("data-cost") == lab.ask("int(threshold.cost)")
    lab.tell("threshold.threshold = 0.95; threshold.cost_of_asking = 2")
    lab.page.wait_for_function("document.querySelector('.cx-threshold').dataset.given === '341'")
    shown = float(found.get_attribute("data-cost"))
    assert shown == float(lab.ask("threshold.cost"))
    assert row(found, "now")[1:3] == [
        f"{100 * float(lab.ask(f'threshold.{name}')):.1f} %".replace(".0 ", " ")
        for name in ("answered", "accuracy")
    ]
    lab.tell("threshold.cost_of_error = range(600)")
    found.get_by_role("button", name="Show the cheapest").click()
    best = lab.ask("threshold.cheapest.threshold")
    assert float(found.get_attribute("data-best")) == float(best)


# --- the mask -----------------------------------------------------------------------------------


def place_on_board(found: object, i: float, j: float, size: int = 28) -> tuple[float, float]:
    board = found.get_by_role("application")
    board.scroll_into_view_if_needed()
    box = board.bounding_box()
    return box["x"] + (j + 0.5) / size * box["width"], box["y"] + (i + 0.5) / size * box["height"]


def painted_line(page: object, found: object, start: tuple, end: tuple) -> None:
    page.mouse.move(*place_on_board(found, *start))
    page.mouse.down()
    page.mouse.move(*place_on_board(found, *end), steps=6)
    page.mouse.up()


def iou_shown(found: object) -> str:
    return found.locator("tbody td").first.inner_text()


@pytest.mark.parametrize("place", ["page", "site", "slides"])
def test_mask_by_mouse(place: str, visit: Callable) -> None:
    page = visit(place)
    found = explorer_on(page, "Mask")
    mask = explorers.Mask()
    wait_for(page, "document.querySelector('.cx-mask').dataset.loaded === 'yes'")
    # Nothing tells the truth before it is asked for.
    assert found.locator(".cx-result:visible").count() == 0
    assert found.get_by_role("button", name="Outline of the truth").count() == 0
    found.get_by_label("brush", exact=True).last.fill("1")
    painted_line(page, found, (10, 8), (10, 19))
    painted = np.zeros((28, 28), int)
    painted[10, 8:20] = 1
    assert found.get_attribute("data-painted") == "12"
    found.get_by_role("button", name="Compare with the truth").click()
    mask.painted = painted
    assert float(iou_shown(found)) == round(mask.mean_iou, 3)
    assert float(found.get_attribute("data-iou")) == mask.mean_iou
    numbers = [int(one) for one in found.locator(".cx-result .cx-key b").all_inner_texts()]
    assert numbers == [mask.overlap.right, mask.overlap.missing, mask.overlap.extra, 0]
    # While it is painted the IoU follows.
    page.mouse.move(*place_on_board(found, 4, 12))
    page.mouse.down()
    page.mouse.move(*place_on_board(found, 4, 14), steps=4)
    painted[4, 12:15] = 1
    mask.painted = painted
    wait_for(
        page,
        "iou => Number(document.querySelector('.cx-mask').dataset.iou) === iou",
        mask.mean_iou,
    )
    page.mouse.up()
    found.get_by_text("Eraser", exact=True).click()
    painted_line(page, found, (10, 8), (10, 13))
    painted[10, 8:14] = 0
    mask.painted = painted
    assert float(found.get_attribute("data-iou")) == mask.mean_iou
    found.get_by_role("button", name="Undo").click()
    assert found.get_attribute("data-painted") == "15"
    found.get_by_text("the prediction", exact=True).click()
    numbers = [int(one) for one in found.locator(".cx-result .cx-key b").all_inner_texts()]
    theirs = mask._overlap(mask.prediction)
    assert numbers == [theirs.right, theirs.missing, theirs.extra, 0]
    assert float(found.locator("tbody td").nth(1).inner_text()) == round(theirs.mean, 3)


def drawn(found: object) -> list[int]:
    return found.locator(".cx-board").evaluate(
        "one => [...one.getContext('2d').getImageData(0, 0, one.width, one.height).data]"
        ".filter((_, at) => at % 212 === 0)"
    )


def test_mask_draws_outlines_on_demand(visit: Callable) -> None:
    page = visit("page")
    found = explorer_on(page, "Mask")
    wait_for(page, "document.querySelector('.cx-mask').dataset.loaded === 'yes'")
    plain = drawn(found)
    prediction = found.get_by_role("button", name="Outline of the prediction")
    prediction.click()
    dashed = drawn(found)
    assert dashed != plain and prediction.get_attribute("aria-pressed") == "true"
    prediction.click()
    assert drawn(found) == plain
    found.get_by_role("button", name="Compare with the truth").click()
    found.get_by_role("button", name="Outline of the truth").click()
    assert drawn(found) not in (plain, dashed)
    # Hidden with the comparison.
    found.get_by_role("button", name="Compare with the truth").click()
    assert drawn(found) == plain


def test_mask_by_keyboard(visit: Callable) -> None:
    page = visit("page")
    found = explorer_on(page, "Mask")
    found.get_by_label("brush", exact=True).last.fill("1")
    found.get_by_role("application").focus()
    assert found.get_attribute("data-cursor") == "14,14"
    for key in ("ArrowLeft", "Shift+ArrowUp", "Space", "ArrowRight", "ArrowRight", "Space"):
        page.keyboard.press(key)
    assert found.get_attribute("data-cursor") == "9,15"
    assert found.get_attribute("data-painted") == "3"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert found.get_attribute("data-painted") == "4"
    wait_for(
        page,
        "one => one.textContent.startsWith('4 of 784 cells are painted.')",
        arg=found.locator(".cx-say").element_handle(),
    )
    page.keyboard.press("0")
    page.keyboard.press("ArrowUp")
    wait_for(
        page,
        "one => one.textContent.startsWith('Row 9, column 15: object.')",
        arg=found.locator(".cx-say").element_handle(),
    )
    page.keyboard.press("Enter")
    assert found.get_attribute("data-painted") == "3"
    page.keyboard.press("Backspace")
    page.keyboard.press("Backspace")
    assert found.get_attribute("data-painted") == "3"
    page.keyboard.press("Backspace")
    assert found.get_attribute("data-painted") == "0"


def test_mask_by_touch(visit: Callable) -> None:
    page = visit("page", **PHONE)
    found = explorer_on(page, "Mask")
    found.get_by_label("brush", exact=True).last.fill("1")
    page.touchscreen.tap(*place_on_board(found, 5, 6))
    page.touchscreen.tap(*place_on_board(found, 7, 6))
    assert found.get_attribute("data-painted") == "2"
    found.get_by_role("button", name="Undo").tap()
    assert found.get_attribute("data-painted") == "1"
    found.get_by_role("button", name="Clear").tap()
    assert found.get_attribute("data-painted") == "0"
    found.get_by_role("button", name="Undo").tap()
    assert found.get_attribute("data-painted") == "1"


def test_mask_with_several_classes(open_page: Callable, tmp_path: Path) -> None:
    truth = np.zeros((28, 28), int)
    truth[2:6, 2:6], truth[10:14, 2:6] = 3, 7
    names = ["background", *(f"digit {k}" for k in range(1, 8))]
    mask = explorers.Mask(np.zeros((28, 28)), truth, classes=names, compare=True)
    page = open_page(offline=True).page
    page.goto(stored_alone(mask, tmp_path).as_uri())
    found = explorer_on(page, "Mask")
    found.get_by_label("brush", exact=True).last.fill("1")
    found.locator('select[aria-label="class"]').select_option("digit 3")
    painted_line(page, found, (2, 2), (2, 5))
    painted_line(page, found, (10, 2), (10, 3))
    found.get_by_role("application").focus()
    page.keyboard.press("7")
    painted_line(page, found, (11, 2), (11, 5))
    painted = np.zeros((28, 28), int)
    painted[2, 2:6] = painted[10, 2:4] = 3
    painted[11, 2:6] = 7
    mask.painted = painted
    assert float(found.get_attribute("data-iou")) == mask.mean_iou
    lines = [one.split() for one in found.locator("tbody tr").all_inner_texts()]
    assert lines == [["digit", "3", f"{mask.iou[3]:.3g}"], ["digit", "7", f"{mask.iou[7]:.3g}"],
                     ["mean", f"{mask.mean_iou:.3g}"]]  # fmt: skip
    numbers = [int(one) for one in found.locator(".cx-result .cx-key b").all_inner_texts()]
    assert numbers == list(mask.overlap[2:])


def test_mask_in_jupyterlab(lab: Lab) -> None:
    found = lab.find("Mask")
    lab.tell("import numpy as np")
    found.get_by_label("brush", exact=True).last.fill("1")
    painted_line(lab.page, found, (10, 8), (10, 19))
    lab.until("mask.painted.shape, int(mask.painted.sum())", "((28, 28), 12)")
    lab.until("bool(mask.painted[10, 8:20].all())", "True")
    found.get_by_role("button", name="Compare with the truth").click()
    lab.until("mask.compare", "True")
    assert found.get_attribute("data-iou") == lab.ask("float(mask.mean_iou)")
    lab.tell("mask.painted = mask.truth")
    lab.page.wait_for_function("document.querySelector('.cx-mask').dataset.iou === '1'")
    assert iou_shown(found) == "1"
    found.get_by_role("button", name="Clear").click()
    lab.until("int(mask.painted.max())", "0")
    found.get_by_role("button", name="Undo").click()
    lab.until("float(mask.mean_iou)", "1.0")


# --- the sketchpad ------------------------------------------------------------------------------

needs_reader = pytest.mark.skipif(
    page_network() is None, reason="course_utils.handwriting offers no stored_reader"
)
TWO = [(0.3, 0.3), (0.4, 0.18), (0.55, 0.15), (0.68, 0.25), (0.65, 0.42), (0.5, 0.58)]
TWO += [(0.36, 0.74), (0.3, 0.82), (0.5, 0.8), (0.72, 0.82)]


def draw(page: object, found: object, points: list[tuple[float, float]]) -> None:
    board = found.locator(".cx-board")
    board.scroll_into_view_if_needed()
    box = board.bounding_box()
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=5)
    page.mouse.up()


@needs_reader
@pytest.mark.parametrize("place", ["page", "site", "slides"])
def test_sketchpad_by_mouse(place: str, visit: Callable) -> None:
    page = visit(place)
    found = explorer_on(page, "Sketchpad")
    draw(page, found, TWO)
    wait_for(page, "document.querySelector('.cx-sketchpad').dataset.answer === '2'")
    assert found.locator(".cx-answer").inner_text().startswith("It reads a 2")
    probabilities = json.loads(found.get_attribute("data-probabilities"))
    assert sum(probabilities) == pytest.approx(1) and probabilities[2] > 0.8
    assert found.locator(".cx-maps canvas").count() == 16
    # What is no digit is called so.
    found.get_by_role("button", name="Clear").click()
    edge = [(0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.1, 0.9), (0.1, 0.1), (0.9, 0.9)]
    draw(page, found, [*edge, (0.9, 0.1), (0.1, 0.9), (0.5, 0.1), (0.5, 0.9)])
    wait_for(page, "document.querySelector('.cx-sketchpad').dataset.answer === 'none'")
    assert "This looks like no digit I know." in found.inner_text()


@needs_reader
def test_sketchpad_by_keyboard(visit: Callable) -> None:
    page = visit("page")
    found = explorer_on(page, "Sketchpad")
    found.locator(".cx-board").focus()
    for _ in range(2):
        page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("Space")
    for _ in range(4):
        page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Space")
    wait_for(page, "document.querySelector('.cx-sketchpad').dataset.answer === '1'")
    # Taken back while the pen is down: it is lifted, and the stroke before stays as it is.
    wait_for(page, "document.querySelector('.cx-sketchpad').dataset.answer === '1'")
    before = ink(found)
    for key in ("Space", "ArrowLeft", "Backspace", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    page.wait_for_timeout(200)
    assert ink(found) == before
    page.keyboard.press("Backspace")
    assert found.locator(".cx-hint").is_visible()


def test_sketchpad_by_touch(visit: Callable) -> None:
    page = visit("page", **PHONE)
    found = explorer_on(page, "Sketchpad")
    board = found.locator(".cx-board")
    board.scroll_into_view_if_needed()
    box = board.bounding_box()
    session = page.context.new_cdp_session(page)

    def touch(kind: str, at: float | None) -> None:
        place = [] if at is None else [
            {"x": box["x"] + box["width"] / 2, "y": box["y"] + at * box["height"]}
        ]  # fmt: skip
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": place})

    touch("touchStart", 0.2)
    for at in (0.3, 0.4, 0.5, 0.6, 0.7, 0.8):
        touch("touchMove", at)
    touch("touchEnd", None)
    assert found.locator(".cx-hint").is_hidden()
    # The stroke has become a digit of 20 pixels in the middle of 28.
    drawn = found.get_by_role("img", name="centred by mass").evaluate(
        "one => [...one.getContext('2d').getImageData(0, 0, 28, 28).data]"
        ".filter((_, at) => at % 4 === 0)"
    )
    rows = np.flatnonzero(np.reshape(drawn, (28, 28)).any(axis=1))
    assert rows[0] == 4 and rows[-1] == 23


def test_a_second_finger_draws_nothing(visit: Callable) -> None:
    page = visit("page", **PHONE)
    found = explorer_on(page, "Sketchpad")
    board = found.locator(".cx-board")
    board.scroll_into_view_if_needed()
    box = board.bounding_box()
    session = page.context.new_cdp_session(page)
    drawn = []
    for fingers in (1, 2):
        for kind, at in [("touchStart", 0.2), ("touchMove", 0.5), ("touchMove", 0.8)]:
            places = [(0.5, at), (0.1, 1 - at)][:fingers]
            points = [
                {"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"], "id": id_}
                for id_, (x, y) in enumerate(places)
            ]
            session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        comes_true(page, lambda: any(ink(found)))
        page.wait_for_timeout(200)  # a second finger's stroke would come now
        drawn.append(ink(found))
        found.get_by_role("button", name="Clear").click()
    assert any(drawn[0]) and drawn[0] == drawn[1]
    assert not any(ink(found)) and "Draw a digit" in found.locator(".cx-answer").inner_text()


def ink(found: object) -> list[int]:
    return found.get_by_role("img", name="centred by mass").evaluate(
        "one => [...one.getContext('2d').getImageData(0, 0, 28, 28).data]"
        ".filter((_, at) => at % 4 === 0)"
    )


def test_the_right_button_draws_nothing(visit: Callable) -> None:
    page = visit("page")
    found = explorer_on(page, "Sketchpad")
    found.locator(".cx-board").click(button="right")
    assert found.locator(".cx-hint").is_visible()


def comes_true(page: object, what: Callable[[], bool]) -> None:
    """Wait for what Python can see only by looking again."""
    until = time.monotonic() + running_lab.STARTING
    while not what():
        assert time.monotonic() < until, "waited in vain"
        page.wait_for_timeout(250)


def test_sketchpad_with_a_webcam(visit: Callable) -> None:
    page = visit("page", permissions=["camera"])
    found = explorer_on(page, "Sketchpad")
    draw(page, found, TWO)
    found.get_by_role("button", name="Webcam").click()
    take = found.get_by_role("button", name="Take the picture")
    take.wait_for()
    assert found.locator(".cx-hint").is_hidden()
    before = ink(found)
    while before != (before := ink(found)):
        page.wait_for_timeout(300)  # until the drawing stands
    take.click()
    # Chromium's picture is green with a grey disc and a clock: it is read, or told why not.
    found.get_by_role("button", name="Webcam").wait_for()
    alert = found.get_by_role("alert")
    comes_true(page, lambda: ink(found) != before or alert.inner_text().startswith("picture "))
    draw(page, found, TWO)
    wait_for(page, "document.querySelector('.cx-sketchpad .cx-error').hidden")
    comes_true(page, lambda: ink(found) == before)


def test_sketchpad_reads_pictures_and_says_what_it_cannot(visit: Callable, tmp_path: Path) -> None:
    page = visit("page")
    found = explorer_on(page, "Sketchpad")
    strokes = [np.array([(x * 200, y * 200) for x, y in TWO])]
    picture = draw_strokes(strokes, (200, 200), pen=12)
    Image.fromarray(picture).save(tmp_path / "two.png")
    Image.new("L", (100, 100), 200).save(tmp_path / "blank.png")
    (tmp_path / "notes.txt").write_text("no picture")
    (tmp_path / "empty.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="0" height="0"/>'
    )
    files = found.locator("input[type=file]")
    for name, message in (
        ("notes.txt", "file 'notes.txt' isn't a picture that can be read: save it as PNG or JPEG"),
        ("blank.png", "picture looks blank, nothing stands out from the ground"),
        ("empty.svg", "the picture has no pixels that can be read: save it as PNG or JPEG"),
    ):
        files.set_input_files(tmp_path / name)
        wait_for(
            page,
            "start => document.querySelector('.cx-sketchpad .cx-error').textContent"
            ".startsWith(start)",
            arg=message,
        )
    files.set_input_files(tmp_path / "two.png")
    wait_for(page, "document.querySelector('.cx-sketchpad .cx-error').hidden")
    if page_network():
        wait_for(page, "document.querySelector('.cx-sketchpad').dataset.answer === '2'")
    found.get_by_role("button", name="Webcam").click()
    found.get_by_role("alert").wait_for()
    assert "choose a picture file instead" in found.get_by_role("alert").inner_text()


def test_sketchpad_in_jupyterlab(lab: Lab, tmp_path: Path) -> None:
    # The student's own model: here one that counts ink in the upper and the lower half.
    lab.tell(
        "import numpy as np\n"
        "def model(batch):\n"
        "    upper, lower = batch[0, :14].sum(), batch[0, 14:].sum()\n"
        "    return np.eye(10)[[7 if upper > lower else 6]]\n"
        "sketchpad = explorers.Sketchpad(model)"
    )
    found = lab.show("sketchpad")
    draw(lab.page, found, [(0.2, 0.3), (0.8, 0.3), (0.5, 0.32), (0.5, 0.8)])
    lab.until("int(np.array(sketchpad.image).max())", "255")
    answer = lab.ask("int(np.argmax(sketchpad.probabilities))")
    assert answer in ("6", "7")
    lab.page.wait_for_function(
        "wanted => [...document.querySelectorAll('.cx-sketchpad')].at(-1)"
        ".dataset.answer === wanted",
        arg=answer,
    )
    assert lab.ask("np.array(sketchpad.image).shape") == "(28, 28)"
    # A photograph goes the way of course_utils.handwriting.
    stroke = np.array([(100.0, 40.0), (100.0, 160.0)])
    picture = draw_strokes([stroke], (200, 200), pen=12, shading=50)
    Image.fromarray(picture).save(tmp_path / "one.png")
    found.locator("input[type=file]").set_input_files(tmp_path / "one.png")
    lab.tell(
        "from course_utils.handwriting import like_mnist\n"
        "from course_utils.explorers.picture_files import picture_in"
    )
    lab.until(
        "bool(sketchpad.photograph) and sketchpad.message == '' and np.array_equal("
        "sketchpad.image, like_mnist(picture_in(sketchpad.photograph)))",
        "True",
    )


WATCH = """() => {
  const root = [...document.querySelectorAll('.cx-sketchpad')].at(-1);
  Object.assign(window, { answers: [], lifted: [] });
  new MutationObserver(() => answers.push(performance.now()))
    .observe(root, { attributes: true, attributeFilter: ['data-probabilities'] });
  root.querySelector('.cx-board').addEventListener('pointerup', () => lifted.push(performance.now()));
}"""


ANSWER_MS = """async () => {
  const kernel = jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  const begin = performance.now();
  await kernel.requestExecute({code: 'sketchpad._answer()', silent: true}).done;
  return performance.now() - begin; }"""


def test_a_stroke_waits_for_few_answers_of_the_students_own_network(lab: Lab) -> None:
    """Every point of a stroke is an image to read; what matters is that none of them queue.

    `benchmarks/explorers.py` measures the milliseconds.
    """
    pytest.importorskip("keras")
    lab.tell(
        "import keras, numpy as np\n"
        "model = keras.Sequential([keras.Input((28, 28, 1))]\n"
        "  + [keras.layers.Conv2D(32, 3, activation='relu'), keras.layers.MaxPooling2D(),\n"
        "     keras.layers.Conv2D(64, 3, activation='relu'), keras.layers.MaxPooling2D(),\n"
        "     keras.layers.Conv2D(64, 3, activation='relu'), keras.layers.Flatten(),\n"
        "     keras.layers.Dense(64, activation='relu'),\n"
        "     keras.layers.Dense(10, activation='softmax')])\n"
        "sketchpad = explorers.Sketchpad(model)"
    )
    found = lab.show("sketchpad")
    lab.page.evaluate(WATCH)
    times = []
    for turn in range(9):
        lab.page.evaluate("() => { answers.length = lifted.length = 0; }")
        draw(lab.page, found, [(x, (y + turn / 10) % 1) for x, y in TWO[:5]])
        # The last answer that comes is that to the whole stroke.
        lab.page.wait_for_function(
            "() => answers.length && performance.now() - Math.max(...answers, ...lifted) > 1000"
        )
        answers, (lifted,) = lab.page.evaluate("[answers, lifted]")
        assert len(answers) <= 1 + 5 * 4, "an answer to each move of the mouse at most"
        times.append(max(0, max(answers) - lifted))
        found.get_by_role("button", name="Clear").click()
    shown = json.loads(found.get_attribute("data-probabilities"))
    np.testing.assert_allclose(json.loads(lab.ask("list(sketchpad.probabilities)")), shown)
    one = np.median([lab.page.evaluate(ANSWER_MS) for _ in range(9)])
    # The one that is on its way when the pen is lifted, that to the whole stroke, and the drawing.
    assert np.quantile(times, 0.25) <= 4 * one, (times, one)


def test_the_sketchpad_repeats_what_is_wrong_and_waits_for_python(lab: Lab) -> None:
    lab.tell(
        "import numpy as np\n"
        "def model(batch):\n"
        "    if broken: raise RuntimeError('out of ink')\n"
        "    return np.eye(10)[[3]]\n"
        "broken = False\n"
        "sketchpad = explorers.Sketchpad(model)"
    )
    found = lab.show("sketchpad")
    lab.tell("broken = True")
    error = found.locator(".cx-error")
    for turn in range(2):
        draw(lab.page, found, [(0.3 + turn / 5, 0.2), (0.5, 0.8)])
        found.get_by_text("the model can't read the image: RuntimeError: out of ink").wait_for()
    lab.tell("broken = False")
    draw(lab.page, found, [(0.2, 0.2), (0.8, 0.8)])
    lab.page.wait_for_function("one => one.hidden", arg=error.element_handle())
    # The kernel is gone, and with it the network: the page says what to do.
    lab.page.evaluate("jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    draw(lab.page, found, [(0.5, 0.2), (0.5, 0.8)])
    found.get_by_text("then run this cell again").wait_for()
    lab.run_all()
    # One of each in the notebook, and the one that was shown beside them.
    lab.page.wait_for_function(
        "count => document.querySelectorAll('.cx').length === count", arg=len(NAMES) + 1
    )
