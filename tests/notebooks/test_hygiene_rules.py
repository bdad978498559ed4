"""Each rule lets a good notebook pass, and catches what breaks it: that rule and no other."""

import copy
import json
from collections.abc import Callable

import pytest
from hygiene_rules import RULES, Stored

PNG = "iVBORw0KGgo="
WAY_ON = "- *Next:* [notebook 06](06_channels.ipynb) gives the image channels."
LANGUAGE_INFO = {
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "name": "python",
    "nbconvert_exporter": "python",
    "pygments_lexer": "ipython3",
}
ALT = "Line chart: the loss falls from 2 to below 1 in five epochs"


def markdown(cell_id: str, text: str, *tags: str) -> dict:
    return {"cell_type": "markdown", "id": cell_id, "metadata": metadata(tags), "source": [text]}


def code(cell_id: str, text: str, *tags: str, outputs: tuple[dict, ...] = ()) -> dict:
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": cell_id,
        "metadata": metadata(tags),
        "outputs": list(outputs),
        "source": text.splitlines(keepends=True),
    }


def metadata(tags: tuple[str, ...]) -> dict:
    folded = {"jupyter": {"source_hidden": True}} if {"check", "headline"} & set(tags) else {}
    return {"slideshow": {"slide_type": "slide"}} | ({"tags": list(tags)} if tags else {}) | folded


def of_figure(alt: str = ALT) -> dict:
    return metadata(()) | {"alt": alt}


def of_answer() -> dict:
    return metadata(()) | {"jupyter": {"outputs_hidden": True}}


def stdout(text: str, name: str = "stdout") -> dict:
    return {"name": name, "output_type": "stream", "text": text.splitlines(keepends=True)}


def figure(alt: str = ALT) -> dict:
    return {
        "data": {"image/png": PNG, "text/plain": ["<Figure size 640x480 with 1 Axes>"]},
        "metadata": {"image/png": {"alt": alt}},
        "output_type": "display_data",
    }


def exercise(k: int) -> list[dict]:
    reply = f"05.{k}: not attempted yet\n"
    check = f'exercises.check("05.{k}", answer_{k})\n# exercises.hint("05.{k}")'
    return [
        markdown(f"exercise-{k}-text", f"### Exercise 05.{k}\n\nReturn the size."),
        code(f"exercise-{k}", f"def answer_{k}(n):\n    ...  # your code here", "exercise"),
        markdown(f"exercise-{k}-check-text", "Check your answer."),
        code(f"exercise-{k}-check", check, "exercise-check", outputs=(stdout(reply),)),
    ]


def good() -> dict:
    opening = (
        "# Pad an image 填充\n\nWhy does the border shrink?\n\n- *You need:* notebook 02.\n"
        "- *Time:* about 40 minutes.\n"
        "- *You will learn to:* predict a size 大小 with a stride 步幅."
    )
    questions = "\n\n".join(
        f"**{k}.** Why?\n<details><summary>Answer</summary>Because {'word ' * 60}.</details>"
        for k in (1, 2, 3)
    )
    formula = "![a picture](x.png) Here $n! < m$ and $$5! = 120$$ and `a != b`.\n\n```\na != b\n```"
    cells = [
        markdown("title", opening),
        code("set-up", "import numpy as np\nfrom course_utils import exercises"),
        markdown("settings-text", "What you can set:"),
        code("settings", "SIZE = 5\nRATE = -1e-3\nNAMES = ['a']", "parameters"),
        markdown("formula", formula),
        code("fig", "plotting.show(fig)", outputs=(figure(),)) | {"metadata": of_figure()},
        markdown("prompt", "Predict: how many cells?", "predict"),
        code("prepare", "cells = SIZE**2"),
        markdown("prompt-run", "Run it:"),
        code("answer", "print(cells)", outputs=(stdout("25\n"),)) | {"metadata": of_answer()},
        markdown(
            "why",
            "It is right: / and ~/data and a/tmp/b and https://a.b/home/x.",
            "explanation",
        ),
        code("sure", "assert SIZE == 5", "check"),
        *(cell for k in (1, 2, 3) for cell in exercise(k)),
        markdown("headline-text", "The result of this notebook:"),
        code("result", "print(SIZE)", "headline", outputs=(stdout("5\n"),)),
        markdown("summary", "## Summary\n\nIn this notebook you have padded."),
        markdown("questions", "## Test yourself\n\n" + questions, "self-test"),
        markdown("more", "## Where to read more\n\nDumoulin and Visin, 2016.\n\n" + WAY_ON),
    ]
    number(cells)
    kernelspec = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return {
        "cells": cells,
        "metadata": {"kernelspec": kernelspec, "language_info": dict(LANGUAGE_INFO)},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def number(cells: list[dict]) -> None:
    for count, cell in enumerate((c for c in cells if c["cell_type"] == "code"), start=1):
        cell["execution_count"] = count


def cell(content: dict, cell_id: str) -> dict:
    return next(cell for cell in content["cells"] if cell["id"] == cell_id)


def broken_rules(content: dict, *, name: str = "05_padding.ipynb", size: int = 9000) -> set[str]:
    stored = Stored(name, size, json.loads(json.dumps(content)))
    return {rule.__name__ for rule in RULES if rule(stored)}


def test_a_good_notebook_breaks_no_rule() -> None:
    assert broken_rules(good()) == set()


# --- one change, one rule -----------------------------------------------------------------------

CHANGES: list[tuple[str, str, Callable[[dict], object]]] = []


def change(rule: str, what: str):
    def register(function: Callable[[dict], object]):
        CHANGES.append((rule, what, function))
        return function

    return register


def put(cell_id: str, text: str) -> Callable[[dict], None]:
    """Replace the source of a cell."""

    def function(content: dict) -> None:
        cell(content, cell_id)["source"] = text.splitlines(keepends=True)

    return function


def add(cell_id: str, text: str) -> Callable[[dict], None]:
    """Add to the source of a cell."""

    def function(content: dict) -> None:
        cell(content, cell_id)["source"].append("\n" + text)

    return function


def show(cell_id: str, *outputs: dict) -> Callable[[dict], None]:
    """Replace the outputs of a cell."""

    def function(content: dict) -> None:
        cell(content, cell_id)["outputs"] = copy.deepcopy(list(outputs))

    return function


def tag(cell_id: str, *tags: str) -> Callable[[dict], None]:
    def function(content: dict) -> None:
        cell(content, cell_id)["metadata"] = metadata(tags)

    return function


def drop(*cell_ids: str) -> Callable[[dict], None]:
    def function(content: dict) -> None:
        content["cells"] = [c for c in content["cells"] if c["id"] not in cell_ids]
        number(content["cells"])

    return function


def insert_after(cell_id: str, *new: dict) -> Callable[[dict], None]:
    def function(content: dict) -> None:
        place = content["cells"].index(cell(content, cell_id)) + 1
        content["cells"][place:place] = copy.deepcopy(list(new))
        number(content["cells"])

    return function


def key(cell_id: str, name: str, value: object) -> Callable[[dict], None]:
    return lambda content: cell(content, cell_id).update({name: value})


def in_metadata(cell_id: str, **entries: object) -> Callable[[dict], None]:
    return lambda content: cell(content, cell_id)["metadata"].update(entries)


def listed(rule: str, *changes: tuple[str, Callable[[dict], object]]) -> None:
    for what, function in changes:
        CHANGES.append((rule, what, function))


ERROR = {"output_type": "error", "ename": "ValueError", "evalue": "no", "traceback": []}
HTML = {"output_type": "display_data", "data": {"text/html": ["/home/me/x.png"]}, "metadata": {}}
LONG_CELL = "\n".join(f"a_{i} = {i}" for i in range(16))

listed(
    "notebook_metadata_is_canonical",
    ("widgets", lambda nb: nb["metadata"].update(widgets={})),
    ("another kernel", lambda nb: nb["metadata"]["kernelspec"].update(name="venv")),
    ("a Python version", lambda nb: nb["metadata"]["language_info"].update(version="3.11")),
    ("no ending of a script", lambda nb: nb["metadata"]["language_info"].pop("file_extension")),
    ("an old format", lambda nb: nb.update(nbformat_minor=4)),
)
listed(
    "the_way_on_is_a_link",
    ("plain text", put("more", "## Where to read more\n\n*Next:* notebook 06 goes on.")),
    ("the wrong file", put("more", "## Where to read more\n\n*Next:* [notebook 06](07_x.ipynb).")),
)
listed(
    "cells_have_readable_ids",
    ("a chance id", key("formula", "id", "1f0c9e2a")),
    ("a UUID", key("formula", "id", "1f0c9e2a-aaaa-bbbb-cccc-0123456789ab")),
    ("an underscore", key("formula", "id", "the_formula")),
    ("none", lambda nb: cell(nb, "formula").pop("id")),
    ("twice the same", key("formula", "id", "summary")),
)
listed(
    "cells_are_prose_or_code",
    ("a raw cell", insert_after("more", markdown("raw", "x") | {"cell_type": "raw"})),
    ("an empty cell", insert_after("more", markdown("empty", " \n"))),
)
listed(
    "cell_metadata_is_known",
    ("a timing", in_metadata("fig", ExecuteTime={"start": "now"})),
    ("collapsed", in_metadata("formula", collapsed=True)),
    ("in slideshow", in_metadata("fig", slideshow={"slide_type": "slide", "x": 1})),
)
listed(
    "cells_have_a_slide_type",
    ("none", in_metadata("fig", slideshow={})),
    ("unknown", in_metadata("fig", slideshow={"slide_type": "slides"})),
)
listed("tags_are_known", ("a misspelt tag", tag("set-up", "headlines")))
listed(
    "tags_are_on_cells_they_fit",
    ("code tag on prose", tag("formula", "nbval-ignore-output")),
    ("a prompt that is code", tag("exercise-3-check", "exercise-check", "predict")),
)
listed(
    "cells_are_executed_in_order",
    ("not executed", key("fig", "execution_count", None)),
    ("executed twice", key("fig", "execution_count", 17)),
    (
        "not from 1",
        lambda nb: [
            c.update(execution_count=c["execution_count"] + 1)
            for c in nb["cells"]
            if c["cell_type"] == "code"
        ],
    ),
)
listed("nothing_goes_to_stderr", ("a warning", show("set-up", stdout("Warning: x", "stderr"))))
listed("nothing_raises", ("an error", show("set-up", ERROR)))
listed("nothing_redraws_a_line", ("a progress bar", show("set-up", stdout("1/5\r2/5\n"))))
listed("no_memory_addresses", ("an object", show("set-up", stdout("<A at 0x7f2a10c0>\n"))))
listed(
    "numbers_read_the_same_everywhere",
    ("a wrapped float", show("set-up", stdout("np.float64(0.5)\n"))),
    ("a wrapped integer", show("set-up", stdout("(3, np.int64(5))\n"))),
    ("a negative zero", show("set-up", stdout("[-0.0, 0.8]\n"))),
    ("a negative zero of an array", show("set-up", stdout("[1. -0.]\n"))),
)
listed("code_lines_fit_on_a_page", ("a long line", add("set-up", "x = " + "1 + " * 25 + "1")))
listed(
    "no_absolute_paths",
    ("printed", show("set-up", stdout("/home/me/course/x.py:3\n"))),
    ("in the source", add("set-up", "path = '/Users/me/data'")),
    ("in prose", add("formula", "Open C:\\Users\\me first.")),
    ("in HTML", show("set-up", HTML)),
    ("a file URL", add("formula", "[here](file:///data/x)")),
    (
        "in an alternative text",
        lambda nb: (
            show("fig", figure("The picture of /tmp/x/picture.png as drawn"))(nb),
            in_metadata("fig", alt="The picture of /tmp/x/picture.png as drawn")(nb),
        ),
    ),
)
listed(
    "code_is_plain_python",
    ("a magic", add("set-up", "%matplotlib inline")),
    ("a shell command", add("set-up", "!pip install x")),
    ("the magic's function", add("set-up", "get_ipython().run_line_magic('time', '')")),
)
listed(
    "nothing_is_downloaded",
    ("urllib", add("set-up", "from urllib.request import Request")),
    ("requests", add("set-up", "import requests as r")),
    ("keras data", add("set-up", "data = mnist.load_data()")),
    ("get_file", add("set-up", "get_file('x')")),
    ("a shell", add("set-up", "import os\nos.system('wget x')")),
)
listed(
    "parameters_are_literals",
    ("two cells", tag("set-up", "parameters")),
    ("lower case", add("settings", "rate = 5")),
    ("computed", add("settings", "TWICE = 2 * SIZE")),
    ("a call", add("settings", "print(SIZE)")),
)
listed(
    "one_cell_prints_the_headline",
    ("none", tag("result")),
    (
        "two",
        lambda nb: (
            tag("answer", "headline")(nb),
            tag("prompt")(nb),
            put("prompt", "What follows:")(nb),
            tag("why")(nb),
        ),
    ),
    ("two lines", show("result", stdout("5\n6\n"))),
    ("nothing", show("result")),
    ("a figure too", show("result", stdout("5\n"), figure("Another figure, with another text"))),
)
listed(
    "checks_are_silent",
    ("it speaks", show("sure", stdout("fine\n"))),
    ("it asserts nothing", put("sure", "SIZE == 5")),
)
listed(
    "code_cells_are_short",
    ("25 lines", put("prepare", "\n".join(f"a_{i} = {i}" for i in range(25)))),
    ("too many long", lambda nb: (put("prepare", LONG_CELL)(nb), put("set-up", LONG_CELL)(nb))),
    (
        "too few short",
        lambda nb: [
            put(one, "a = 1\n" * 6)(nb)
            for one in ("prepare", "answer", "set-up", "exercise-1", "exercise-2")
        ],
    ),
)
listed(
    "part_one_needs_no_neural_library",
    ("keras", add("set-up", "import keras")),
    ("a part of keras", add("set-up", "from keras.layers import Dense")),
    ("quiet", add("set-up", "import course_utils.quiet_tensorflow")),
    ("quiet, from", add("set-up", "from course_utils import quiet_tensorflow")),
    ("torch", add("set-up", "import numpy, torch.nn as nn")),
)
listed("prose_stands_before_code", ("two code cells", drop("prompt-run")))
listed(
    "prose_is_short",
    ("121 words", put("formula", "word " * 121)),
    ("a table", put("formula", "| a | b |\n|---|---|\n" + "| one two | three |\n" * 40)),
)
listed(
    "prose_keeps_its_voice",
    ("an exclamation mark", add("formula", "Well done!")),
    (
        "in a folded answer",
        lambda nb: cell(nb, "questions").update(
            source=["".join(cell(nb, "questions")["source"]).replace("Because", "Well! Because")]
        ),
    ),
    ("simply", add("formula", "Simply add them.")),
    ("obviously", add("formula", "This is obviously so.")),
)
listed(
    "prose_reads_as_written_not_translated",
    ("a for per", add("formula", "Three numbers a pixel.")),
    ("has the layer", add("formula", "How many weights has that layer?")),
    ("foretell", add("formula", "You will foretell the size.")),
    ("whoever", add("formula", "Whoever reads this knows.")),
    (
        "in an alternative text",
        lambda nb: (
            in_metadata("fig", alt="Bars, one a channel, that grow to the right of the axis")(nb),
            show("fig", figure("Bars, one a channel, that grow to the right of the axis"))(nb),
        ),
    ),
)
listed(
    "chinese_terms_stand_beside_english",
    (
        "two terms",
        lambda nb: cell(nb, "title").update(
            source=["".join(cell(nb, "title")["source"]).replace("步幅", "")]
        ),
    ),
)
listed(
    "figures_have_alternative_text",
    ("none", lambda nb: cell(nb, "fig")["outputs"][0].update(metadata={})),
    ("short", show("fig", figure("A line chart"))),
    ("blank", show("fig", figure(" " * 40))),
    ("the same twice", show("fig", figure(), figure())),
)
listed(
    "alternative_texts_stand_in_the_metadata",
    ("among the code", put("fig", "plotting.show(fig, alt='A line')")),
    ("none", lambda nb: cell(nb, "fig")["metadata"].pop("alt")),
    ("without a figure", in_metadata("prepare", alt=ALT)),
    ("two figures", put("fig", "plotting.show(fig)\nplotting.show(fig)")),
)
listed(
    "stored_figures_have_the_authors_text",
    ("another", show("fig", figure("Bar chart: the loss falls from 2 to below 1"))),
    ("an unknown name", in_metadata("fig", alt="Line chart: the loss of digit {DIGIT} falls")),
    ("another value", in_metadata("fig", alt=ALT.replace("2", "{SIZE}"))),
)
listed(
    "hidden_is_what_answers_and_what_proves",
    ("an answer in sight", lambda nb: cell(nb, "answer")["metadata"].pop("jupyter")),
    ("a proof in sight", lambda nb: cell(nb, "sure")["metadata"].pop("jupyter")),
    ("a lesson out of sight", in_metadata("prepare", jupyter={"source_hidden": True})),
)
listed(
    "cells_that_only_assert_are_tagged_check",
    ("plain", put("prepare", "assert SIZE == 5")),
    ("in a loop", put("prepare", "for k in NAMES:\n    np.testing.assert_equal(k, k)")),
)
listed(
    "prompts_are_tagged",
    ("predict", add("formula", "Predict: how many?")),
    ("before you run", add("formula", "Write it down before you run this.")),
    ("guess", add("formula", "Guess how far they lie apart.")),
)
listed(
    "every_prompt_is_answered",
    (
        "by nothing",
        lambda nb: (
            show("answer")(nb),
            cell(nb, "answer")["metadata"].pop("jupyter"),
            cell(nb, "why")["metadata"].pop("tags"),
        ),
    ),
)
listed(
    "what_explains_an_answer_is_folded_with_it",
    ("in sight", lambda nb: cell(nb, "why")["metadata"].pop("tags")),
    ("of nothing asked", tag("formula", "explanation")),
    ("a section", put("why", "## What next?")),
)
listed(
    "opening_says_what_why_and_how_long",
    (
        "no title",
        lambda nb: cell(nb, "title").update(source=["".join(cell(nb, "title")["source"])[2:]]),
    ),
    *(
        (
            f"without {word!r}",
            lambda nb, word=word: cell(nb, "title").update(
                source=["".join(cell(nb, "title")["source"]).replace(word, "")]
            ),
        )
        for word in ("?", "You need", "minutes", "learn")
    ),
)
listed(
    "closing_sums_up_and_leads_on",
    ("no summary", put("summary", "## The end\n\nYou have padded.")),
    ("nothing to read", drop("more")),
)
listed(
    "self_test_has_three_folded_answers",
    ("none", drop("questions")),
    ("two answers", put("questions", "<details>a</details>\n<details>b</details>")),
    ("too early", lambda nb: nb["cells"].insert(1, nb["cells"].pop(-2))),
    ("two of them", tag("summary", "self-test")),
)
listed(
    "three_to_five_exercises",
    ("two", drop("exercise-3", "exercise-3-check")),
    ("six", insert_after("exercise-3-check", *(c for k in (4, 5, 6) for c in exercise(k)))),
)
listed(
    "each_exercise_has_its_check",
    ("no check", drop("exercise-3-check-text", "exercise-3-check")),
    ("another notebook's", put("exercise-2-check", 'exercises.check("04.2", answer_2)')),
    ("the same twice", put("exercise-2-check", 'exercises.check("05.1", answer_2)')),
    ("nothing checked", put("exercise-2-check", "print(answer_2)")),
    (
        "wrong order",
        lambda nb: (
            tag("exercise-1", "exercise-check")(nb),
            show("exercise-1", stdout("not attempted yet\n"))(nb),
            tag("exercise-1-check", "exercise")(nb),
        ),
    ),
)
listed(
    "stored_checks_are_not_attempted",
    ("solved", show("exercise-1-check", stdout("05.1: right\n"))),
    ("no reply", show("exercise-1-check")),
)


@pytest.mark.parametrize(
    ("rule", "function"),
    [(rule, function) for rule, _, function in CHANGES],
    ids=[f"{rule}-{what}" for rule, what, _ in CHANGES],
)
def test_a_bad_notebook_breaks_that_rule_alone(
    rule: str, function: Callable[[dict], object]
) -> None:
    content = good()
    function(content)
    assert broken_rules(content) == {rule}


@pytest.mark.parametrize(
    "name", ["5_padding.ipynb", "05-padding.ipynb", "05_Padding.ipynb", "05_.ipynb"]
)
def test_a_bad_file_name_is_seen(name: str) -> None:
    assert "file_is_named_by_number_and_subject" in broken_rules(good(), name=name)


def test_a_large_file_is_seen() -> None:
    assert broken_rules(good(), size=1_000_000) == {"file_is_small"}


def test_every_rule_has_a_bad_notebook() -> None:
    about_the_file = {"file_is_named_by_number_and_subject", "file_is_small"}
    assert {rule for rule, _, _ in CHANGES} | about_the_file == {r.__name__ for r in RULES}


def test_part_two_may_import_keras() -> None:
    content = good()
    add("set-up", "import keras")(content)
    text = json.dumps(content).replace("05.", "10.")
    assert broken_rules(json.loads(text), name="10_first_cnn.ipynb") == set()
