# %% [markdown]
# # 4. Backpropagation
#
# A network has a million weights and one loss. Which way should each weight move? To
# try them one by one takes two million forward passes. Going backwards once gives all
# million slopes, for about the price of two more passes.

# %% [markdown]
# **You will** build the tape: operators that know their gradients, the order in which
# to go back, and the walk itself; then a judge that checks any gradient. With them a
# network learns XOR.
#
# **You need** NumPy's broadcasting, the chain rule, and the bricks of chapters 1 to 3.

# %%
# %load_ext autograder
from autograder import check

# %%
from collections.abc import Callable
from typing import Any

import numpy as np

from minidl.functional import binary_cross_entropy_with_logits
from minidl.operators import AnyArray, Dims, check_matmul, matrices
from minidl.operators import reduced, shaped, total
from minidl.tape import Node, check_saves, flows, no_grad
from minidl.tensor import Tensor

# %%
from minidl.data.transforms import train_test_split
from minidl.kernels.activations import tanh, tanh_backward
from minidl.kernels.initialization import xavier_uniform
from minidl.kernels.linear import linear, linear_backward
from minidl.kernels.losses import mse_loss, mse_loss_backward
from minidl.viz import boundary, figure, graph

# %% [markdown]
# ## 4.1 A number that knows where it came from
#
# In chapter 3 you called every `_backward` by hand, in the right order. A program can
# do it if each result remembers what it was computed from, and how a gradient goes
# back. A **Tensor** is an array with such a memory.

# %% [markdown]
# The memory is made by `record`. Its arguments are the result, a **rule**, and the
# other operands. The rule turns the gradient $g$ of the result into a tuple: one
# gradient for each operand. It computes nothing now; it waits.


# %%
def square(x):
    slope = 2 * x.array
    return x.record(x.array**2, lambda g: (g * slope,), saves=(x,))


x = Tensor(np.array([1.0, 2.0, 3.0]), requires_grad=True)
y = square(x)
print(y.array, y.node.rule(np.array([1.0, 10.0, 100.0])))

# %% [markdown]
# `x.array` is the NumPy array. `y.node` is the step on the **tape**: `node.inputs` are
# the steps it came from, `node.rule` is the rule. `saves` names the tensors whose
# numbers the rule reads: if they are changed in place later, going back raises an error
# and not a wrong gradient.

# %% [markdown]
# ## 4.2 What was repeated is summed
#
# Broadcasting uses one number in many places. Each place asks for a change of its own,
# and the number can only move once: its gradient is their sum. So the gradient of a
# repeated operand is summed over every dimension along which it was repeated.

# %%
bias = np.array([0.5, -0.5, 0.0])
g = np.arange(12.0).reshape(4, 3)
print("used in", len(g), "rows, gradient", [float(column.sum()) for column in g.T])

# %% [markdown]
# **Exercise 4.1** (1 point). Write `unbroadcast(g, shape)`: `g` has a shape to which
# `shape` broadcasts; the answer has the shape `shape`. Dimensions in front that `shape`
# lacks disappear, those of size 1 stay with size 1.
#
# <details><summary>Hint 1. Two kinds of repetition</summary>
#
# NumPy compares shapes from the right. What `shape` lacks on the left was added; what
# has size 1 in it was stretched.
#
# </details>
# <details><summary>Hint 2. Two sums</summary>
#
# First sum over the dimensions in front, as many as the shapes differ by. Then sum over
# the dimensions in which `shape` has a 1, with `keepdims=True`. `axis` may be a tuple.
#
# </details>

# %% exercise="unbroadcast"
from minidl.operators import unbroadcast

# %% check="unbroadcast"
check(unbroadcast)

# %% [markdown]
# ## 4.3 Operators
#
# A sum passes the gradient to both operands: a change of either changes the result by
# as much. For $c = a + b$:
#
# $$da = g, \qquad db = g$$
#
# each unbroadcast to the shape of its operand.

# %% [markdown]
# **Exercise 4.2** (1 point). Write `add(a, b)` for Tensors whose shapes broadcast. The
# answer is the Tensor that `a.record` makes; it is what `a + b` calls.
#
# <details><summary>Hint 1. What does the rule need?</summary>
#
# Only the two shapes. It reads no numbers of the operands, so nothing is saved.
#
# </details>
# <details><summary>Hint 2. The call</summary>
#
# `a.record` takes the array of the result, the rule, and then `b`. The rule returns a
# tuple of two arrays.
#
# </details>

# %% exercise="add"
from minidl.operators import add

# %% check="add"
check(add)

# %% [markdown]
# In a product each operand is the slope of the other. For $c = a\,b$:
#
# $$da = g\,b, \qquad db = g\,a$$
#
# Multiply first, then unbroadcast: every copy of a repeated operand met another factor.

# %% [markdown]
# **Exercise 4.3** (1 point). Write `mul(a, b)` for Tensors whose shapes broadcast. The
# rule reads both arrays. An operand that requires no gradient may get `None`.
#
# <details><summary>Hint 1. What if an operand changes?</summary>
#
# The rule is called much later. Name in `saves` the tensors whose arrays it reads.
#
# </details>
# <details><summary>Hint 2. Begin with add</summary>
#
# Two things change: the array of the result, and what is unbroadcast, $g$ times the
# other array. `saves` is a tuple.
#
# </details>

# %% exercise="mul"
from minidl.operators import mul

# %% check="mul"
check(mul)

# %% [markdown]
# **Exercise 4.4** (what breaks). Predict both lines before you run the cell: `x` is
# changed in place after a sum, then after a product, and only afterwards does the
# gradient flow back.
#
# <details><summary>Hint 1. Which rule reads numbers?</summary>
#
# The gradient of $x + x$ is the same whatever $x$ is. That of $x\,x$ is not.
#
# </details>


# %%
def later(operator):
    x = Tensor(np.array([3.0]), requires_grad=True)
    y = operator(x, x)
    with no_grad():
        x += 1
    check_saves(y.node)  # what the walk back asks first
    return y.node.rule(np.array([1.0]))


# %%
print("sum:", later(add))
try:
    print("product:", later(mul))
except RuntimeError as error:
    print("product:", str(error)[:79])

# %% [markdown]
# <details><summary>Answer</summary>
#
# After the sum all is well: both gradients are 1, and $x$ gets 2. After the product the
# old 3 is gone, and with 4 in its place $x$ would silently get 8, not 6. The tape
# noticed because the product named `x` in its saves.
#
# </details>

# %% [markdown]
# A matrix product sums over the middle index. Entry $x_{nd}$ meets $y_{dm}$ for every
# $m$, so its gradient is $\sum_m g_{nm}\,y_{dm}$. In matrices:
#
# $$dx = g\,y^T, \qquad dy = x^T g$$
#
# The shapes allow nothing else: check it with $(N, D)$ and $(D, M)$.

# %% [markdown]
# **Exercise 4.5** (2 points). Write `matmul(a, b)`. `matrices(a.array, b.array)` gives
# both as matrices, or stacks of them $(\dots, N, D)$ and $(\dots, D, M)$, and the shape
# of the answer; `shaped(array, shape)` reshapes. Stacks broadcast. `check_matmul`
# raises on bad shapes.
#
# <details><summary>Hint 1. Vectors and stacks</summary>
#
# `matrices` has turned vectors into matrices. So the rule shapes $g$ like the product
# of those first, and at the end its answers like `a` and `b`.
#
# </details>
# <details><summary>Hint 2. Transposing in a stack</summary>
#
# `.T` turns all dimensions round. `swapaxes(-1, -2)` exchanges the last two. A stack
# that was repeated needs unbroadcast, as in a product.
#
# </details>

# %% exercise="matmul"
from minidl.operators import matmul

# %% check="matmul"
check(matmul)

# %% [markdown]
# The sum is the reverse of broadcasting: what is summed forwards is repeated backwards.
# Every number that was added gets the gradient of its sum. Before $g$ can be repeated,
# it needs the summed dimensions back, with size 1.

# %% [markdown]
# **Exercise 4.6** (1 point). Write `sum(input, dim=None, keepdim=False)` for Tensors of
# any shape. `reduced("sum", input, dim)` gives the summed dimensions as a tuple, from
# 0; for `None` all of them. `total(array, axes, keepdim, dtype)` sums an array. With a
# `dtype`, `.to(dtype)` converts the input first.
#
# <details><summary>Hint 1. From which shape to which?</summary>
#
# $g$ has the shape of the sum, with or without the summed dimensions. Give it the shape
# that it has with `keepdim=True`, then repeat.
#
# </details>
# <details><summary>Hint 2. Repeating</summary>
#
# `np.broadcast_to` repeats an array without copying it. A rule for one operand returns
# a tuple too: `(dx,)`.
#
# </details>

# %% exercise="sum"
from minidl.operators import sum

# %% check="sum"
check(sum)

# %% [markdown]
# ## 4.4 In which order?
#
# Now walk back from a result to everything that it came from. The simplest program
# sends each gradient on as soon as it arrives. Try it on a number that is doubled again
# and again, each time by $y + y$.


# %%
def eagerly(node, g):
    turns.append(node)
    for x, dx in zip(node.inputs, node.rule(g), strict=True):
        if x.rule:
            eagerly(x, dx)


# %%
for doublings in (5, 10, 15):
    y = Tensor(np.array(1.0), requires_grad=True)
    for _ in range(doublings):
        y = add(y, y)
    turns = []
    eagerly(y.node, np.array(1.0))
    print(f"{doublings} steps, {len(turns)} turns")

# %% [markdown]
# **Exercise 4.7** (what breaks). Explain the number of turns, and say how many it is
# for sixty doublings. Which rule about steps that are used twice would bring it down to
# sixty?
#
# <details><summary>Hint 1. Count for two doublings</summary>
#
# The last step sends two gradients to the one before it. That one sends on each of them
# separately.
#
# </details>
# <details><summary>Answer</summary>
#
# One turn for each *way* down, and the ways double: $2^n - 1$. Sixty doublings would
# take tens of thousands of years. If a step waits until all its gradients are in and
# adds them up, it needs one turn.
#
# </details>

# %% [markdown]
# So two things are needed. A step used twice **accumulates**: its gradient is the sum
# of what comes in, as the chain rule says. And it has its turn only when everything
# computed from it has had its own: the **order** decides when a sum is complete. Take
# $b = 2x$, $c = 3b$ and $y = b + c = 8x$.

# %%
x = Tensor(np.array(1.0), requires_grad=True)
b = x * 2
c = b * 3
from_y, g_c = (b + c).node.rule(np.array(1.0))
(from_c,) = c.node.rule(g_c)
print("b before c: x gets", b.node.rule(from_y)[0], "- and then", from_c, "arrives")
print("c before b: x gets", b.node.rule(from_y + from_c)[0])

# %% [markdown]
# $b$ was used by $y$ and by $c$. Had it its turn before $c$, a share of 3 would come
# too late, and $x$ would get 2 in place of 8. So: everything that used a step first,
# then the step.

# %% [markdown]
# A list in which inputs stand before results is a **topological order**. Read from its
# end, it serves. The textbook way to make one calls itself: first list the inputs of a
# step, then the step. How deep can that go?


# %%
def depth(node):
    return 1 + max((depth(x) for x in node.inputs), default=0)


def chain(length):
    y = Tensor(np.array(0.0), requires_grad=True)
    for _ in range(length):
        y = y + 1
    return y


# %%
for length in (300, 100_000):
    try:
        print(length, "steps:", depth(chain(length).node), "calls deep")
    except RecursionError as error:
        print(length, "steps:", type(error).__name__, "-", error)

# %% [markdown]
# Python allows about a thousand calls inside one another; a recurrent network read over
# a long text has more steps than that. The remedy is a list of your own, a **stack**,
# of what is still to do. It is as long as memory allows.

# %% [markdown]
# **Exercise 4.8** (2 points). Write `topological_order(root)`: a list of the steps from
# which `root` was computed, `root` too, each once and after its inputs. An input that
# requires no gradient is `None`. A chain of 100 000 steps must work.
#
# <details><summary>Hint 1. Visit twice</summary>
#
# A step goes on the stack twice: first to be opened, later to be written down. When it
# is opened, put it back marked as open, and its inputs on top of it.
#
# </details>
# <details><summary>Hint 2. Pairs, and a set</summary>
#
# Let the stack hold pairs of a step and a truth value. Taken off with True, the step
# goes into the list; with False, and only if the set of seen steps lacks it, it is
# opened.
#
# </details>

# %% exercise="topological_order"
from minidl.tape import topological_order

# %% check="topological_order"
check(topological_order)

# %% [markdown]
# ## 4.5 The walk back
#
# `flows(node, g, retain_graph)` is given. It gives a step its turn: it calls the rule
# with the complete gradient, lets go of what the rule kept (unless `retain_graph`), and
# adds to `x.grad` where an input is a **leaf**, a tensor that was not computed. It
# returns the other inputs as pairs of a step and its gradient.

# %% [markdown]
# **Exercise 4.9** (3 points). Write `backward(root, g, retain_graph=False)`. It returns
# nothing. A step has its turn once, with the sum of all that came in; a step that no
# gradient reached has none. No array may be changed: a rule may hand on the very array
# it got.
#
# <details><summary>Hint 1. Where do sums wait?</summary>
#
# In a dictionary from steps to gradients. It begins with the root and $g$; a step's sum
# is taken out when its turn comes.
#
# </details>
# <details><summary>Hint 2. What may not change?</summary>
#
# `a += b` changes the array `a`, and others may hold it. `a = a + b` makes a new one.
# The first gradient to come in needs no addition.
#
# </details>

# %% exercise="backward"
from minidl.tape import backward

# %% check="backward"
check(backward)

# %%
x = Tensor(np.array(1.5), requires_grad=True)
y = x * x * x + 2 * x
backward(y.node, np.array(1.0))
print("slope of x³ + 2x at 1.5:", x.grad.item(), "by hand:", 3 * 1.5**2 + 2)

# %% [markdown]
# `y.backward()` calls your function with $g = 1$. And the doublings that took $2^n$
# turns, or the chain that was too deep for Python?

# %%
x = y = Tensor(np.array(1.0), requires_grad=True)
for _ in range(60):
    y = y + y
y.backward()
end = chain(100_000)
end.backward()
print("sixty doublings:", x.grad.item() == 2.0**60)

# %% [markdown]
# Now watch it. Type any expression below and step through it: forwards the numbers
# appear in your topological order, backwards each box has its turn when your walk comes
# to it. A gradient that is still incomplete shows "+ …".

# %% tags=["demo"]
graph.explore(topological_order, backward)

# %% [markdown]
# **Exercise 4.10** (what breaks). Two faulty programs walk back through `d = a*b + c;
# d*d*f`. The first writes `gradients[x] = dx` where yours adds. The second gives each
# step its turn as soon as something arrives. Which gradients of $a$, $b$, $c$ and $f$
# come out wrong, and how large are they?
#
# <details><summary>Hint 1. Step through the figure</summary>
#
# Which box receives two gradients? All that lies behind it depends on their sum.
#
# </details>
# <details><summary>Hint 2. With the numbers shown</summary>
#
# $d = 4$ receives 2 from each of the two places in $d\,d$. What remains if the second
# replaces the first?
#
# </details>
# <details><summary>Answer</summary>
#
# Only $f$ stays right: 16. In the first program $d$ has 2 in place of 4, so $c$ has 2,
# $a$ has −6 and $b$ has 4: half of what is right. The second calls the rules below $d$
# twice, with 2 each time: the sums are right here, and the work doubles with every such
# step.
#
# </details>

# %% [markdown]
# ## 4.6 Two layers, by hand
#
# Here is the derivation that the tape replaces. A network with one hidden layer, and
# the mean squared error:
#
# $$z_1 = xW_1^T + b_1,\quad h = \tanh z_1,\quad z_2 = hW_2^T + b_2,\quad
# L = \tfrac1n\sum(z_2 - t)^2$$

# %% [markdown]
# Begin at the loss. Each line needs only the one above it; $\odot$ is entry by entry:
#
# $$\delta_2 = \frac{\partial L}{\partial z_2} = \tfrac2n(z_2 - t), \qquad
# dW_2 = \delta_2^T h, \quad db_2 = \textstyle\sum_n\delta_2$$
#
# $$\delta_1 = \frac{\partial L}{\partial z_1} = (\delta_2 W_2)\odot(1 - h^2), \qquad
# dW_1 = \delta_1^T x, \quad db_1 = \textstyle\sum_n\delta_1$$

# %%
rng = np.random.default_rng(0)
x, t = rng.normal(size=(5, 3)), rng.normal(size=(5, 2))
W1, b1 = rng.normal(size=(4, 3)), rng.normal(size=4)
W2, b2 = rng.normal(size=(2, 4)), rng.normal(size=2)
h = tanh(linear(x, W1, b1))
delta2 = mse_loss_backward(np.array(1.0), linear(h, W2, b2), t)
dh, dW2, db2 = linear_backward(delta2, h, W2)
_, dW1, db1 = linear_backward(tanh_backward(dh, h), x, W1)

# %%
leaves = [Tensor(p, requires_grad=True) for p in (W1, b1, W2, b2)]
V1, c1, V2, c2 = leaves
error = (Tensor(x) @ V1.T + c1).tanh() @ V2.T + c2 - Tensor(t)
loss = (error * error).sum() / error.array.size
loss.backward()
print(f"loss {loss.item():.6f}, {mse_loss(linear(h, W2, b2), t):.6f} by hand")
for p, by_hand in zip(leaves, (dW1, db1, dW2, db2), strict=True):
    print(p.shape, f"{np.abs(p.grad.array - by_hand).max():.1e}")

# %% [markdown]
# The same numbers, to rounding. By hand it took a derivation, and it fits this network
# only. The tape derives it anew for whatever you compute, loops and all.

# %% [markdown]
# **Exercise 4.11** (what breaks). Correct a published example: "$z = 2$, $a = 0.8$,
# expected $y = 0.5$; $\delta = (1 - 0.8)(0.5 - 0.8) = 0.032$; then $w$ becomes
# $w - \eta\,x\,\delta$." The activation is a sigmoid and the loss
# $\tfrac12(a - y)^2$. Find three faults in $\delta$, and one in $a$.
#
# <details><summary>Hint 1. The slope of a sigmoid</summary>
#
# In terms of its output it is $a(1 - a)$.
#
# </details>
# <details><summary>Hint 2. The sign</summary>
#
# The loss falls when $a$ moves towards $y$. Which sign must $\delta$ have if the update
# subtracts it?
#
# </details>

# %%
z, w = Tensor(np.array(2.0)), Tensor(np.array(np.log(4)), requires_grad=True)
a = w.sigmoid()
loss = (a - 0.5) * (a - 0.5) / 2
loss.backward()
print(f"a {a.item():.1f}, but sigmoid(2) is {z.sigmoid().item():.4f}")
print(f"delta {w.grad.item():.3f}, as printed {(1 - 0.8) * (0.5 - 0.8):.3f}")

# %% [markdown]
# <details><summary>Answer</summary>
#
# $\delta = a(1 - a)(a - y) = 0.16 \cdot 0.3 = 0.048$. Printed were a slope without its
# $a$, a difference of the wrong sign (so the update climbs), and a product that is
# −0.06 and not 0.032. And $a$ would be 0.8808.
#
# </details>

# %% [markdown]
# **Exercise 4.12** (what breaks). A published program computes
# $\delta = \phi'(z)\,(z - t)$ once, and uses it for every layer. Try it on a network
# that has a tanh at the output too. Which of its gradients can be right?
#
# <details><summary>Hint 1. Compare with the derivation</summary>
#
# Which $\delta$ belongs to which layer, and what is compared with the target?
#
# </details>
# <details><summary>Hint 2. Shapes</summary>
#
# The second layer's $\delta$ has two columns. How many does the first layer need?
#
# </details>

# %%
z2 = linear(h, W2, b2)
a2 = tanh(z2)
delta2 = tanh_backward(mse_loss_backward(np.array(1.0), a2, t), a2)
published = (1 - a2**2) * (z2 - t)
print("W2:", (delta2.T @ h)[0].round(2), "published:", (published.T @ h)[0].round(2))
print("W1:", W1.shape, "published:", (published.T @ x).shape)

# %% [markdown]
# <details><summary>Answer</summary>
#
# None. It compares the score $z$ with the target, not the output $\tanh z$, and forgets
# $2/n$. The hidden layer needs a $\delta_1$ of its own, with $W_2$ in it: through the
# weights the error comes back. Its four columns do not even fit.
#
# </details>

# %% [markdown]
# ## 4.7 Who checks the gradients?
#
# A wrong rule raises no error; the network just learns badly. But slopes can be
# measured. Move one entry by a small $\varepsilon$ to both sides:
#
# $$\frac{\partial f}{\partial x_i} \approx
# \frac{f(x + \varepsilon e_i) - f(x - \varepsilon e_i)}{2\varepsilon}$$
#
# That is slow, two calls for each entry, and needs no derivation at all: ideal for
# checking.

# %% [markdown]
# **Exercise 4.13** (1 point). Write `numerical_gradient(f, x, eps=1e-6)`: `f` takes an
# array like `x` and returns a number or an array of shape $S$. The answer has the shape
# $S$ followed by that of `x`. `x` itself must stay as it is.
#
# <details><summary>Hint 1. All indices</summary>
#
# `np.ndindex(x.shape)` yields the index of each entry as a tuple, also when `x` is a
# single number.
#
# </details>
# <details><summary>Hint 2. The dimensions of f(x) come first</summary>
#
# Make the answer with `np.empty`. For the index tuple `i`, the place `(..., *i)` is the
# slopes of all numbers of $f(x)$ with respect to one entry.
#
# </details>

# %% exercise="numerical_gradient"
from minidl.autograd import numerical_gradient

# %% check="numerical_gradient"
check(numerical_gradient)

# %% [markdown]
# How small should $\varepsilon$ be? Mathematics says: the smaller the better. The
# computer rounds, and divides its rounding error by $\varepsilon$. Measure the error of
# the slope of $e^x$ at 1.


# %%
def error_of(eps, x):
    return abs(numerical_gradient(np.exp, x, eps) / np.exp(x) - 1) + 1e-17


sizes = np.logspace(-12, 0, 49)
(ax,) = figure("How small a step?", "eps", "relative error")
for dtype in ("float64", "float32"):
    point = np.array(1, dtype)
    ax.loglog(sizes, [error_of(point.dtype.type(e), point) for e in sizes], label=dtype)
_ = ax.legend()

# %% [markdown]
# On the right the error falls with $\varepsilon^2$: the formula's own. On the left
# rounding wins. At $10^{-6}$ a float64 slope has about ten right digits; in float32 it
# has two, and even the best step leaves five or six. So check gradients in float64.

# %% [markdown]
# Two numbers are called equal when they differ by less than a little:
#
# $$|\text{gradient} - \text{slope}| \le \text{atol} + \text{rtol}\,|\text{slope}|$$
#
# in every entry. The relative part is for large slopes, the absolute part for those
# near 0. That is PyTorch's `gradcheck`.

# %%
from minidl.autograd import GradcheckError, Inputs, mismatch, pairs

# %% [markdown]
# **Exercise 4.14** (1 point). Write `gradcheck(func, inputs, eps=1e-6, atol=1e-5,
# rtol=1e-3, raise_exception=True)`; all but the first two by keyword. `pairs(func,
# inputs)` yields, for each output and input, a name for the two, a function `f` of the
# array `x`, that array, and what backward says. Return True, or raise `GradcheckError`;
# if it is not to raise, return False.
#
# <details><summary>Hint 1. One pair</summary>
#
# Your numerical gradient of `f` at `x` has the same shape as the gradient that comes
# with it.
#
# </details>
# <details><summary>Hint 2. Comparing</summary>
#
# `np.allclose(a, b, rtol, atol)` is the formula above, with `b` as the slope; nan
# is not close to anything. True is due only after the last pair.
#
# </details>

# %% exercise="gradcheck"
from minidl.autograd import gradcheck

# %% check="gradcheck"
check(gradcheck)

# %% [markdown]
# **Exercise 4.15** (what breaks). Judge two published rules for a sigmoid and a mean
# squared error. The first passes the *output* to a function that expects the input. The
# second takes $2(y - \hat y)$ as the gradient of $\hat y$. Which words of `gradcheck`
# tell them apart?
#
# <details><summary>Hint 1. Compare slope and gradient</summary>
#
# Is the ratio of the two the same everywhere, or −1, or neither?
#
# </details>


# %%
def sigmoid_of_output(x):
    s = 1 / (1 + np.exp(-x.array))
    again = 1 / (1 + np.exp(-s))
    return x.record(s, lambda g: (g * again * (1 - again),))


def squared_error(x):
    return x.record((x.array - 1) ** 2, lambda g: (g * 2 * (1 - x.array),))


# %%
x = Tensor(np.array([-1.0, 0.5, 3.0]), requires_grad=True)
for func in (square, sigmoid_of_output, squared_error):
    try:
        print(func.__name__, gradcheck(func, x))
    except GradcheckError as error:
        print(func.__name__, "-", error)

# %% [markdown]
# <details><summary>Answer</summary>
#
# On the diagonal the second has the right size and the wrong sign: it climbs. The first
# has a right sign and wrong sizes; it is never below 0.19, so it hides that a sigmoid
# saturates. Such a network still learns, badly, and nobody sees why.
#
# </details>

# %% [markdown]
# ## 4.8 Project: XOR
#
# Four points: the answer is yes when the two inputs differ. One published program fits
# such labels, 0, 1, 1, 0, with a single neuron and prints a loss of 0.000. That cannot
# be: no straight line separates them, and the best a neuron can do is to answer 0.5
# everywhere, with a mean squared error of 0.25.

# %%
corners = np.array([[-1, -1], [-1, 1], [1, -1], [1, 1]], np.float32)
xor = np.array([[0], [1], [1], [0]], np.float32)


def build(sizes, seed):
    rng = np.random.default_rng(seed)
    shapes = zip(sizes[1:], sizes[:-1], strict=True)
    return [[xavier_uniform(s, rng), np.zeros(s[0], np.float32)] for s in shapes]


def tensors(layers):
    return [[Tensor(p, requires_grad=True) for p in layer] for layer in layers]


# %%
def scores(x, layers):
    for V, c in layers[:-1]:
        x = (x @ V.T + c).tanh()
    V, c = layers[-1]
    return x @ V.T + c


# %% [markdown]
# Training is four lines now. Compute the loss, go back, move every parameter against
# its gradient, forget the gradient: it would otherwise add up with the next one.


# %%
def train(x, target, layers, steps, rate=1.0):
    x, target = Tensor(x), Tensor(target)
    for step in range(steps + 1):
        loss = binary_cross_entropy_with_logits(scores(x, layers), target)
        yield step, loss.item()
        loss.backward()
        update([p for layer in layers for p in layer], rate)


# %%
def update(leaves, rate):
    with no_grad():
        for p in leaves:
            p -= rate * p.grad
            p.grad = None


# %% [markdown]
# For the pictures, the scores of a whole lattice of points are kept every so often. The
# four panels show the same network at four moments.


# %%
def filmed(x, target, layers, steps, every):
    points = Tensor(boundary.lattice(x))
    for step, loss in train(x, target, layers, steps):
        if step % every == 0:
            yield step, loss, scores(points, layers).array


# %%
layers = tensors(build([2, 4, 1], seed=0))
frames = list(filmed(corners, xor, layers, steps=200, every=5))
boundary.moments(corners, xor, [frames[n] for n in (0, 2, 6, 40)])

# %% [markdown]
# The white stripe is where the network hesitates; the black line is the boundary. At
# first one line cuts the square; then it bends, until the two corners of one kind are
# together. Move the slider to see every fifth step.

# %% tags=["demo"]
boundary.film(corners, xor, frames)

# %% [markdown]
# How many hidden neurons does it take? Train networks of one to four, from ten
# different beginnings each.

# %%
for width in (1, 2, 3, 4):
    losses = []
    for seed in range(10):
        layers = tensors(build([2, width, 1], seed))
        *_, (_, loss) = train(corners, xor, layers, steps=500)
        losses.append(loss)
    print(f"{width} neurons: {np.less(losses, 0.05).sum()} of 10 learn XOR")

# %% [markdown]
# One neuron can never do it. Two can, and from six of these ten beginnings they
# do; the others end in a valley where corners stay wrong. With three or more all ten
# find a way down. Wider networks are not only stronger, they are easier to
# train.

# %% [markdown]
# ## 4.9 Project: two moons
#
# Two hundred points in two crescents, and two hundred others that the network never
# sees in training. With two hidden layers of 16 neurons, the same four lines train it.

# %%
from sklearn.datasets import make_moons

x, y = make_moons(400, noise=0.15, random_state=0)
x, y = x.astype(np.float32), y.astype(np.float32)[:, None]
x_train, x_test, y_train, y_test = train_test_split(x, y, 0.5, np.random.default_rng(0))

# %%
layers = tensors(build([2, 16, 16, 1], seed=0))
frames = list(filmed(x_train, y_train, layers, steps=1000, every=20))
boundary.moments(x_train, y_train, [frames[n] for n in (0, 1, 5, 50)])


# %%
def right(x, y, layers):
    return 100 * np.mean((scores(Tensor(x), layers).array > 0) == y)


line = tensors(build([2, 1], seed=0))
*_, (_, loss) = train(x_train, y_train, line, steps=1000)
print(f"a straight line: loss {loss:.3f}, {right(x_test, y_test, line):.1f} % right")
print(
    f"two layers of 16: loss {frames[-1][1]:.3f}, {right(x_test, y_test, layers):.1f} %"
)

# %% [markdown]
# The line gets 88 % of the unseen points right; the network bends around the moons and
# gets 96.5 %. Some points of one moon lie within the other; those it cannot know.

# %% tags=["demo"]
boundary.film(x_train, y_train, frames)

# %% [markdown]
# ## Summary
#
# - A result remembers what it came from, and a rule that turns its gradient into
#   theirs. What was broadcast is summed on the way back.
# - Gradients that arrive at one step are added up. It has its turn once, when all are
#   in: that is what the topological order is for.
# - Lists in place of recursion make the depth of a graph harmless.
# - Every rule can be checked against slopes that are measured, in float64.
# - All slopes of a loss cost about two more forward passes, however many there are.

# %% [markdown]
# ## History
#
# - R. Wengert, *A simple automatic derivative evaluation program*, 1964: functions as
#   lists of elementary steps. S. Linnainmaa's thesis of 1970 goes through such a list
#   backwards; published as *Taylor expansion of the accumulated rounding error*, 1976.
# - M. Minsky, S. Papert, *Perceptrons*, 1969: what one layer cannot do, XOR among it.
# - P. Werbos, *Beyond regression*, 1974: gradients through many steps for models that
#   predict.

# %% [markdown]
# - D. Rumelhart, G. Hinton, R. Williams, *Learning representations by back-propagating
#   errors*, 1986: hidden layers that find features by themselves. (*A theoretical
#   framework for back-propagation*, often quoted under their names, is by Y. LeCun,
#   1988.)
# - A. Baydin, B. Pearlmutter, A. Radul, J. Siskind, *Automatic differentiation in
#   machine learning: a survey*, 2018.
