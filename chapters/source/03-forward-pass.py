# %% [markdown]
# # 3. The forward pass
#
# A network that has learned nothing is shown a handwritten digit. How wrong should it
# be? There is an exact answer, 2.3026, and a network that starts at 11 or at 250
# instead tells you that something is broken, before any training.

# %% [markdown]
# **You will** build deep networks out of layers, give them first weights of the right
# size, and write the losses that judge their scores.
#
# **You need** `linear` and `mse_loss` from chapter 1, `sigmoid`, `tanh`, `relu` and
# `softmax` from chapter 2, and the logarithm.

# %%
# %load_ext autograder
from autograder import check

# %%
import numpy as np

from minidl.array import Array, IntArray
from minidl.data.datasets import load_digits
from minidl.kernels.activations import relu, relu_backward, sigmoid, softmax, tanh
from minidl.kernels.linear import linear, linear_backward
from minidl.kernels.losses import mse_loss, mse_loss_backward
from minidl.viz import figure, forward_pass

# %% [markdown]
# ## 3.1 A network is a composition
#
# A **multilayer perceptron** (MLP) feeds the output of one layer into the next. Between
# the layers an activation $\phi$ bends what flows:
#
# $$f(x) = L_n(\phi(L_{n-1}(\cdots \phi(L_1(x))))), \qquad L_i(h) = hW_i^T + b_i$$
#
# Computing it from the inside out is the **forward pass**. What is between input and
# output is hidden.


# %%
def forward(x, layers, activation):
    for W, b in layers[:-1]:
        x = activation(linear(x, W, b))
    W, b = layers[-1]
    return linear(x, W, b)


# %% [markdown]
# No activation follows the last layer: its outputs are **scores** (also called logits),
# numbers of any sign. A layer from $D$ to $M$ numbers has weights of shape $(M, D)$ and
# $M$ biases. So a list of sizes says it all: 64 pixels, 32 hidden neurons, 10 scores.

# %%
from itertools import pairwise


def build(sizes, initialize, rng):
    shapes = [(after, before) for before, after in pairwise(sizes)]
    return [(initialize(s, rng), np.zeros(s[0], np.float32)) for s in shapes]


def small(shape, rng):
    return rng.normal(0, 0.1, shape).astype(np.float32)


# %%
images, labels = load_digits()
x = (images / 16).astype(np.float32)  # ink from 0 to 1
layers = build([64, 32, 10], small, np.random.default_rng(1))
h = relu(linear(x, *layers[0]))
scores = linear(h, *layers[1])
[array.shape for array in (x, h, scores)]

# %% [markdown]
# Rows are samples: 1797 images go through at once, and none knows of the others. Look
# at the first one on its way. Softmax turns ten scores into ten probabilities, all
# close to one tenth: an untrained network has no opinion.

# %%
stages = {"hidden": h[0], "scores": scores[0], "probabilities": softmax(scores)[0]}
forward_pass.passage(x[0], stages)

# %% [markdown]
# **Exercise 3.1** (what breaks). Predict both results before you run the cell. Two
# published programs write a layer as `x * W + b`. The first `x` has 4 samples of 3
# features and meets 4 neurons, the second meets 5.
#
# <details><summary>Hint 1. What does the star do?</summary>
#
# It multiplies entry by entry. A neuron multiplies and then adds up. Which shapes allow
# the first?
#
# </details>
# <details><summary>Hint 2. Compare shapes</summary>
#
# 4 samples through 4 neurons should give $(4, 4)$. Which shape does $(4, 3) * (4, 3)$
# have?
#
# </details>

# %%
four = np.ones((4, 3))
for neurons in (4, 5):
    W = np.ones((neurons, 3))
    try:
        print(neurons, (four * W).shape, "should be", linear(four, W, 0).shape)
    except ValueError as error:
        print(neurons, error)

# %% [markdown]
# <details><summary>Answer</summary>
#
# With 5 neurons the program stops. With 4 it runs and is wrong: sample $n$ is
# multiplied with the weights of neuron $n$, and nothing is summed. The mistake that
# runs is the worse one, so print shapes.
#
# </details>

# %% [markdown]
# ## 3.2 First weights
#
# Where should the weights start? All zero is no choice: every hidden neuron would
# compute the same and keep doing so. Random numbers, then, but how large? Send noise
# through twenty layers and measure its size, the root of the mean square.


# %%
def signal(initialize, activation, depth=20, width=100):
    rng = np.random.default_rng(0)
    h, sizes = rng.normal(size=(200, width)), []
    for _ in range(depth):
        h = activation(linear(h, initialize((width, width), rng), 0))
        sizes.append(np.sqrt(np.mean(h**2)))
    return sizes


# %%
def noise(std):
    return lambda shape, rng: rng.normal(0, std, shape)


stds = (0.05, 0.1, 0.2, 0.5)
lines = {f"deviation {std}": signal(noise(std), relu) for std in stds}
forward_pass.by_layer("Noise through twenty relu layers", lines)

# %% [markdown]
# Every layer multiplies the size by the same factor, so depth makes a power of it.
# Below 1 the signal fades to nothing, above 1 it explodes. Only one deviation keeps it,
# and it can be computed.
#
# A neuron sums $D$ products:
# $\operatorname{Var}(z) = D\,\operatorname{Var}(w)\,E[h^2]$. Relu then drops half:
# $E[\phi(z)^2] = \tfrac12\operatorname{Var}(z)$.

# %% [markdown]
# The size stays when $\tfrac12 D\operatorname{Var}(w) = 1$. Numbers drawn evenly from
# $(-k, k)$ have variance $k^2/3$, hence $k = \sqrt{6/D}$. A leaky relu of slope $a$
# keeps $\tfrac12(1 + a^2)$:
#
# $$k = \sqrt{\frac{6}{(1 + a^2)\;\text{fan\_in}}}$$
#
# **fan_in** is the number of inputs of one output: $D$ here, and $C \cdot K \cdot K$
# for the kernels $(M, C, K, K)$ of chapter 7.

# %% [markdown]
# **Exercise 3.2** (1 point). Write `kaiming_uniform(shape, rng, a=0.0)`. The answer is
# float32, of the given shape, $(M, D)$ or $(M, C, K, K)$, drawn from the generator
# `rng`.
#
# <details><summary>Hint 1. How many inputs has one output?</summary>
#
# The first number of the shape counts outputs. All the others together count the inputs
# of one.
#
# </details>
# <details><summary>Hint 2. Drawing</summary>
#
# `rng.uniform` takes the lower end, the upper end and the shape, and answers in
# float64. `astype` makes it float32. The lower end is not 0.
#
# </details>

# %% exercise="kaiming_uniform"
from minidl.kernels.initialization import kaiming_uniform

# %% check="kaiming_uniform"
check(kaiming_uniform)

# %% [markdown]
# Tanh and plain linear layers drop nothing, so the factor ½ goes. Chapter 4 sends
# gradients the other way through the same weights, where **fan_out** numbers are
# summed. Xavier's bound settles in the middle:
#
# $$k = \text{gain}\sqrt{\frac{6}{\text{fan\_in} + \text{fan\_out}}}$$
#
# For a kernel, fan_out is $M \cdot K \cdot K$.

# %% [markdown]
# **Exercise 3.3** (1 point). Write `xavier_uniform(shape, rng, gain=1.0)` for the same
# shapes, again in float32.
#
# <details><summary>Hint 1. What do both fans share?</summary>
#
# For a kernel both contain $K \cdot K$; for $(M, D)$ that factor is 1. NumPy's product
# of no numbers is 1.
#
# </details>
# <details><summary>Hint 2. The sum</summary>
#
# It is (first number + second number of the shape), times the product of the rest.
#
# </details>

# %% exercise="xavier_uniform"
from minidl.kernels.initialization import xavier_uniform

# %% check="xavier_uniform"
check(xavier_uniform)

# %%
lines = {
    "kaiming, relu": signal(kaiming_uniform, relu),
    "xavier, tanh": signal(xavier_uniform, tanh),
    "xavier, relu": signal(xavier_uniform, relu),
}
forward_pass.by_layer("The same noise, with weights of the right size", lines)

# %% [markdown]
# **Exercise 3.4** (what breaks). Explain the third line. By which factor does a relu
# layer with Xavier weights shrink the signal, and what is left after twenty? Compute
# first, then run.
#
# <details><summary>Hint 1. Compare the bounds</summary>
#
# Here fan_in = fan_out = 100. How do the two bounds differ?
#
# </details>
# <details><summary>Hint 2. One layer, then twenty</summary>
#
# The size is proportional to the bound. Kaiming's keeps it; take the ratio of the two
# to the power of twenty.
#
# </details>

# %%
measured = signal(xavier_uniform, relu)
print(f"measured {measured[-1]:.5f}, expected {np.sqrt(0.5) ** 20:.5f}")

# %% [markdown]
# <details><summary>Answer</summary>
#
# Xavier's bound is $\sqrt{2}$ smaller, so each relu layer multiplies the size by
# $\sqrt{1/2}$. Twenty of them leave $2^{-10}$, about a thousandth. (The measured number
# differs: these are only 100 neurons.)
#
# </details>

# %% [markdown]
# ## 3.3 How wide, how deep?
#
# With one hidden layer of relus the output is a line with corners, at most one for each
# neuron. A second layer bends lines that have corners already. The sliders below train
# such a network on sixty points, with your functions: the gradients flow backwards,
# `linear_backward` after `relu_backward`.

# %% tags=["demo"]
forward_pass.explore(
    kaiming_uniform,
    (linear, linear_backward),
    (relu, relu_backward),
    (mse_loss, mse_loss_backward),
)

# %% [markdown]
# Left are the points and the network's curve; right are the numbers that its last layer
# adds up, one line for each neuron. Without hidden layers you see chapter 1's straight
# line. With 64 neurons the corners become too many to see.

# %% [markdown]
# **Exercise 3.5** (what breaks). Move the sliders to 2 neurons and 4 hidden layers,
# then to 8 neurons. What happened to the narrow network, and why does more training not
# help it?
#
# <details><summary>Hint 1. Look at the right picture</summary>
#
# How many neurons respond to $x$ at all? What is the slope of relu where they are?
#
# </details>
# <details><summary>Hint 2. Follow the gradient back</summary>
#
# `relu_backward` lets $g$ pass where the output is positive. What passes where no
# neuron of a layer is?
#
# </details>
# <details><summary>Answer</summary>
#
# Both neurons of some layer ended below 0 for every $x$. Relu's slope is 0 there, so no
# gradient passes: the network is dead and answers with the mean. Among 8 neurons some
# survive.
#
# </details>

# %% [markdown]
# ## 3.4 From scores to log-probabilities
#
# A classifier should give the true class a high probability. Over a batch the
# probabilities multiply, and a product of many small numbers underflows. Logarithms
# turn it into a sum. So what is wanted is not softmax but its logarithm, the natural
# one as everywhere in this course.

# %%
scores = np.array([[1000.0, 0.0, -1000.0]])
with np.errstate(divide="ignore"):
    print(softmax(scores), np.log(softmax(scores)))

# %% [markdown]
# Softmax rounds to exactly 0, and the logarithm of 0 is minus infinity. The true value
# is −1000, a harmless number. On paper the logarithm cancels an exponential:
#
# $$\log\frac{e^{x_i}}{\sum_j e^{x_j}} = x_i - \log\sum_j e^{x_j}$$
#
# And as in chapter 2, subtracting the same number from all scores changes nothing.

# %% [markdown]
# **Exercise 3.6** (1 point). Write `log_softmax(x, dim=-1)` for `x` of any shape; the
# sum runs along the axis `dim`. Scores of ±1000 must work without a warning.
#
# <details><summary>Hint 1. Which number to subtract?</summary>
#
# The largest score along `dim`. Then the largest exponential is 1, and the sum is at
# least 1.
#
# </details>
# <details><summary>Hint 2. Shapes</summary>
#
# Both the maximum and the sum need `keepdims=True`, or they cannot be subtracted. Use
# the shifted scores in both places of the formula.
#
# </details>

# %% exercise="log_softmax"
from minidl.kernels.activations import log_softmax

# %% check="log_softmax"
check(log_softmax)

# %%
log_softmax(scores)

# %% [markdown]
# Now backwards. Score $x_i$ appears in its own output, with slope 1, and in the sum
# that every output subtracts. The slope of that logarithm is
# $e^{x_i}/\sum_j e^{x_j} = e^{y_i}$, so
#
# $$dx_i = g_i - e^{y_i}\sum_j g_j$$
#
# The output $y$ is at hand, hence it, not $x$, is the argument.

# %% [markdown]
# **Exercise 3.7** (2 points). Write `log_softmax_backward(g, y, dim=-1)`: upstream `g`
# and output `y` of one shape, the answer of that shape too.
#
# <details><summary>Hint 1. Which sum?</summary>
#
# $g$ itself is summed along `dim`, without weights, and the axis is kept.
#
# </details>
# <details><summary>Hint 2. What is $y$?</summary>
#
# A logarithm. `np.exp` makes probabilities of it: each of them multiplies its row's
# sum.
#
# </details>

# %% exercise="log_softmax_backward"
from minidl.kernels.activations import log_softmax_backward

# %% check="log_softmax_backward"
check(log_softmax_backward)

# %% [markdown]
# ## 3.5 Cross-entropy
#
# The loss is the mean negative log-probability of the true classes $t_n$, the average
# surprise:
#
# $$L = -\frac1N\sum_{n=1}^N \text{log\_softmax}(x_n)_{t_n}$$
#
# It is 0 when the network is sure and right, and grows without bound when it is sure
# and wrong.

# %% [markdown]
# **Exercise 3.8** (1 point). Write `cross_entropy(x, target)`: scores `x` $(N, C)$,
# class numbers `target` $(N,)$; the answer is one number.
#
# <details><summary>Hint 1. One entry of each row</summary>
#
# Indexing with two integer arrays takes pairs: `a[[0, 1], [2, 0]]` is `a[0, 2]` and
# `a[1, 0]`.
#
# </details>
# <details><summary>Hint 2. Which pairs?</summary>
#
# Row numbers $0, 1, \dots, N - 1$ with the classes in `target`. Then the mean, then the
# sign.
#
# </details>

# %% exercise="cross_entropy"
from minidl.kernels.losses import cross_entropy

# %% check="cross_entropy"
check(cross_entropy)

# %%
line = np.linspace(-8, 8, 200)
pairs = [np.array([[s, 0.0]]) for s in line]
p = [softmax(pair)[0, 0] for pair in pairs]
(ax,) = figure("Surprise", "probability of the true class", "cross-entropy")
ax.plot(p, [cross_entropy(pair, np.array([0])) for pair in pairs])
ax.plot([0.1], [np.log(10)], "o", label="no opinion among ten: ln 10")
_ = ax.legend()

# %% [markdown]
# **Exercise 3.9** (what breaks). Explain why this network cannot reach a small loss. A
# published model ends in softmax, and its loss, like yours, takes scores. The scores
# below could not be better: 20 for the true class, 0 for nine others.
#
# <details><summary>Hint 1. What does the second softmax see?</summary>
#
# Numbers between 0 and 1. By how much can the largest of its ten inputs exceed the
# others?
#
# </details>
# <details><summary>Hint 2. Compute the second softmax</summary>
#
# Its inputs are one 1 and nine 0s: the true class gets $e^1$ over the sum of ten
# exponentials.
#
# </details>

# %%
best, truth = 20 * np.eye(10), np.arange(10)
print(f"once {cross_entropy(best, truth):.4f}")
print(f"twice {cross_entropy(softmax(best), truth):.4f}")

# %% [markdown]
# <details><summary>Answer</summary>
#
# The second softmax sees a 1 and nine 0s and gives the true class only
# $e/(e + 9) = 0.232$. The loss stays above $-\ln 0.232 = 1.4612$, and its gradient is
# small everywhere. Scores go into the loss.
#
# </details>

# %% [markdown]
# **Exercise 3.10** (what breaks). Find the loss that is meant. One text passes class
# numbers to *categorical* cross-entropy, which expects one-hot rows; another calls the
# *sparse* version, which takes class numbers, a mean squared error. Compare all three.
#
# <details><summary>Hint 1. Multiply by hand</summary>
#
# One-hot rows multiply away all log-probabilities but one. What does a class number do
# in their place?
#
# </details>
# <details><summary>Hint 2. Which column counts?</summary>
#
# In three rows, 0, 1 and 2 are multiplied with columns 0, 1 and 2: every row the same.
#
# </details>

# %%
scores = np.array([[2.0, 1.0, 0.1], [0.5, 2.5, 0.3], [0.2, 0.1, 3.0]])
target = np.array([0, 1, 2])
rows, y = np.eye(3)[target], log_softmax(scores)
print(f"class numbers, sparse {cross_entropy(scores, target):.4f}")
print(f"one-hot rows, categorical {-(rows * y).sum() / 3:.4f}")
print(f"class numbers, categorical {-(target * y).sum() / 3:.4f}")
print(f"mean squared error {mse_loss(softmax(scores), rows):.4f}")

# %% [markdown]
# <details><summary>Answer</summary>
#
# The first two are the same loss, written for two kinds of labels. In the third, 0, 1
# and 2 became weights of the columns: no class 0 ever counts, and nothing warns.
# Squared error is another loss altogether.
#
# </details>

# %% [markdown]
# The gradient of cross-entropy is the most used formula of the field. Put
# $g_n = -\tfrac1N\,\text{one-hot}(t_n)$ into the gradient of log-softmax: the sum of
# $g_n$ is $-\tfrac1N$, and
#
# $$dx_n = \frac1N\left(\operatorname{softmax}(x_n) - \text{one-hot}(t_n)\right)$$
#
# What the network said, minus what it should have said.

# %% [markdown]
# **Exercise 3.11** (2 points). Write `cross_entropy_backward(g, x, target)`: `g` is a
# number, `x` is $(N, C)$, `target` is $(N,)$, the answer $(N, C)$.
#
# <details><summary>Hint 1. Without one-hot rows</summary>
#
# Start from the probabilities, a new array. Only one entry of each row differs from the
# answer's numerator, by 1.
#
# </details>
# <details><summary>Hint 2. Which entries?</summary>
#
# Those that your `cross_entropy` picks, by the same pairs. Do not forget $g$ and $N$.
#
# </details>

# %% exercise="cross_entropy_backward"
from minidl.kernels.losses import cross_entropy_backward

# %% check="cross_entropy_backward"
check(cross_entropy_backward)

# %% [markdown]
# **Exercise 3.12** (what breaks). Decide by measurement. A text says that the slope of
# cross-entropy with respect to the *probability* is $p - y$. Nudge probabilities, then
# scores, and compare with $p - y$ and $-y/p$.
#
# <details><summary>Hint 1. Two links of one chain</summary>
#
# scores → softmax → probabilities → loss. One formula covers both links, the other only
# the second.
#
# </details>
# <details><summary>Hint 2. Which slope divides by $p$?</summary>
#
# The slope of $-\ln p$ is $-1/p$. Softmax contributes a factor $p$ to its own slope.
#
# </details>


# %%
def slope(loss, at, step=1e-6):
    nudges = step * np.eye(3)
    return np.array([(loss(at + n) - loss(at - n)) / (2 * step) for n in nudges])


# %%
x1, truth = np.array([2.0, 1.0, 0.1]), np.array([0])
p, y = softmax(x1), np.eye(3)[0]
print("by probability", slope(lambda p: -(y * np.log(p)).sum(), p).round(4))
print("by score      ", slope(lambda x: cross_entropy(x[None], truth), x1).round(4))
print("-y / p        ", (-y / p).round(4))
print("p - y         ", (p - y).round(4))

# %% [markdown]
# <details><summary>Answer</summary>
#
# With respect to the probabilities it is $-y/p$. The difference $p - y$ belongs to the
# scores: softmax and logarithm are fused in it, which is also why it never divides by a
# tiny $p$.
#
# </details>

# %% [markdown]
# ## 3.6 Yes or no
#
# One score is enough for two classes: $s = \sigma(x)$ is the probability of yes. With
# targets 0 and 1 the cross-entropy is
#
# $$L = \frac1n\sum -t\log s - (1 - t)\log(1 - s)$$
#
# As it stands it fails at $x = \pm1000$: $s$ rounds to 0 or 1, and $0\cdot\log 0$ is
# not a number.

# %% [markdown]
# Insert $s = 1/(1 + e^{-x})$ and simplify: each entry becomes $\log(1 + e^x) - tx$. The
# exponential still overflows for large $x$; take out the larger of 0 and $x$:
#
# $$\log(1 + e^x) = \max(x, 0) + \log(1 + e^{-|x|})$$

# %% [markdown]
# **Exercise 3.13** (2 points). Write `binary_cross_entropy_with_logits(x, target)`:
# scores and targets of one shape, the answer one number, the mean over all entries.
#
# <details><summary>Hint 1. Check the identity</summary>
#
# For positive $x$, write $1 + e^x$ as $e^x(1 + e^{-x})$ and take the logarithm. For
# negative $x$ nothing needs to change.
#
# </details>
# <details><summary>Hint 2. A tiny exponential</summary>
#
# `np.log1p(v)` is $\log(1 + v)$, exact even where $1 + v$ would round to 1. Three
# terms, then a mean.
#
# </details>

# %% exercise="binary_cross_entropy_with_logits"
from minidl.kernels.losses import binary_cross_entropy_with_logits

# %% check="binary_cross_entropy_with_logits"
check(binary_cross_entropy_with_logits)

# %% [markdown]
# **Exercise 3.14** (what breaks). Recompute a published example: hidden scores 2 and 3
# become 0.5 and 0.6; the outputs are 0.9 and 0.6 for targets 1 and 0; the loss is
# $-\tfrac12(1\cdot\log 0.9 + 0\cdot\log 0.6) = 0.1054$. Which numbers are wrong, and
# what is missing?
#
# <details><summary>Hint 1. Where target is 0</summary>
#
# An output of 0.6 for a target of 0 is bad. Does the printed formula notice?
#
# </details>
# <details><summary>Hint 2. Press the keys</summary>
#
# Compute $\tfrac12\cdot\ln 0.9$ by itself. And can a sigmoid of 2 be exactly its
# middle?
#
# </details>

# %%
p, target = np.array([0.9, 0.6]), np.array([1.0, 0.0])
scores = np.log(p / (1 - p))  # what sigmoid turns into p
print("hidden", sigmoid(np.array([2.0, 3.0])).round(4))
print(f"printed formula {-0.5 * np.log(0.9):.4f}, without the half {-np.log(0.9):.4f}")
print(f"both outputs {binary_cross_entropy_with_logits(scores, target):.4f}")

# %% [markdown]
# <details><summary>Answer</summary>
#
# σ(2) and σ(3) are 0.8808 and 0.9526. The printed formula gives 0.0527: the half was
# forgotten. And for two sigmoid outputs $(1 - t)\log(1 - s)$ is missing; with it the
# loss is 0.5108, nearly ten times more.
#
# </details>

# %% [markdown]
# The gradient is chapter 2's slope $s(1 - s)$ against the logarithm's $1/s$ and
# $1/(1 - s)$. They cancel, and the same form remains as for ten classes:
#
# $$dx = \frac gn\,(\sigma(x) - t)$$

# %% [markdown]
# **Exercise 3.15** (1 point). Write
# `binary_cross_entropy_with_logits_backward(g, x, target)`: `g` is a number, the others
# have one shape, and so has the answer.
#
# <details><summary>Hint 1. What is $n$?</summary>
#
# The number of entries, not of rows: the loss is a mean over all of them.
#
# </details>
# <details><summary>Hint 2. Stable already</summary>
#
# Your sigmoid does not overflow; nothing else in the formula can.
#
# </details>

# %% exercise="binary_cross_entropy_with_logits_backward"
from minidl.kernels.losses import binary_cross_entropy_with_logits_backward

# %% check="binary_cross_entropy_with_logits_backward"
check(binary_cross_entropy_with_logits_backward)

# %% [markdown]
# Why not the squared error of the sigmoid? Take chapter 2's worked example:
# $w = (0.1,\; 0.2)$, $b = 0.3$, $x = (1,\; 2)$, target 1. The score is 0.8, the answer
# 0.68997, the squared error 0.09612. Its gradient contains $s(1 - s)$, which dies where
# the answer is surely wrong.

# %%
from minidl.kernels.activations import sigmoid_backward

for score in (0.8, -10.0):
    z, one, g = np.array([score]), np.array([1.0]), np.array(1.0)
    squared = sigmoid_backward(mse_loss_backward(g, sigmoid(z), one), sigmoid(z))
    crossed = binary_cross_entropy_with_logits_backward(g, z, one)
    print(f"{score:5}: squared {squared[0]:.5f}, cross-entropy {crossed[0]:.5f}")

# %% [markdown]
# At 0.8 the squared error's slope is −0.13263; with respect to $w$ it is that times
# $x$, so $(-0.13263, -0.26527)$. At −10, as wrong as can be, it has shrunk to nothing,
# while cross-entropy pushes with full force. Sure mistakes are exactly what training
# must correct.

# %% [markdown]
# ## 3.7 Hinge: right is enough
#
# Cross-entropy is never satisfied; it pushes a right score further and further. The
# **hinge loss** stops at a margin of 1. It takes a score and a target of −1 or +1:
#
# $$L = \frac1n\sum\max(0,\; 1 - t\,x)$$
#
# The product $tx$ is positive when the score has the right sign.

# %% [markdown]
# **Exercise 3.16** (1 point). Write `hinge_loss(score, target)`: one shape, targets −1
# or +1, the answer one number.
#
# <details><summary>Hint 1. Entry by entry</summary>
#
# `np.maximum` compares a number with each entry of an array; `max` does not.
#
# </details>
# <details><summary>Hint 2. Test yourself</summary>
#
# Score 3 with target 1 costs 0, with target −1 it costs 4. Score 0 costs 1 either way.
#
# </details>

# %% exercise="hinge_loss"
from minidl.kernels.losses import hinge_loss

# %% check="hinge_loss"
check(hinge_loss)

# %%
line, yes = np.linspace(-2, 3, 101), np.array([1.0])
cross = [binary_cross_entropy_with_logits(np.array([s]), yes) for s in line]
(ax,) = figure("Three ways to judge a score whose target is yes", "score", "loss")
ax.plot(line, cross, label="binary cross-entropy")
ax.plot(line, [hinge_loss(np.array([s]), yes) for s in line], label="hinge")
ax.plot(line, [mse_loss(np.array([s]), yes) for s in line], label="squared error")
_ = ax.legend()

# %% [markdown]
# **Exercise 3.17** (what breaks). Judge a text that feeds hinge a *predicted
# probability*. Below, one sample of target +1 and one of −1, both classified better and
# better. How low can each loss fall?
#
# <details><summary>Hint 1. The range of a probability</summary>
#
# It lies between 0 and 1. What is the smallest $1 - tx$ for $t = -1$?
#
# </details>
# <details><summary>Hint 2. And for $t = 1$</summary>
#
# $1 - x$ with $x$ below 1: when is it 0?
#
# </details>

# %%
for size in (1.0, 5.0, 20.0):
    for t in (1.0, -1.0):
        score, target = np.array([t * size]), np.array([t])
        as_score = hinge_loss(score, target)
        as_probability = hinge_loss(sigmoid(score), target)
        print(f"target {t:+}: score {as_score:.4f}, probability {as_probability:.4f}")

# %% [markdown]
# <details><summary>Answer</summary>
#
# For −1 it stays at 1 or above, however good the network. For +1 the margin is reached
# only in the limit. The score itself reaches it at ±1 and then costs nothing. Targets 0
# and 1 fail likewise: 0 erases the score.
#
# </details>

# %% [markdown]
# **Exercise 3.18** (1 point). Write `hinge_loss_backward(g, score, target)`: `g` is a
# number, the others have one shape, and so has the answer. Exactly at the margin the
# gradient is 0, as relu's is at 0.
#
# <details><summary>Hint 1. Two kinds of scores</summary>
#
# Beyond the margin the loss is flat. Short of it, $1 - tx$ falls with slope $t$.
#
# </details>
# <details><summary>Hint 2. Choosing</summary>
#
# `np.where` with the condition that $tx$ is below 1. The loss is a mean of $n$ entries,
# times $g$.
#
# </details>

# %% exercise="hinge_loss_backward"
from minidl.kernels.losses import hinge_loss_backward

# %% check="hinge_loss_backward"
check(hinge_loss_backward)

# %% [markdown]
# ## 3.8 Project: what an untrained network says
#
# These are real digits, 1797 of them, written by 13 people and scaled to 8 × 8 places.
# An MLP of sizes 64, 128, 64, 10 is going to read them. Its hidden layers get Kaiming's
# weights; no relu follows the last one, so that gets Xavier's.

# %%
forward_pass.gallery(images[:8], labels[:8])


# %%
def start(seed):
    rng = np.random.default_rng(seed)
    hidden = build([64, 128, 64], kaiming_uniform, rng)
    return hidden + build([64, 10], xavier_uniform, rng)


# %%
scores = forward(x, start(3), relu)
right = np.mean(scores.argmax(axis=1) == labels)
print(f"loss {cross_entropy(scores, labels):.4f}, ln 10 = {np.log(10):.4f}")
print(f"{100 * right:.1f} % right")

# %% [markdown]
# About one in ten is right: pure guessing. And the loss is near ln 10, because ten
# classes share the probability about equally: $-\ln\tfrac1{10} = \ln 10 = 2.3026$.
# Where does the rest come from? Start ten times, and compare with the variance of the
# ten scores of an image.

# %%
many = [forward(x, start(seed), relu) for seed in range(10)]
losses = [cross_entropy(scores, labels) for scores in many]
variance = np.mean([scores.var(axis=1).mean() for scores in many])
print(f"ten starts: {min(losses):.2f} to {max(losses):.2f}, mean {np.mean(losses):.3f}")
print(f"ln 10 + half the variance: {np.log(10) + variance / 2:.3f}")

# %% [markdown]
# Random scores are opinions without reason, and they cost about half their variance.
# The smaller the first scores, the closer the loss comes to ln 10. What if they are not
# small?

# %% [markdown]
# Begin in four ways, with the same rule for all three layers. Which losses do you
# expect? Then run.


# %%
def zeros(shape, rng):
    return np.zeros(shape, np.float32)


def too_large(shape, rng):
    return rng.normal(0, 1, shape).astype(np.float32)


# %%
rules = {"zero": zeros, "too large": too_large}
rules |= {"kaiming": kaiming_uniform, "xavier": xavier_uniform}
probabilities = {}
for name, rule in rules.items():
    layers = build([64, 128, 64, 10], rule, np.random.default_rng(0))
    scores = forward(x, layers, relu)
    probabilities[name] = softmax(scores)
    print(f"{name:10} loss {cross_entropy(scores, labels):8.4f}")

# %% [markdown]
# The network with too large weights is as ignorant as the others but sure of itself.
# Scores differ by hundreds, softmax gives everything to one class, and nine times out
# of ten it is the wrong one. Each row below is one image; the true class is circled.

# %%
shown = {name: probabilities[name][:16] for name in ("xavier", "too large")}
forward_pass.guesses(shown, labels[:16])

# %% [markdown]
# The cause lies in the hidden layers. Send the digits through six tanh layers and look
# at how the activations of each are distributed: all at 0, all at the ends of tanh
# where its slope is 0, or spread out so that a change of a weight makes a difference.

# %%
flows = {}
for name, rule in rules.items():
    h, flows[name] = x - x.mean(axis=0), []
    for W, b in build([64] + 6 * [100], rule, np.random.default_rng(0)):
        h = tanh(linear(h, W, b))
        flows[name].append(h)
forward_pass.spreads(flows)

# %% [markdown]
# **Exercise 3.19** (what breaks). Explain why zero weights are useless although their
# loss is exactly ln 10. Run the backward pass by hand and read which parameters have a
# gradient at all.
#
# <details><summary>Hint 1. What flows back?</summary>
#
# The gradient of the hidden activations is $gW$, that of the weights $g^Th$. What are
# $W$ and $h$?
#
# </details>
# <details><summary>Hint 2. Follow the zeros</summary>
#
# A product with 0 is 0: go from the scores backwards and cross out what vanishes.
#
# </details>

# %%
(W1, b1), (W2, b2) = build([64, 32, 10], zeros, np.random.default_rng(0))
h = relu(linear(x, W1, b1))
g = cross_entropy_backward(np.float32(1), linear(h, W2, b2), labels)
dh, dW2, db2 = linear_backward(g, h, W2)
print("hidden", np.abs(dh).max(), "W2", np.abs(dW2).max(), "b2", np.abs(db2).max())

# %% [markdown]
# <details><summary>Answer</summary>
#
# Only the last bias can move: $h = 0$ makes $dW_2 = 0$, and $W_2 = 0$ makes $dh = 0$,
# so nothing before it learns. A good first loss is necessary, not sufficient.
#
# </details>

# %% [markdown]
# **Exercise 3.20** (what breaks). Predict the loss of the well started network when
# somebody forgets to divide the ink by 16, as a published service for digits does with
# its 255. By which factor do the scores grow?
#
# <details><summary>Hint 1. What does relu do to a factor?</summary>
#
# For positive $c$: relu($cx$) = $c$ relu($x$). The biases are 0.
#
# </details>
# <details><summary>Hint 2. From scores to loss</summary>
#
# Sixteen times the deviation is 256 times the variance, but softmax saturates: the loss
# grows about as the scores do.
#
# </details>

# %%
raw, layers = images.astype(np.float32), start(3)
for ink in (x, raw):
    scores = forward(ink, layers, relu)
    print(f"deviation {scores.std():.3f}, loss {cross_entropy(scores, labels):.4f}")

# %% [markdown]
# <details><summary>Answer</summary>
#
# All scores are 16 times larger, and the loss is 10.7 in place of 2.4. The first loss
# of a classifier of $C$ classes should be near $\ln C$: look at it before you train.
#
# </details>

# %% [markdown]
# ## Summary
#
# - A network is a composition of layers; each turns $(N, D)$ into $(N, M)$.
# - Weights start random, with a variance that keeps the size of the signal: Kaiming for
#   relu, Xavier for tanh or nothing.
# - Losses take scores, not probabilities, so that nothing overflows.
# - Their gradient is prediction minus target, divided by the size of the batch.
# - An untrained classifier of ten classes costs about ln 10.

# %% [markdown]
# ## History
#
# - G. Cybenko, *Approximation by superpositions of a sigmoidal function*, 1989: one
#   hidden layer can approximate any continuous function. M. Telgarsky, *Benefits of
#   depth in neural networks*, 2016: depth can save exponentially many neurons.
# - J. Bridle, *Probabilistic interpretation of feedforward classification network
#   outputs*, 1990: softmax with the logarithm of its answer as the loss.
# - C. Cortes, V. Vapnik, *Support-vector networks*, 1995: the soft margin behind the
#   hinge loss.

# %% [markdown]
# - X. Glorot, Y. Bengio, *Understanding the difficulty of training deep feedforward
#   neural networks*, 2010. K. He, X. Zhang, S. Ren, J. Sun, *Delving deep into
#   rectifiers*, 2015. PyTorch's names of the two initializations are their first names,
#   Xavier and Kaiming.
# - E. Alpaydin, C. Kaynak, *Optical recognition of handwritten digits*, UCI Machine
#   Learning Repository, 1998.
