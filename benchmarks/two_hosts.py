"""Train one network on several hosts at once with `tf.distribute`, and compare with one process.

    python benchmarks/two_hosts.py [STEPS]

trains the two_conv network of notebook 10 for STEPS steps (default 30) in this process, then in
two processes that exchange their gradients over the loopback interface, each with half of every
batch. It prints how far the weights lie apart at the end, and both times. Two processes on one
machine share its cores: don't expect them to be faster than one.

The weights differ by rounding, as sums are taken in another order, and training amplifies it: some
1e-8 after 5 steps, 1e-7 after 20, 1e-5 after 50, 5e-3 after 100. One process that gets the rows of
each batch in another order drifts apart from itself at the same pace.

On real hosts, start the same file on each of them, with its own index in the variable TF_CONFIG:

    TF_CONFIG='{"cluster": {"worker": ["host1:2222", "host2:2222"]},
                "task": {"type": "worker", "index": 0}}' python benchmarks/two_hosts.py STEPS

The loop is written out, because ``model.fit`` of Keras 3.15 does not work under
`tf.distribute.MultiWorkerMirroredStrategy`. Under `tf.distribute.MirroredStrategy`, for several
GPUs in one host, it does. Whoever reaches these ports can read and change what is sent: keep them
in a private network.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

import numpy as np

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
PROCESSES = 2
BATCH, LEARNING_RATE, MOMENTUM, SEED = 128, 0.05, 0.9, 1
TIMEOUT = 600  # seconds for all processes together


def train(steps: int) -> tuple[list[np.ndarray], float, float]:
    """Train under the strategy that TF_CONFIG asks for; weights, last loss, seconds of the steps.

    The weights are the same in every process. The first two steps, which trace and connect, are not
    timed.
    """
    import tensorflow as tf

    # The strategy has to be there before anything else uses TensorFlow's devices, as the quiet
    # import of the course does.
    if "TF_CONFIG" in os.environ:
        strategy = tf.distribute.MultiWorkerMirroredStrategy()
    else:
        strategy = tf.distribute.get_strategy()
    import keras

    from course_utils.datasets import load_mnist
    from course_utils.networks import build_model

    (images, labels), _ = load_mnist("sample")
    data = tf.data.Dataset.from_tensor_slices((images[..., None] / np.float32(255), labels))
    options = tf.data.Options()
    # Every process reads all of the data, and takes its share of each batch.
    options.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.DATA
    data = data.repeat().batch(BATCH, drop_remainder=True).with_options(options)
    with strategy.scope():
        keras.utils.set_random_seed(SEED)
        model = build_model("two_conv")
        optimizer = keras.optimizers.SGD(LEARNING_RATE, momentum=MOMENTUM)
        optimizer.build(model.trainable_variables)

    def step_of_one(images, labels):
        with tf.GradientTape() as tape:
            scores = model(images, training=True)
            losses = keras.losses.sparse_categorical_crossentropy(labels, scores)
            # Divided by the whole batch: the gradients of the processes are added up.
            loss = tf.reduce_sum(losses) / BATCH
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply(gradients, model.trainable_variables)
        return loss

    @tf.function
    def step(batch):
        return strategy.reduce("SUM", strategy.run(step_of_one, args=batch), axis=None)

    batches = iter(strategy.experimental_distribute_dataset(data))
    for number in range(steps):
        if number == 2:
            started = perf_counter()
        loss = float(step(next(batches)))
    return model.get_weights(), loss, perf_counter() - started


def start_processes(steps: int, folder: Path) -> list[subprocess.Popen]:
    """Start the processes, which know each other by their ports on the loopback interface."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(PROCESSES)]
    addresses = [f"127.0.0.1:{one.getsockname()[1]}" for one in sockets]
    for one in sockets:
        one.close()
    started = []
    for index in range(PROCESSES):
        task = {"cluster": {"worker": addresses}, "task": {"type": "worker", "index": index}}
        started.append(
            subprocess.Popen(
                [sys.executable, __file__, str(steps), str(folder / f"{index}.npz")],
                env={**os.environ, "TF_CONFIG": json.dumps(task)},
            )
        )
    return started


def compare(steps: int) -> None:
    """Train alone, then in several processes, and print the difference."""
    alone, loss, seconds = train(steps)
    print(f"one process:   loss {loss:.4f}, {seconds:.1f} s for {steps - 2} steps")
    with tempfile.TemporaryDirectory() as folder:
        processes = start_processes(steps, Path(folder))
        try:
            codes = [process.wait(timeout=TIMEOUT) for process in processes]
        finally:
            for process in processes:
                process.kill()
        if any(codes):
            sys.exit(f"the processes ended with the codes {codes}")
        apart = 0.0
        for index in range(PROCESSES):
            with np.load(Path(folder) / f"{index}.npz") as found:
                together = [found[name] for name in found.files if name.startswith("arr_")]
                loss, seconds = float(found["loss"]), float(found["seconds"])
            differences = [np.abs(one - other).max() for one, other in zip(alone, together)]
            apart = max(apart, *map(float, differences))
    print(f"{PROCESSES} processes:   loss {loss:.4f}, {seconds:.1f} s for {steps - 2} steps")
    largest = max(float(np.abs(one).max()) for one in alone)
    print(f"weights apart by at most {apart:.1e}; the largest is {largest:.2f}")


def main() -> None:
    steps = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    if steps < 3:
        sys.exit(f"STEPS is {steps}: use at least 3")
    if "TF_CONFIG" not in os.environ:
        compare(steps)
        return
    weights, loss, seconds = train(steps)
    print(f"loss {loss:.4f}, {seconds:.1f} s for {steps - 2} steps", flush=True)
    if len(sys.argv) > 2:
        np.savez(sys.argv[2], *weights, loss=loss, seconds=seconds)


if __name__ == "__main__":
    main()
