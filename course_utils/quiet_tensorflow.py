"""Import TensorFlow without the log lines that it writes while it starts.

Write ``import course_utils.quiet_tensorflow`` before ``import keras``. The import also chooses
TensorFlow as Keras' backend, unless ``KERAS_BACKEND`` says otherwise, and Keras' own settings where
the user's file ``keras.json`` has others: channels last, float32.

TensorFlow uses the oneDNN library by itself only on processors made for neural networks
(AVX-512 VNNI, say). On all other x86 processors it is chosen here, unless ``TF_ENABLE_ONEDNN_OPTS``
says otherwise: the course's networks then train up to twice as fast, and alike on more machines.

TensorFlow writes its first lines from C++, before any of its settings are read, so they can only
be caught where they go: the file descriptor of the standard error. It leads to a temporary file
until TensorFlow has executed its first operation; what was caught is shown if the import fails.
"""

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import os
import platform
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from types import ModuleType

_STDERR = 2
_guard = threading.Lock()


def without_stderr(action: Callable[[], None]) -> None:
    """Call `action` while the process' standard error leads to a temporary file.

    Parameters
    ----------
    action : callable
        Called without arguments.

    Raises
    ------
    Exception
        Whatever `action` raises, with a note that holds what was written meanwhile.
    """
    with _guard:
        try:
            original = os.dup(_STDERR)
        except OSError:  # a process without a standard error has nothing to silence
            return action()
        with tempfile.TemporaryFile() as caught:
            try:
                _flush()
                os.dup2(caught.fileno(), _STDERR)
                try:
                    action()
                finally:
                    _flush()
                    os.dup2(original, _STDERR)
            except Exception as error:
                caught.seek(0)
                written = caught.read().decode("utf-8", errors="replace").strip()
                if written:
                    error.add_note(f"Written meanwhile:\n{written}")
                raise
            finally:
                os.close(original)


def _flush() -> None:
    if sys.stderr is not None:
        sys.stderr.flush()


def _start() -> None:
    tensorflow = importlib.import_module("tensorflow")
    # The devices are set up by the first operation, with more lines.
    tensorflow.add(1, 1)


def _settle(keras: ModuleType) -> None:
    """Set what every notebook and network of the course takes for granted."""
    keras.config.set_image_data_format("channels_last")
    keras.config.set_floatx("float32")
    keras.config.set_epsilon(1e-7)


class _SettledKeras(importlib.abc.MetaPathFinder):
    """Finds Keras as Python does, and settles it as soon as it has been imported."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name != "keras" or self not in sys.meta_path:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.loader is not None:
            execute = spec.loader.exec_module

            def execute_and_settle(module: ModuleType) -> None:
                execute(module)
                _settle(module)

            spec.loader.exec_module = execute_and_settle  # type: ignore[method-assign]
        return spec


os.environ.setdefault("KERAS_BACKEND", "tensorflow")
# Information and warnings; errors stay visible.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
if platform.machine() in ("x86_64", "AMD64"):
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
if "tensorflow" not in sys.modules:
    without_stderr(_start)
# Keras itself is imported by those who need it.
if "keras" in sys.modules:
    _settle(sys.modules["keras"])
else:
    sys.meta_path.insert(0, _SettledKeras())
