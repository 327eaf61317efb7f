# %% [markdown]
# # 5. Gradient descent
#
# Chapter 4 tells every parameter which way is uphill. It does not say how far to go the
# other way. Too short a step and training takes all night; ten times longer and the
# network is ruined after one epoch. This chapter is about the step.

# %% [markdown]
# **You will** build the optimizers that train nearly every network today, lower their
# learning rate on a schedule, and feed them mini-batches.
#
# **You need** the tape of chapter 4: after `loss.backward()` each parameter holds its
# gradient in `.grad`. From chapter 3 you need first weights and cross-entropy.

# %%
# %load_ext autograder
from autograder import check

# %%
from typing import Any

import numpy as np

from minidl.operators import AnyArray
from minidl.optim.optimizer import Group, Optimizer, Params, State, kept, options
from minidl.tensor import Tensor
from minidl.viz import descent, figure

# %% [markdown]
# ## 5.1 One step down
#
# The **gradient** of a loss points where it grows fastest. Gradient descent goes the
# other way:
#
# $$w \leftarrow w - \eta\,\frac{\partial L}{\partial w}$$
#
# The **learning rate** $\eta$, `lr` in code, turns a slope into a length. Try four of
# them on $L = w^2$, whose slope is $2w$.


# %%
def descend(lr, steps=15, c=1):
    """Every w on the way down c w^2, from 2 on."""
    walked = [2.0]
    for _ in range(steps):
        walked.append(walked[-1] - lr * 2 * c * walked[-1])
    return walked


walks = {f"learning rate {lr}": descend(lr) for lr in (0.03, 0.3, 0.9, 1.02)}

# %%
descent.parabolas(walks, lambda w: w**2)

# %% [markdown]
# Too small a rate crawls. A good one arrives in a few steps. A large one jumps across
# the valley and lands on the other side: lower at 0.9, but higher at 1.02, and there
# each jump is longer than the one before.

# %% [markdown]
# **Exercise 5.1** (what breaks). Find the learning rate from which descent on $w^2$
# leaves the valley. Then predict it for $5w^2$, a valley five times as steep, and test
# your answer with `descend`.
#
# <details><summary>Hint 1. One step as a factor</summary>
#
# $w - \eta\cdot 2w$ is $w$ times a number that does not depend on $w$. Which sizes of
# that number bring $w$ closer to 0?
#
# </details>
# <details><summary>Hint 2. The steeper valley</summary>
#
# Its slope is $10w$. The factor becomes $1 - 10\eta$.
#
# </details>

# %%
for lr in (0.99, 1.0, 1.01):
    print(f"w squared, lr {lr}: {descend(lr, steps=200)[-1]:.3g}")
for lr in (0.19, 0.2, 0.21):
    print(f"5 w squared, lr {lr}: {descend(lr, steps=200, c=5)[-1]:.3g}")

# %% [markdown]
# <details><summary>Answer</summary>
#
# The factor is $1 - 2\eta$; its size passes 1 at $\eta = 1$, and for $5w^2$ at 0.2. In
# general the limit is 2 divided by the **curvature**, the slope of the slope. The
# steepest direction of a loss sets the limit for all of them.
#
# </details>

# %% [markdown]
# **Exercise 5.2** (what breaks). Judge three published updates of a weight with
# gradient $g$: one adds $\eta g$, one writes $w \leftarrow g - \eta g$ and prints
# $0.0056 - 0.01\cdot 0.0056 = 0.0044$, one corrects the *output* in place of the
# weights. Which one lowers the loss of chapter 3's neuron?
#
# <details><summary>Hint 1. Follow the weight</summary>
#
# In the second rule, where does the old $w$ go? What is left of it after one step?
#
# </details>
# <details><summary>Hint 2. And the output?</summary>
#
# The next forward pass computes the output again, from weights that nobody changed.
#
# </details>

# %%
from minidl.kernels.activations import sigmoid

x, target = np.array([1.0, 2.0]), 1.0


def gradient(w):
    s = sigmoid(w @ x + 0.3)
    return 2 * (s - target) * s * (1 - s) * x


# %%
rules = {"w - lr g": lambda w, g: w - 0.5 * g, "w + lr g": lambda w, g: w + 0.5 * g}
rules |= {"g - lr g": lambda w, g: g - 0.5 * g, "output only": lambda w, g: w}
for name, rule in rules.items():
    w = np.array([0.1, 0.2])
    for _ in range(50):
        w = rule(w, gradient(w))
    print(f"{name:11} loss {(sigmoid(w @ x + 0.3) - target) ** 2:.4f}, was 0.0961")

# %% [markdown]
# <details><summary>Answer</summary>
#
# None. The first climbs. The second throws the weight away and keeps its gradient
# (and $0.0056 - 0.000056$ is 0.005544). The third changes nothing. Only the step from
# the weight itself, against the gradient, goes down.
#
# </details>

# %% [markdown]
# ## 5.2 Momentum
#
# With many parameters the valley has many slopes at once. In a long ravine the steep
# walls limit the learning rate, and along the flat bottom it is then far too small.
# **Momentum** lets the walker roll: it collects gradients in a buffer $b$ and steps
# along that.
#
# $$b \leftarrow \mu\,b + g, \qquad p \leftarrow p - \eta\,b$$

# %% [markdown]
# Along the bottom all gradients agree and add up, to as much as $1/(1 - \mu)$ times
# one of them: ten times for $\mu = 0.9$. Across the ravine they change sign and cancel.
# In the first step $b$ is simply $g$. **Dampening** $d$ weakens those that follow:
# $b \leftarrow \mu b + (1 - d)\,g$.

# %% [markdown]
# **Nesterov** momentum looks ahead: the step is made of the gradient and of what the
# buffer, with this gradient in it, will do next.
#
# $$p \leftarrow p - \eta\,(g + \mu\,b)$$
#
# It brakes earlier when the slope turns, and so swings less.

# %% [markdown]
# You write `update`, the step of one parameter. The rest is given: `step` goes through
# all parameters, adds weight decay to `g`, and passes a dictionary `state` that belongs
# to this parameter and lasts, and the options in `group`. `kept(state, name, p)` is an
# array of p's shape that lasts too.

# %% [markdown]
# **Exercise 5.3** (2 points). Write `update` of `SGD(params, lr, …)`. `p` and `g` are
# arrays of one shape. Change `p` in place and leave `g` alone. The options in `group`
# are "lr", "momentum", "dampening" and "nesterov".
#
# <details><summary>Hint 1. In place</summary>
#
# `p = p - …` makes a new array, and the parameter never hears of it. `p -= …` changes
# the array that the parameter holds. With momentum 0 no buffer is needed.
#
# </details>
# <details><summary>Hint 2. The first step</summary>
#
# Look whether `state` has a buffer before you ask `kept` for it: `kept` makes one of
# zeros. A fresh buffer takes the gradient whole, a later one its share.
#
# </details>

# %% exercise="SGD"
from minidl.optim.sgd import SGD

# %% check="SGD"
check(SGD)

# %%
makers = {
    "plain": lambda p: SGD(p, lr=0.4),
    "momentum 0.8": lambda p: SGD(p, lr=0.4, momentum=0.8),
    "Nesterov": lambda p: SGD(p, lr=0.4, momentum=0.8, nesterov=True),
}
walked = {name: descent.walk(make, "ravine", 40) for name, make in makers.items()}
descent.paths("ravine", walked)

# %% [markdown]
# All three have the same learning rate and 40 steps. Plain descent settles on the
# bottom at once and then crawls. Momentum rolls, overshoots and swings back. Nesterov
# arrives without the swings. The star is the lowest point.

# %% [markdown]
# **Weight decay** $\lambda$ adds $\lambda p$ to the gradient: beside the slope, each
# weight is pulled towards 0. Large weights must then earn their size. Without any slope
# a weight shrinks by $1 - \eta\lambda$ in each step.

# %%
p = Tensor(np.array([1.0, -2.0]))
p.grad = Tensor(np.zeros(2))
optimizer = SGD([p], lr=0.1, weight_decay=0.5)
for _ in range(3):
    optimizer.step()
    print(p.numpy().round(4))

# %% [markdown]
# **Exercise 5.4** (what breaks). Predict what momentum 0.99 does on the ravine, and
# momentum 1. Neither is too small a step.
#
# <details><summary>Hint 1. How long does the buffer remember?</summary>
#
# A gradient still counts $\mu^t$ after $t$ steps. When is $0.99^t$ below one half?
#
# </details>
# <details><summary>Hint 2. A ball without friction</summary>
#
# With $\mu = 1$ nothing is forgotten. What brings such a ball to rest?
#
# </details>

# %%
for mu in (0.8, 0.99, 1.0):
    path = descent.walk(lambda p, mu=mu: SGD(p, lr=0.4, momentum=mu), "ravine", 200)
    farthest = np.abs(path[100:]).max()
    print(f"momentum {mu}: farthest from the goal after step 100: {farthest:.3f}")

# %% [markdown]
# <details><summary>Answer</summary>
#
# At 0.99 a gradient counts for about seventy steps, so the walker runs up the far side
# again and again; it needs many hundred steps to calm down. With momentum 1 it never
# does: a ball without friction.
#
# </details>

# %% [markdown]
# ## 5.3 RMSprop: a rate for each parameter
#
# One learning rate for all directions is the trouble with ravines. **RMSprop** divides
# each parameter's gradient by its usual size, the root of a running mean of squares:
#
# $$v \leftarrow \alpha v + (1 - \alpha)\,g^2, \qquad
#   p \leftarrow p - \eta\,\frac{g}{\sqrt v + \varepsilon}$$

# %% [markdown]
# A gradient that is always 1000 and one that is always 0.001 now move their parameters
# equally far, about $\eta$ a step. All operations go entry by entry. The small
# $\varepsilon$ keeps a parameter whose gradient has always been 0 from dividing by 0.

# %% [markdown]
# **Exercise 5.5** (1 point). Write `update` of `RMSprop(params, lr, alpha, …)`; the
# shapes are as before. Two given methods see to rarer options: put
# `self.spread(v, g, state, group)` under the root in place of $v$, and move $p$ along
# `self.along(step, state, group)`, where `step` is the quotient.
#
# <details><summary>Hint 1. What lasts?</summary>
#
# $v$ must survive until the next step: ask `kept` for "square_avg" and change that
# array in place, as you change `p`.
#
# </details>
# <details><summary>Hint 2. The order</summary>
#
# First let the new square into $v$, then divide. $\varepsilon$ stands outside of the
# root.
#
# </details>

# %% exercise="RMSprop"
from minidl.optim.adaptive import RMSprop

# %% check="RMSprop"
check(RMSprop)

# %%
p = Tensor(np.zeros(2))
p.grad = Tensor(np.array([1000.0, 0.001]))
optimizer = RMSprop([p], lr=0.1, alpha=0.5)
for _ in range(4):
    optimizer.step()
    print(p.numpy().round(4))

# %% [markdown]
# The scale of the gradients is gone: both entries move alike. But the first step is
# 0.14, longer than the rate of 0.1, and the later ones are shorter. $v$ starts at 0 and
# needs a while to learn how large gradients are.

# %% [markdown]
# ## 5.4 Adam
#
# **Adam** averages both: the gradient, as momentum does, and its square. A running mean
# that starts at 0 is too small at first, by the factor $1 - \beta^t$ in step $t$, and
# Adam divides by it.
#
# $$m \leftarrow \beta_1 m + (1 - \beta_1) g, \quad v \leftarrow \beta_2 v + (1 -
# \beta_2) g^2$$
#
# $$p \leftarrow p - \eta\,\frac{m/(1 - \beta_1^t)}{\sqrt{v/(1 - \beta_2^t)} +
# \varepsilon}$$

# %% [markdown]
# The usual $\beta_1 = 0.9$ remembers about ten gradients, $\beta_2 = 0.999$ about a
# thousand squares. The quotient is at most about 1, so no parameter moves much more
# than $\eta$ in a step, however steep the loss is there.

# %% [markdown]
# **Exercise 5.6** (2 points). Write `update` of `Adam(params, lr, betas, eps, …)`; the
# shapes are as before. `state["step"]` is $t$, already counted. Under the root, put
# `self.largest(v, state, group)` in place of $v$: a rarer option needs it.
#
# <details><summary>Hint 1. Two averages</summary>
#
# The names in `state` are "exp_avg" and "exp_avg_sq". Both last as they are; only what
# the step uses is corrected.
#
# </details>
# <details><summary>Hint 2. Straight from the formula</summary>
#
# Make the corrected averages as new arrays, then one line for the step. If you want it
# fast, save temporary arrays: scalars can be collected into one factor.
#
# </details>

# %% exercise="Adam"
from minidl.optim.adam import Adam

# %% check="Adam"
check(Adam)

# %% [markdown]
# **Exercise 5.7** (what breaks). A published course let Adam pass without its
# correction. Suppose every gradient is 1. Are the uncorrected early steps too short or
# too long, and by how much? Decide before you run.
#
# <details><summary>Hint 1. The first step</summary>
#
# $m = 0.1$ and $v = 0.001$. What is $m/\sqrt v$?
#
# </details>
# <details><summary>Hint 2. Two errors against each other</summary>
#
# $m$ too small makes steps short, $v$ too small makes them long. Which one is farther
# off, root included?
#
# </details>

# %%
t = np.arange(1, 2001)
step = (1 - 0.9**t) / np.sqrt(1 - 0.999**t)
(ax,) = figure("Adam without its correction", "step t", "times the right length")
ax.semilogx(t, step)
ax.plot(t[step.argmax()], step.max(), "o", label=f"{step.max():.2f} times at step 12")
_ = ax.legend()

# %% [markdown]
# <details><summary>Answer</summary>
#
# Too long: 3.16 times in the first step, 6.57 times in step 12, and still 1.26 times
# after a thousand. The long memory of $v$ takes longest to fill. So the largest steps
# are taken when the network knows least.
#
# </details>

# %% [markdown]
# ## 5.5 The race
#
# Three landscapes: a ravine fifty times steeper across than along; Rosenbrock's
# banana, a curved ravine that has defeated optimizers since 1960; and a saddle, flat in
# the middle and falling away to both sides. Five racers, all made of your three
# classes. Press play, then change the rates.

# %% tags=["demo"]
descent.explore(SGD, RMSprop, Adam)

# %% [markdown]
# At the end of the ravine RMSprop circles around the goal: its steps keep their length
# about $\eta$, however small the slope. On the saddle plain descent waits where the
# slope is nearly 0. And on Rosenbrock the two rates differ by a factor of 200: SGD's
# multiplies a slope, Adam's is a length.

# %% [markdown]
# **Exercise 5.8** (what breaks). Compute the largest rate at which plain SGD survives
# the ravine $0.02x^2 + y^2$, and how much of $x$ is left after 200 steps at that rate.
# Check both with the slider.
#
# <details><summary>Hint 1. The limit</summary>
#
# The curvature along $y$ is 2. Exercise 5.1 has the rule.
#
# </details>
# <details><summary>Hint 2. What the bottom sees</summary>
#
# The slope along $x$ is $0.04x$: each step multiplies $x$ by $1 - 0.04\eta$.
#
# </details>

# %%
for lr in (0.4, 0.99, 1.01):
    path = descent.walk(lambda p, lr=lr: SGD(p, lr=lr), "ravine", 200)
    print(f"lr {lr}: x from {path[0, 0]} to {path[-1, 0]:.2g}, y {path[-1, 1]:.2g}")

# %% [markdown]
# <details><summary>Answer</summary>
#
# The limit is $2/2 = 1$. There $0.96^{200}$, three in ten thousand, is left of $x$; at
# 0.4 it is four in a hundred. A ravine ten times longer would need ten times the steps:
# what counts is the ratio of the largest to the smallest curvature.
#
# </details>

# %% [markdown]
# ## 5.6 Schedules
#
# Early in training long steps save time, late ones circle around the goal. So the
# learning rate falls. `StepLR` multiplies it by $\gamma$ every `step_size` epochs:
#
# $$\eta_e = \eta_0\,\gamma^{\lfloor e / \text{step\_size}\rfloor}$$
#
# Epochs count from 0, and a schedule's `step` is called at the end of each.

# %%
import math

from minidl.optim.scheduler import LRScheduler

# %% [markdown]
# **Exercise 5.9** (1 point). Write `get_lr` of `StepLR(optimizer, step_size, gamma)`.
# It returns a list: the learning rate of each group of parameters in epoch
# `self.last_epoch`. At hand are `self.step_size`, `self.gamma` and `self.base_lrs`, a
# list of the first rates.
#
# <details><summary>Hint 1. How many drops so far?</summary>
#
# A whole number, 0 as long as the epoch is below `step_size`. Python's `//` rounds
# down.
#
# </details>
# <details><summary>Hint 2. Two ways</summary>
#
# From the first rates and the number of drops; or from the rates as they are now, which
# `self.scaled(factor)` multiplies, with a factor that is 1 unless a drop is due. Epoch
# 0 has none.
#
# </details>

# %% exercise="StepLR"
from minidl.optim.lr_scheduler import StepLR

# %% check="StepLR"
check(StepLR)

# %% [markdown]
# A cosine falls without jumps: gently at first, fast in the middle, gently at the end.
# From $\eta_0$ it comes down to `eta_min` in `T_max` epochs, half a period:
#
# $$\eta_e = \eta_{\min} + (\eta_0 - \eta_{\min})\,
#   \frac{1 + \cos(\pi e / T_{\max})}{2}$$

# %% [markdown]
# **Exercise 5.10** (1 point). Write `get_lr` of
# `CosineAnnealingLR(optimizer, T_max, eta_min)`, again a list with a rate for each
# group. At hand are `self.last_epoch`, `self.T_max`, `self.eta_min` and
# `self.base_lrs`.
#
# <details><summary>Hint 1. Check the ends</summary>
#
# In epoch 0 the cosine is 1, in epoch `T_max` it is −1. What does the fraction become?
#
# </details>
# <details><summary>Hint 2. One factor for all</summary>
#
# The fraction is the same for every group. `math.cos` takes radians, and `math.pi` is
# there too.
#
# </details>

# %% exercise="CosineAnnealingLR"
from minidl.optim.lr_scheduler import CosineAnnealingLR

# %% check="CosineAnnealingLR"
check(CosineAnnealingLR)

# %% [markdown]
# Both at work for thirty epochs, on an optimizer that has nothing else to do. PyTorch's
# schedules multiply the rate that they find, so that several can act on one optimizer;
# alone, each gives the numbers of its formula.


# %%
def rates(make, epochs=31):
    optimizer = SGD([Tensor(np.zeros(1))], lr=0.1)
    schedule, found = make(optimizer), []
    for _ in range(epochs):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return found


# %%
(ax,) = figure("Two schedules", "epoch", "learning rate")
ax.plot(rates(lambda o: StepLR(o, step_size=10, gamma=0.3)), ".", label="StepLR")
ax.plot(rates(lambda o: CosineAnnealingLR(o, T_max=30)), ".", label="cosine")
_ = ax.legend()

# %% [markdown]
# ## 5.7 Mini-batches
#
# The loss is a mean over all samples, and so is its gradient. A mean can be estimated
# from a few. **Stochastic** gradient descent takes a step after each **mini-batch** of,
# say, 64 samples: the direction is a little off, but there are many more steps. Once
# through all samples is an **epoch**.

# %% [markdown]
# The samples are shuffled anew for every epoch, so that a batch is a fair sample of
# all. When the batch size does not divide the number of samples, the last batch is
# smaller; `drop_last` leaves it out. `DataLoader` does this, and its `for` loop is one
# epoch.

# %%
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from operator import index
from typing import Generic

# %%
from minidl.arguments import check_only_defaults
from minidl.generator import Generator, rng_of
from minidl.utils.data import LEFT_OUT, Dataset, Sample, Subset, TensorDataset
from minidl.utils.data import check_loader, default_collate, default_convert

# %% [markdown]
# **Exercise 5.11** (2 points). Write `portions` of `DataLoader(dataset, …)`. It yields
# one list of sample numbers after the other, `size` in each. `order` is a sequence of
# numbers; `self.shuffle` asks for a random order of them, `self.drop_last` for full
# batches only.
#
# <details><summary>Hint 1. First the order</summary>
#
# `rng_of(self.generator)` is a NumPy generator; it has a method that returns numbers in
# random order. Whoever seeds the generator gets the same order again.
#
# </details>
# <details><summary>Hint 2. Then cut</summary>
#
# Slices from 0, size, 2 size, … have the right length; the last may be short. `yield`
# hands out one list and goes on from there when the next is wanted.
#
# </details>

# %% exercise="DataLoader"
from minidl.utils.data import DataLoader

# %% check="DataLoader"
check(DataLoader)

# %%
ten = TensorDataset(Tensor(np.arange(10)))
loader = DataLoader(ten, 4, shuffle=True, generator=Generator().manual_seed(1))
for epoch in range(2):
    print(f"epoch {epoch}:", [batch.tolist() for (batch,) in loader])

# %% [markdown]
# ## 5.8 Project: one network, four optimizers
#
# The digits again, now to be learned: 64 pixels, 64 hidden neurons, 10 scores, with the
# layers, losses and first weights that you wrote, on chapter 4's tape. A quarter of the
# images is held out.

# %%
from minidl import no_grad
from minidl.data import load_digits, train_test_split
from minidl.functional import cross_entropy, linear, relu
from minidl.kernels.initialization import kaiming_uniform, xavier_uniform

# %%
images, labels = load_digits()
ink, rng = (images / 16).astype(np.float32), np.random.default_rng(0)
x_train, x_test, y_train, y_test = train_test_split(ink, labels, 0.25, rng)
digits = TensorDataset(Tensor(x_train), Tensor(y_train))


def shuffled(size=64, drop_last=True):
    same = {"shuffle": True, "generator": Generator().manual_seed(0)}
    return DataLoader(digits, size, drop_last=drop_last, **same)


# %%
def network(seed=0):
    rng = np.random.default_rng(seed)
    hidden = kaiming_uniform((64, 64), rng), np.zeros(64, np.float32)
    last = xavier_uniform((10, 64), rng), np.zeros(10, np.float32)
    return [Tensor(array, requires_grad=True) for array in (*hidden, *last)]


# %% [markdown]
# The network is a list of four parameters. Scores go forward through two layers; how
# many are right is counted on the images that training never sees, without a tape.


# %%
def scores(x, params):
    W1, b1, W2, b2 = params
    return linear(relu(linear(x, W1, b1)), W2, b2)


def accuracy(params):
    with no_grad():
        guesses = scores(Tensor(x_test), params).array.argmax(axis=1)
    return np.mean(guesses == y_test)


# %% [markdown]
# Four lines train nearly every network there is: forward, forget the old gradients,
# backward, step; then the next batch. The answer is the mean loss, and how many test
# images are right after the epoch.


# %%
def one_epoch(batches, params, optimizer):
    losses = []
    for x, target in batches:
        losses.append(cross_entropy(scores(x, params), target))
        optimizer.zero_grad()
        losses[-1].backward()
        optimizer.step()
    return np.mean([loss.item() for loss in losses]), accuracy(params)


# %%
def train(make, k=1, schedule=lambda o: StepLR(o, 100), batches=None, epochs=15):
    params, history = network(), []
    optimizer, batches = make(params, k), batches or shuffled()
    lr = schedule(optimizer)
    for _ in range(epochs):
        history.append(one_epoch(batches, params, optimizer))
        lr.step()
    return history


# %% [markdown]
# All four start from the same weights and see the same batches. The factor $k$ on the
# learning rates is for later.

# %%
contest = {
    "SGD": lambda p, k: SGD(p, lr=0.3 * k),
    "momentum": lambda p, k: SGD(p, lr=0.1 * k, momentum=0.9),
    "RMSprop": lambda p, k: RMSprop(p, lr=0.01 * k),
    "Adam": lambda p, k: Adam(p, lr=0.01 * k),
}
histories = {name: train(make) for name, make in contest.items()}

# %%
descent.curves(histories)
for name, history in histories.items():
    loss, right = history[-1]
    print(f"{name:8} loss {loss:.3f}, {100 * right:.1f} % of the test set right")

# %% [markdown]
# After 15 epochs three of them read 96.7 % of the held-out digits and RMSprop 96.9 %.
# Plain SGD's training loss is 0.10, that of the others at most half of it, and they
# were there sooner. Optimizers differ in speed more than in where they arrive.

# %% [markdown]
# **Exercise 5.12** (what breaks). Explain the curves below. The only change: the last
# batch of each epoch is no longer dropped. There are 1347 images in batches of 64.
#
# <details><summary>Hint 1. How many are left over?</summary>
#
# Divide 1347 by 64. How large is the last batch?
#
# </details>
# <details><summary>Hint 2. How much does each sample say?</summary>
#
# The loss is a mean over the batch. Compare the weight of one image in a batch of 64
# and in the last one.
#
# </details>

# %%
ragged = {
    name: train(make, batches=shuffled(drop_last=False))
    for name, make in contest.items()
}
descent.curves(ragged)

# %% [markdown]
# <details><summary>Answer</summary>
#
# Three images are left, and their step is as long as that of 64. After epoch 11 they
# happen to be hard ones, in every race, for the batches are the same: the accuracy
# falls and needs an epoch to recover. Drop such a rest.
#
# </details>

# %% [markdown]
# **Exercise 5.13** (what breaks). Multiply all four learning rates by ten. Which
# optimizers survive? Predict an order, then run. A network that only guesses has loss
# $\ln 10 = 2.3$.
#
# <details><summary>Hint 1. Which step has a bound?</summary>
#
# SGD's step grows with the gradient, and momentum's with ten gradients. Adam's and
# RMSprop's do not.
#
# </details>
# <details><summary>Hint 2. The first epoch</summary>
#
# RMSprop's first steps were too long in section 5.3. And what is a relu worth once it
# is 0 for every image?
#
# </details>

# %%
large = {name: train(make, k=10) for name, make in contest.items()}
descent.curves(large)
for name, history in large.items():
    (first, _), (loss, right) = history[0], history[-1]
    print(f"{name:8} loss {first:.2f}, then {loss:.2f}, {100 * right:.0f} % right")

# %%
for name, make in contest.items():
    params = network()
    one_epoch(shuffled(), params, make(params, 10))
    hidden = relu(linear(Tensor(x_train), *params[:2])).array
    dead = (hidden.max(axis=0) == 0).sum()
    print(f"{name:8} {dead} of 64 relus are 0 for every image after one epoch")

# %% [markdown]
# <details><summary>Answer</summary>
#
# SGD ends at guessing: its huge first steps push relus below 0 for every image, where
# no gradient reaches them, in the end all 64. Momentum reads about half of the digits,
# RMSprop begins with a loss above 20. Adam loses relus too, but adapts and keeps 94 %.
#
# </details>

# %% [markdown]
# Can a schedule save them? Let the same ten times too large rates fall along your
# cosine.

# %%
falling = {
    name: train(make, k=10, schedule=lambda o: CosineAnnealingLR(o, T_max=15))
    for name, make in contest.items()
}
for name, history in falling.items():
    loss, right = history[-1]
    print(f"{name:8} loss {loss:.3f}, {100 * right:.1f} % of the test set right")

# %% [markdown]
# It helps whoever is alive. Adam's training loss falls to a third, below that of the
# careful rate, and momentum recovers much of its ground. But SGD's dead relus stay
# dead. Large steps are good early, as long as they are survivable.

# %% [markdown]
# How large should a batch be? Small ones give more steps in an epoch, each from a
# noisier gradient. After five epochs of plain SGD the many noisy steps win:

# %%
for size in (8, 64, 512):
    batches = shuffled(size)
    loss, right = train(contest["SGD"], batches=batches, epochs=5)[-1]
    print(f"{size:3} a batch, {len(batches):3} steps an epoch: {100 * right:.1f} %")

# %% [markdown]
# **Exercise 5.14** (what breaks). Sort the training set by its labels and switch
# shuffling off, as if the file had been written that way. What will the network say
# after an epoch of it?
#
# <details><summary>Hint 1. What are the last batches?</summary>
#
# Only nines. What is the cheapest way to lower the loss of nines?
#
# </details>
# <details><summary>Hint 2. And the others?</summary>
#
# Nobody reminds the network of zeros until the next epoch begins.
#
# </details>

# %%
by_label = np.argsort(y_train)
rows = TensorDataset(Tensor(x_train[by_label]), Tensor(y_train[by_label]))
in_order = train(contest["momentum"], batches=DataLoader(rows, 64), epochs=5)
for (_, right), (_, wrong) in zip(histories["momentum"], in_order, strict=False):
    print(f"shuffled {100 * right:.0f} %, sorted {100 * wrong:.0f} %")

# %% [markdown]
# <details><summary>Answer</summary>
#
# It says nine to everything, and one image in ten is a nine. Each run of equal labels
# overwrites what the others taught. A batch must look like the whole.
#
# </details>

# %% [markdown]
# ## Summary
#
# - A step goes from the parameter against its gradient; the learning rate must stay
#   below 2 over the largest curvature.
# - Momentum adds up gradients that agree. RMSprop divides each by its usual size. Adam
#   does both and corrects the start.
# - SGD's rate multiplies a slope, Adam's is the length of a step.
# - Start large, end small: a schedule lowers the rate.
# - Mini-batches trade exact gradients for many steps. Shuffle them.

# %% [markdown]
# ## History
#
# - A.-L. Cauchy, *Méthode générale pour la résolution des systèmes d'équations
#   simultanées*, 1847: gradient descent. H. Robbins, S. Monro, *A stochastic
#   approximation method*, 1951: steps along noisy estimates.
# - B. Polyak, *Some methods of speeding up the convergence of iteration methods*, 1964:
#   momentum. Y. Nesterov, 1983; I. Sutskever et al., *On the importance of
#   initialization and momentum in deep learning*, 2013.

# %% [markdown]
# - H. Rosenbrock, *An automatic method for finding the greatest or least value of a
#   function*, 1960: the banana.
# - T. Tieleman, G. Hinton, lecture 6.5 of *Neural networks for machine learning*, 2012:
#   RMSprop. D. Kingma, J. Ba, *Adam: a method for stochastic optimization*, 2015.
# - I. Loshchilov, F. Hutter, *SGDR: stochastic gradient descent with warm restarts*,
#   2017: the cosine.
