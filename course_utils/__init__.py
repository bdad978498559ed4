"""The package behind the notebooks. Importing it costs nothing; each wing opens by its door.

| wing, from the ground up | what lives there |
|---|---|
| `convolution`, `layers`, with `filters`, `pooling`, `connectivity` | NumPy numerics |
| `datasets`, `handwriting` | digits, a photograph, a series; and your own handwriting, read |
| `networks`, `detection`, with `forecasting` | Keras networks: built, trained, measured, looked into |
| `plotting` | every figure, in one style |
| `exercises` | checks, hints and solutions, and the engine that replies |
| `explorers` | convolution to touch, in JupyterLab and on pages |
| `notebooks` | notebook files: found, read, written |
| `publishing` | pages, slides, site, handouts, assignments |
| `desk` | the student's own copies, updates, progress |
| `execution`, `sweeping` | notebooks executed, once or over a grid of parameters |
| `commands` | `python -m course_utils …` |

Imports run down only, and none of the NumPy parts ever imports TensorFlow.
"""
