# %% [markdown]
# # 1. Neurons
#
# A clinic knows ten facts about a patient with diabetes: age, weight for height, blood
# pressure, six blood values and the sex. How far will the disease have gone in a year,
# and how wrong is the guess likely to be? A single neuron answers, and you write it.

# %% [markdown]
# **You will** write a layer of neurons, its loss and the slopes of both, train it, and
# prepare a real table without fooling yourself.
#
# **You need** Python, NumPy arrays, and the slope of $u^2$.

# %%
# %load_ext autograder
from autograder import check

# %%
import numpy as np

from minidl.array import Array, IntArray
from minidl.viz import figure

# %% [markdown]
# ## 1.1 A weighted sum
#
# A **neuron** weighs its inputs $x_1, \dots, x_D$, adds them up, and adds a number of
# its own, the **bias**:
#
# $$y = w_1x_1 + w_2x_2 + \dots + w_Dx_D + b$$
#
# The weight $w_d$ says how far $y$ moves when $x_d$ grows by 1. The bias is what the
# neuron says when every input is 0.

# %%
x = np.array([2.0, 3.0])
w, b = np.array([0.5, 0.3]), 0.1
print(w[0] * x[0] + w[1] * x[1] + b)

# %% [markdown]
# ## 1.2 Many neurons, many samples
#
# A **layer** is $M$ neurons that look at the same inputs. Their weights are the rows of
# a matrix $W$ of shape $(M, D)$. A **batch** is $N$ samples, the rows of $x$, of shape
# $(N, D)$. One product computes every neuron on every sample:
#
# $$y_{nm} = \sum_d x_{nd}W_{md} + b_m \qquad\text{or}\qquad y = xW^\top + b$$

# %% [markdown]
# **Exercise 1.1** (1 point). Write `linear(x, W, b)` for `x` of shape $(N, D)$, `W` of
# shape $(M, D)$ and `b` of shape $(M,)$. The answer has shape $(N, M)$, a row for each
# sample. No loop is needed.
#
# <details><summary>Hint 1. Which axes meet?</summary>
#
# The sum runs over $d$, the last axis of `x` and the last axis of `W`. In a matrix
# product `A @ B` the last axis of `A` meets the *first* axis of `B`.
#
# </details>
# <details><summary>Hint 2. From shapes to code</summary>
#
# Shapes $(N, D)$ and $(D, M)$ give $(N, M)$, so one of the two matrices must be
# transposed. Adding an array of shape $(M,)$ to one of shape $(N, M)$ gives every row
# the same biases: NumPy broadcasts.
#
# </details>

# %% exercise="linear"
from minidl.kernels.linear import linear

# %% check="linear"
check(linear)

# %% [markdown]
# Three neurons see $x = (2, 3)$. A tutorial works this out by hand and prints 2.4, 2.2
# and 2.1. Your layer disagrees three times, and it is right: $0.5\cdot2 + 0.3\cdot3 +
# 0.1$ is $1 + 0.9 + 0.1 = 2.0$. Check the other two the same way.

# %%
W = np.array([[0.5, 0.3], [0.2, 0.4], [0.1, 0.2]])
b = np.array([0.1, 0.2, 0.3])
linear(np.array([[2.0, 3.0]]), W, b)

# %% [markdown]
# Hold the second input at 3 and move the first: every neuron draws a straight line. Its
# slope is the weight of the moving input, 0.5, 0.2 or 0.1. The bias and the second
# input only lift it.

# %%
first = np.linspace(0, 4, 50)
(ax,) = figure("A weight is a slope", "first input (the second is 3)", "output")
ax.plot(first, linear(np.column_stack([first, np.full(50, 3.0)]), W, b))
_ = ax.legend(["neuron 0, weight 0.5", "neuron 1, weight 0.2", "neuron 2, weight 0.1"])

# %% [markdown]
# **Exercise 1.2** (what breaks). Predict the shape of `W * x + b`. A tutorial writes
# its only neuron this way, with two weights and four samples of two features, and then
# subtracts four targets.
#
# <details><summary>Hint 1. What does * do?</summary>
#
# It multiplies entry by entry, here each row of `x` with `W`. Which operation of the
# formula in 1.1 is missing?
#
# </details>

# %%
x = np.array([[1.0, 2], [2, 3], [3, 4], [4, 5]])
w, b, target = np.array([0.1, 0.2]), np.array([0.3]), np.array([0.0, 1, 1, 0])
print("w * x + b:", (w * x + b).shape, "  linear:", linear(x, w[None], b).shape)
try:
    print(w * x + b - target)
except ValueError as error:
    print(error)

# %% [markdown]
# <details><summary>Answer</summary>
#
# `w * x + b` has shape $(4, 2)$: nothing is summed, so each sample keeps two numbers
# where a neuron has one. Four targets cannot be subtracted from them. The tutorial
# prints a loss of 0.000 below this program, but the program never got that far.
#
# </details>

# %% [markdown]
# ## 1.3 How wrong is it?
#
# Five seedlings were measured: days since sprouting, and height. A neuron with one
# input is a line through them. To say how good a line is we need one number, the
# **mean squared error** of its predictions $y$ against the targets $t$:
#
# $$L = \frac1n\sum_i (y_i - t_i)^2$$

# %% [markdown]
# Squaring makes errors above and below the line count alike, large errors count most,
# and the loss smooth: it has a slope everywhere. With several outputs a sample, $n$
# counts all entries, not rows. That is PyTorch's choice and ours.

# %%
days = np.array([[1.0], [2], [4], [5], [7]])
height = np.array([[1.5], [1.6], [2.6], [3.4], [3.9]])  # cm

# %% [markdown]
# **Exercise 1.3** (1 point). Write `mse_loss(y, target)` for two float arrays of the
# same shape, whatever it is. The answer is a single number, the mean over all entries,
# of their dtype. The arrays stay as they are.
#
# <details><summary>Hint 1. In which order?</summary>
#
# Subtract, square, then average. Any other order lets errors cancel: the mean of
# $+3$ and $-3$ is 0.
#
# </details>
# <details><summary>Hint 2. Over which axis?</summary>
#
# Over none in particular. `np.mean` without `axis` averages all entries of an array of
# any shape; `** 2` squares entry by entry.
#
# </details>

# %% exercise="mse_loss"
from minidl.kernels.losses import mse_loss

# %% check="mse_loss"
check(mse_loss)

# %% [markdown]
# Each grey square below stands on one error, so its area is the squared error, and the
# loss is their mean area. Move weight and bias until it is smallest. Then drag the last
# seedling down to 0: how far does one bad measurement pull the best line?

# %% tags=["demo"]
from minidl.viz.neuron import explore

explore(linear, mse_loss, days, height)

# %% [markdown]
# **Exercise 1.4** (what breaks). Predict both losses. A good line predicts the five
# heights; the first loss compares them with `height`, of shape $(5, 1)$, the second
# with the same numbers in shape $(5,)$.
#
# <details><summary>Hint 1. What does NumPy subtract?</summary>
#
# Broadcasting pads $(5,)$ on the left: it becomes $(1, 5)$. What shape do $(5, 1)$ and
# $(1, 5)$ stretch to?
#
# </details>

# %%
y = linear(days, np.array([[0.44]]), np.array([0.93]))
flat = height[:, 0]
print(mse_loss(y, height).round(3), mse_loss(y, flat).round(3), (y - flat).shape)

# %% [markdown]
# <details><summary>Answer</summary>
#
# 0.031 and 1.791. The difference has shape $(5, 5)$: every prediction is compared with
# every target. No error is raised, and training on such a loss learns a flat line at
# the mean height, 2.6 cm. Keep targets in the shape of the predictions.
#
# </details>

# %% [markdown]
# ## 1.4 Which way is down?
#
# Nudge one prediction upwards and watch the loss: the rise for each unit of nudge is a
# **slope**. All slopes together are the **gradient**. Calculus gives them at once. The
# slope of $u^2$ is $2u$, and the mean gives each entry $1/n$ of the say:
#
# $$\frac{\partial L}{\partial y_i} = \frac2n\,(y_i - t_i)$$

# %%
y = linear(days, np.array([[0.2]]), np.array([1.0]))
nudged = y.copy()
nudged[4, 0] += 1e-6
print("measured:", (mse_loss(nudged, height) - mse_loss(y, height)) / 1e-6)
print("calculus:", 2 / 5 * (y[4, 0] - height[4, 0]))

# %% [markdown]
# The last prediction is too low, so raising it lowers the loss: a negative slope. In a
# network the loss may feed something else, which passes back its own slope, the
# **upstream gradient** $g$. The chain rule multiplies by it. Every `_backward` function
# of this course takes $g$ first.

# %% [markdown]
# **Exercise 1.5** (1 point). Write `mse_loss_backward(g, y, target)`: the gradient of
# the loss with respect to `y`, times the number `g`. The answer has the shape of `y`.
#
# <details><summary>Hint 1. Which sign?</summary>
#
# Where `y` is above the target, raising it raises the loss: that slope is positive. So
# it is `y` first, then minus `target`.
#
# </details>
# <details><summary>Hint 2. What is n?</summary>
#
# The number of all entries, `y.size`; `len(y)` counts only rows. The answer is the
# product of `g`, 2 and the difference, divided by $n$.
#
# </details>

# %% exercise="mse_loss_backward"
from minidl.kernels.losses import mse_loss_backward

# %% check="mse_loss_backward"
check(mse_loss_backward)

# %% [markdown]
# ## 1.5 Slopes of the weights
#
# Predictions cannot be moved; weights can. In $y_{nm} = \sum_d x_{nd}W_{md} + b_m$ the
# weight $W_{md}$ reaches the loss through every sample $n$, so its slope collects them
# all. What is used often collects a sum:
#
# $$\frac{\partial L}{\partial W_{md}} = \sum_n g_{nm}x_{nd}\qquad
# \frac{\partial L}{\partial b_m} = \sum_n g_{nm}\qquad
# \frac{\partial L}{\partial x_{nd}} = \sum_m g_{nm}W_{md}$$

# %% [markdown]
# **Exercise 1.6** (2 points). Write `linear_backward(g, x, W)` for `g` of shape
# $(N, M)$. Return three gradients, `dx`, `dW` and `db`, in the shapes of `x`, `W` and
# `b`: $(N, D)$, $(M, D)$ and $(M,)$.
#
# <details><summary>Hint 1. Let the shapes lead</summary>
#
# `dx` has shape $(N, D)$. Which product of `g` $(N, M)$ and `W` $(M, D)$ has it? For
# `dW` the sum runs over $n$, the first axis of both factors: one is transposed.
#
# </details>
# <details><summary>Hint 2. And the bias?</summary>
#
# `dW` is $(M, N)$ times $(N, D)$. `db` adds the rows of `g`, a sum over axis 0: not a
# mean, because the loss has already divided by $n$.
#
# </details>

# %% exercise="linear_backward"
from minidl.kernels.linear import linear_backward

# %% check="linear_backward"
check(linear_backward)

# %% [markdown]
# A neuron with $W = (0.1, 0.2)$ and $b = 0.3$ sees $x = (1, 2)$; the target is 1. It
# says 0.8, too low. Every slope comes out negative: raising any weight lowers the loss.
# A tutorial that adds a sigmoid (chapter 2) finds $+0.14$ and $+0.28$, the way that
# leads from the target.

# %%
x, target = np.array([[1.0, 2.0]]), np.array([[1.0]])
W, b = np.array([[0.1, 0.2]]), np.array([0.3])
y = linear(x, W, b)
g = mse_loss_backward(np.array(1.0), y, target)
_, dW, db = linear_backward(g, x, W)
print("y", y, " loss", mse_loss(y, target).round(4), " dW", dW, " db", db)

# %% [markdown]
# ## 1.6 Downhill, step by step
#
# **Gradient descent** walks against the slope: $W \leftarrow W - \eta\,
# \partial L/\partial W$, and the same for $b$. The **learning rate** $\eta$ sets how
# far. Your four functions make one step; a loop makes a model.


# %%
def step(x: Array, target: Array, W: Array, b: Array, rate: float):
    y = linear(x, W, b)
    g = mse_loss_backward(np.array(1.0), y, target)
    _, dW, db = linear_backward(g, x, W)
    return W - rate * dW, b - rate * db


# %%
def fit(x: Array, target: Array, rate: float, steps: int):
    W, b, losses = np.zeros((1, x.shape[1])), np.zeros(1), []
    for _ in range(steps):
        losses.append(mse_loss(linear(x, W, b), target))
        W, b = step(x, target, W, b, rate)
    return W, b, losses


# %%
W, b, losses = fit(days, height, rate=0.02, steps=1000)
left, right = figure(f"loss at the end: {losses[-1]:.4f}", panels=2)
left.semilogy(losses)
left.set(xlabel="step", ylabel="mean squared error")
right.plot(days, height, "o", days, linear(days, W, b))
_ = right.set(
    xlabel="days", ylabel="height, cm", title=f"y = {W[0, 0]:.3f} x + {b[0]:.3f}"
)

# %% [markdown]
# The best line can be computed exactly, and it is $y = 0.4386\,x + 0.9333$. The walk
# finds it without knowing the formula. That is why it matters: for deep networks no
# formula is known, and the walk works all the same.

# %% [markdown]
# **Exercise 1.7** (what breaks). Predict three loss curves: the rate 0.02; a gradient
# of the wrong sign, $\frac2n(t - y)$; and no $1/n$. A tutorial prints
# $\partial\mathrm{MSE}/\partial\hat y = 2(y - \hat y)$, where $\hat y$ is the
# prediction: both faults at once.
#
# <details><summary>Hint 1. What does each fault do to a step?</summary>
#
# A flipped sign is a negative rate. Without $1/n$ the step is $n = 5$ times as long, as
# if the rate were 0.1.
#
# </details>

# %%
(ax,) = figure("Two faults, two ways up", "step", "mean squared error")
for rate, name in [(0.02, "right"), (-0.02, "sign flipped"), (0.1, "no 1/n")]:
    ax.semilogy(fit(days, height, rate, 20)[2], label=name)
_ = ax.legend()

# %% [markdown]
# <details><summary>Answer</summary>
#
# Only the first falls. With the wrong sign every step climbs. Without $1/n$ every step
# points the right way but leaps across the valley and lands higher on the other side.
# Here any rate above 0.0506 does that. A rate that is far too small fails silently:
# nothing seems to happen.
#
# </details>

# %% [markdown]
# **Exercise 1.8** (what breaks). Predict the lowest loss that a neuron can reach on
# four samples in a row, $(1, 2)$ to $(4, 5)$, with targets 0, 1, 1, 0. A tutorial
# prints a loss of 0.000 for them, and predictions of 0.001 and 0.999.
#
# <details><summary>Hint 1. Draw the targets</summary>
#
# The samples lie on a line, so a neuron sees only how far along it they are. The
# targets go up and come down again. Which straight line is nearest?
#
# </details>

# %%
x = np.array([[1.0, 2], [2, 3], [3, 4], [4, 5]])
target = np.array([[0.0], [1], [1], [0]])
W, b, losses = fit(x, target, rate=0.02, steps=3000)
print("loss", losses[-1].round(4), " predictions", linear(x, W, b)[:, 0].round(4))

# %% [markdown]
# <details><summary>Answer</summary>
#
# 0.25, with every prediction 0.5: by symmetry the best line is flat. A sigmoid on top
# changes nothing, because it too only rises or only falls along the samples. No
# training finds what a model cannot say; 0.000 was never computed.
#
# </details>

# %% [markdown]
# ## 1.7 A neuron that decides
#
# Let a neuron answer yes or no: 1 if the weighted sum is positive, else 0. This is
# Frank Rosenblatt's **perceptron** of 1958. Its rule moves the weights only when an
# answer is wrong: with $g = y - t$, which is $-1$, 0 or 1, the step is your
# `linear_backward`, at rate 1.


# %%
def perceptron(x: Array, target: Array, passes: int):
    W, b, wrong = np.zeros((1, x.shape[1])), np.zeros(1), []
    for _ in range(passes):
        y = (linear(x, W, b) > 0).astype(float)
        wrong.append((y != target).sum())
        _, dW, db = linear_backward(y - target, x, W)
        W, b = W - dW, b - db
    return W, b, wrong


# %%
kind = np.arange(40)[:, None] % 2
x = np.random.default_rng(1).normal(size=(40, 2)) + 3 * kind
W, b, wrong = perceptron(x, kind, passes=16)
corners = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]])
xor = np.array([[0], [1], [1], [0]])
*_, never = perceptron(corners, xor, passes=16)

# %%
left, right = figure(panels=2)
left.scatter(x[:, 0], x[:, 1], c=kind, cmap="coolwarm")
left.axline((0, -b[0] / W[0, 1]), slope=-W[0, 0] / W[0, 1])
left.set(title="The sum is 0 on the line", xlabel="input 1", ylabel="input 2")
right.plot(wrong, label="two clouds (40 points)")
right.plot(never, label="exclusive or (4 points)")
right.set(title="Wrong answers", xlabel="pass", ylabel="wrong")
_ = right.legend()

# %% [markdown]
# Two clouds that a line can separate are always learnt. The second curve is
# **exclusive or**: 1 when exactly one input is 1. Two of four answers stay wrong for
# ever, because no line has $(0, 1)$ and $(1, 0)$ on one side, $(0, 0)$ and $(1, 1)$ on
# the other. Chapter 4 solves it with one more layer.

# %% [markdown]
# ## 1.8 Rows that stay secret
#
# Now the patients: 442 rows, ten columns, and for each row the progress of the disease
# one year later. A model judged on rows that it learnt from is a student who has seen
# the exam. So some rows are **held out**: nothing may look at them until the end.

# %%
from minidl.data.datasets import load_diabetes

columns = ["age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6"]
x, y = load_diabetes()
y = y[:, None]  # one column, as exercise 1.4 taught
print(x.shape, y.shape)
print(dict(zip(columns, x[0].tolist(), strict=True)), "progress:", y[0, 0])

# %% [markdown]
# **Exercise 1.9** (2 points). Write `train_test_split(x, y, test_size, rng)`: shuffle
# the $N$ rows of `x` and `y` alike and return `x_train, x_test, y_train, y_test`, where
# the test parts have `test_size` $\cdot N$ rows, rounded up. All chance comes from
# `rng`, a NumPy generator.
#
# <details><summary>Hint 1. How do pairs stay together?</summary>
#
# Do not shuffle the arrays. Shuffle the row numbers once, with `rng.permutation`, and
# index both arrays by them. That also leaves the caller's arrays as they are.
#
# </details>
# <details><summary>Hint 2. Where to cut?</summary>
#
# `np.ceil` rounds up and gives a float: wrap it in `int`. The first so many of the
# shuffled numbers are the test rows, the rest the training rows. `x[numbers]` picks
# rows in any order.
#
# </details>

# %% exercise="train_test_split"
from minidl.data.transforms import train_test_split

# %% check="train_test_split"
check(train_test_split)

# %% [markdown]
# Why shuffle? Tables often come sorted, by date, by hospital, by outcome. And why pass
# the generator in? With the same seed anyone can repeat the split, and with another
# they can see how much the result depends on it.

# %%
parts = train_test_split(x, y, test_size=0.2, rng=np.random.default_rng(0))
x_train, x_test, y_train, y_test = parts
print(x_train.shape, x_test.shape, y_train.shape, y_test.shape)

# %% [markdown]
# **Exercise 1.10** (what breaks). Predict what held-out rows say about pure noise: 100
# rows, 1000 columns, a target that has nothing to do with them. The ten columns most
# related to the target are chosen, once from all rows, once from training rows only.
#
# <details><summary>Hint 1. Who has seen what?</summary>
#
# Among 1000 columns of noise some resemble the target by chance. If the held-out rows
# took part in the choice, on which rows do the chosen ones resemble it?
#
# </details>

# %%
rng = np.random.default_rng(0)
noise, luck = rng.normal(size=(100, 1000)), rng.normal(size=(100, 1))
parts = train_test_split(noise, luck, test_size=0.3, rng=np.random.default_rng(1))


def ten_best(x: Array, target: Array) -> IntArray:
    return np.argsort(-abs(x.T @ (target - target.mean()))[:, 0])[:10]


# %%
a, a_test, t, t_test = parts
print(f"guessing the mean: {mse_loss(np.full_like(t_test, t.mean()), t_test):.2f}")
for name, best in [("all", ten_best(noise, luck)), ("training", ten_best(a, t))]:
    W, b, _ = fit(a[:, best], t, rate=0.1, steps=1000)
    held_out = mse_loss(linear(a_test[:, best], W, b), t_test)
    print(f"columns chosen on {name} rows: {held_out:.2f}")

# %% [markdown]
# <details><summary>Answer</summary>
#
# 1.11 for guessing, 0.60 for columns chosen on all rows, 1.51 for an honest choice. The
# 0.60 is a fiction: there is nothing to learn. This is **leakage**. Whatever is
# computed from data, a choice, a mean, a scale, must come from training rows alone.
#
# </details>

# %% [markdown]
# ## 1.9 One scale for all columns
#
# Cholesterol runs to 300, the ratio `s4` stays near 4. A step that suits one is far too
# long or too short for the other. **Standardising** gives every column mean 0 and
# standard deviation 1:
#
# $$x' = \frac{x - \mu}{\sigma}\qquad \mu, \sigma:\ \text{of the training rows}$$

# %% [markdown]
# **Exercise 1.11** (2 points). Write `standardize(train, test)` for tables of shapes
# $(N, D)$ and $(K, D)$. Return both, each column shifted and scaled by the mean and
# deviation it has in `train` (divide by $N$, not $N - 1$). A constant column has
# deviation 0: shift it only.
#
# <details><summary>Hint 1. How many means are there?</summary>
#
# One for each column: an array of shape $(D,)$, from `train` alone. `axis=0` runs down
# the rows. Broadcasting applies it to every row of either table.
#
# </details>
# <details><summary>Hint 2. And deviation 0?</summary>
#
# Dividing by 1 leaves a column as it is. `np.where(condition, a, b)` takes from `a`
# where the condition holds and from `b` elsewhere: put 1 in the place of 0 before you
# divide.
#
# </details>

# %% exercise="standardize"
from minidl.data.transforms import standardize

# %% check="standardize"
check(standardize)

# %% [markdown]
# What does it buy? The longest rate that the raw table bears is 0.0000136. Thousands of
# steps later the columns with small numbers have hardly moved. On the standardised
# table a rate of 0.1 does more in a hundred steps.

# %%
scaled_train, scaled_test = standardize(x_train, x_test)
(ax,) = figure("The same neuron, the same data", "step", "mean squared error")
ax.plot(fit(x_train, y_train, 1e-5, 400)[2], label="raw columns, rate 0.00001")
ax.plot(fit(scaled_train, y_train, 0.1, 400)[2], label="standardised, rate 0.1")
ax.set_ylim(2000, 10000)
_ = ax.legend()

# %% [markdown]
# ## 1.10 Numbers that are names
#
# Three soils, clay, sand and loam, are written 0, 1 and 2. To a neuron that says loam
# is twice sand and sand lies between the others. **One-hot** writes each class as a
# column of its own, 1 where a row belongs to it, else 0, so each class gets its own
# weight.

# %% [markdown]
# **Exercise 1.12** (1 point). Write `one_hot(labels, num_classes)` for `labels` of
# shape $(N,)$ with whole numbers from 0 to $C - 1$, where $C$ is `num_classes`. Return
# whole numbers of shape $(N, C)$.
#
# <details><summary>Hint 1. What does row n look like?</summary>
#
# Like row `labels[n]` of the identity matrix. The number of columns is `num_classes`,
# also when some class does not occur.
#
# </details>
# <details><summary>Hint 2. Rows by number</summary>
#
# `np.eye(n, dtype=...)` makes the identity matrix, of floats unless you ask for
# `np.int64`. Indexing a matrix by an array of numbers picks these rows, repeated where
# the numbers are.
#
# </details>

# %% exercise="one_hot"
from minidl.data.transforms import one_hot

# %% check="one_hot"
check(one_hot)

# %%
soil: IntArray = np.array([0, 1, 2, 0, 1, 2])
grown = np.array([[2.2], [4.1], [1.3], [2.0], [3.9], [1.1]])  # cm
one_hot(soil, 3)

# %% [markdown]
# Two neurons learn to guess the height from the soil. One reads the class numbers, the
# other reads your columns. The dots are measurements, the bars what each neuron says
# about a soil, and the losses stand in the legend.

# %%
(ax,) = figure("A name is not a quantity", "soil", "height, cm")
ax.plot(soil, grown, "o", label="measured")
for name, x_soil in [("numbers", soil[:, None]), ("one-hot", one_hot(soil, 3))]:
    W, b, losses = fit(x_soil, grown, rate=0.1, steps=2000)
    guess = linear(x_soil, W, b)[:3]
    ax.plot(guess, "_", markersize=20, label=f"{name}, loss {losses[-1]:.2f}")
ax.set(xticks=[0, 1, 2], xticklabels=["clay", "sand", "loam"], xlim=(-0.5, 3.8))
_ = ax.legend(loc="upper right")

# %% [markdown]
# Numbers force the three guesses onto a straight line, and it misses all three soils.
# One-hot hits each soil's mean: the loss of 0.01 is the scatter within a soil. In the
# table of patients `sex` is a name too, 1 or 2. With only two classes one column is
# enough: any two heights lie on a line.

# %% [markdown]
# ## 1.11 Project: a year of diabetes
#
# Everything is ready: 353 patients to learn from, 89 held out, ten standardised
# columns. Train, and compare with the **closed form**: at the lowest point all slopes
# are 0, which is a set of linear equations, and `np.linalg.lstsq` solves it.

# %%
W, b, losses = fit(scaled_train, y_train, rate=0.1, steps=10_000)
table = np.column_stack([scaled_train, np.ones(len(scaled_train))])
exact = np.linalg.lstsq(table, y_train)[0]
print("largest difference of weights:", abs(W[0] - exact[:-1, 0]).max())
print("difference of bias:           ", abs(b[0] - exact[-1, 0]))

# %%
left, right = figure(panels=2)
left.semilogy(losses[:5000] - mse_loss(table @ exact, y_train))
left.set(title="Above the exact solution", xlabel="step", ylabel="loss − lowest loss")
right.barh(columns, W[0])
_ = right.set(title="What the neuron looks at", xlabel="weight", ylabel="column")

# %% [markdown]
# The neuron that walked and the equations agree to six digits. Training to the last
# digit was for the proof: a hundred steps come within 1 % of the lowest loss. Now the
# only question that counts, asked once: how wrong is it on patients it never saw?

# %%
guess = linear(scaled_test, W, b)
mean = np.full_like(y_test, y_train.mean())
print("typical error of the neuron:   ", np.sqrt(mse_loss(guess, y_test)).round(1))
print("typical error, mean for all:   ", np.sqrt(mse_loss(mean, y_test)).round(1))
print("error on the training patients:", np.sqrt(losses[-1]).round(1))
print("mean absolute error:           ", abs(guess - y_test).mean().round(1))

# %%
(ax,) = figure("89 patients never seen", "true progress", "predicted progress")
ax.plot(y_test, guess, "o", label="patient")
ax.plot([25, 346], [25, 346], "--", label="perfect")
ax.axhline(y_train.mean(), linestyle=":", label="mean for all")
_ = ax.legend()

# %% [markdown]
# On a scale from 25 to 346 the typical error (the root of the mean squared error) is
# 54.2, against 76.8 for whoever predicts the mean: half of the variance is explained.
# On training rows it is 53.3, hardly less, so little was learnt by heart. Other
# seeds give between 48 and 63: 89 patients are few.

# %% [markdown]
# The picture shows what the number hides: high values are guessed too low, low ones too
# high. And beware of reading the bars as causes. `s1` and `s2`, total and
# LDL cholesterol, rise and fall together, so their weights of opposite sign nearly
# cancel.

# %% [markdown]
# **Exercise 1.13** (what breaks). Predict the loss in the tenth step on the raw table,
# with the rate 0.1 that worked so well on the scaled one. It starts at 28,896: will it
# be 3,000, 30,000 or something else?
#
# <details><summary>Hint 1. By what factor?</summary>
#
# The loss curves upwards with the mean square of the columns, here about 74,000 along
# the steepest direction. A step multiplies the distance from the valley by
# $1 - 2 \cdot 0.1 \cdot 74000$.
#
# </details>

# %%
for number, loss in enumerate(fit(x_train, y_train, rate=0.1, steps=10)[2]):
    print(number, f"{loss:.1e}")

# %% [markdown]
# <details><summary>Answer</summary>
#
# Every step multiplies the loss by two hundred million; after nine it is near
# $10^{79}$, and soon infinite. A loss that explodes or turns to `nan` has usually one
# of two causes: a rate that is too large, or columns that were not scaled.
#
# </details>

# %% [markdown]
# ## Summary
#
# A neuron is a weighted sum and a bias; a layer is $xW^\top + b$. The loss is one
# number, its slopes come from the chain rule, and a step against them lowers it. Hold
# rows out first, take means and scales from training rows only, write names one-hot.
# Put a sigmoid on this neuron and it is logistic regression: chapter 2.

# %% [markdown]
# ## History
#
# - **Least squares**: Legendre, *Nouvelles méthodes pour la détermination des orbites
#   des comètes*, 1805; Gauss, *Theoria motus corporum coelestium*, 1809.
# - **Gradient descent**: Cauchy, "Méthode générale pour la résolution des systèmes
#   d'équations simultanées", Comptes rendus 25, 1847.
# - **The neuron**: McCulloch and Pitts, "A logical calculus of the ideas immanent in
#   nervous activity", Bulletin of Mathematical Biophysics 5, 1943.

# %% [markdown]
# - **It learns**: Rosenblatt, "The perceptron: a probabilistic model for information
#   storage and organization in the brain", Psychological Review 65, 1958. By mean
#   squared error: Widrow and Hoff, "Adaptive switching circuits", IRE WESCON Convention
#   Record, 1960. The limit: Minsky and Papert, *Perceptrons*, 1969.
# - **The patients**: Efron, Hastie, Johnstone and Tibshirani, "Least angle regression",
#   Annals of Statistics 32, 2004.
# - **Leakage** by choosing columns: Hastie, Tibshirani and Friedman, *The Elements of
#   Statistical Learning*, second edition, 2009, section 7.10.2.
