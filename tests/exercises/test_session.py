"""What a student sees: printed replies, hints and solutions, in a terminal and in a notebook."""

import ast
import importlib.util
import re
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.manager import KernelManager, start_new_kernel
from patience import HANG

from course_utils import exercises
from course_utils.exercises.engine import progress, registry, session
from course_utils.exercises.engine.judging import judge_answer
from course_utils.exercises.nb01_inner_products import inner_product
from course_utils.exercises.nb02_convolution_by_hand import patch_count

Printed = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def new_session(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(progress.VARIABLE, raising=False)
    progress.forget_session()


def test_check_prints_a_status_and_returns_none(capsys: Printed) -> None:
    assert exercises.check("02.2", patch_count) is None
    assert exercises.check("02.2", lambda image, kernel: 1) is None
    assert exercises.check("02.2") is None
    right, *wrong, empty = capsys.readouterr().out.replace("\n0", "\n\n0").split("\n\n")
    assert right.startswith("02.2 right: an axis of length n")
    assert right.endswith("1 of 4 in this notebook.")
    assert "".join(wrong).startswith("02.2 not yet: for image_shape = (5, 5) and kernel_shape")
    assert empty == "02.2: not attempted yet.\n"


def test_a_reply_fits_the_page(capsys: Printed) -> None:
    exercises.check("02.3", lambda image, kernel: image)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) > 1 and max(map(len, lines)) <= 88


class Hostile(type):
    @property
    def __name__(cls) -> str:
        raise SystemExit


def right_for_square_images(image: tuple[int, int], kernel: tuple[int, int]) -> int:
    return (image[0] - kernel[0] + 1) ** 2


def sum_that_spoils_its_first(a: Any, b: Any) -> Any:
    total = inner_product(a, b)
    a[0] += 1
    return total


def raise_an_error(*arguments: Any) -> None:
    raise KeyError(arguments)


@pytest.mark.parametrize(
    ("number", "answer", "least", "most"),
    [
        ("02.2", patch_count, 4, 4),
        ("02.2", ..., 0, 0),
        ("02.2", lambda image, kernel: None, 0, 0),
        ("02.2", 9, 0, 0),
        ("02.2", raise_an_error, 0, 0),
        ("02.2", lambda image, kernel: 10**6, 0, 0),
        # half of the points at most, for the cases that are right
        ("02.2", right_for_square_images, 0.5, 1.5),
        ("01.1", sum_that_spoils_its_first, 2, 2),
        ("05.5", (3, 2, 1), 4, 4),
        ("05.5", (5, 1, 0), 0, 0),
    ],
)
def test_points(number: str, answer: Any, least: float, most: float, capsys: Printed) -> None:
    earned = exercises.points(number, answer, most=4)
    # nbgrader reads the number as it is shown: a NumPy number would pass for full points
    assert least <= earned <= most and float(repr(earned)) == earned
    printed = capsys.readouterr().out
    exercises.check(number, answer)
    assert capsys.readouterr().out.startswith(printed)


def test_points_ask_for_a_number_there_is() -> None:
    with pytest.raises(ValueError, match="there is no exercise '99.1'"):
        exercises.points("99.1", None, most=2)


@pytest.mark.parametrize(
    "number", ["99.1", "02.99", "", "text", 2.1, None, ..., patch_count, [], Hostile("H", (), {})()]
)
def test_check_names_the_numbers_there_are(number: Any, capsys: Printed) -> None:
    exercises.check(number, patch_count)
    printed = " ".join(capsys.readouterr().out.split())
    if type(number) is str:
        assert "There are" in printed and "02.1 to 02.4" in printed
    else:
        assert "the number comes first and is a text" in printed
    for function in (exercises.hint, exercises.solution):
        function(number)
        assert " ".join(capsys.readouterr().out.split()) == printed


@pytest.mark.parametrize(
    ("number", "meant"),
    [("5.2", "05.2"), ("05,2", "05.2"), ("5,2", "05.2"), ("052", "05.2"), (" 5.2\n", "05.2")],
)
def test_a_likely_number_is_asked_for(number: str, meant: str, capsys: Printed) -> None:
    exercises.check(number, patch_count)
    assert f"Did you mean {meant}?" in capsys.readouterr().out


def test_a_number_out_of_range_names_its_notebook_s(capsys: Printed) -> None:
    exercises.check("05.9", patch_count)
    assert capsys.readouterr().out.endswith("There are 05.1 to 05.5.\n")
    exercises.check(5.2, patch_count)
    assert 'such as "05.2"' in capsys.readouterr().out


def test_too_many_arguments_are_answered(capsys: Printed) -> None:
    exercises.check("07.5", 1, 2)
    assert "(first_image, second_image))" in " ".join(capsys.readouterr().out.split())
    exercises.check("02.2", answer=patch_count, time=3)
    assert "hand over the number and one answer" in capsys.readouterr().out
    for function in (exercises.hint, exercises.solution, exercises.progress):
        function("02.2", 1, more=2)
        assert "02" in capsys.readouterr().out


def test_a_solution_seen_before_a_try_says_so(capsys: Printed) -> None:
    progress.forget_session()
    exercises.solution("02.2")
    assert "You have not checked an answer" in capsys.readouterr().out
    exercises.check("02.2", lambda image, kernel: 1)
    exercises.solution("02.2")
    assert "You have not checked an answer" not in capsys.readouterr().out


def test_judge_does_not_print(capsys: Printed) -> None:
    assert exercises.judge("02.2", patch_count).status == "right"
    assert exercises.judge(" 02.2 ", None).status == "empty"
    with pytest.raises(ValueError, match="There are .*02.1 to 02.4"):
        exercises.judge("99.1", None)
    assert capsys.readouterr().out == ""


def test_a_fault_of_the_check_itself_is_owned_up_to(
    capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*arguments: Any, **options: Any) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(session, "judge_answer", broken)
    exercises.check("02.2", patch_count)
    assert "failed by a fault of its own (RuntimeError: broken)" in capsys.readouterr().out


def test_an_interruption_by_the_user_is_not_swallowed(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*arguments: Any, **options: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(session, "judge_answer", interrupted)
    with pytest.raises(KeyboardInterrupt):
        exercises.check("02.2", patch_count)


def in_fresh_python(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_importing_is_quick_and_imports_no_exercise() -> None:
    early, late = in_fresh_python(
        """
        import sys
        from course_utils import exercises
        print(",".join(sys.modules))
        exercises.check("02.2")
        print(",".join(sys.modules))
        """
    ).splitlines()[0::2]
    assert not re.search(r"\b(scipy|matplotlib|pandas|IPython|course_utils\.exercises\.nb)", early)
    names = late.split(",")
    assert [name for name in names if ".nb" in name and "exercises" in name] == [
        "course_utils.exercises.nb02_convolution_by_hand"
    ]
    assert not {"tensorflow", "keras", "matplotlib", "IPython"} & set(names)


def test_no_exercise_module_imports_tensorflow() -> None:
    assert (
        in_fresh_python(
            """
        import sys
        from course_utils import exercises
        exercises.all_exercises()
        print({"tensorflow", "keras"} & set(sys.modules))
        """
        )
        == "set()"
    )


def test_the_documented_example_works(tmp_path: Path) -> None:
    text = exercises.__doc__.partition("of each kind::")[2].partition("What each field is")[0]
    path = tmp_path / "example.py"
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    ast.parse(path.read_text(encoding="utf-8"))
    spec = importlib.util.spec_from_file_location("example", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    function, value = module.EXERCISES
    assert judge_answer(function, function.solution).status == "right"
    assert judge_answer(value, value.solution()).status == "right"
    assert function.source().startswith("def every_other_pixel(image):\n    return")
    for exercise in module.EXERCISES:
        for mistake in exercise.mistakes:
            answer = mistake.example if mistake.is_predicate else mistake.wrong
            assert judge_answer(exercise, answer).message == mistake.reply


def test_modules_are_found_by_two_digits_and_a_name() -> None:
    names = registry.module_names()
    assert names["02"] == "course_utils.exercises.nb02_convolution_by_hand"
    assert list(names) == sorted(names)
    assert registry.exercises_of("99") == ()


def outputs_of(client: Any, code: str, *, interrupt: KernelManager | None = None) -> list[dict]:
    """Outputs of one cell; interrupts the kernel once the cell has printed "begun".

    Pieces of one stream are joined: where the kernel cuts them is chance.
    """
    outputs: list[dict] = []

    def collect(message: dict) -> None:
        if message["msg_type"] in ("stream", "display_data", "execute_result", "error"):
            output = {"type": message["msg_type"], **message["content"]}
            last = outputs[-1] if outputs else {}
            if output["type"] == "stream" == last.get("type") and output["name"] == last["name"]:
                last["text"] += output["text"]
            else:
                outputs.append(output)
            if interrupt is not None and "begun" in outputs[-1].get("text", "") and not sent:
                sent.append(True)
                time.sleep(0.3)
                interrupt.interrupt_kernel()

    sent: list[bool] = []
    client.execute_interactive(code, timeout=HANG, output_hook=collect)
    return outputs


def test_in_a_notebook() -> None:
    manager, client = start_new_kernel(kernel_name="python3", startup_timeout=HANG)
    try:
        outputs_of(client, "%load_ext course_utils.exercises.engine.cells")
        texts = outputs_of(client, 'exercises.check("02.2", patch_count)')
        assert any("run the cells above first" in output.get("text", "") for output in texts)

        stub = """
            from course_utils import exercises
            def patch_count(image_shape, kernel_shape):
                ...
            exercises.check("02.2", patch_count)
        """
        [output] = outputs_of(client, textwrap.dedent(stub))
        assert (output["type"], output["name"], output["text"]) == (
            "stream",
            "stdout",
            "02.2: not attempted yet.\n",
        )

        [output] = outputs_of(client, 'exercises.solution("02.2")')
        assert output["type"] == "display_data"
        shown = output["data"]["text/markdown"]
        assert shown.startswith("```python\ndef patch_count(image_shape, kernel_shape):\n")

        fails = """
            def patch_count(image_shape, kernel_shape):
                return image_shape[7]
            exercises.check("02.2", patch_count)
        """
        [output] = outputs_of(client, textwrap.dedent(fails))
        assert output["type"] == "display_data"
        assert "`return image_shape[7]`" in " ".join(output["data"]["text/plain"].split())
        markup = output["data"]["text/html"]
        assert 'role="status"' in markup and "✗" in markup and "02.2 not yet:" in markup
        assert "<code>return image_shape[7]</code>" in markup

        asks = 'exercises.check("02.2", lambda *shapes: input("?"))'
        [output] = outputs_of(client, asks)
        assert "nobody answers input()" in " ".join(output["data"]["text/plain"].split())

        right = """
            def patch_count(image_shape, kernel_shape):
                "Count <b>all</b>."
                rows, columns = (n - k + 1 for n, k in zip(image_shape, kernel_shape))
                return rows * columns
            exercises.check("02.2", patch_count)
        """
        [output] = outputs_of(client, textwrap.dedent(right))
        assert "✓" in output["data"]["text/html"]
        assert output["data"]["text/plain"].endswith("1 of 4 in this notebook.")

        for broken, words in [
            ("def patch_count(image_shape, kernel_shape)\n    return 0", "SyntaxError"),
            ("1 / 0\ndef patch_count(image_shape, kernel_shape):\n    return 0", "ZeroDivision"),
        ]:
            outputs_of(client, broken)
            [output] = outputs_of(client, 'exercises.check("02.2", patch_count)')
            plain = " ".join(output["data"]["text/plain"].split())
            assert "the last cell that defines patch_count did not get so far" in plain
            assert words in plain and "right" not in plain
            [output] = outputs_of(client, textwrap.dedent(right))
            assert "02.2 right" in output["data"]["text/plain"]

        # a cell that fails after the definition has defined it all the same
        outputs_of(client, textwrap.dedent(right).replace("exercises.check", "1 / 0 or print"))
        [output] = outputs_of(client, 'exercises.check("02.2", patch_count)')
        assert "02.2 right" in output["data"]["text/plain"]

        outputs_of(client, "import numpy as np\nshift_kernel = np.zeros((3, 3))")
        outputs_of(client, "shift_kernel = np.zeros((3, 3))\nshift_kernel[3, 3] = 1")
        [output] = outputs_of(client, 'exercises.check("02.4", shift_kernel)')
        assert "the last cell that defines shift_kernel" in output["data"]["text/plain"]

        error, told = sorted(
            outputs_of(client, 'exercises.check("02.1", moving_average)'), key=lambda o: o["type"]
        )
        assert error["ename"] == "NameError"
        assert told["text"].startswith("moving_average is not defined yet: run the cells above")

        table, course = outputs_of(client, "exercises.progress()")
        assert "Notebook 02: 1 of 4 right" in table["data"]["text/plain"]
        assert '<th scope="row"' in table["data"]["text/html"]
        assert (
            f"The course: 1 of {len(exercises.all_exercises())} right"
            in course["data"]["text/plain"]
        )

        endless = """
            def patch_count(image_shape, kernel_shape):
                while True:
                    print("never seen")
            print("begun", flush=True)
            exercises.check("02.2", patch_count)
        """
        begun, error = outputs_of(client, textwrap.dedent(endless), interrupt=manager)
        assert begun["text"] == "begun\n"
        assert error["ename"] == "KeyboardInterrupt"

        [output] = outputs_of(client, "print('as before')")
        assert output["text"] == "as before\n"
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
