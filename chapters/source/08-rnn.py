# %% [markdown]
# # 8. Recurrent networks
#
# Read this sentence aloud and stop in the middle: you know what may come next. No
# network so far could, because it saw all of its input at once and forgot it at once.
# This chapter builds networks that read step by step, remember, and write.

# %% [markdown]
# **You will** carry a state through time, send gradients back through it and watch them
# vanish; build the cell with gates that keeps them alive; forecast a chaotic series;
# and train a network that writes, letter by letter.
#
# **You need** matrix products, tanh and sigmoid, backpropagation, modules and Adam:
# chapters 1 to 6.

# %%
# %load_ext autograder
from autograder import check

# %%
from collections.abc import Callable, Iterable
from time import perf_counter
from typing import Any

import numpy as np

from minidl import functional, manual_seed, nn, no_grad, tensor
from minidl.array import Array, IntArray
from minidl.kernels.activations import relu, sigmoid, tanh
from minidl.viz import figure, recurrent

# %% [markdown]
# ## 8.1 A state that is carried along
#
# A sequence has one row of features after the other: $x_1, x_2, \dots, x_T$. A
# **recurrent network** reads one at a time. What it has understood so far is its
# **state** $h$, a row of $H$ numbers, and each step makes a new state from the input
# and the old one:
#
# $$h_t = \tanh(x_t W_{ih}^T + b_{ih} + h_{t-1} W_{hh}^T + b_{hh})$$

# %% [markdown]
# The weights are the same at every step, as a kernel's were at every place. `ih` reads
# "from input to hidden", `hh` "from hidden to hidden". PyTorch keeps two biases
# although one would do, and so do we, because saved networks then fit.

# %% [markdown]
# **Exercise 8.1** (1 point). Write `rnn_cell(x, h, W_ih, W_hh, b_ih, b_hh)`, one step
# for a batch: `x` $(N, D)$, `h` $(N, H)$, `W_ih` $(H, D)$, `W_hh` $(H, H)$, both biases
# $(H,)$, the answer $(N, H)$.
#
# <details><summary>Hint 1. What you have built before</summary>
#
# Two linear layers of chapter 1, added up, and one squashing function of chapter 2.
#
# </details>
# <details><summary>Hint 2. Which way round?</summary>
#
# Both weights have a row for each new unit, so both are transposed. Since `W_hh` is
# square, nothing complains if you forget it.
#
# </details>

# %% exercise="rnn_cell"
from minidl.kernels.cells import rnn_cell

# %% check="rnn_cell"
check(rnn_cell)

# %% [markdown]
# Weights to try it with, drawn as PyTorch draws them: uniform up to $1/\sqrt{H}$. Then
# three steps with two kinds of symbols.


# %%
def drawn(rng, D, H, gates=1):
    k = 1 / np.sqrt(H)
    shapes = (gates * H, D), (gates * H, H), (gates * H,), (gates * H,)
    return [rng.uniform(-k, k, shape) for shape in shapes]


# %%
rng = np.random.default_rng(0)
weights, h = drawn(rng, 2, 4), np.zeros((1, 4))
for symbol in ([1.0, 0], [0, 1.0], [0, 1.0]):
    h = rnn_cell(np.array([symbol]), h, *weights)
    print(symbol, h.round(3))

# %% [markdown]
# The second and the third input are equal, the states are not: the cell remembers that
# something came before.

# %% [markdown]
# **Exercise 8.2** (what breaks). A published recipe for recurrent networks has no state
# at all: each step writes its result into `x` and goes on with that. Run it. When does
# it fail, and what is worse than failing?
#
# <details><summary>Hint 1. Shapes</summary>
#
# A step turns $D$ numbers into $H$. What goes into the next one?
#
# </details>
# <details><summary>Hint 2. If both are the same</summary>
#
# With $D = H$ it runs. Where are the later inputs?
#
# </details>


# %%
def overwriting(first, later, D):
    W_ih, _, b_ih, _ = drawn(np.random.default_rng(1), D, 4)
    x = np.full((1, D), first)
    for _ in later:  # which nobody reads
        x = tanh(x @ W_ih.T + b_ih)
    return x.round(3)


# %%
print(overwriting(0.5, [0, 1], D=4), overwriting(0.5, [7, 9], D=4))
try:
    overwriting(0.5, [0, 1], D=2)
except ValueError as error:
    print(str(error)[:50])

# %% [markdown]
# <details><summary>Answer</summary>
#
# With $D = 2$ the second step gets four numbers where two are due, and fails. With
# $D = 4$ it runs and gives one answer for both sequences: the inputs after the first
# were overwritten and never read. Input and state are two things and need two names.
#
# </details>

# %% [markdown]
# ## 8.2 Through time
#
# A network through time is the cell in a loop. Time is the first dimension, $(T, N,
# D)$, as in PyTorch, so that `x[t]` is one step of the whole batch. What comes out is
# the state after every step; what one needs of it depends on the task: the last state
# to judge a sentence, all of them to predict what follows.

# %% [markdown]
# **Exercise 8.3** (1 point). Write `rnn(x, h, W_ih, W_hh, b_ih, b_hh, nonlinearity)`:
# `x` $(T, N, D)$, `h` $(N, H)$ before the first step, the answer $(T, N, H)$. With
# `nonlinearity="relu"` the state goes through relu in place of tanh.
#
# <details><summary>Hint 1. A loop</summary>
#
# Each step begins with the state that the one before it made. Keep them all and stack
# them.
#
# </details>
# <details><summary>Hint 2. Faster</summary>
#
# The inputs do not wait for anybody: `@` multiplies all steps by `W_ih.T` at once,
# before the loop. Only what goes through `W_hh` has to wait.
#
# </details>

# %% exercise="rnn"
from minidl.kernels.recurrent import rnn

# %% check="rnn"
check(rnn)

# %%
weights = drawn(rng, 1, 3)
pulse = np.zeros((40, 1, 1))
pulse[5] = 4
y = rnn(pulse, np.zeros((1, 3)), *weights)
(ax,) = figure("Three units after one pulse", "step", "state")
_ = ax.plot(y[:, 0])

# %% [markdown]
# One pulse comes at step 5. The states answer and then fall back to where they were: a
# few steps later nothing tells that there was a pulse. This is all the memory that a
# network with random weights has. Training must lengthen it, if it can.

# %% [markdown]
# ## 8.3 Backwards, first one step
#
# Through tanh as in chapter 2, through two linear layers as in chapter 1:
#
# $$da = g \odot (1 - y^2) \qquad dx = da\,W_{ih} \qquad dh = da\,W_{hh}$$
#
# $$dW_{ih} = da^T x \qquad dW_{hh} = da^T h \qquad db = \textstyle\sum da$$
#
# The new thing is $dh$: it is the upstream gradient of the step before.

# %% [markdown]
# **Exercise 8.4** (2 points). Write `rnn_cell_backward(g, x, h, y, W_ih, W_hh)`: `g`
# and the output `y` $(N, H)$, `x` $(N, D)$, `h` $(N, H)$ before the step; the answer is
# `dx, dh, dW_ih, dW_hh, db`. Both biases have one gradient, so `db` comes once.
#
# <details><summary>Hint 1. Once through tanh</summary>
#
# Make `da` first; all five come from it. `y` is the output of tanh already.
#
# </details>
# <details><summary>Hint 2. Shapes decide</summary>
#
# $(N, H)$ times $(H, D)$ is a `dx`; $(H, N)$ times $(N, D)$ a `dW_ih`. The bias was
# added to every sample.
#
# </details>

# %% exercise="rnn_cell_backward"
from minidl.kernels.cells import rnn_cell_backward

# %% check="rnn_cell_backward"
check(rnn_cell_backward)

# %% [markdown]
# ## 8.4 Back through time
#
# Unroll the loop in your mind: a network of $T$ layers that share their weights. A
# state is used twice, by the loss at its own step and by the next step. So its gradient
# is a sum: $g_t$, and the $dh$ that comes back from step $t + 1$. The weights are used
# $T$ times: their gradients add up over all steps.

# %% [markdown]
# **Exercise 8.5** (2 points). Write `rnn_backward(g, x, h, y, W_ih, W_hh,
# nonlinearity)`: `g` and `y` $(T, N, H)$, `x` $(T, N, D)$, `h` $(N, H)$ before the
# first step; the answer is `dx, dh, dW_ih, dW_hh, db`, with `dh` that of the first
# state.
#
# <details><summary>Hint 1. From the end</summary>
#
# Go from the last step to the first and carry `dh`, which begins as zeros. Which state
# stood before step $t$? Before step 0, the given one.
#
# </details>
# <details><summary>Hint 2. Collect first</summary>
#
# Keep `da` of every step in one array. Afterwards everything else is a single product
# over all steps; `np.tensordot(a, b, ((0, 1), (0, 1)))` sums over time and batch. The
# slope of relu is 1 where `y` is above 0.
#
# </details>

# %% exercise="rnn_backward"
from minidl.kernels.recurrent import rnn_backward

# %% check="rnn_backward"
check(rnn_backward)

# %% [markdown]
# ## 8.5 The gradient vanishes
#
# A loss at the end shall change what happened $k$ steps before. How large is the
# gradient when it arrives there? Measure it: upstream only at the last step, then back
# through the last $k$ steps.

# %%
T, N, D, H = 100, 16, 8, 32
x, first = rng.normal(size=(T, N, D)), np.zeros((N, H))
upstream = rng.normal(size=(N, H))


# %%
def arriving(k, x, y, W_ih, W_hh, kind):
    g = np.zeros((k, N, H))
    g[-1] = upstream
    before, after = y[-k - 1], y[-k:]
    dh = rnn_backward(g, x[-k:], before, after, W_ih, W_hh, kind)[1]
    return np.linalg.norm(dh)


# %% [markdown]
# The same for every $k$, with weights as they are drawn, or with a larger $W_{hh}$.


# %%
def way_back(factor, kind="tanh"):
    W_ih, W_hh, b_ih, b_hh = drawn(np.random.default_rng(2), D, H)
    W_hh = factor * W_hh
    y = rnn(x, first, W_ih, W_hh, b_ih, b_hh, kind)
    return [arriving(k, x, y, W_ih, W_hh, kind) for k in range(1, T)]


# %%
back = {"RNN": way_back(1)}
print([f"{back['RNN'][k]:.0e}" for k in (0, 10, 20, 50)])
recurrent.decay("A gradient on its way back", back)

# %% [markdown]
# A straight line on a logarithmic scale: every step multiplies the gradient by little
# more than one half. After 20 steps less than a ten-thousandth is left; after 50 it is
# lost in the rounding of what it is added to. What happened there cannot be learned.
# This is the **vanishing gradient**.

# %% [markdown]
# **Exercise 8.6** (what breaks). Every step multiplies by $W_{hh}$, so somebody makes
# it larger. Predict what three times the weights do with tanh, and two and four times
# with relu. Is there a good factor?
#
# <details><summary>Hint 1. Two things happen at each step</summary>
#
# The product with $W_{hh}$, and the slope, which is at most 1. Which grows with the
# factor, which shrinks?
#
# </details>
# <details><summary>Hint 2. relu</summary>
#
# Its slope is 1 for the units that are on. What stops the growth?
#
# </details>

# %%
tried = {"RNN": back["RNN"], "tanh, 3 times": way_back(3)}
for factor in (2, 4):
    tried[f"relu, {factor} times"] = way_back(factor, "relu")
recurrent.decay("Larger weights", tried)

# %% [markdown]
# <details><summary>Answer</summary>
#
# With relu there is no brake: twice the weights still vanish, four times **explode**,
# and the states with them. With tanh, slopes below 1 brake: three times the weights
# happen to balance here. But a product of a hundred factors stays only if each is close
# to 1, and the first steps of training move them all.
#
# </details>

# %% [markdown]
# ## 8.6 Against exploding: clip
#
# An exploding gradient still points in a useful direction; only its length is absurd,
# and one step of that length ruins the weights. So measure the norm of all gradients
# together, and if it is above a bound $m$, scale them down to it:
#
# $$g \leftarrow g \cdot \min\!\left(1, \frac{m}{\lVert g \rVert + 10^{-6}}\right)$$

# %%
from minidl.nn.utils import check_finite
from minidl.tensor import Tensor

p = Tensor(np.zeros(2), requires_grad=True)
p.grad = Tensor(np.array([3.0, 4.0]))
p.grad.mul_(0.5)  # in place
print(p.grad.array, np.linalg.norm([3.0, 4.0]), np.linalg.norm([3.0, -4.0], 1))

# %% [markdown]
# **Exercise 8.7** (1 point). Write `clip_grad_norm_(parameters, max_norm, norm_type,
# error_if_nonfinite)`: parameters are one Tensor or several, some without a gradient;
# scale the gradients in place, and return their norm as it was, a Tensor; it is 0 where
# there is no gradient at all. Call the given `check_finite(norm)` if
# `error_if_nonfinite` is True.
#
# <details><summary>Hint 1. One norm</summary>
#
# The norm of all entries is the norm of the tensors' norms; this holds for every
# `norm_type`. `np.linalg.norm(vector, norm_type)` computes one.
#
# </details>
# <details><summary>Hint 2. Never larger</summary>
#
# Only a scale below 1 is used: small gradients stay as they are. Each gradient is a
# Tensor, and `mul_` changes it in place.
#
# </details>

# %% exercise="clip_grad_norm_"
from minidl.nn.utils import clip_grad_norm_

# %% check="clip_grad_norm_"
check(clip_grad_norm_)

# %% [markdown]
# Clipping helps against gradients that explode. A vanished one cannot be scaled up: it
# is lost among those of the last few steps, to which it is added. Something else has to
# change.

# %% [markdown]
# ## 8.7 A cell with gates
#
# What hurts is that the whole state is made anew at each step. The **LSTM** (long
# short-term memory) keeps a second state, the **cell state** $c$, and changes it only
# by as much as it decides:
#
# $$c_t = f \odot c_{t-1} + i \odot g \qquad h_t = o \odot \tanh(c_t)$$

# %% [markdown]
# **Gates** are sigmoids, from 0, closed, to 1, open: $f$ keeps (forget gate), $i$ lets
# in (input gate), $o$ shows (output gate). What may be let in is $g$, a tanh. All four
# look at the input and the last hidden state, and their weights stand one below the
# other, in the order $i, f, g, o$:
#
# $$a = x W_{ih}^T + b_{ih} + h W_{hh}^T + b_{hh} \qquad (N, 4H)$$

# %% [markdown]
# **Exercise 8.8** (2 points). Write `lstm_cell(x, h, c, W_ih, W_hh, b_ih, b_hh)`: `x`
# $(N, D)$, `h` and `c` $(N, H)$, `W_ih` $(4H, D)$, `W_hh` $(4H, H)$. The answer is
# three things: the new `h`, the new `c`, and the gates side by side, $(N, 4H)$.
#
# <details><summary>Hint 1. One product, four parts</summary>
#
# `np.split(a, 4, axis=1)` gives the four blocks of columns. Three go through sigmoid,
# one through tanh.
#
# </details>
# <details><summary>Hint 2. Then the formulas</summary>
#
# `h` shows the *new* cell state. Give that one a name of its own; the input `c` should
# not change. `np.hstack` puts the squashed gates side by side again.
#
# </details>

# %% exercise="lstm_cell"
from minidl.kernels.cells import lstm_cell

# %% check="lstm_cell"
check(lstm_cell)

# %% [markdown]
# Backwards there are two upstream gradients, $dh$ and $dc$, because the next step used
# both states. The gradient reaches the new cell state $c'$ on two ways, and adds up:
#
# $$dc' = dc + dh \odot o \odot (1 - \tanh^2 c')$$
#
# From there: $di = dc' g$, $\;df = dc' c$, $\;dg = dc' i$, and $do = dh \tanh c'$.

# %% [markdown]
# And the one that matters: the cell state before the step gets
#
# $$dc = dc' \odot f$$
#
# No matrix, no tanh: where the forget gate is open, the gradient passes unchanged. The
# original paper calls it a *constant error carousel*.

# %% [markdown]
# **Exercise 8.9** (2 points). Write `lstm_cell_backward(dh, dc, x, h, c, gates, W_ih,
# W_hh)`: upstream `dh` and `dc` $(N, H)$; `h` and `c` before the step, the `gates` of
# the step $(N, 4H)$; the answer is `dx, dh, dc, dW_ih, dW_hh, db`.
#
# <details><summary>Hint 1. The cell state again</summary>
#
# The new cell state is not handed over, but `c` and the gates are all you need to make
# it.
#
# </details>
# <details><summary>Hint 2. Down to the sums</summary>
#
# Each gate's gradient goes through its own slope: $s(1 - s)$ for the three sigmoids, $1
# - g^2$ for the tanh. Side by side, in order, they are `da`, $(N, 4H)$; from there on
# it is `rnn_cell_backward` again.
#
# </details>

# %% exercise="lstm_cell_backward"
from minidl.kernels.cells import lstm_cell_backward

# %% check="lstm_cell_backward"
check(lstm_cell_backward)

# %% [markdown]
# Now send the same gradient back through this cell. `open_by` is added to the biases of
# the forget gates: with 3 they begin about $\sigma(3) = 0.95$ open.


# %%
def states_of(weights):
    states, gates = [(first, first)], []
    for step in x:
        h, c, now = lstm_cell(step, *states[-1], *weights)
        states.append((h, c))
        gates.append(now)
    return states, gates


# %%
def lstm_way_back(weights):
    (states, gates), norms = states_of(weights), []
    d = upstream, 0 * upstream
    for t in reversed(range(1, T)):
        d = lstm_cell_backward(*d, x[t], *states[t], gates[t], *weights[:2])[1:3]
        norms.append(np.linalg.norm(d))
    return norms


# %%
for name, open_by in {"LSTM": 0, "LSTM, forget gates open": 3}.items():
    weights = drawn(np.random.default_rng(2), D, H, gates=4)
    weights[2][H : 2 * H] += open_by
    back[name] = lstm_way_back(weights)
for name, norms in back.items():
    print(f"{name:24}", [f"{norms[k]:.0e}" for k in (0, 10, 20, 50)])
recurrent.decay("A gradient on its way back", back)

# %% [markdown]
# **Exercise 8.10** (what breaks). "An LSTM has no vanishing gradient" stands in many
# texts. The middle curve is an LSTM. What goes wrong there?
#
# <details><summary>Hint 1. One factor a step</summary>
#
# The way along $c$ multiplies by $f$. What is $f$ if its sum is about 0?
#
# </details>
# <details><summary>Hint 2. Fifty steps</summary>
#
# Compare $0.5^{50}$ with $0.95^{50}$.
#
# </details>

# %%
_, gates = states_of(drawn(np.random.default_rng(2), D, H, gates=4))
f = np.mean([now[:, H : 2 * H] for now in gates])
print(f"mean forget gate {f:.2f}; to the power of 50: {f**50:.0e}, {0.95**50:.2f}")

# %% [markdown]
# <details><summary>Answer</summary>
#
# Fresh forget gates stand near one half, so each step halves the gradient here too. The
# cell *can* keep it, if its gates learn to open. Start them open, with a bias of 1 or
# more, and the gradient of 50 steps ago arrives almost undiminished.
#
# </details>

# %% [markdown]
# ## 8.8 Any cell through time
#
# With Tensors the tape writes the way back by itself. A cell is then a function (or a
# module) from an input and the states to new states: `h` alone, or a pair `(h, c)`.
# `nn.RNNCell` and `nn.LSTMCell` are such modules, and they call your kernels.

# %%
from minidl.nn.recurrent import States
from minidl.shaping import stack

cell, steps = nn.LSTMCell(2, 3), tensor(np.ones((5, 1, 2), np.float32))
h, c = cell(steps[0])  # states not given are zeros
print(stack([h, c]).shape)

# %% [markdown]
# **Exercise 8.11** (1 point). Write `unroll(cell, input, hx)`: `input` a Tensor $(T, N,
# D)$; `cell(x, hx)` gives the states after a step, `h` or a tuple `(h, c)`. The answer
# is a Tensor $(T, N, H)$ of every `h`, and the last states as the cell gave them.
#
# <details><summary>Hint 1. Iterate</summary>
#
# `for x in input` goes through the steps. A cell knows what to do with `hx=None`.
#
# </details>
# <details><summary>Hint 2. Two kinds of states</summary>
#
# `isinstance(hx, tuple)` tells them apart. Collect the hidden states in a list;
# `stack` makes a Tensor of it and stays on the tape.
#
# </details>

# %% exercise="unroll"
from minidl.nn.cells import unroll

# %% check="unroll"
check(unroll)

# %% [markdown]
# `nn.LSTM` is the same loop as a single operation on the tape, with all arrays laid out
# for speed. Give both the same weights and compare.

# %%
manual_seed(0)
layer, cell = nn.LSTM(8, 32), nn.LSTMCell(8, 32)
cell.load_state_dict({name[:-3]: p for name, p in layer.state_dict().items()})
sequence = tensor(x.astype(np.float32))
ours, theirs = unroll(cell, sequence)[0], layer(sequence)[0]
print("largest difference", (ours - theirs).abs().max().item())

# %% [markdown]
# ## 8.9 Project: a chaotic series
#
# Mackey and Glass described how a body regulates its blood cells. New cells are made
# according to how many there *were*, some time ago, and with a long enough delay their
# number never settles and never repeats:
#
# $$\frac{dx}{dt} = \frac{0.2\,x(t - 17)}{1 + x(t - 17)^{10}} - 0.1\,x(t)$$


# %%
def mackey_glass(n, delay=170):
    x = [1.2] * (delay + 1)  # steps of 0.1
    for _ in range(60 * (n + 50)):
        old = x[-1 - delay]
        x.append(x[-1] + 0.1 * (0.2 * old / (1 + old**10) - 0.1 * x[-1]))
    return np.array(x[-60 * n :: 60])  # one number for every 6 units of time


# %%
blood, cut = mackey_glass(1000), 800
mean, std = blood[:cut].mean(), blood[:cut].std()
z = ((blood - mean) / std).astype(np.float32)
recurrent.forecasts(blood[:200], {})

# %% [markdown]
# Predict the next number from all before it. The first 800 are for learning, the last
# 200 for testing; mean and standard deviation come from the first part alone. Before
# any network, two **baselines**: repeating the last value, and the best linear formula
# of the last ten values.


# %%
def rmse(guess):
    return np.sqrt(np.mean((guess - z[cut:]) ** 2))


past = np.array([np.append(z[t - 10 : t], 1) for t in range(10, len(z))])
formula = np.linalg.lstsq(past[: cut - 10], z[10:cut], rcond=None)[0]
errors = {"repeat": rmse(z[cut - 1 : -1]), "linear": rmse(past[cut - 10 :] @ formula)}
print({name: round(float(error), 3) for name, error in errors.items()})

# %% [markdown]
# An LSTM of 32 units and one linear layer. It trains on pieces of 40 steps from
# anywhere in the first part; the first ten predictions of a piece do not count, because
# the state has to warm up.

# %%
from minidl.optim import Adam


class Forecaster(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm, self.linear = nn.LSTM(1, 32), nn.Linear(32, 1)

    def forward(self, x, hx=None):
        y, hx = self.lstm(x, hx)
        return self.linear(y), hx


# %%
def descend(optimizer, model, loss):
    optimizer.zero_grad()
    loss.backward()
    norm = clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return loss.item(), norm.item()


# %% [markdown]
# A step of training is what it always was, with clipping before the optimizer moves. It
# returns the loss and the norm of the gradients, to look at both afterwards.


# %%
def pieces(series, length, count):
    begin = rng.integers(0, cut - length, count)
    return series[begin[:, None] + np.arange(length + 1)].T


# %%
manual_seed(0)
rng, forecaster = np.random.default_rng(0), Forecaster()
optimizer, seen = Adam(forecaster.parameters(), lr=0.01), []
for _ in range(300):
    piece = pieces(z, 40, 32)[..., None]
    guess, _ = forecaster(tensor(piece[:-1]))
    loss = functional.mse_loss(guess[10:], tensor(piece[11:]))
    seen.append(descend(optimizer, forecaster, loss))

# %%
with no_grad():
    guess, _ = forecaster(tensor(z[:-1, None, None]))
guess = guess.numpy()[cut - 1 :, 0, 0]
errors["LSTM"] = rmse(guess)
print({name: round(float(error), 3) for name, error in errors.items()})
recurrent.forecasts(blood[cut:], {"LSTM, one step ahead": guess * std + mean})

# %% [markdown]
# Repeating the last value is wrong by 0.82 standard deviations, the linear formula by
# 0.39, the LSTM by about 0.06. The series has no noise: what is missing is skill, and
# there is room for more of it.
#
# How often was clipping needed? Here are loss and norm of all steps. The line is the
# bound: hardly ever. It is a seat belt.

# %%
losses, norms = np.array(seen).T
panels = figure("", "step", panels=2)
panels[0].semilogy(losses)
panels[1].semilogy(norms)
panels[1].axhline(1.0, linestyle=":")
for ax, name in zip(panels, ("loss", "norm of the gradients"), strict=True):
    ax.set_title(name)

# %% [markdown]
# **Exercise 8.12** (what breaks). Predict further ahead: after step 50 of the test the
# network reads its own predictions in place of the true values. It was wrong by 0.06 a
# step. Where will it be after 100 steps?
#
# <details><summary>Hint 1. Its own mistakes</summary>
#
# A slightly wrong input gives a slightly more wrong prediction, which is the next
# input.
#
# </details>
# <details><summary>Hint 2. Chaos</summary>
#
# How would two of these bodies go on that differ by a hundredth today?
#
# </details>

# %%
with no_grad():
    known = z[: cut + 50, None, None]
    guess, hx = forecaster(tensor(known))
    free = [guess[-1:]]
    while len(free) < 150:
        guess, hx = forecaster(free[-1], hx)
        free.append(guess)

# %%
alone = np.concatenate([np.full(50, np.nan), [float(v.item()) for v in free]])
recurrent.forecasts(blood[cut:], {"on its own": alone * std + mean}, cut=50)
off = np.abs(alone - z[cut:])[50:]
print("off by", [f"{off[k : k + 10].mean():.2f}" for k in (0, 10, 20, 50, 100)])

# %% [markdown]
# <details><summary>Answer</summary>
#
# For some fifty steps it can hardly be told from the truth. Then it has the right shape
# at the wrong time: it runs a little fast or slow, and the error grows to several times
# what it was. A figure for "one step ahead" says little about "a hundred steps ahead".
#
# </details>

# %% [markdown]
# ## 8.10 Letters as rows of numbers
#
# A letter has no size: `b` is not twice `a`. One-hot rows say so, but most of such a
# product is multiplying zeros: the one 1 picks a row of the weights. An **embedding**
# picks it directly. Its table $W$ $(V, D)$ has a learned row for each of $V$ letters,
# words, or whatever has a number.

# %% [markdown]
# **Exercise 8.13** (1 point). Write `embedding(x, W)`: `x` indices of any shape, `W`
# $(V, D)$, the answer has the shape of `x` and $D$ behind it.
#
# <details><summary>Hint 1. Arrays as indices</summary>
#
# NumPy takes a whole array of indices in square brackets, of any shape.
#
# </details>
# <details><summary>Hint 2. Shapes</summary>
#
# With `x` $(T, N)$ the answer is $(T, N, D)$: what a recurrent network reads.
#
# </details>

# %% exercise="embedding"
from minidl.kernels.embedding import embedding

# %% check="embedding"
check(embedding)

# %% [markdown]
# Backwards: each row was used at some places, and the gradients of these places add up.
# A row that was not used gets 0.

# %% [markdown]
# **Exercise 8.14** (2 points). Write `embedding_backward(g, x, rows)`: `g` has the
# shape of `x` and $D$ behind it, `x` are the indices, `rows` is $V$; the answer is `dW`
# $(V, D)$.
#
# <details><summary>Hint 1. A loop first</summary>
#
# Zeros, and then for every place: add its `g` to the row that `x` names there.
# `np.ndindex(x.shape)` goes through all places.
#
# </details>
# <details><summary>Hint 2. Without the loop</summary>
#
# `np.add.at` adds at indices that repeat. Or a product: one-hot rows, transposed, times
# the gradients, both flattened.
#
# </details>

# %% exercise="embedding_backward"
from minidl.kernels.embedding import embedding_backward

# %% check="embedding_backward"
check(embedding_backward)

# %% [markdown]
# **Exercise 8.15** (what breaks). `dW[x] += g` looks right, is fast and raises nothing.
# Compare it for two sequences. Which letters does it cheat?
#
# <details><summary>Hint 1. What is it short for?</summary>
#
# `dW[x] = dW[x] + g`: read all rows, add, write all rows. How many times is a row
# written that occurs three times?
#
# </details>
# <details><summary>Hint 2. In a text</summary>
#
# Which letter occurs in every batch many times?
#
# </details>

# %%
for x in (np.array([0, 1, 2]), np.array([0, 1, 1, 1])):
    g, short = np.ones((len(x), 1)), np.zeros((3, 1))
    short[x] += g
    print(x, embedding_backward(g, x, 3).ravel(), short.ravel())

# %% [markdown]
# <details><summary>Answer</summary>
#
# A row that occurs several times is written several times, from the same old value:
# one gradient is left. Frequent letters learn too slowly, rare ones as they should. The
# loss still falls, so nobody notices, except a check with repeated indices.
#
# </details>

# %% [markdown]
# ## 8.11 Project: a network that writes
#
# minidl brings a small text, a story about a lamp on a rock, written for this course.
# The task: after every letter, say how likely each letter is to be the next. Nine
# tenths are for learning, the end of the story is held out.

# %%
from minidl.data.story import load_story
from minidl.functional import cross_entropy, log_softmax, softmax

text = load_story()
letters = "".join(sorted(set(text)))
code = np.array([letters.index(letter) for letter in text])
cut, V = len(code) * 9 // 10, len(letters)
print(len(text), "letters,", V, "different ones:", repr(letters))
print(text[:128])

# %% [markdown]
# How good is a guess? Take the probability $p$ that it gave to the letter that really
# came; the mean of $-\log p$ is the cross-entropy. Its exponential is the
# **perplexity**: as unsure as a choice among so many equally likely letters. Guessing
# blindly has 29, a table of letter frequencies less.


# %%
def perplexity(table, context):
    for t in range(context, cut):
        table[tuple(code[t - context : t + 1])] += 1
    table /= table.sum(axis=-1, keepdims=True)
    said = [table[tuple(code[t - context : t + 1])] for t in range(cut, len(code))]
    return np.exp(-np.mean(np.log(said)))


# %%
found = {"blindly": float(V)}
for context, name in enumerate(("frequencies", "one letter", "two letters")):
    found[name] = perplexity(np.full((V,) * (context + 1), 0.1), context)
print({name: round(float(value), 2) for name, value in found.items()})

# %% [markdown]
# Knowing the last two letters leaves a choice among 3.6. Tables cannot go on like that:
# one for the last ten letters would have $29^{11}$ entries, nearly all of them never
# seen. A state has no such bound.


# %%
class Writer(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(V, 16)
        self.lstm, self.linear = nn.LSTM(16, 64), nn.Linear(64, V)

    def forward(self, x, hx=None):
        h, hx = self.lstm(self.embedding(x), hx)
        return self.linear(h), hx


# %%
manual_seed(0)
rng, model = np.random.default_rng(0), Writer()
optimizer, begun = Adam(model.parameters(), lr=0.01), perf_counter()
for _ in range(300):
    piece = pieces(code, 40, 16)
    scores = model(tensor(piece[:-1]))[0].flatten(0, 1)
    descend(optimizer, model, cross_entropy(scores, tensor(piece[1:].ravel())))
seconds = perf_counter() - begun

# %% [markdown]
# Now the loss of every letter of the story, given all letters before it.


# %%
def surprise(model):
    with no_grad():
        scores, _ = model(tensor(code[:-1, None]))
    said = log_softmax(scores[:, 0], 1).numpy()
    return -said[np.arange(len(said)), code[1:]]  # of letters 1, 2, ...


# %%
loss_of = surprise(model)
found["LSTM"] = np.exp(loss_of[cut - 1 :].mean())
learned = np.exp(loss_of[: cut - 1].mean())
print(f"held out {found['LSTM']:.2f}, learned {learned:.2f}")

# %% [markdown]
# On the held-out end the LSTM chooses among about 2.7 letters where the table of two
# letters has 3.6. On what it has learned from it has about 1.7: part of the story it
# knows by heart. Section 8.14 comes back to that.

# %% [markdown]
# ### Writing
#
# To write, draw a letter from the probabilities, feed it back in, and so on. A
# **temperature** $\tau$ divides the scores before softmax: below 1 the likely letters
# become likelier, towards 0 only the best is left, above 1 all become alike.


# %%
@no_grad()
def next_letter(read, hx, temperature):
    indices = [[letters.index(letter)] for letter in read]
    scores, hx = model(tensor(indices), hx)
    p = softmax(scores[-1, 0] / temperature, 0).numpy().astype(float)
    return p / p.sum(), hx


# %%
def write(temperature, seed=0, start="the ", count=240):
    draw, said, hx, new = np.random.default_rng(seed), start, None, start
    while len(said) < count:
        p, hx = next_letter(new, hx, temperature)
        new = letters[draw.choice(V, p=p)]
        said += new
    return said


# %% [markdown]
# Three temperatures, and a slider for all others.

# %%
for temperature in (0.2, 0.7, 1.5):
    print(f"--- {temperature}\n{write(temperature)}\n")

# %% tags=["demo"]
recurrent.writer(write)

# %% [markdown]
# Cold, it repeats the commonest sentences; at about 0.7 it tells new ones in the tone
# of the story; hot, the words fall apart. It has never been told what a word is.

# %% [markdown]
# ### Gates over time
#
# What do 64 units keep? Type a text, choose a unit, and watch its gates at every
# letter. The figure is computed by your `lstm_cell` with the trained weights.

# %%
table = model.embedding.weight.detach().numpy()
trained = [p.detach().numpy() for p in model.lstm.parameters()]
rows = recurrent.over_time(lstm_cell, table, trained, code[:2000])
blank = np.array([letter == " " for letter in text[:2000]])
alike = [np.corrcoef(forget, blank)[0, 1] for forget in rows[1]]
unit = int(np.argmin(alike))
print(f"unit {unit} forgets at blanks: correlation {alike[unit]:.2f}")

# %% tags=["demo"]
recurrent.explore(lstm_cell, table, trained, letters, unit)

# %% [markdown]
# The chosen unit shuts its forget gate at most blanks: it begins anew with every word.
# Look for one that answers to full stops, or that keeps something over a whole line.
# Many units make no sense alone: what the network knows is spread over all of them.

# %% [markdown]
# ## 8.12 Outlook: attention
#
# However open the gates, all that was read must fit through one state. **Attention**
# lets a step look back at all steps directly. Each step asks with a *query* $q$, each
# offers a *key* $k$ and a *value* $v$; the answer is a mean of the values, weighted by
# how well the keys fit:
#
# $$\text{softmax}\!\left(\frac{q k^T}{\sqrt{E}}\right) v$$

# %% [markdown]
# A worked example. Let every place of a text ask: "where did this letter stand before,
# and what came next?" Queries and keys are the one-hot letters, the values are the
# letters that followed. A mask closes what has not been read yet.


# %%
def attend(q, k, v, allowed):
    fits = q @ k.T / np.sqrt(q.shape[1])
    fits = np.exp(np.where(allowed, fits, -np.inf))
    weights = fits / fits.sum(axis=1, keepdims=True)
    return weights @ v, weights


# %%
said = "the rock and the lamp"
one_hot = np.eye(V)[[letters.index(letter) for letter in said]]
q, k, v = 40 * one_hot[1:], one_hot[:-1], one_hot[1:]  # k at t, v at t + 1
allowed = np.tri(len(q), dtype=bool)
answer, weights = attend(q, k, v, allowed)

# %%
given = [tensor(array) for array in (q, k, v)]
official = nn.functional.scaled_dot_product_attention(*given, tensor(allowed))
print("difference", np.abs(official.numpy() - answer).max())
recurrent.attention(weights, said[1:], said[:-1])

# %% [markdown]
# Row "h" of the second "the" takes all of the first one: it found the place, 13 letters
# back, in one step, and the value there says "e". Letters that are new share their
# attention among everything read. A state would have had to carry all that along.

# %%
values = tensor(v, requires_grad=True)
last = (tensor(weights) @ values)[-8]
last.sum().backward()
reached = values.grad.numpy()[:, 0]
print("from", repr(said[-8]), "the gradient reaches", np.flatnonzero(reached > 0.3))

# %% [markdown]
# And the gradient? It goes to the places that were attended to, however far back: there
# is no product of factors in between, so nothing vanishes. Networks made of attention
# alone are called *Transformers*. In minidl, `nn.MultiheadAttention` is ready for you
# to build one.

# %% [markdown]
# ## 8.13 What next: energy
#
# What does this cost? Give your bricks arrays that count: each number computed is one
# operation, a product with a matrix two for each pair. Compare one letter predicted
# with one letter trained on.

# %%
from minidl.counting import count_operations
from minidl.kernels.linear import linear, linear_backward

letter, state = table[:1], np.zeros((1, 64), np.float32)
W, b = (p.detach().numpy() for p in model.linear.parameters())
h, c, now = lstm_cell(letter, state, state, *trained)
costs = {"lstm_cell": count_operations(lstm_cell, letter, state, state, *trained)}
costs["linear"] = count_operations(linear, h, W, b)

# %%
predicting, shape = sum(costs.values()), (letter, state, state, now, *trained[:2])
costs["lstm_cell_backward"] = count_operations(lstm_cell_backward, h, c, *shape)
costs["linear_backward"] = count_operations(linear_backward, h @ W.T, h, W)
training = sum(costs.values())
print(costs)
print(f"a letter: {predicting} to predict, {training / predicting:.2f} times to train")

# %% [markdown]
# Training on a letter costs three times what predicting it does: the way back has two
# products for each one of the way there. A multiplication and an addition of 32-bit
# numbers took 3.7 and 0.9 picojoules on a chip of 2014 (45 nm), so 2.3 an operation.

# %%
operations = training * 300 * 40 * 16
counted = 2.3e-12 * operations
print(f"{operations / 1e9:.0f} billion operations, {counted:.3f} joules counted")
print(f"{seconds:.1f} seconds at 15 watts: {15 * seconds:.0f} joules from the socket")

# %% [markdown]
# The arithmetic of the whole training is less than a tenth of a joule. What a processor
# of 15 watts (a guess for a laptop) drew in that time is hundreds of times as much:
# fetching numbers from memory, waiting, the interpreter. Who wants to save energy moves
# fewer numbers, and trains less often than they predict.

# %% [markdown]
# ## 8.14 What next: privacy
#
# The network knows part of its text by heart. Can somebody who only sees its losses
# tell which passages it was trained on? This is a **membership inference** test: cut
# the story into passages of 40 letters, and call those with a small loss "seen".

# %%
from minidl.metrics import roc_auc


def passages(losses):
    return losses[: len(losses) // 40 * 40].reshape(-1, 40).mean(axis=1)


inside, outside = passages(loss_of[: cut - 1]), passages(loss_of[cut - 1 :])
recurrent.two_groups(
    "Who was in the training text?", "loss", {"seen": inside, "unseen": outside}
)

# %%
member = np.repeat([1, 0], [len(inside), len(outside)])
told = roc_auc(member, -np.concatenate([inside, outside]))
print(f"a seen passage has the smaller loss in {100 * told:.0f} % of all pairs")
print(f"perplexity {learned:.2f} on seen, {found['LSTM']:.2f} on unseen text")

# %% [markdown]
# Half of all pairs would be a coin; about nine in ten are right. With letters of real
# people as training text this is a leak, and the network's weights need not even be
# known. What helps: stop before it learns by heart, more data for the same network,
# dropout, or noise on clipped gradients (*differential privacy*).

# %% [markdown]
# ## Summary
#
# - A recurrent network carries a state; its weights are the same at every step.
# - Back through time, gradients of states add what later steps wish, and gradients of
#   weights add up over steps.
# - Each step multiplies the gradient by a factor: it vanishes or explodes. Clipping
#   helps against the second.
# - An LSTM's cell state passes gradients on as far as its forget gates are open.
# - An embedding is a table of learned rows; its gradient adds up where indices repeat.
# - Attention looks back directly, at the price of comparing everything with everything.

# %% [markdown]
# ## History
#
# - R. Williams, D. Zipser, *A learning algorithm for continually running fully
#   recurrent neural networks*, 1989: real-time recurrent learning (and not the LSTM, as
#   is sometimes said). J. Elman, *Finding structure in time*, 1990: the network of 8.2.
# - Y. Bengio, P. Simard, P. Frasconi, *Learning long-term dependencies with gradient
#   descent is difficult*, 1994. R. Pascanu, T. Mikolov, Y. Bengio, *On the difficulty
#   of training recurrent neural networks*, 2013: clipping by the norm.

# %% [markdown]
# - S. Hochreiter, J. Schmidhuber, *Long short-term memory*, 1997. F. Gers, J.
#   Schmidhuber, F. Cummins, *Learning to forget*, 2000: the forget gate.
# - M. Mackey, L. Glass, *Oscillation and chaos in physiological control systems*, 1977.
# - A. Vaswani and others, *Attention is all you need*, 2017.
# - M. Horowitz, *Computing's energy problem (and what we can do about it)*, 2014.
# - R. Shokri and others, *Membership inference attacks against machine learning
#   models*, 2017. S. Yeom and others, *Privacy risk in machine learning: analyzing the
#   connection to overfitting*, 2018: the test by the loss.
