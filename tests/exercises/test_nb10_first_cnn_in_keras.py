"""The longer exercise of notebook 10 stops where Keras stops, and keeps what Keras keeps."""

from collections.abc import Callable

import numpy as np
import pytest

from course_utils import exercises

CHOICE = exercises.find("10.5")
assert isinstance(CHOICE, exercises.FunctionExercise)


def stopped_by_keras(trial: list[float], patience: int) -> tuple[int, int]:
    """The best epoch and the number of epochs that Keras' own callback makes of these losses."""
    import keras

    class Network:
        stop_training = False
        epoch = 0

        def get_weights(self) -> int:
            return self.epoch

        def set_weights(self, weights: int) -> None:
            self.epoch = weights

    network = Network()
    callback = keras.callbacks.EarlyStopping(patience=patience, restore_best_weights=True)
    callback.set_model(network)
    callback.on_train_begin()
    for epoch, loss in enumerate(trial):
        network.epoch = epoch + 1
        callback.on_epoch_end(epoch, {"val_loss": loss})
        if network.stop_training:
            break
    callback.on_train_end()
    return network.epoch, epoch + 1


@pytest.mark.parametrize(("losses", "patience"), CHOICE.cases)
def test_the_solution_stops_where_keras_stops(losses: list[list[float]], patience: int) -> None:
    setting, best_epoch, epochs_run = CHOICE.solution(losses, patience)
    by_keras = [stopped_by_keras(trial, patience) for trial in losses]
    assert epochs_run == sum(run for _, run in by_keras)
    best_of_each = [trial[best - 1] for trial, (best, _) in zip(losses, by_keras, strict=True)]
    assert setting == int(np.argmin(best_of_each))
    assert losses[setting][best_epoch - 1] == best_of_each[setting]
    assert best_epoch == by_keras[setting][0]


def mean_of_the_losses(losses, patience):
    setting = int(np.argmin([np.mean(trial) for trial in losses]))
    return setting, int(np.argmin(losses[setting])) + 1, sum(map(len, losses))


def first_setting_always(losses, patience):
    return CHOICE.solution(losses[:1], patience)


def never_stops(losses, patience):
    return CHOICE.solution(losses, 1000)


@pytest.mark.parametrize("answer", [mean_of_the_losses, first_setting_always, never_stops])
def test_other_wrong_answers_are_refused(answer: Callable) -> None:
    assert exercises.judge("10.5", answer).status == "wrong"


def one_hot_of_the_lesson(votes, classes):
    vectors = np.zeros((len(votes), classes))
    vectors[np.arange(len(votes)), votes[:, 0]] = 1
    return vectors


def test_lines_of_the_lesson_alone_do_not_make_shares_of_votes() -> None:
    assert exercises.judge("10.1", one_hot_of_the_lesson).status == "wrong"
