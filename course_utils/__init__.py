"""The package behind the notebooks: NumPy numerics, data, Keras models, figures, exercises.

Importing it costs nothing. Each module is imported by name, and none of the NumPy modules
(`convolution`, `pooling`, `filters`, `connectivity`, `datasets`) ever imports TensorFlow.
"""
