"""What every stored notebook keeps to: each rule a function from a notebook to its faults.

The rules read the JSON of the file as it is stored, so that nothing is repaired on the way.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import nbformat

from course_utils.notebooks import (
    CELL_TAGS,
    NAME_PATTERN,
    NOTEBOOK_METADATA,
    SLIDE_TYPES,
    reveal,
)

MAX_BYTES = 1_000_000
MAX_WORDS = 120
USUAL_LINES, SELDOM_LINES, MAX_LINES = 5, 15, 24
MAX_COLUMNS = 100
MIN_ALT = 30
OF_PROSE = {"predict", "explanation", "self-test"}
# Texts after an answer that go on to the next thing, and tell nothing of what came out.
LEAD_ON = {
    "02": {"digit-others-prose"},
    "05": {"visits-matrix-prose"},
    "08": {
        "one-input-prose",
        "equivariance-definition",
        "turn-figure-prose",
        "accuracies-table-prose",
    },
    "10": {"build-dense-prose", "choice-prose", "mixed-up-prose"},
    "12": {
        "race-pairs-prose",
        "change-rivals-prose",
        "change-verdict-prose",
        "few-verdict-prose",
        "full-prose",
    },
    "13": {"table-prose", "fooled-prose"},
    "14": {"zero-prose"},
    "15": {"timed-prose"},
    "16": {"windows-library-prose", "table-numbers-prose", "sizes-figure-prose"},
    "18": {"ece-prose", "exam-error-prose", "mixed-loss-prose"},
}
PART_ONE = range(1, 9)
CLOSING_CELLS = 8

Json = dict[str, Any]


@dataclass(frozen=True)
class Stored:
    """A notebook file: its name, its size in bytes, its JSON."""

    name: str
    size: int
    content: Json

    @property
    def number(self) -> str:
        return self.name[:2]

    @property
    def cells(self) -> list[Json]:
        return self.content["cells"]

    @cached_property
    def code(self) -> list[Json]:
        return [cell for cell in self.cells if cell["cell_type"] == "code"]

    @cached_property
    def prose(self) -> list[Json]:
        return [cell for cell in self.cells if cell["cell_type"] == "markdown"]


Rule = Callable[[Stored], list[str]]
RULES: list[Rule] = []


def rule(function: Rule) -> Rule:
    RULES.append(function)
    return function


# --- reading ------------------------------------------------------------------------------------


def source(cell: Json) -> str:
    return "".join(cell["source"])


def tags(cell: Json) -> list[str]:
    return cell["metadata"].get("tags", [])


def name(cell: Json) -> str:
    return f"cell {cell.get('id')!r}"


def stream(cell: Json, kind: str) -> str:
    return "".join("".join(out["text"]) for out in cell["outputs"] if out.get("name") == kind)


def printed(cell: Json) -> Iterator[str]:
    """Every text that a cell shows, alternative texts of figures included."""
    for output in cell.get("outputs", []):
        if "text" in output:
            yield "".join(output["text"])
        for kind, content in output.get("data", {}).items():
            if not kind.startswith("image/") or kind == "image/svg+xml":
                yield "".join(content) if isinstance(content, (str, list)) else str(content)
        for entries in output.get("metadata", {}).values():
            yield str(entries)


def images(stored: Stored) -> Iterator[tuple[Json, str]]:
    """Every image of the outputs: its cell and its alternative text."""
    for cell in stored.code:
        for output in cell["outputs"]:
            for kind in output.get("data", {}):
                if kind.startswith("image/"):
                    yield cell, output.get("metadata", {}).get(kind, {}).get("alt", "")


def shown_prose(cell: Json, *, folded: bool) -> str:
    """The words of a markdown cell, without mark-up; a formula counts as one word."""
    text = source(cell)
    if not folded:
        text = re.sub(r"<details.*?</details>", " ", text, flags=re.DOTALL)
    text = re.sub(r"\$\$.*?\$\$", " formula ", text, flags=re.DOTALL)
    text = re.sub(r"\\begin\{(\w+\*?)\}.*?\\end\{\1\}", " formula ", text, flags=re.DOTALL)
    text = re.sub(r"(?<![\\$])\$[^$]+\$", " formula ", text)
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"<!--.*?-->|</?\w[^>]*>", " ", text, flags=re.DOTALL)
    return re.sub(r"^\s*\|?[\s:|-]+\|?\s*$", " ", text, flags=re.MULTILINE)


def without_code(text: str) -> str:
    text = re.sub(r"```.*?```", " ", text, flags=re.DOTALL)
    return re.sub(r"`[^`]*`", " ", text)


def code_lines(cell: Json) -> int:
    lines = (line.strip() for line in source(cell).splitlines())
    return sum(bool(line) and not line.startswith("#") for line in lines)


def parsed(cell: Json) -> ast.Module:
    try:
        return ast.parse(source(cell))
    except SyntaxError:  # its own rule says so
        return ast.Module(body=[], type_ignores=[])


def imported(cell: Json) -> Iterator[str]:
    for node in ast.walk(parsed(cell)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


# --- the file -----------------------------------------------------------------------------------


@rule
def file_is_named_by_number_and_subject(stored: Stored) -> list[str]:
    if NAME_PATTERN.fullmatch(stored.name):
        return []
    return [f"{stored.name} is not of the form NN_what_it_teaches.ipynb"]


@rule
def file_is_small(stored: Stored) -> list[str]:
    if stored.size < MAX_BYTES:
        return []
    return [f"{stored.size:,} bytes; the limit is {MAX_BYTES:,}"]


@rule
def notebook_metadata_is_canonical(stored: Stored) -> list[str]:
    found = {key: stored.content[key] for key in ("metadata", "nbformat", "nbformat_minor")}
    wanted = {"metadata": NOTEBOOK_METADATA, "nbformat": 4, "nbformat_minor": 5}
    return [] if found == wanted else [f"{found} instead of {wanted}: refresh it"]


@rule
def the_way_on_is_a_link(stored: Stored) -> list[str]:
    link = re.compile(r"\*Next:\* \[notebook (\d\d)\]\(\1_[a-z0-9_]+\.ipynb\)")
    return [
        f"{name(cell)}: '*Next:*' is not followed by a link to the notebook that it names"
        for cell in stored.prose
        for line in source(cell).splitlines()
        if "*Next:*" in line and not link.search(line)
    ]


@rule
def cells_have_readable_ids(stored: Stored) -> list[str]:
    ids = [cell.get("id", "") for cell in stored.cells]
    # What Jupyter gives by itself: eight hexadecimal digits, or a UUID.
    chance = r"(?=.*\d)[0-9a-f]{8}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    faults = [
        f"the id {cell_id!r} is not made of readable words with hyphens"
        for cell_id in ids
        if not re.fullmatch(r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*", cell_id)
        or re.fullmatch(chance, cell_id)
    ]
    return faults + [f"the id {one!r} is there twice" for one in set(ids) if ids.count(one) > 1]


@rule
def cells_are_prose_or_code(stored: Stored) -> list[str]:
    faults = []
    for cell in stored.cells:
        if cell["cell_type"] not in ("markdown", "code"):
            faults.append(f"{name(cell)} is of type {cell['cell_type']}")
        elif not source(cell).strip():
            faults.append(f"{name(cell)} is empty")
    return faults


@rule
def cell_metadata_is_known(stored: Stored) -> list[str]:
    faults = []
    for cell in stored.cells:
        surplus = set(cell["metadata"]) - {"alt", "jupyter", "slideshow", "tags"}
        surplus |= set(cell["metadata"].get("slideshow", {})) - {"slide_type"}
        surplus |= set(cell["metadata"].get("jupyter", {})) - {"outputs_hidden", "source_hidden"}
        if surplus:
            faults.append(f"{name(cell)} has the metadata {sorted(surplus)}: refresh it")
    return faults


@rule
def cells_have_a_slide_type(stored: Stored) -> list[str]:
    faults = []
    for cell in stored.cells:
        slide_type = cell["metadata"].get("slideshow", {}).get("slide_type")
        if slide_type not in SLIDE_TYPES:
            faults.append(f"{name(cell)} has the slide type {slide_type!r}, none of {SLIDE_TYPES}")
    return faults


@rule
def tags_are_known(stored: Stored) -> list[str]:
    return [
        f"{name(cell)} has the unknown tag {tag!r}"
        for cell in stored.cells
        for tag in tags(cell)
        if tag not in CELL_TAGS
    ]


@rule
def tags_are_on_cells_they_fit(stored: Stored) -> list[str]:
    return [
        f"{name(cell)} is {cell['cell_type']} and has the tag {tag!r}"
        for cell in stored.cells
        for tag in tags(cell)
        if tag in CELL_TAGS and (tag in OF_PROSE) != (cell["cell_type"] == "markdown")
    ]


# --- what was executed --------------------------------------------------------------------------


@rule
def cells_are_executed_in_order(stored: Stored) -> list[str]:
    counts = [cell["execution_count"] for cell in stored.code]
    if counts == list(range(1, len(counts) + 1)):
        return []
    return [f"the execution counts are {counts}: refresh it"]


@rule
def nothing_goes_to_stderr(stored: Stored) -> list[str]:
    return [f"{name(cell)} writes to stderr" for cell in stored.code if stream(cell, "stderr")]


@rule
def nothing_raises(stored: Stored) -> list[str]:
    return [
        f"{name(cell)} raises {output['ename']}"
        for cell in stored.code
        for output in cell["outputs"]
        if output["output_type"] == "error"
    ]


@rule
def nothing_redraws_a_line(stored: Stored) -> list[str]:
    return [
        f"{name(cell)} prints a carriage return or backspace, as progress bars do"
        for cell in stored.code
        if re.search(r"\r(?!\n)|\x08", stream(cell, "stdout"))
    ]


@rule
def no_memory_addresses(stored: Stored) -> list[str]:
    return [
        f"{name(cell)} shows a memory address, which changes with every run"
        for cell in stored.code
        for text in printed(cell)
        if re.search(r"\bat 0x[0-9a-fA-F]{6,}", text)
    ]


@rule
def numbers_read_the_same_everywhere(stored: Stored) -> list[str]:
    """NumPy's wrapped scalars distract, and the sign of a zero differs between machines."""
    return [
        f"{name(cell)} shows {found.group()!r}: round or format the number"
        for cell in stored.code
        for text in printed(cell)
        if (found := re.search(r"np\.(float|int|bool)\d*\(|(?<![\w.])-0\.?0*(?![\d.])", text))
    ]


@rule
def no_absolute_paths(stored: Stored) -> list[str]:
    unix = r"(?<![\w.:/~-])/(?:home|Users|root|tmp|var|usr|opt|mnt|media|srv|work|private)/"
    windows = r"\b[A-Za-z]:\\{1,2}(?:Users|Windows|Program|Temp|Documents)"
    pattern = re.compile(f"{unix}|{windows}|file://")
    faults = []
    for cell in stored.cells:
        for text in (source(cell), *printed(cell)):
            if match := pattern.search(text):
                faults.append(f"{name(cell)} holds the path {match.group()}…")
    return faults


# --- code ---------------------------------------------------------------------------------------


@rule
def code_is_plain_python(stored: Stored) -> list[str]:
    faults = []
    for cell in stored.code:
        try:
            ast.parse(source(cell))
        except SyntaxError:
            faults.append(f"{name(cell)} is not plain Python (a % or ! command?)")
        if "get_ipython" in source(cell):
            faults.append(f"{name(cell)} commands the kernel: get_ipython")
    return faults


@rule
def nothing_is_downloaded(stored: Stored) -> list[str]:
    libraries = {"urllib", "requests", "wget", "httpx", "pooch", "ftplib", "subprocess"}
    calls = {"load_data", "urlopen", "urlretrieve", "get_file", "system", "popen"}
    faults = []
    for cell in stored.code:
        used = {module.split(".")[0] for module in imported(cell)} & libraries
        for node in ast.walk(parsed(cell)):
            if isinstance(node, ast.Call):
                called = getattr(node.func, "attr", getattr(node.func, "id", ""))
                used |= {called} & calls
        faults += [f"{name(cell)} can download: {what}" for what in sorted(used)]
    return faults


@rule
def parameters_are_literals(stored: Stored) -> list[str]:
    tagged = [cell for cell in stored.code if "parameters" in tags(cell)]
    faults = [f"{len(tagged)} cells are tagged parameters"] if len(tagged) > 1 else []
    for cell in tagged:
        for statement in parsed(cell).body:
            match statement:
                case ast.Assign(targets=[ast.Name(id=parameter)], value=value):
                    if not re.fullmatch(r"[A-Z][A-Z0-9_]*", parameter):
                        faults.append(f"the parameter {parameter} is not UPPER_CASE")
                    try:
                        ast.literal_eval(value)
                    except ValueError:
                        faults.append(f"{parameter} = {ast.unparse(value)} is not a literal")
                case _:
                    faults.append(f"{ast.unparse(statement)!r} does not set a parameter")
    return faults


@rule
def one_cell_prints_the_headline(stored: Stored) -> list[str]:
    tagged = [cell for cell in stored.code if "headline" in tags(cell)]
    if len(tagged) != 1:
        return [f"{len(tagged)} code cells are tagged headline; it takes exactly one"]
    lines = stream(tagged[0], "stdout").splitlines()
    if len(tagged[0]["outputs"]) == 1 and len(lines) == 1 and lines[0].strip():
        return []
    return [f"{name(tagged[0])} shows {len(tagged[0]['outputs'])} outputs with {len(lines)} lines"]


@rule
def checks_are_silent(stored: Stored) -> list[str]:
    faults = []
    for cell in stored.code:
        if "check" in tags(cell):
            if cell["outputs"]:
                faults.append(f"{name(cell)} is tagged check and shows something")
            if "assert" not in source(cell):
                faults.append(f"{name(cell)} is tagged check and asserts nothing")
    return faults


@rule
def code_cells_are_short(stored: Stored) -> list[str]:
    lengths = {name(cell): code_lines(cell) for cell in stored.code}
    faults = [f"{one} has {n} lines of code" for one, n in lengths.items() if n > MAX_LINES]
    long = [one for one, n in lengths.items() if n > SELDOM_LINES]
    if len(long) > 0.1 * len(lengths):
        faults.append(f"{len(long)} of {len(lengths)} have over {SELDOM_LINES} lines: {long}")
    short = sum(n <= USUAL_LINES for n in lengths.values())
    if short < 0.75 * len(lengths):
        faults.append(f"only {short} of {len(lengths)} have at most {USUAL_LINES} lines")
    return faults


@rule
def code_lines_fit_on_a_page(stored: Stored) -> list[str]:
    return [
        f"{name(cell)} has a line of {len(line)} characters; {MAX_COLUMNS} fit on a page or slide"
        for cell in stored.code
        for line in source(cell).splitlines()
        if len(line) > MAX_COLUMNS
    ]


@rule
def part_one_needs_no_neural_library(stored: Stored) -> list[str]:
    if not (stored.number.isdigit() and int(stored.number) in PART_ONE):
        return []
    libraries = {"tensorflow", "keras", "torch"}
    return [
        f"{name(cell)} imports {module}"
        for cell in stored.code
        for module in imported(cell)
        if module.split(".")[0] in libraries or module == "course_utils.quiet_tensorflow"
    ]


# --- prose --------------------------------------------------------------------------------------


@rule
def prose_stands_before_code(stored: Stored) -> list[str]:
    faults = []
    for before, cell in zip([None, *stored.cells], stored.cells, strict=False):
        if cell["cell_type"] == "code" and (before is None or before["cell_type"] == "code"):
            faults.append(f"{name(cell)} has no prose before it")
    return faults


@rule
def prose_is_short(stored: Stored) -> list[str]:
    faults = []
    for cell in stored.prose:
        words = sum(
            bool(re.search(r"\w", word))
            for word in re.split(r"[\s|]+", shown_prose(cell, folded=False))
        )
        if words > MAX_WORDS:
            faults.append(f"{name(cell)} has {words} words; the limit is {MAX_WORDS}")
    return faults


@rule
def prose_keeps_its_voice(stored: Stored) -> list[str]:
    faults = []
    for cell in stored.prose:
        text = without_code(shown_prose(cell, folded=True))
        for word in re.findall(r"!|！|\bsimply\b|\bobviously\b", text, flags=re.IGNORECASE):
            faults.append(f"{name(cell)} says {word!r}")
    return faults


# Translated rather than written: "one a pixel" for "one per pixel", "has that layer?" for "does …
# have", and words that nobody says.
_UNNATURAL = re.compile(
    r"\b(?:one|numbers?|products|multiplications|average|weights) an? "
    r"(?:pixel|window|channel|position|class|digit|filter|seed|step|row of)\b"
    r"|\b[Hh]ow many [\w -]+ has (?:that|the|this|one such)\b"
    r"|\bforetell|\b[Ww]hoever\b|\bdearer\b|\breads best\b|\bis meant exactly\b"
    r"|\bevery one of the course\b|\b(?:rows|columns|cells|parameters) less\b"
)


@rule
def prose_reads_as_written_not_translated(stored: Stored) -> list[str]:
    faults = []
    for cell in stored.cells:
        texts = [cell["metadata"].get("alt", "")]
        if cell["cell_type"] == "markdown":
            texts.append(without_code(shown_prose(cell, folded=True)))
        for found in (match for text in texts for match in _UNNATURAL.finditer(text)):
            faults.append(f"{name(cell)} says {found.group()!r}")
    return faults


@rule
def chinese_terms_stand_beside_english(stored: Stored) -> list[str]:
    terms = {
        term for cell in stored.prose for term in re.findall(r"[\u4e00-\u9fff]+", source(cell))
    }
    return [] if len(terms) >= 3 else [f"{len(terms)} Chinese terms; three are the least"]


@rule
def figures_have_alternative_text(stored: Stored) -> list[str]:
    faults, seen = [], set()
    for cell, alt in images(stored):
        if len(alt.strip()) < MIN_ALT:
            faults.append(f"{name(cell)} shows an image with the alternative text {alt!r}")
        elif alt in seen:
            faults.append(f"{name(cell)} repeats an alternative text: {alt!r}")
        seen.add(alt)
    return faults


def parameter_values(stored: Stored) -> dict[str, Any]:
    """The defaults that the cell tagged parameters gives."""
    values = {}
    for cell in stored.code:
        if "parameters" in tags(cell):
            for statement in parsed(cell).body:
                if isinstance(statement, ast.Assign):
                    try:
                        values[ast.unparse(statement.targets[0])] = ast.literal_eval(
                            statement.value
                        )
                    except ValueError:  # its own rule says so
                        pass
    return values


@rule
def alternative_texts_stand_in_the_metadata(stored: Stored) -> list[str]:
    faults = []
    for cell in stored.code:
        shows = len(re.findall(r"\bplotting\.show\(", source(cell)))
        text = cell["metadata"].get("alt", "")
        if re.search(r"\balt\s*=", source(cell)):
            faults.append(f"{name(cell)} has an alternative text among its code")
        if shows > 1:
            faults.append(f"{name(cell)} shows {shows} figures; one has room for its text")
        if bool(shows) != bool(text):
            faults.append(f"{name(cell)} shows {shows} figures, its alternative text is {text!r}")
    return faults


@rule
def stored_figures_have_the_authors_text(stored: Stored) -> list[str]:
    values = parameter_values(stored)
    faults = []
    for cell, alt in images(stored):
        text = cell["metadata"].get("alt", "")
        try:
            wanted = text.format_map(values)
        except KeyError as unknown:
            faults.append(f"{name(cell)} names {unknown} in its alternative text, no parameter")
            continue
        if text and len(alt.strip()) >= MIN_ALT and alt != wanted:
            faults.append(f"{name(cell)} stores the alternative text {alt!r}: refresh it")
    return faults


# --- what is kept back --------------------------------------------------------------------------


def places_of_answers(stored: Stored) -> set[int]:
    return reveal.answers(nbformat.from_dict(stored.content))


@rule
def hidden_is_what_answers_and_what_proves(stored: Stored) -> list[str]:
    answers, faults = places_of_answers(stored), []
    for place, cell in enumerate(stored.cells):
        wanted = {}
        if place in answers:
            wanted["outputs_hidden"] = True
        if set(reveal.PROOFS) & set(tags(cell)):
            wanted["source_hidden"] = True
        found = cell["metadata"].get("jupyter", {})
        if found != wanted:
            faults.append(f"{name(cell)} has {found} where {wanted} is wanted: refresh it")
    return faults


def only_asserts(statement: ast.stmt) -> bool:
    match statement:
        case ast.Assert():
            return True
        case ast.Expr(value=ast.Call(func=func)):
            return ast.unparse(func).startswith("np.testing.")
        case ast.For(body=body) | ast.With(body=body):
            return all(map(only_asserts, body))
        case ast.If(body=body, orelse=otherwise):
            return all(map(only_asserts, [*body, *otherwise]))
    return False


@rule
def cells_that_only_assert_are_tagged_check(stored: Stored) -> list[str]:
    return [
        f"{name(cell)} only asserts: tag it check, so that it is folded"
        for cell in stored.code
        if parsed(cell).body
        and all(map(only_asserts, parsed(cell).body))
        and "check" not in tags(cell)
    ]


@rule
def prompts_are_tagged(stored: Stored) -> list[str]:
    """A text that asks for a prediction keeps its answer back."""
    asks = r"\bPredict\b[^.\n]*[.:?]|\b[Bb]efore you (?:run|look)\b|\b[Gg]uess (?:how|the|first)\b"
    faults = []
    for place, cell in enumerate(stored.cells):
        if cell["cell_type"] != "markdown" or {"predict", "self-test"} & set(tags(cell)):
            continue
        if cell["metadata"].get("slideshow", {}).get("slide_type") == "notes" or place == 0:
            continue
        following = [tags(later) for later in stored.cells[place + 1 :][:2]]
        if any("exercise" in each for each in following):
            continue  # the exercise's check answers
        if found := re.search(asks, shown_prose(cell, folded=False)):
            faults.append(f"{name(cell)} asks ({found.group()!r}) and is not tagged predict")
    return faults


@rule
def every_prompt_is_answered(stored: Stored) -> list[str]:
    answers, faults, waiting = places_of_answers(stored), [], []
    for place, cell in enumerate(stored.cells):
        if "predict" in tags(cell) and cell["cell_type"] == "markdown":
            waiting.append(cell)
        elif place in answers:
            waiting.clear()
        elif {"exercise", "exercise-check"} & set(tags(cell)):
            faults += [
                f"{name(one)} asks, and an exercise comes before its answer" for one in waiting
            ]
            waiting.clear()
    return faults + [f"{name(one)} asks, and no output answers" for one in waiting]


@rule
def what_explains_an_answer_is_folded_with_it(stored: Stored) -> list[str]:
    """The text after an answer is tagged explanation, or asks, opens a section or leads on."""
    answers = places_of_answers(stored)
    faults, expected = [], set()
    for place in answers:
        after = place + 1
        while after < len(stored.cells) and (
            set(reveal.PROOFS) & set(tags(stored.cells[after]))
            or stored.cells[after]["metadata"].get("slideshow", {}).get("slide_type") == "notes"
            or stored.cells[after]["id"].startswith("prediction-compare")
        ):
            after += 1
        if after == len(stored.cells):
            continue
        cell = stored.cells[after]
        if cell["cell_type"] != "markdown":
            continue
        expected.add(after)
        goes_on = (
            "predict" in tags(cell)
            or source(cell).startswith("#")
            or cell["id"] in LEAD_ON.get(stored.number, ())
        )
        if ("explanation" in tags(cell)) == goes_on:
            verb = "leads on, and is" if goes_on else "follows an answer, and is not"
            faults.append(f"{name(cell)} {verb} tagged explanation")
    return faults + [
        f"{name(cell)} explains nothing that was asked"
        for place, cell in enumerate(stored.cells)
        if "explanation" in tags(cell) and place not in expected
    ]


@rule
def opening_says_what_why_and_how_long(stored: Stored) -> list[str]:
    first = stored.cells[0]
    text = source(first)
    if first["cell_type"] != "markdown" or not text.startswith("# "):
        return ["the first cell does not begin with a title: # …"]
    wanted = {
        "a question": r"\?",
        "what you need": r"\byou need\b",
        "how long it takes": r"\d+\s*min",
        "what you will learn": r"\blearn",
    }
    return [
        f"the first cell lacks {what}"
        for what, pattern in wanted.items()
        if not re.search(pattern, text, re.IGNORECASE)
    ]


@rule
def closing_sums_up_and_leads_on(stored: Stored) -> list[str]:
    closing = stored.cells[-CLOSING_CELLS:]
    text = "\n".join(source(cell) for cell in closing if cell["cell_type"] == "markdown")
    faults = []
    summary = r"^#+ .*\b(summary|sum up|in short)\b|\bin this notebook\b"
    if not re.search(summary, text, re.I | re.M):
        faults.append("no summary: a heading with that word, or 'in this notebook'")
    if not re.search(r"\b(read more|read on|further reading)\b", text, re.I):
        faults.append("nothing says where to read more")
    return faults


@rule
def self_test_has_three_folded_answers(stored: Stored) -> list[str]:
    tagged = [cell for cell in stored.cells if "self-test" in tags(cell)]
    if len(tagged) != 1 or tagged[0] not in stored.cells[-CLOSING_CELLS:]:
        return [f"{len(tagged)} cells are tagged self-test; it takes one, near the end"]
    answers = len(re.findall(r"<details>.*?</details>", source(tagged[0]), re.DOTALL))
    return [] if answers == 3 else [f"the self-test folds {answers} answers; three are asked for"]


# --- exercises ----------------------------------------------------------------------------------


def checked_numbers(cell: Json) -> list[str]:
    return re.findall(r"\bcheck\(\s*[\"'](\d\d\.\d+)[\"']", source(cell))


@rule
def three_to_five_exercises(stored: Stored) -> list[str]:
    count = sum("exercise" in tags(cell) for cell in stored.code)
    return [] if 3 <= count <= 5 else [f"{count} exercises; three to five are asked for"]


@rule
def each_exercise_has_its_check(stored: Stored) -> list[str]:
    faults, numbers = [], []
    role = {"exercise", "exercise-check"}
    sequence = [(cell, role & set(tags(cell))) for cell in stored.code if role & set(tags(cell))]
    for position, (cell, has) in enumerate(sequence):
        wanted = {"exercise"} if position % 2 == 0 else {"exercise-check"}
        if has != wanted:
            return [f"{name(cell)} breaks the order stub, check, stub, check, …"]
        if wanted == {"exercise-check"}:
            found = checked_numbers(cell)
            if len(found) != 1:
                faults.append(f"{name(cell)} checks {found}; one exercise is asked for")
            numbers += found
    if len(sequence) % 2:
        faults.append(f"{name(sequence[-1][0])} has no check after it")
    expected = [f"{stored.number}.{k}" for k in range(1, len(sequence) // 2 + 1)]
    if not faults and numbers != expected:
        faults.append(f"the checks are {numbers}; {expected} is asked for")
    return faults


@rule
def stored_checks_are_not_attempted(stored: Stored) -> list[str]:
    return [
        f"{name(cell)} does not reply 'not attempted yet'"
        for cell in stored.code
        if "exercise-check" in tags(cell)
        and not any("not attempted yet" in text.lower() for text in printed(cell))
    ]
