"""A training that is interrupted and resumed ends as if it had never stopped."""

from __future__ import annotations

import numpy as np
import pytest
from points import LOSS, table, weights
from safetensors.torch import load_file

from minidl import manual_seed, nn, optim, rand, save, tensor
from minidl.checkpoint import Checkpoint
from minidl.nn.functional import cross_entropy
from minidl.training import EarlyStopping, fit
from minidl.utils.data import DataLoader, TensorDataset

SCHEDULERS = {
    "none": lambda optimizer: None,
    "cosine": lambda optimizer: optim.lr_scheduler.CosineAnnealingLR(optimizer, 6),
    "milestones": lambda optimizer: optim.lr_scheduler.MultiStepLR(optimizer, [2, 4]),
    "plateau": lambda optimizer: optim.lr_scheduler.ReduceLROnPlateau(
        optimizer, patience=0
    ),
}
OPTIMIZERS = {
    "Adam": lambda p: optim.Adam(p, lr=0.05),
    "SGD": lambda p: optim.SGD(p, lr=0.1),
    "momentum": lambda p: optim.SGD(p, lr=0.1, momentum=0.9, weight_decay=1e-3),
    "RMSprop": lambda p: optim.RMSprop(p, lr=0.01),
}


class Training:
    """A network with dropout and batch normalization, and all that trains it."""

    def __init__(self, optimizer="Adam", scheduler="cosine", patience=None, seed=0):
        manual_seed(seed)
        self.model = nn.Sequential(
            *(nn.Linear(4, 6), nn.BatchNorm1d(6), nn.ReLU(), nn.Dropout(0.3)),
            nn.Linear(6, 3),
        )
        x, y = table()
        data = TensorDataset(tensor(x).float(), tensor(y))
        self.batches = DataLoader(data, 8, shuffle=True)
        self.optimizer = OPTIMIZERS[optimizer](self.model.parameters())
        self.scheduler = SCHEDULERS[scheduler](self.optimizer)
        self.stopping = EarlyStopping(self.model, patience) if patience else None

    def fit(self, epochs, checkpoint=None, loss=LOSS):
        return fit(
            self.model, self.batches, loss, self.optimizer, epochs, self.batches,
            scheduler=self.scheduler, early_stopping=self.stopping,
            progress=False, checkpoint=checkpoint,
        )  # fmt: skip


class Impatient:
    """A loss that is interrupted at its k-th call."""

    def __init__(self, k):
        self.left = k

    def __call__(self, y, target):
        self.left -= 1
        if not self.left:
            raise KeyboardInterrupt
        return cross_entropy(y, target)


def state(training):
    """Everything that a training consists of, as bytes and numbers."""
    optimizer = training.optimizer.state_dict()
    return (
        {k: v.array.tobytes() for k, v in training.model.state_dict().items()},
        {
            i: {k: v.array.tobytes() for k, v in each.items() if hasattr(v, "array")}
            for i, each in optimizer["state"].items()
        },
        [group["lr"] for group in optimizer["param_groups"]],
        rand(3).array.tobytes(),  # the state of the default generator
    )


@pytest.mark.parametrize(
    ("optimizer", "scheduler"),
    [("Adam", name) for name in SCHEDULERS] + [(name, "cosine") for name in OPTIMIZERS],
)
def test_a_resumed_training_ends_bit_for_bit_as_an_uninterrupted_one(
    tmp_path, optimizer, scheduler
):
    whole = Training(optimizer, scheduler)
    expected = whole.fit(6), state(whole)
    file = tmp_path / "training.safetensors"
    Training(optimizer, scheduler).fit(3, file)
    resumed = Training(optimizer, scheduler, seed=5)  # in another process, as it were
    assert (resumed.fit(6, file), state(resumed)) == expected


@pytest.mark.parametrize("call", [1, 4, 5, 13, 15, 22])
def test_an_interrupt_at_any_moment_goes_back_to_the_last_whole_epoch(tmp_path, call):
    file = tmp_path / "training.safetensors"
    broken = Training()
    found = broken.fit(6, file, Impatient(call)), state(broken)
    done = (call - 1) // 5  # 4 batches and one evaluation an epoch
    twin = Training()
    assert found == (twin.fit(done), state(twin))
    assert [len(values) for values in found[0].values()] == [done] * len(found[0])
    again = Training(seed=3)
    found = again.fit(6, file), state(again)
    whole = Training()
    assert found == (whole.fit(6), state(whole))


def test_an_interrupt_without_a_checkpoint_returns_the_whole_epochs():
    history = Training().fit(6, loss=Impatient(13))
    assert history == Training().fit(2)


def test_a_resumed_early_stop_keeps_its_patience_and_its_best_weights(tmp_path):
    file = tmp_path / "training.safetensors"
    whole = Training("momentum", "none", patience=2)
    history = whole.fit(60)
    assert 3 < len(history["loss"]) < 60
    for seed, epochs in enumerate((len(history["loss"]) - 1, 60, 60)):
        resumed = Training("momentum", "none", patience=2, seed=seed)
        found = resumed.fit(epochs, file)
    assert found == history
    for mine, its in zip(weights(resumed.model), weights(whole.model), strict=True):
        np.testing.assert_array_equal(mine, its)


def test_a_finished_training_is_read_from_its_checkpoint(tmp_path):
    file = tmp_path / "training.safetensors"
    history = Training().fit(2, file)
    written = file.read_bytes()
    assert Training(seed=9).fit(2, file, Impatient(1)) == history
    assert file.read_bytes() == written


def test_the_file_is_never_half_written(tmp_path, monkeypatch):
    file = tmp_path / "training.safetensors"
    training = Training()
    history = training.fit(2, file)
    saved = Checkpoint(file, training.model, training.optimizer, training.scheduler)
    monkeypatch.setattr("pathlib.Path.replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        saved.save({"loss": [0.0]})
    assert saved.load() == history
    assert [path.name for path in tmp_path.iterdir()] == [file.name]


def interrupted(*_):
    raise KeyboardInterrupt


def test_the_weights_in_a_checkpoint_are_tensors_that_pytorch_reads(tmp_path):
    file = tmp_path / "training.safetensors"
    training = Training()
    training.fit(1, file)
    found = load_file(file)
    for name, mine in training.model.state_dict().items():
        np.testing.assert_array_equal(found[f"model.{name}"].numpy(), mine.numpy())


def test_a_file_of_weights_alone_is_no_checkpoint(tmp_path):
    file = tmp_path / "weights.safetensors"
    training = Training()
    save(training.model.state_dict(), file)
    with pytest.raises(ValueError, match=r"Checkpoint: .* no training that c"):
        training.fit(1, file)
