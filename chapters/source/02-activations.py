# %% [markdown]
# # 2. Activations
#
# How does a sum of thirty measurements of a cell become "malignant, 97 % sure"? And why
# can a hundred layers of chapter 1's neurons do no more than one? Both answers are
# short functions that bend a line.
#
# **You will** write sigmoid, tanh, relu, leaky_relu and softmax, each with its
# gradient, see where they fail, and train a classifier on real biopsies.
#
# **You need** `linear`, `linear_backward`, `standardize` and `train_test_split` from
# chapter 1, and the derivative of $e^x$.

# %%
# %load_ext autograder
from autograder import check

# %%
import numpy as np

from minidl.array import Array
from minidl.data.transforms import standardize, train_test_split
from minidl.kernels.linear import linear, linear_backward
from minidl.viz import figure

# %% [markdown]
# ## 2.1 Why a line must bend
#
# Feed one linear layer into another. The result is
# $W_2(W_1x + b_1) + b_2 = (W_2W_1)x + (W_2b_1 + b_2)$, again a matrix times $x$ plus a
# vector. However many layers are stacked, the whole is one linear layer, and its graph
# is a straight line. Unless something between the layers bends it.

# %%
rng = np.random.default_rng(4)
x = np.linspace(-3, 3, 121)[:, None]
W1, b1 = rng.normal(size=(6, 1)), rng.normal(size=6)
W2, b2 = rng.normal(size=(1, 6)), rng.normal(size=1)
straight = linear(linear(x, W1, b1), W2, b2)
bent = linear(np.abs(linear(x, W1, b1)), W2, b2)

# %%
(ax,) = figure("Two layers: same weights, with and without a bend", "x", "output")
ax.plot(x, straight, label="linear, linear")
ax.plot(x, bent, label="linear, absolute value, linear")
_ = ax.legend()

# %% [markdown]
# A function that is applied to every entry between two layers is called an
# **activation**. The absolute value already does: each neuron puts a corner where its
# own sum is 0. The ones in use have grown up for good reasons, which are the subject of
# this chapter.

# %% [markdown]
# ## 2.2 Sigmoid: a soft yes or no
#
# A neuron's sum can be any number. A probability lies between 0 and 1. The **sigmoid**
# maps one to the other:
#
# $$\sigma(x) = \frac{1}{1 + e^{-x}}$$
#
# At 0 it is ½. Far to the right it approaches 1, far to the left 0, and
# $\sigma(-x) = 1 - \sigma(x)$.

# %% [markdown]
# The formula is right, and yet the program that copies it is not. At $x = -1000$ it
# asks for $e^{1000}$, and no float is that large: NumPy answers infinity and warns. The
# last argument that fits is about 709.78 in float64, and only 88.7 in float32.

# %%
with np.errstate(over="ignore"):
    print(np.exp(np.array([1.0, 700.0, 710.0, 1000.0])))
    print(np.exp(np.array([-1.0, -700.0, -710.0, -1000.0])))

# %% [markdown]
# **Exercise 2.1** (1 point). Write `sigmoid(x)` for an array `x` of any shape. The
# answer has `x`'s shape and dtype; −1000 gives 0, 1000 gives 1, and nothing overflows
# on the way.
#
# <details><summary>Hint 1. Which exponents are harmless?</summary>
#
# Those below 0: $e^{-1000}$ is simply 0. For $x \ge 0$ the formula has a harmless
# exponent. Multiply numerator and denominator by $e^x$: for which $x$ is the fraction
# that you get harmless?
#
# </details>
# <details><summary>Hint 2. Two ways that work</summary>
#
# Compute $e^{-|x|}$ once; `np.where` then picks one of two fractions by the sign of
# $x$. Or use $\sigma(x) = \frac12\left(1 + \tanh\frac x2\right)$: NumPy's tanh takes
# any number.
#
# </details>

# %% exercise="sigmoid"
from minidl.kernels.activations import sigmoid

# %% check="sigmoid"
check(sigmoid)

# %%
line = np.linspace(-8, 8, 321)
points = np.array([1.0, 2.0, 3.0])
(ax,) = figure("An S between 0 and 1", "x", "sigmoid(x)")
for at, style in [(line, "-"), (points, "o")]:
    ax.plot(at, sigmoid(at), style)

# %% [markdown]
# **Exercise 2.2** (what breaks). Find the false ones among four claims from tutorials,
# three of them before you run the cell: (a) $\sigma(1) \approx 0.730$. (b) Two sigmoid
# neurons that receive 2 and 3 give 0.5 and 0.6. (c) A sigmoid output neuron gives 1.2.
# (d) One output neuron predicts $[0.9, 0.6]$.
#
# <details><summary>Hint 1. What needs no computing?</summary>
#
# Where does the curve lie at 0, and which values does it never take? How many numbers
# come out of one neuron?
#
# </details>

# %%
sigmoid(np.array([1.0, 2.0, 3.0])).round(4)

# %% [markdown]
# <details><summary>Answer</summary>
#
# All four. (b) $\sigma(0)$ is already 0.5 and the curve rises; the values are 0.8808
# and 0.9526. (c) A sigmoid stays below 1. (d) One neuron gives one number. And (a) is
# cut off, not rounded: 0.7311.
#
# </details>

# %% [markdown]
# ## 2.3 The slope of sigmoid
#
# Training asks how much the output moves when the input moves a little. Differentiate:
#
# $$\frac{dy}{dx} = \frac{e^{-x}}{(1 + e^{-x})^2}
# = \frac{1}{1 + e^{-x}}\cdot\frac{e^{-x}}{1 + e^{-x}} = y\,(1 - y)$$
#
# No exponential is left. Whoever kept the output $y$ gets the slope for one
# multiplication: ¼ in the middle, almost 0 at both ends.

# %% [markdown]
# A neuron sits in the middle of a network. What comes back to it is the **upstream
# gradient** $g$: how much the loss grows for each unit of $y$. The chain rule
# multiplies, entry by entry:
#
# $$\frac{dL}{dx} = g\cdot\frac{dy}{dx}$$
#
# Every `_backward` function of this course takes $g$ first.

# %% [markdown]
# **Exercise 2.3** (1 point). Write `sigmoid_backward(g, y)`. `g` and `y` have the same
# shape, `y` is what sigmoid returned, and the answer is the gradient with respect to
# sigmoid's input.
#
# <details><summary>Hint 1. What goes in?</summary>
#
# `y` is already the output, so sigmoid is not called here. What is the slope at
# $y = 0$, ½ and 1?
#
# </details>
# <details><summary>Hint 2. What comes out?</summary>
#
# The product of three things of the same shape: the upstream gradient, $y$, and what
# $y$ lacks to 1. Nothing is summed, and `g` and `y` themselves stay as they are.
#
# </details>

# %% exercise="sigmoid_backward"
from minidl.kernels.activations import sigmoid_backward

# %% check="sigmoid_backward"
check(sigmoid_backward)

# %%
h = 1e-5
measured = (sigmoid(line + h) - sigmoid(line - h)) / (2 * h)
(ax,) = figure("Never steeper than a quarter", "x", "dy/dx")
ax.plot(line, sigmoid_backward(np.ones_like(line), sigmoid(line)), label="slope")
ax.plot(line[::16], measured[::16], "o", label="measured")
_ = ax.legend()

# %% [markdown]
# Now a whole neuron, by hand: $x = (1, 2)$, $W = (0.1, 0.2)$, $b = 0.3$, target 1, loss
# $(y - 1)^2$. The sum is 0.8 and $y = \sigma(0.8) = 0.68997$. Then
# $dL/dy = 2(y - 1) = -0.62005$, times the slope 0.21391 gives $-0.13263$; times $x$ it
# is the gradient of $W$.

# %%
sample, target = np.array([[1.0, 2.0]]), np.array([[1.0]])
W, b = np.array([[0.1, 0.2]]), np.array([0.3])
y = sigmoid(linear(sample, W, b))
dz = sigmoid_backward(2 * (y - target), y)
_, dW, db = linear_backward(dz, sample, W)
print("y", y.round(5), " loss", ((y - target) ** 2).round(5))
print("dW", dW.round(5), " db", db.round(5))

# %% [markdown]
# The gradient is negative: to lower the loss, $W$ must grow. A second one: $a = 0.8$,
# target 0.5, loss $\frac12(a - 0.5)^2$. Its $\delta = dL/dz$ is
# $0.3 \cdot 0.8 \cdot 0.2 = 0.048$. A tutorial prints $(1 - 0.8)(0.5 - 0.8) = 0.032$: a
# factor is missing, the sign is flipped, and the product is $-0.06$.

# %%
sigmoid_backward(np.array([0.8 - 0.5]), np.array([0.8]))

# %% [markdown]
# **Exercise 2.4** (what breaks). Predict which of three neurons learns that its target
# is 1. All start as above and take 60 steps $W \leftarrow W - 0.2\,dW$. One uses the
# right gradient, one forgets the slope $y(1-y)$, and one flips the sign.
#
# <details><summary>Hint 1. Which way is down?</summary>
#
# The slope is always positive. Leaving it out changes how long a step is. What changes
# its direction?
#
# </details>


# %%
def descend(delta):
    W, b, losses = np.array([[0.1, 0.2]]), np.array([0.3]), []
    for _ in range(60):
        y = sigmoid(linear(sample, W, b))
        losses.append(((y - target) ** 2).item())
        _, dW, db = linear_backward(delta(y), sample, W)
        W, b = W - 0.2 * dW, b - 0.2 * db
    return losses


# %%
deltas = {
    "right": lambda y: sigmoid_backward(2 * (y - target), y),
    "slope forgotten": lambda y: 2 * (y - target),
    "sign flipped": lambda y: sigmoid_backward(2 * (target - y), y),
}

# %%
(ax,) = figure("One sign decides", "step", "loss")
for name, delta in deltas.items():
    ax.semilogy(descend(delta), label=name)
_ = ax.legend()

# %% [markdown]
# <details><summary>Answer</summary>
#
# With the sign flipped the neuron climbs: the loss goes to 1, the worst there is.
# Without the slope it learns, and faster. That is no accident: $y - t$ is the gradient
# of another loss, which the project at the end uses.
#
# </details>

# %% [markdown]
# ## 2.4 tanh: centred on zero
#
# Sigmoid's outputs are all positive, so the weights of a neuron behind them can only go
# up together or down together in one step. The **hyperbolic tangent** is the same
# curve, stretched to $(-1, 1)$ and twice as steep in $x$:
#
# $$\tanh x = \frac{e^x - e^{-x}}{e^x + e^{-x}} = 2\,\sigma(2x) - 1$$

# %% [markdown]
# **Exercise 2.5** (1 point). Write `tanh(x)` for an array of any shape, right and
# silent at ±1000.
#
# <details><summary>Hint 1. What overflows?</summary>
#
# In the fraction both exponentials, each on its own side. Which brick of yours is
# already safe?
#
# </details>
# <details><summary>Hint 2. Two ways that work</summary>
#
# The right half of the formula is one line with your sigmoid: double, squash, double,
# subtract. Or call the function of this name that NumPy has; wrapping it is no shame.
#
# </details>

# %% exercise="tanh"
from minidl.kernels.activations import tanh

# %% check="tanh"
check(tanh)

# %%
tanh(np.array([1.853, 3.0])).round(4)

# %% [markdown]
# A tutorial gives tanh(3) as 0.952. That is tanh(1.853); at 3 the curve has reached
# 0.9951. Small differences near the ends matter, because the slope depends on how much
# is missing to 1:
#
# $$\frac{dy}{dx} = 1 - y^2$$
#
# At 0.952 it would be 0.094. It is 0.0099, ten times less.

# %% [markdown]
# **Exercise 2.6** (1 point). Write `tanh_backward(g, y)`. `y` is what tanh returned,
# with the shape of `g`.
#
# <details><summary>Hint 1. Where does the formula come from?</summary>
#
# Differentiate $2\sigma(2x) - 1$ and write $\sigma$ as $(1 + y)/2$. What is left?
#
# </details>
# <details><summary>Hint 2. What to watch</summary>
#
# The square of $y$, not $y$: the slope is the same at $y$ and $-y$. Then the upstream
# gradient, entry by entry.
#
# </details>

# %% exercise="tanh_backward"
from minidl.kernels.activations import tanh_backward

# %% check="tanh_backward"
check(tanh_backward)

# %%
left, right = figure(xlabel="x", panels=2)
for f, df in [(sigmoid, sigmoid_backward), (tanh, tanh_backward)]:
    left.plot(line, f(line), label=f.__name__)
    right.plot(line, df(np.ones_like(line), f(line)), label=f.__name__)
left.set(title="Two curves", ylabel="y")
right.set(title="Their slopes", ylabel="dy/dx")
for ax in (left, right):
    ax.legend()

# %% [markdown]
# ## 2.5 Saturation
#
# Where the curve is flat, the slope is almost 0 and so is the gradient that gets
# through. The neuron is **saturated**: wrong or right, it hardly learns. In a network a
# gradient passes one slope after another, and the slopes multiply.

# %% [markdown]
# **Exercise 2.7** (what breaks). Test a tutorial's claim that sigmoid helps a network
# to converge because its slope goes to 0 at both ends. Send a gradient of 1 back
# through thirty sigmoids. How much is left? Estimate before you run the cells: the best
# case is a slope of ¼ each time.
#
# <details><summary>Hint 1. A power of ten</summary>
#
# $\frac14 \approx 10^{-0.6}$. Thirty of them multiply to 10 to which power?
#
# </details>


# %%
def through(f, layers=30):
    outputs = [f(np.linspace(0.1, 3, 100))]
    while len(outputs) < layers:
        outputs.append(f(outputs[-1]))
    return outputs


# %%
def surviving(df, outputs):
    g, sizes = np.ones(100), [1.0]
    for y in reversed(outputs):
        g = df(g, y)
        sizes.append(g.mean())
    return sizes


# %%
(ax,) = figure("A gradient on its way back", "activations passed", "mean left over")
for f, df in [(sigmoid, sigmoid_backward), (tanh, tanh_backward)]:
    ax.semilogy(surviving(df, through(f)), label=f.__name__)
_ = ax.legend()

# %% [markdown]
# <details><summary>Answer</summary>
#
# At best $10^{-18}$, in fact $2 \cdot 10^{-20}$: the first layers learn nothing. This
# is the **vanishing gradient**. Weights between the layers can make up for some of it,
# but a slope below 1 only ever takes away. Saturation does not help, it hurts. tanh,
# whose slope reaches 1, loses 95 %.
#
# </details>

# %% [markdown]
# ## 2.6 relu: keep what is positive
#
# The **rectified linear unit** is the simplest bend there is:
#
# $$\text{relu}(x) = \max(x, 0)$$
#
# On the positive side its slope is exactly 1, however far out, and a million layers
# leave the gradient as it was. On the negative side it is off.

# %% [markdown]
# **Exercise 2.8** (1 point). Write `relu(x)` for an array of any shape and leave `x`
# itself unchanged.
#
# <details><summary>Hint 1. Entry by entry</summary>
#
# Python's `max` wants one answer for a whole array, and `np.max` takes an axis as its
# second argument. Which NumPy function compares two arrays entry by entry?
#
# </details>
# <details><summary>Hint 2. Nearly there</summary>
#
# `np.maximum`, with 0 for the second array: it is stretched to fit. Assigning to the
# negative entries of `x` would change the caller's array.
#
# </details>

# %% exercise="relu"
from minidl.kernels.activations import relu

# %% check="relu"
check(relu)

# %% [markdown]
# The slope is 1 where the output is positive, and 0 where it is 0. At $x = 0$ there is
# a corner, and any number from 0 to 1 would be a fair slope. PyTorch takes 0, and so do
# we. A float is hardly ever exactly 0, but the output of relu is, half of the time.

# %% [markdown]
# **Exercise 2.9** (1 point). Write `relu_backward(g, y)`. `y` is what relu returned,
# with the shape of `g`.
#
# <details><summary>Hint 1. Who decides?</summary>
#
# `y` decides where the gradient passes; `g` is what passes. An output is never
# negative, so asking for $y \ge 0$ lets everything through.
#
# </details>
# <details><summary>Hint 2. Nearly there</summary>
#
# A comparison gives an array of True and False, and True counts as 1 in a product.
#
# </details>

# %% exercise="relu_backward"
from minidl.kernels.activations import relu_backward

# %% check="relu_backward"
check(relu_backward)

# %%
pairs = {sigmoid: sigmoid_backward, tanh: tanh_backward, relu: relu_backward}
(ax,) = figure("A gradient on its way back", "activations passed", "mean left over")
for f, df in pairs.items():
    ax.semilogy(surviving(df, through(f)), label=f.__name__)
_ = ax.legend()

# %% [markdown]
# **Exercise 2.10** (what breaks). Kill a neuron: give a relu neuron the bias −10 and
# 200 ordinary inputs. What are its outputs, and the gradients of its weights? How many
# steps of training does it need to recover?
#
# <details><summary>Hint 1. Follow the zeros</summary>
#
# Which inputs make $x_1 - x_2 - 10$ positive? What does `relu_backward` give where the
# output is 0?
#
# </details>

# %%
many, W, b = rng.normal(size=(200, 2)), np.array([[1.0, -1.0]]), np.array([-10.0])
y = relu(linear(many, W, b))
_, dW, db = linear_backward(relu_backward(np.ones_like(y), y), many, W)
y.max(), dW, db

# %% [markdown]
# <details><summary>Answer</summary>
#
# The output is 0 for every input, so every gradient is 0, so no step changes anything:
# it never recovers. One step that is too long can push a neuron there.
#
# </details>

# %% [markdown]
# ## 2.7 leaky_relu: a way back
#
# Let a little through on the negative side, by default one hundredth, and a neuron that
# went too far can come back:
#
# $$\text{leaky}(x) = \begin{cases} x & x > 0 \\ s\,x & \text{otherwise}\end{cases}$$
#
# The **negative slope** $s$ is a number that you choose; training does not change it.

# %% [markdown]
# **Exercise 2.11** (1 point). Write `leaky_relu(x, negative_slope=0.01)` for an array
# of any shape and any slope, also 0 and numbers above 1.
#
# <details><summary>Hint 1. A tempting shortcut</summary>
#
# The larger of $x$ and $s\,x$ is right as long as $s$ is at most 1. What does it give
# for $s = 2$?
#
# </details>
# <details><summary>Hint 2. Nearly there</summary>
#
# `np.where` takes a condition and two arrays. The condition asks for the sign of `x`;
# one array is `x` itself, the other is scaled.
#
# </details>

# %% exercise="leaky_relu"
from minidl.kernels.activations import leaky_relu

# %% check="leaky_relu"
check(leaky_relu)

# %% [markdown]
# **Exercise 2.12** (1 point). Write `leaky_relu_backward(g, x, negative_slope=0.01)`.
# This one takes the *input* `x`, with the shape of `g`; at $x = 0$ the slope is the
# negative side's, as in PyTorch.
#
# <details><summary>Hint 1. Two slopes</summary>
#
# The slope is 1 or `negative_slope`. Multiply it by $g$ on both sides, not only on one.
#
# </details>
# <details><summary>Hint 2. Nearly there</summary>
#
# The shape of your `leaky_relu`, with the same question about `x`. What is passed or
# scaled is now the upstream gradient.
#
# </details>

# %% exercise="leaky_relu_backward"
from minidl.kernels.activations import leaky_relu_backward

# %% check="leaky_relu_backward"
check(leaky_relu_backward)

# %% [markdown]
# ## 2.8 Slide along the curves
#
# Every activation beside its slope, drawn by your bricks. Choose one and move `x`: the
# dashed tangent on the left has the slope on the right. Grey is where less than 0.05 of
# a gradient passes. The right title says what ten such layers would leave.

# %%
one = np.ones_like
curves = {
    "sigmoid": (sigmoid, lambda x: sigmoid_backward(one(x), sigmoid(x))),
    "tanh": (tanh, lambda x: tanh_backward(one(x), tanh(x))),
    "relu": (relu, lambda x: relu_backward(one(x), relu(x))),
    "leaky_relu": (leaky_relu, lambda x: leaky_relu_backward(one(x), x)),
}

# %% tags=["demo"]
from minidl.viz.activation import explore

explore(curves)

# %% [markdown]
# Find with the slider: where does sigmoid turn grey, and where tanh? Which of the four
# never turns white on the left, and yet can wake up?
#
# <details><summary>Answer</summary>
#
# Sigmoid at ±2.9, where $y(1-y) = 0.05$; tanh at ±2.2. The leaky one has slope 0.01
# there: little passes, but not nothing. It cures dead neurons, not depth.
#
# </details>

# %% [markdown]
# ## 2.9 softmax: shares of one
#
# Sigmoid answers one yes-or-no question. Which of ten digits is this? A network gives
# ten scores, and **softmax** turns them into ten positive shares that sum to 1:
#
# $$y_i = \frac{e^{x_i}}{\sum_j e^{x_j}}$$
#
# In an array, `dim` names the axis along which the shares sum to 1.

# %% [markdown]
# Exponentials again, so scores around 1000 overflow and infinity over infinity is nan.
# The way out: add the same number to every score, and each exponential is multiplied by
# the same factor, which cancels. Only differences count. So shift the scores until the
# largest is 0.

# %% [markdown]
# **Exercise 2.13** (1 point). Write `softmax(x, dim=-1)` for an array of any shape. The
# answer has the same shape; `[1000, 1001, 1002]` gives 0.0900, 0.2447, 0.6652.
#
# <details><summary>Hint 1. Whose maximum?</summary>
#
# Each row has its own. With one maximum for the whole array, a row of low scores
# underflows to 0 over 0.
#
# </details>
# <details><summary>Hint 2. Nearly there</summary>
#
# Three steps: subtract the maximum, exp, divide by the sum. Maximum and sum both run
# along `dim`, and both keep that axis with length 1 (`keepdims`), so that they line up
# with `x`.
#
# </details>

# %% exercise="softmax"
from minidl.kernels.activations import softmax

# %% check="softmax"
check(softmax)

# %%
scores = np.array([2.0, 1.0, 0.1, -1.0])
panels = figure(xlabel="class", ylabel="share", panels=3)
for ax, factor in zip(panels, (0.3, 1, 3), strict=True):
    ax.bar(range(4), softmax(factor * scores))
    ax.set(title=f"scores times {factor}", ylim=(0, 1))

# %% [markdown]
# Scaling the scores makes softmax bolder or more timid; a chat program's "temperature"
# is the inverse of this factor. And with two classes softmax is an old friend: divide
# by $e^{x_1}$ and $y_1 = 1/(1 + e^{-(x_1 - x_2)})$, the sigmoid of the difference.

# %%
z = np.array([[-2.0], [0.0], [3.0]])
two = softmax(np.hstack([z, np.zeros_like(z)]))
np.hstack([two, sigmoid(z)]).round(4)

# %% [markdown]
# **Exercise 2.14** (what breaks). Put softmax behind softmax, as a tutorial's model
# does whose loss takes softmax once more. How sure can it be of one among ten classes?
# Choose scores as extreme as you like.
#
# <details><summary>Hint 1. What does the second one see?</summary>
#
# The first softmax gives at best $[1, 0, \dots, 0]$. What is the softmax of that?
#
# </details>

# %%
sure = np.array([100.0] + 9 * [0.0])
softmax(sure).max().round(4), softmax(softmax(sure)).max().round(4)

# %% [markdown]
# <details><summary>Answer</summary>
#
# At most $e/(e + 9) = 0.232$. The loss can never get small, and the slopes shrink. A
# network should hand raw scores to a loss that contains softmax; chapter 3 builds that
# loss.
#
# </details>

# %% [markdown]
# ## 2.10 The gradient of softmax
#
# Raise one score, and its share grows at the cost of all others. So each output depends
# on each input:
#
# $$\frac{\partial y_i}{\partial x_j} = y_i\,([i = j] - y_j)$$
#
# The chain rule sums over the outputs, and the table never needs to be built:
#
# $$dx_j = \sum_i g_i\,\frac{\partial y_i}{\partial x_j}
# = y_j\Big(g_j - \sum_i g_i y_i\Big)$$

# %% [markdown]
# **Exercise 2.15** (2 points). Write `softmax_backward(g, y, dim=-1)`. `y` is what
# softmax returned along `dim`, and `g` has its shape.
#
# <details><summary>Hint 1. Read the formula</summary>
#
# The sum is one number for each row: the upstream gradients, weighted by the shares.
# Each entry compares its own $g$ with that mean.
#
# </details>
# <details><summary>Hint 2. Nearly there</summary>
#
# Multiply `g` and `y`, sum along `dim` and keep the axis. Subtract this from `g`, then
# multiply by `y`.
#
# </details>

# %% exercise="softmax_backward"
from minidl.kernels.activations import softmax_backward

# %% check="softmax_backward"
check(softmax_backward)

# %%
y = softmax(scores)
table = np.stack([softmax_backward(g, y) for g in np.eye(4)])
(ax,) = figure("One share grows, the others pay", "score j", "share i")
image = ax.imshow(table, cmap="RdBu", vmin=-0.25, vmax=0.25)
ax.set(xticks=range(4), yticks=range(4))
ax.grid(visible=False)
_ = ax.figure.colorbar(image, label="slope of share i at score j")

# %% [markdown]
# Each row of the table sums to 0. An upstream of ones therefore gives a gradient of 0,
# whatever the scores: raising all shares together is impossible. A test that used ones
# would accept a function that returns zeros. Our checks use 1, 2, 3.

# %%
softmax_backward(np.ones(4), y).round(12), softmax_backward(np.arange(1.0, 5.0), y)

# %% [markdown]
# ## 2.11 Project: is it malignant?
#
# Doctors at the University of Wisconsin drew cells from 569 breast tumours with a fine
# needle. Thirty numbers describe the nuclei in each picture: size, roughness, symmetry.
# We call malignant 1 and benign 0, since malignant is what one looks for, and hold out
# a quarter.

# %%
from minidl.data.datasets import load_breast_cancer

x, benign = load_breast_cancer()
t, rng = 1.0 - benign[:, None], np.random.default_rng(0)
x_train, x_test, t_train, t_test = train_test_split(x, t, 0.25, rng)
z_train, z_test = standardize(x_train, x_test)
z_train.shape, z_test.shape, t_test.mean().round(3)

# %% [markdown]
# **Logistic regression** is one neuron with a sigmoid: $p = \sigma(W x + b)$. Its loss
# should reward a high probability for what really was the case: the mean of $-\log p$
# for the malignant and of $-\log(1 - p)$ for the benign, in one formula
#
# $$L = -\frac1N\sum_n \big[t_n \log p_n + (1 - t_n)\log(1 - p_n)\big]$$

# %% [markdown]
# Now the chain rule, and something beautiful. The slope of the loss has $p(1-p)$ in the
# denominator, the slope of sigmoid is $p(1-p)$, and they cancel:
#
# $$\frac{\partial L}{\partial p} = \frac{1}{N}\,\frac{p - t}{p(1 - p)},\qquad
# \frac{\partial L}{\partial z} = \frac{\partial L}{\partial p}\cdot p(1 - p)
# = \frac{p - t}{N}$$
#
# However saturated the neuron is, an error keeps its full weight.

# %%
p, truth = np.array([0.001, 0.3, 0.9]), np.array([1.0, 0.0, 1.0])
by_chain_rule = sigmoid_backward((p - truth) / (p * (1 - p)), p)
squared = sigmoid_backward(2 * (p - truth), p)
print("cross-entropy", by_chain_rule.round(4), " is p - t:", (p - truth).round(4))
print("squared error", squared.round(4))

# %% [markdown]
# The first patient is ill, and the neuron says 0.1 %. Squared error hardly corrects it,
# cross-entropy does. So training is chapter 1's loop with one line more, the sigmoid.
# `history` keeps the probabilities at each step.


# %%
def fit(x, t, steps=200, rate=0.5):
    W, b, history = np.zeros((1, x.shape[1])), np.zeros(1), []
    for _ in range(steps):
        p = sigmoid(linear(x, W, b))
        history.append(p)
        _, dW, db = linear_backward((p - t) / len(t), x, W)
        W, b = W - rate * dW, b - rate * db
    return W, b, np.stack(history)


# %%
W, b, history = fit(z_train, t_train)
losses = -np.log(np.where(t_train == 1, history, 1 - history)).mean(axis=(1, 2))
p_test = sigmoid(linear(z_test, W, b))
print(f"loss {losses[0]:.3f} at first, {losses[-1]:.3f} at last")

# %% [markdown]
# The first loss is $\ln 2 = 0.693$: a neuron without weights says ½ to everybody. For
# the result on patients it never saw, count four cases: true and false, positive (p
# above ½) and negative.
#
# $$\text{accuracy} = \frac{TP + TN}{N},\qquad F_1 = \frac{2\,TP}{2\,TP + FP + FN}$$

# %%
yes, ill = p_test > 0.5, t_test == 1
TP, FP, FN = np.sum(yes & ill), np.sum(yes & ~ill), np.sum(~yes & ill)
accuracy, F1 = np.mean(yes == ill), 2 * TP / (2 * TP + FP + FN)
print(f"accuracy {accuracy:.3f}   F1 {F1:.3f}   missed {FN} of {ill.sum()}")

# %%
left, right = figure(panels=2)
left.plot(losses)
left.set(title="Training", xlabel="step", ylabel="cross-entropy")
for name, group in {"benign": p_test[~ill], "malignant": p_test[ill]}.items():
    right.hist(group, bins=20, range=(0, 1), alpha=0.6, label=name)
right.set(title="Held-out patients", xlabel="predicted probability", ylabel="patients")
_ = right.legend()

# %% [markdown]
# About 98 of 100 held-out patients are judged rightly, and $F_1$ is about 0.97; another
# shuffle gives 94 to 100 and 0.92 to 1. Calling everybody benign would reach 64 % and
# an $F_1$ of 0. The histogram shows more than either number: few patients lie in the
# middle, and the missed ones deserve a second look.

# %% [markdown]
# **Exercise 2.16** (what breaks). Train on the raw measurements, without `standardize`.
# Areas reach 2500, smoothness 0.1. What do the probabilities look like after the first
# step? Where will the accuracy go?
#
# <details><summary>Hint 1. One step</summary>
#
# The step for an area's weight is proportional to the areas themselves. Multiply it by
# an area again: how large is the next sum, and where on the sigmoid does it land?
#
# </details>

# %%
_, _, raw = fit(x_train, t_train, steps=40)
slopes = sigmoid_backward(np.ones_like(raw), raw)
print(f"after one step: p from {raw[1].min()} to {raw[1].max()}, ", end="")
print(f"slope 0 for {np.mean(slopes[1] == 0):.0%} of the patients")

# %%
(ax,) = figure("Saturated from the first step", "step", "accuracy in training")
for name, probabilities in {"standardized": history[:40], "raw": raw}.items():
    right_ones = (probabilities > 0.5) == t_train
    ax.plot(right_ones.mean(axis=(1, 2)), label=name)
ax.set_ylim(0, 1.05)
_ = ax.legend()

# %% [markdown]
# <details><summary>Answer</summary>
#
# One step makes every sum so large that every probability is exactly 1, with slope 0.
# The next step overshoots the other way: all are called ill, then none. Once in a while
# a step lands well, and the next one leaves again. A sigmoid needs inputs of moderate
# size, and that is what `standardize` is for.
#
# </details>

# %% [markdown]
# ## Summary
#
# | | values | slope | take it for |
# |---|---|---|---|
# | sigmoid | (0, 1) | $y(1-y)$, at most ¼ | a probability at the end |
# | tanh | (−1, 1) | $1-y^2$, at most 1 | a centred squash |
# | relu | [0, ∞) | 1 or 0 | hidden layers |
# | leaky_relu | all | 1 or $s$ | hidden layers where neurons die |
# | softmax | shares of 1 | $y_i([i=j]-y_j)$ | one class of many |
#
# Without a bend, depth is worth nothing. Where a curve is flat, learning stops. No
# `exp` should see a large positive number. Chapter 3 stacks these bricks into a
# network.

# %% [markdown]
# ## History
#
# - Pierre-François Verhulst drew the S-curve for populations in 1838 and called it
#   *logistique* in a paper read in 1844. David Cox built a regression on it: *The
#   Regression Analysis of Binary Sequences*, 1958.
# - John Bridle gave softmax its name: *Probabilistic Interpretation of Feedforward
#   Classification Network Outputs, with Relationships to Statistical Pattern
#   Recognition*, 1990.
# - Vanishing gradients: Bengio, Simard, Frasconi, *Learning Long-Term Dependencies with
#   Gradient Descent Is Difficult*, 1994.
# - The rectifier: Fukushima 1969, then Nair, Hinton, *Rectified Linear Units Improve
#   Restricted Boltzmann Machines*, 2010, and Glorot, Bordes, Bengio, *Deep Sparse
#   Rectifier Neural Networks*, 2011. The leak is by Maas, Hannun, Ng, *Rectifier
#   Nonlinearities Improve Neural Network Acoustic Models*, 2013.
# - The biopsies: Street, Wolberg, Mangasarian, *Nuclear Feature Extraction for Breast
#   Tumor Diagnosis*, 1993.
