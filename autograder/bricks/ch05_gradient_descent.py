"""Chapter 5: optimizers, schedules of the learning rate, and mini-batches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.bricks.brick import AnyArray, Brick, Chapter, Family, Inputs

Make = Callable[[np.random.Generator], Inputs]

STEPS = 5


def drive_optimizer(
    optimizer: Any,
    p: AnyArray,
    g: AnyArray,
    reload_at: int = 0,
    slower_at: int = 0,
    **options: Any,
) -> AnyArray:
    """Each row of p is a parameter and g[t] are their gradients; all after each step.

    At step reload_at a new optimizer takes over from a state_dict; at step slower_at
    the learning rate is halved.
    """
    import numpy as np

    from minidl.tensor import Tensor

    params = [Tensor(np.array(row)) for row in p]
    running = optimizer(params, **options)
    path = []
    for t, gradients in enumerate(g):
        if t and t == reload_at:
            saved = running.state_dict()
            running = optimizer(params, **options)
            running.load_state_dict(saved)
        if t and t == slower_at:
            running.param_groups[0]["lr"] /= 2
        for param, gradient in zip(params, gradients, strict=True):
            param.grad = Tensor(gradient)
        running.step()
        path.append([param.array.copy() for param in params])
    return np.array(path)


def steps(*shape: int, scale: float = 1.0, **options: Any) -> Make:
    """Two parameters of this shape, gradients for some steps, and the options."""

    def make(rng: np.random.Generator) -> Inputs:
        p = rng.normal(size=(2, *shape))
        g = scale * (0.5 + rng.normal(size=(STEPS, 2, *shape)))
        return {"p": p, "g": g, **options}

    return make


def with_zeros(**options: Any) -> Make:
    """Gradients of which the first, the last and a whole column are 0."""

    def make(rng: np.random.Generator) -> Inputs:
        inputs = steps(3, **options)(rng)
        inputs["g"][[0, -1], 0] = 0
        inputs["g"][..., -1] = 0
        return inputs

    return make


SGD = Brick(
    target="minidl.optim.sgd.SGD",
    title="A step downhill, with momentum",
    outputs=("parameters",),
    points=2,
    families=(
        Family("no momentum", steps(3, lr=0.1)),
        Family("momentum", steps(2, 3, lr=0.1, momentum=0.9)),
        Family("Nesterov", steps(3, lr=0.1, momentum=0.8, nesterov=True)),
        Family("dampening", steps(3, lr=0.1, momentum=0.9, dampening=0.4)),
        Family("weight decay", steps(4, lr=0.1, momentum=0.5, weight_decay=0.3)),
        Family(
            "saved, loaded, slower",
            steps(3, lr=0.2, momentum=0.9, reload_at=2, slower_at=3),
        ),
        Family("no entries", steps(0, lr=0.1, momentum=0.9)),
        Family("large gradients", steps(3, scale=1e6, lr=1e-3, momentum=0.9)),
        Family("not contiguous", steps(2, 3, lr=0.1, momentum=0.9), strided=True),
    ),
    driver=drive_optimizer,
    hole="update",
)

RMSPROP = Brick(
    target="minidl.optim.adaptive.RMSprop",
    title="A step divided by the size of the gradients",
    outputs=("parameters",),
    families=(
        Family("ordinary", steps(2, 3, lr=0.1, alpha=0.9)),
        Family("the usual options", steps(3)),
        Family("large eps", steps(3, lr=0.1, alpha=0.8, eps=0.5)),
        Family("some gradients zero", with_zeros(lr=0.05, alpha=0.7)),
        Family(
            "saved, loaded, slower",
            steps(3, lr=0.1, alpha=0.9, reload_at=2, slower_at=3),
        ),
        Family("centered", steps(3, lr=0.02, alpha=0.6, centered=True, eps=0.1)),
        Family("momentum", steps(3, lr=0.1, alpha=0.9, momentum=0.5)),
        Family("large gradients", steps(3, scale=1e6, lr=0.1, alpha=0.9)),
        Family("not contiguous", steps(2, 3, lr=0.1, alpha=0.9), strided=True),
    ),
    driver=drive_optimizer,
    hole="update",
)

ADAM = Brick(
    target="minidl.optim.adam.Adam",
    title="Momentum over the size of the gradients",
    outputs=("parameters",),
    points=2,
    families=(
        Family("ordinary", steps(2, 3, lr=0.1)),
        Family("other betas", steps(3, lr=0.1, betas=(0.5, 0.8))),
        Family("large eps", steps(3, lr=0.1, betas=(0.8, 0.9), eps=0.5)),
        Family("some gradients zero", with_zeros(lr=0.05)),
        Family("weight decay", steps(4, lr=0.1, weight_decay=0.3)),
        Family(
            "saved, loaded, slower",
            steps(3, lr=0.1, betas=(0.7, 0.9), reload_at=2, slower_at=3),
        ),
        Family("amsgrad", steps(3, lr=0.1, betas=(0.5, 0.3), amsgrad=True)),
        Family("large gradients", steps(3, scale=1e6, lr=0.1)),
        Family("not contiguous", steps(2, 3, lr=0.1), strided=True),
    ),
    driver=drive_optimizer,
    hole="update",
)


def drive_schedule(
    schedule: Any, lr: AnyArray, epochs: int, **options: Any
) -> AnyArray:
    """A group of parameters for each lr; what the lrs are in epoch 0, 1, 2, …"""
    import numpy as np

    from minidl.optim.sgd import SGD
    from minidl.tensor import Tensor

    groups = [{"params": [Tensor(np.zeros(1))], "lr": float(rate)} for rate in lr]
    optimizer = SGD(groups)
    running = schedule(optimizer, **options)
    rates = [[group["lr"] for group in optimizer.param_groups]]
    for _ in range(epochs):
        optimizer.step()
        running.step()
        rates.append([group["lr"] for group in optimizer.param_groups])
    return np.array(rates, np.float64)


def rates(name: str, *lr: float, epochs: int = 9, **options: Any) -> Family:
    """A schedule of about these learning rates, one for each group."""

    def make(rng: np.random.Generator) -> Inputs:
        start = np.array(lr) * rng.uniform(0.8, 1.25, len(lr))
        return {"lr": start, "epochs": epochs, **options}

    return Family(name, make, dtypes=("float64",))


STEP_LR = Brick(
    target="minidl.optim.lr_scheduler.StepLR",
    title="A learning rate that falls in steps",
    outputs=("lr",),
    families=(
        rates("ordinary", 0.1, step_size=3),
        rates("half every other epoch", 0.8, step_size=2, gamma=0.5),
        rates("every epoch", 1.0, step_size=1, gamma=0.9),
        rates("two groups", 0.1, 3.0, step_size=4, gamma=0.3),
        rates("longer than the training", 0.1, step_size=20),
        rates("gamma above 1", 1e-4, step_size=3, gamma=2.0),
        rates("many epochs", 0.5, epochs=40, step_size=7, gamma=0.6),
    ),
    driver=drive_schedule,
    hole="get_lr",
)

COSINE = Brick(
    target="minidl.optim.lr_scheduler.CosineAnnealingLR",
    title="A learning rate that falls like a cosine",
    outputs=("lr",),
    families=(
        rates("ordinary", 0.1, T_max=9),
        rates("not down to zero", 0.5, T_max=9, eta_min=0.02),
        rates("two groups", 0.1, 3.0, T_max=8, epochs=8, eta_min=0.01),
        rates("two epochs", 0.1, T_max=2, epochs=2),
        rates("down and up again", 0.1, T_max=4, epochs=12, eta_min=0.01),
        rates("down and up twice", 0.3, T_max=3, epochs=14, eta_min=0.02),
        rates("stopped early", 0.2, T_max=30, eta_min=0.05),
        rates("many epochs", 1.0, T_max=40, epochs=40),
    ),
    driver=drive_schedule,
    hole="get_lr",
)


def drive_loader(
    loader: Any,
    samples: int,
    batch_size: int,
    seed: int,
    shuffle: bool = False,
    drop_last: bool = False,
    order: tuple[int, ...] = (),
) -> tuple[AnyArray, ...]:
    """Two epochs of one loader, and one of a second with the same seed, described."""
    import numpy as np

    from minidl.generator import Generator
    from minidl.tensor import Tensor
    from minidl.utils.data import TensorDataset

    def epochs(number: int) -> list[list[list[int]]]:
        data = TensorDataset(Tensor(np.arange(samples)))
        options = {"sampler": list(order)} if order else {"shuffle": shuffle}
        generator = Generator().manual_seed(seed)
        running = loader(
            data, batch_size, drop_last=drop_last, generator=generator, **options
        )
        return [[b[0].tolist() for b in running] for _ in range(number)]

    (first, second), (again,) = epochs(2), epochs(1)
    flat = [number for batch in first for number in batch]
    starts = range(0, samples, batch_size)
    slices = [list(range(samples))[k : k + batch_size] for k in starts]
    told = sorted(flat) if shuffle else flat
    return (
        np.array([len(batch) for batch in first], np.int64),
        np.array([len(batch) for batch in second], np.int64),
        np.array([] if shuffle and drop_last else told, np.int64),
        np.array(len(set(flat))),
        np.array(int(first != second)),
        np.array(int(first == again)),
        np.array(int(any(sorted(batch) not in slices for batch in first))),
    )


def loading(name: str, samples: int, batch_size: int, **options: Any) -> Family:
    """So many numbers in such batches; without floats there is one dtype."""

    def make(rng: np.random.Generator) -> Inputs:
        seed = int(rng.integers(2**31))
        return {"samples": samples, "batch_size": batch_size, "seed": seed, **options}

    return Family(name, make, dtypes=("float64",))


LOADER = Brick(
    target="minidl.utils.data.DataLoader",
    title="Mini-batches, in a new order every epoch",
    outputs=(
        "sizes of the batches:",
        "sizes in the second epoch:",
        "samples:",
        "number of different samples:",
        "new order in the second epoch (1 yes, 0 no):",
        "same order from the same seed (1 yes, 0 no):",
        "batches mix samples from everywhere (1 yes, 0 no):",
    ),
    points=2,
    families=(
        loading("in order", 12, 4),
        loading("last batch smaller", 11, 4),
        loading("last batch dropped", 11, 4, drop_last=True),
        loading("nothing to drop", 12, 4, drop_last=True),
        loading("batches of one", 5, 1),
        loading("one batch", 5, 8),
        loading("order of a sampler", 9, 2, order=(5, 1, 1, 7, 8)),
        loading("shuffled", 30, 4, shuffle=True),
        loading("shuffled, last batch dropped", 30, 4, shuffle=True, drop_last=True),
        loading("shuffled, one batch", 40, 64, shuffle=True),
    ),
    driver=drive_loader,
    hole="portions",
)

CHAPTER = Chapter(
    slug="05-gradient-descent",
    title="Gradient descent",
    bricks=(SGD, RMSPROP, ADAM, STEP_LR, COSINE, LOADER),
)
