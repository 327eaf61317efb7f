# %% [markdown]
# # 7. Convolutional networks
#
# Chapter 6's network reads 97 % of new digits. Move these digits one column to the
# right, which nobody would notice, and it reads about half of them. It never learned
# that an image has neighbours. This chapter builds a network that knows it from the
# start.

# %% [markdown]
# **You will** slide kernels over images, first by loops, then as one matrix product a
# thousand times as fast; pool what they find; train a small convolutional network and
# look inside.
#
# **You need** arrays of four dimensions, gradients and the tape of chapter 4, the
# optimizers of chapter 5, and modules and `fit` of chapter 6.

# %%
# %load_ext autograder
from autograder import check

# %%
from typing import Any

import numpy as np

from minidl import functional, manual_seed, nn, tensor
from minidl.array import Array
from minidl.data.datasets import load_digits
from minidl.data.transforms import train_test_split
from minidl.viz import convolution, figure

# %%
images, labels = load_digits()
x = (images / 16).reshape(-1, 8, 8)  # ink from 0 to 1
seven, zero = x[7], x[0]
convolution.gallery(x[:8], labels[:8])

# %% [markdown]
# ## 7.1 What a list of pixels forgets
#
# So far an image was a row of 64 numbers. A linear layer gives each of them its own
# weights and does not know which of them are neighbours.

# %% [markdown]
# **Exercise 7.1** (what breaks). Predict: all images, those for training and those for
# testing, get their 64 pixels shuffled in the same way. You could not read them any
# more. How much worse does an MLP become?
#
# <details><summary>Hint 1. Follow one weight</summary>
#
# Pixel 12 moves to place 40, in every image. Which weight does it meet now, and who
# chose that weight?
#
# </details>
# <details><summary>Hint 2. Draw the weights too</summary>
#
# Shuffle the columns of the first layer's weights in the same way, and nothing has
# changed at all.
#
# </details>

# %%
order = np.random.default_rng(0).permutation(64)
W = np.random.default_rng(1).normal(size=(5, 64))
rows, shuffled = x.reshape(-1, 64), x.reshape(-1, 64)[:, order]
convolution.row({"digit": seven, "digit, shuffled": shuffled[7].reshape(8, 8)})
print("largest difference", np.abs(rows @ W.T - shuffled @ W[:, order].T).max())

# %% [markdown]
# <details><summary>Answer</summary>
#
# Not at all: for each network on the images there is one on the shuffled ones that does
# the same. Whatever makes an image readable to you, an MLP has to find out without any
# help from the arrangement.
#
# </details>

# %% [markdown]
# ## 7.2 A kernel that slides
#
# Two ideas repair this. Look at a small **window** only, three by three, say: what
# belongs together is close together. And use **the same weights at every place**: an
# edge is an edge wherever it is. The nine weights are a **kernel** (or filter), and
# what it answers at all places is a **feature map**.

# %% [markdown]
# At place $(p, q)$ the kernel $k$ of size $(K, L)$ sees the patch of the image $x$ that
# begins there. It multiplies entry by entry and sums up:
#
# $$y_{pq} = \sum_{i=0}^{K-1}\sum_{j=0}^{L-1} k_{ij}\; x_{p+i,\,q+j}$$
#
# How many places are there? A kernel of 3 fits into 8 pixels at 6 places, one of 8 at a
# single one.

# %% [markdown]
# **Exercise 7.2** (1 point). Write `cross_correlate(image, kernel)` with loops over the
# places: `image` $(H, W)$, `kernel` $(K, L)$, the answer $(H - K + 1, W - L + 1)$.
#
# <details><summary>Hint 1. One place first</summary>
#
# Print the patch at place $(0, 0)$: a slice of rows and a slice of columns. It has the
# kernel's shape.
#
# </details>
# <details><summary>Hint 2. Two loops</summary>
#
# Begin with `np.empty` of the answer's shape and the image's dtype. One loop over rows
# of places, one inside it over columns; the slices begin where the loops stand, and the
# product of two arrays of one shape is entry by entry.
#
# </details>

# %% exercise="cross_correlate"
from minidl.kernels.convolution import cross_correlate

# %% check="cross_correlate"
check(cross_correlate)

# %%
edge = np.array([[-1.0, 0, 1], [-1, 0, 1], [-1, 0, 1]])
y = cross_correlate(seven, edge)
convolution.row({"digit": seven, "kernel": edge, "feature map": y})

# %% [markdown]
# This kernel subtracts the left column of its patch from the right one. Where the ink
# begins, it answers with a large number, where it ends, with a negative one, and on
# blank paper or inside a broad stroke with 0. It has found the upright edges. Now make
# your own.

# %% tags=["demo"]
convolution.explore(cross_correlate, x[:60])

# %% [markdown]
# Choose a preset, then change single numbers. Try to find a kernel that answers to
# horizontal strokes only, one that makes everything bolder, and one that moves the
# digit by one pixel. Nobody will choose kernels for the network: they are weights, and
# it will learn them.

# %% [markdown]
# **Exercise 7.3** (what breaks). Mathematicians call something else a convolution: they
# turn the kernel by half a turn first. Some libraries of signal processing do so too.
# For which presets does it make a difference, and which one?
#
# <details><summary>Hint 1. Turn them by hand</summary>
#
# `kernel[::-1, ::-1]` is the kernel upside down and left to right. Which presets look
# the same afterwards?
#
# </details>
# <details><summary>Hint 2. For the edges</summary>
#
# Minus one and one change places. What does that do to a weighted sum?
#
# </details>

# %%
for name, kernel in convolution.PRESETS.items():
    k = np.array(kernel)
    same, turned = cross_correlate(zero, k), cross_correlate(zero, k[::-1, ::-1])
    what = "same" if np.allclose(same, turned) else "other"
    print(f"{name:20} {what}", "sign" if np.allclose(same, -turned) else "")

# %% [markdown]
# <details><summary>Answer</summary>
#
# Kernels that look the same upside down answer the same. Edges change their sign. What
# you built is a **cross-correlation**; networks use it and call it convolution, because
# learned weights can come either way round. With given kernels it matters.
#
# </details>

# %% [markdown]
# ## 7.3 Channels, strides and other numbers
#
# A colour image has three numbers in each place, and after 16 kernels there are 16.
# These are **channels**. A kernel has weights for all of them and adds its answers up;
# every kernel makes one channel of the output and adds one bias:
#
# $$y_{m} = b_m + \sum_c \text{cross\_correlate}(x_c, W_{mc})$$


# %%
def by_loops(x, W, b):
    P, Q = (n - k + 1 for n, k in zip(x.shape[2:], W.shape[2:], strict=True))
    y = np.empty((len(x), len(W), P, Q), x.dtype)
    for n, m in np.ndindex(y.shape[:2]):
        y[n, m] = b[m] + sum(map(cross_correlate, x[n], W[m]))
    return y


# %%
rng = np.random.default_rng(0)
batch = rng.normal(size=(8, 4, 14, 14)).astype(np.float32)  # images, channels, H, W
W = rng.normal(size=(8, 4, 3, 3)).astype(np.float32)  # kernels, channels, K, L
b = rng.normal(size=8).astype(np.float32)
by_loops(batch, W, b).shape

# %% [markdown]
# Four more numbers, each for rows and for columns:
#
# - **padding** $p$: so many rows of zeros on each side, to keep the size;
# - **stride** $s$: the next place is $s$ further;
# - **dilation** $d$: entries of the kernel look $d$ apart;
# - and one number of **groups**: channels in blocks that do not see each other.

# %% [markdown]
# Spread out, a kernel spans $d(K - 1) + 1$ pixels. So it has
#
# $$P = \left\lfloor\frac{H + 2p - d(K - 1) - 1}{s}\right\rfloor + 1$$
#
# places. `span` and `places` in minidl compute both factors for you.

# %%
from minidl.kernels.windows import places, span

for p, s, d in ((0, 1, 1), (1, 1, 1), (0, 2, 1), (1, 2, 1), (0, 1, 2)):
    seen = span((3, 3), (d, d))
    P, Q = places((28 + 2 * p, 28 + 2 * p), seen, (s, s))
    print(f"padding {p}, stride {s}, dilation {d}: 28 -> {P}")

# %% [markdown]
# ## 7.4 One matrix product
#
# Loops in Python are slow. But each answer is a product of nine weights with nine
# pixels. Write what the kernel sees at each place into a **column**; then all answers
# are one product of the weights, as rows, with these columns. The trick is known as
# im2col, and `gather` does it.

# %%
from minidl.kernels.windows import batch_first, batch_last, gather

tiny = np.arange(16.0).reshape(1, 1, 4, 4)  # one image, one channel
print(tiny[0, 0])
print(gather(batch_last(tiny), (3, 3), (2, 2), (1, 1), (1, 1))[0])

# %% [markdown]
# Read a column downwards: the nine pixels of one place. There are $2 \times 2$ places,
# so four columns. With more channels, those of the second stand below those of the
# first.
#
# `gather` wants images **batch last**, $(C, H, W, N)$, which `batch_last` makes:
# neighbours in memory are then the same pixel of all images, and copying goes in long
# runs.

# %% [markdown]
# `gather(x, kernel, count, stride, dilation, groups)` takes the padded images, the
# kernel's size $(K, L)$ and the number of places $(P, Q)$. It answers with an array
#
# $$(\text{groups},\; \tfrac{C}{\text{groups}} K L,\; P Q N)$$
#
# so the columns go row of places, column of places, image. `surround(x, before, after)`
# puts zeros around.

# %%
from minidl.kernels.windows import Pair, inner, scatter, strips, surround, taps

framed = surround(batch_last(tiny), (1, 2), (1, 2))  # rows, columns before and after
print(framed.shape, gather(framed, (3, 3), (4, 6), (1, 1), (1, 1)).shape)

# %% [markdown]
# **Exercise 7.4** (2 points). Write `conv2d(x, W, b, stride, padding, dilation,
# groups)`: `x` $(N, C, H, W)$, `W` $(M, C/\text{groups}, K, L)$, `b` $(M,)$ or None,
# the answer $(N, M, P, Q)$. All columns at once will do; loops will not be fast enough
# for section 7.8.
#
# <details><summary>Hint 1. Which shapes meet?</summary>
#
# Weights as $(\text{groups}, M/\text{groups}, CKL/\text{groups})$ times columns gives
# $(\text{groups}, M/\text{groups}, PQN)$. `@` multiplies group by group.
#
# </details>
# <details><summary>Hint 2. The way back</summary>
#
# The product lists places row by row, and the images last: reshape it to $(M, P, Q,
# N)$, then `batch_first` moves the images in front. The bias has one number for each
# $m$ and needs axes behind it. Count places in the *padded* image.
#
# </details>

# %% exercise="conv2d"
from minidl.kernels.convolution import conv2d

# %% check="conv2d"
check(conv2d)

# %% [markdown]
# The same answer, and how much faster? The best of several runs each, because other
# programs disturb a clock in one direction only.

# %%
from timeit import repeat

slow = min(repeat(lambda: by_loops(batch, W, b), number=1, repeat=2))
fast = min(repeat(lambda: conv2d(batch, W, b), number=1, repeat=20))
print("equal", np.allclose(by_loops(batch, W, b), conv2d(batch, W, b), atol=1e-4))
print(f"{1e3 * slow:.0f} ms and {1e3 * fast:.2f} ms: {slow / fast:.0f} times as fast")

# %%
(ax,) = figure("Convolving 8 images with 8 kernels", "milliseconds")
ax.barh(["one product", "loops"], [1e3 * fast, 1e3 * slow])
ax.set_xscale("log")

# %% [markdown]
# More than a hundred times, often a thousand: the same multiplications, done by a
# routine that was tuned for decades. The price is memory, because every pixel stands in
# nine columns. minidl's own version therefore makes the columns of a few rows of places
# at a time (`strips`), small enough for the processor's cache.

# %% [markdown]
# **Exercise 7.5** (what breaks). Find what is wrong although the shape is right.
# Somebody has the product as $(M, P, Q, N)$ and wants $(N, M, P, Q)$. Reshape knows
# both shapes, so it is asked to do that.
#
# <details><summary>Hint 1. A smaller case</summary>
#
# `np.arange(6).reshape(2, 3)`: compare its transpose with what `reshape(3, 2)` makes of
# it.
#
# </details>
# <details><summary>Hint 2. When does it work?</summary>
#
# Which axes could be moved without moving a number in memory?
#
# </details>

# %%
maps = conv2d(x[:3, None], edge[None, None], None)  # three images, one kernel
stored = np.ascontiguousarray(batch_last(maps))
wrong = stored.reshape(maps.shape)
convolution.row({"right": maps[0, 0], "reshaped": wrong[0, 0]})
alone = np.ascontiguousarray(batch_last(maps[:1])).reshape(6, 6)
print("one image alone is right:", np.array_equal(alone, maps[0, 0]))

# %% [markdown]
# <details><summary>Answer</summary>
#
# Reshape keeps the order in memory and only draws new borders: pixels of three images
# are mixed. With a batch of one there is nothing to mix, so a test with a single image
# passes. Test with several, and with sizes that all differ.
#
# </details>

# %% [markdown]
# ## 7.5 Backwards
#
# A convolution is a matrix product, so its gradients are those of chapter 1, between
# columns. Call the columns $X$ and the upstream gradient, as $(M, PQN)$, $G$:
#
# $$Y = WX \qquad dW = G X^T \qquad dX = W^T G \qquad db = \sum G$$
#
# One weight serves at all places, so the product with $X^T$ sums over all of them.

# %% [markdown]
# **Exercise 7.6** (2 points). Write `conv2d_backward_weight(g, x, kernel, stride,
# padding, dilation, groups)`: `g` $(N, M, P, Q)$, `x` $(N, C, H, W)$, `kernel` the size
# $(K, L)$, the answer $(M, C/\text{groups}, K, L)$.
#
# <details><summary>Hint 1. The same columns</summary>
#
# Gather them as in the forward pass; $P$ and $Q$ now stand in the shape of `g`.
#
# </details>
# <details><summary>Hint 2. Line up</summary>
#
# The columns go places first, images last. `g` has to go the same way, so bring it to
# batch last before you reshape it to (groups, kernels of a group, all places). Of the
# columns, swap the last two axes; `.T` would swap all three.
#
# </details>

# %% exercise="conv2d_backward_weight"
from minidl.kernels.convolution import conv2d_backward_weight

# %% check="conv2d_backward_weight"
check(conv2d_backward_weight)

# %% [markdown]
# For the images there is one step more. $W^TG$ says for every column what it wishes. A
# pixel stands in many columns, and all their wishes add up. `scatter(columns, x,
# kernel, count, stride, dilation)` is `gather` backwards: it adds each number to the
# entry of `x` that it was gathered from.

# %%
ones = np.ones((1, 9, 4))  # nine entries of a kernel, four places
seen = np.zeros((1, 4, 4, 1))
scatter(ones, seen, (3, 3), (2, 2), (1, 1), (1, 1))
seen[0, :, :, 0]

# %% [markdown]
# How often is a pixel seen? One in the corner by a single place, those in the middle by
# all four. (`scatter` changes its `x` and returns nothing.)

# %% [markdown]
# **Exercise 7.7** (2 points). Write `conv2d_backward_input(g, W, size, stride, padding,
# dilation, groups)`: `g` $(N, M, P, Q)$, `W` $(M, C/\text{groups}, K, L)$, `size` is
# $(H, W)$ of the images, the answer $(N, C, H, W)$.
#
# <details><summary>Hint 1. Where do the wishes go?</summary>
#
# Into zeros of the *padded* size, batch last. The number of channels is the second size
# of `W`, times the groups.
#
# </details>
# <details><summary>Hint 2. And then</summary>
#
# What fell on the padding is not wanted: `inner(x, before, size)` cuts the images out
# of their frame. The weights have the shape of the forward pass, with the last two axes
# swapped.
#
# </details>

# %% exercise="conv2d_backward_input"
from minidl.kernels.convolution import conv2d_backward_input

# %% check="conv2d_backward_input"
check(conv2d_backward_input)

# %% [markdown]
# **Exercise 7.8** (what breaks). Explain the numbers. In place of adding, somebody
# writes the wishes down: `=` for `+=`. For which strides does it do no harm?
#
# <details><summary>Hint 1. Who writes last?</summary>
#
# Two places see the same pixel. What is left of the first one's wish?
#
# </details>
# <details><summary>Hint 2. Windows side by side</summary>
#
# With which stride does every pixel belong to one place only?
#
# </details>

# %%
for step in (1, 3):
    P = (9 - 3) // step + 1
    right, wrong = np.zeros((1, 9, 9, 1)), np.zeros((1, 9, 9, 1))
    scatter(np.ones((1, 9, P * P)), right, (3, 3), (P, P), (step,) * 2, (1, 1))
    for view in taps(wrong, (3, 3), (P, P), (step,) * 2, (1, 1)):
        view[...] = 1
    print(f"stride {step}: right up to {right.max():.0f}, wrong {wrong.max():.0f}")

# %% [markdown]
# <details><summary>Answer</summary>
#
# With stride 1 a pixel in the middle is seen nine times and should get nine wishes; one
# is left. With stride 3 the windows do not overlap and nothing is lost, so this mistake
# hides until somebody chooses another stride.
#
# </details>

# %% [markdown]
# **Exercise 7.9** (1 point). Write `conv2d_backward(g, x, W, stride, padding, dilation,
# groups, needs_dx)`: the answer is `dx, dW, db`. The first layer of a network needs no
# `dx`: then `needs_dx` is False, and you may return None in its place.
#
# <details><summary>Hint 1. Two thirds are done</summary>
#
# Call your two functions. They want the size of the images and that of the kernels,
# which stand in the shapes.
#
# </details>
# <details><summary>Hint 2. The bias</summary>
#
# One bias was added at every place of every image. Which three axes of `g` does that
# leave to be summed over?
#
# </details>

# %% exercise="conv2d_backward"
from minidl.kernels.convolution import conv2d_backward

# %% check="conv2d_backward"
check(conv2d_backward)

# %% [markdown]
# Does it point downhill? Let a kernel learn: it shall make of twenty sevens what the
# edge kernel makes of them. It starts with noise and sees only how far it is off.

# %%
sevens = x[labels == 7][:20, None]
target, k = conv2d(sevens, edge[None, None], None), rng.normal(size=(1, 1, 3, 3))
start = k[0, 0].copy()
for _ in range(200):
    g = (conv2d(sevens, k, None) - target) / target.size
    k = k - 0.5 * conv2d_backward(g, sevens, k)[1]
convolution.row({"at first": start, "learned": k[0, 0], "edge": edge}, numbers=True)

# %% [markdown]
# ## 7.6 Pooling
#
# A feature map says where something was found, to the pixel. Often "somewhere around
# here" is enough. **Pooling** keeps one number of each window: the largest
# (*max-pooling*) or the mean (*average pooling*), for each channel alone. There is
# nothing to learn in it. The stride is usually the window's size, so the map shrinks.

# %% [markdown]
# `taps(x, kernel, count, stride, dilation)` gives, for each entry of the window, what
# it sees from all places: for $2 \times 2$ four views, the upper left pixels first.
#
# `fit(size, kernel, stride, padding, dilation, ceil_mode)` says how many places there
# are and how much padding stands after the image: with `ceil_mode` the last windows may
# reach over the edge.

# %%
from minidl.kernels.pooling import areas, fit

count, after = fit((5, 4), (2, 2), (2, 2), (0, 0), (1, 1), True)
print("places", count, "after", after)
for view in taps(batch_last(tiny), (2, 2), (2, 2), (2, 2), (1, 1)):
    print(view[0, :, :, 0].tolist())

# %% [markdown]
# **Exercise 7.10** (1 point). Write `max_pool2d(x, kernel, stride, padding, dilation,
# ceil_mode)`: `x` $(N, C, H, W)$. The answer is two things: `y` $(N, C, P, Q)$, and
# whatever your backward function will want to know.
#
# <details><summary>Hint 1. Four views, one maximum</summary>
#
# Walk through the views and keep the larger of what you have and what you see. Numbers
# may all be negative: what has to stand around the image so that it never wins?
#
# </details>
# <details><summary>Hint 2. What to remember</summary>
#
# Only the winner of each window will get a gradient, in a tie the first. So note at
# each step where the new view was really larger: one array of booleans for each view
# but the first.
#
# </details>

# %% exercise="max_pool2d"
from minidl.kernels.pooling import max_pool2d

# %% check="max_pool2d"
check(max_pool2d)

# %% [markdown]
# **Exercise 7.11** (what breaks). Predict the picture. A map of negative numbers is
# pooled with padding 1. The second time, the padding is made by hand, of zeros, as for
# a convolution.
#
# <details><summary>Hint 1. Who wins?</summary>
#
# Is 0 larger or smaller than what is in the map?
#
# </details>
# <details><summary>Hint 2. Where?</summary>
#
# Only windows that reach into the padding can see it. Which are they?
#
# </details>

# %%
below = cross_correlate(zero, edge)[None, None] - 4
frame = ((0, 0), (0, 0), (1, 1), (1, 1))
right, _ = max_pool2d(below, (2, 2), (2, 2), (1, 1))
wrong, _ = max_pool2d(np.pad(below, frame), (2, 2), (2, 2))
convolution.row({"map": below[0, 0], "right": right[0, 0], "zeros": wrong[0, 0]})

# %% [markdown]
# <details><summary>Answer</summary>
#
# All windows at the edge answer 0, which is nowhere in the map. The neutral number
# depends on the operation: 0 for sums, minus infinity for the largest. After a relu
# nobody notices, because nothing is below 0.
#
# </details>

# %% [markdown]
# The largest entry decides alone, so it gets all of $g$, and the others could have
# moved a little without any effect: they get 0. In a tie PyTorch gives $g$ to the
# first, row by row. Ties are common: after a relu, most windows of blank paper hold
# four zeros.

# %% [markdown]
# **Exercise 7.12** (2 points). Write `max_pool2d_backward(g, cache, size, kernel,
# stride, padding, dilation, ceil_mode)`: `g` $(N, C, P, Q)$, `cache` the second thing
# that your `max_pool2d` returned, `size` $(H, W)$, the answer $(N, C, H, W)$.
#
# <details><summary>Hint 1. Views of zeros</summary>
#
# `taps` of an array of zeros are views: what you add to them arrives in the array.
# Windows may overlap, so add.
#
# </details>
# <details><summary>Hint 2. Who was it?</summary>
#
# Walk through the views backwards. The last one that was larger than all before it is
# the winner; mark its windows as decided, and who comes later in your walk gets
# nothing. What nobody claimed belongs to the first view.
#
# </details>

# %% exercise="max_pool2d_backward"
from minidl.kernels.pooling import max_pool2d_backward

# %% check="max_pool2d_backward"
check(max_pool2d_backward)

# %% [markdown]
# **Exercise 7.13** (1 point). Write `avg_pool2d(x, kernel, stride, padding, ceil_mode,
# count_include_pad, divisor)`: the mean of each window, `x` $(N, C, H, W)$, the answer
# $(N, C, P, Q)$. If there is a `divisor`, divide the sum by that.
#
# <details><summary>Hint 1. A sum of views</summary>
#
# As for the largest, but with `+`, beginning at zeros. Here zeros around the image do
# no harm.
#
# </details>
# <details><summary>Hint 2. Divide by what?</summary>
#
# `areas(size, count, kernel, stride, padding, count_include_pad)` is $(P, Q, 1)$: how
# many entries each window counts. It is float64; `astype(x.dtype)` keeps float32 what
# it is.
#
# </details>

# %% exercise="avg_pool2d"
from minidl.kernels.pooling import avg_pool2d

# %% check="avg_pool2d"
check(avg_pool2d)

# %% [markdown]
# **Exercise 7.14** (1 point). Write `avg_pool2d_backward(g, size, kernel, stride,
# padding, ceil_mode, count_include_pad, divisor)`: `g` $(N, C, P, Q)$, `size` $(H, W)$,
# the answer $(N, C, H, W)$.
#
# <details><summary>Hint 1. Everybody the same</summary>
#
# Each entry of a window moved the mean by one over their number.
#
# </details>
# <details><summary>Hint 2. Once more views of zeros</summary>
#
# Divide $g$ first, as in the forward pass. Then add it to every view, and cut the
# padding off.
#
# </details>

# %% exercise="avg_pool2d_backward"
from minidl.kernels.pooling import avg_pool2d_backward

# %% check="avg_pool2d_backward"
check(avg_pool2d_backward)

# %%
found = np.maximum(cross_correlate(zero, edge), 0)[None, None]
largest, _ = max_pool2d(found, (2, 2), (2, 2))
mean = avg_pool2d(found, (2, 2), (2, 2))
pictures = {"digit": zero, "edges": found[0, 0], "largest": largest[0, 0]}
convolution.row(pictures | {"mean": mean[0, 0]})

# %% [markdown]
# ## 7.7 Layers
#
# A layer keeps its weights and hands them to the function of Tensors, which calls your
# kernels and writes the tape. `Convolution` is given: it makes the weights and keeps
# what it was told, as `self.stride`, `self.dilation`, `self.groups`, `self.weight` and
# `self.bias`. `self.padded(input)` answers with the image and the padding that is left
# to do.

# %%
from minidl.nn.convolution import Convolution
from minidl.tensor import Tensor

like = Convolution(1, 16, 3, stride=2)
print(like.weight.shape, like.bias.shape, like.stride, like.padding)

# %% [markdown]
# **Exercise 7.15** (1 point). Write the method `forward` of the class, which
# `Conv2d(1, 16, 3, padding=1)` will run: `input` is a Tensor $(N, C, H, W)$, the answer
# one of $(N, M, P, Q)$.
#
# <details><summary>Hint 1. Which function?</summary>
#
# `functional.conv2d`, of Tensors: input, weight, bias, and then the numbers of the
# window in the order that you know.
#
# </details>
# <details><summary>Hint 2. What about padding_mode?</summary>
#
# `self.padded` looks after it. Go on with both things that it returns, the image and
# the padding.
#
# </details>

# %% exercise="Conv2d"
from minidl.nn.convolution import Conv2d

# %% check="Conv2d"
check(Conv2d)

# %% [markdown]
# After the last map come the ten scores, and a linear layer wants rows: $(N, C, H, W)$
# has to become $(N, CHW)$. The names of the dimensions from `start_dim` to `end_dim`
# go, their product stays; negative ones count from the end.

# %%
import math

from minidl.operands import array_of
from minidl.operators import dimension
from minidl.shaping import reshape

flat = reshape(tensor(np.zeros((2, 3, 4))), (2, 12))
print(tuple(flat.shape), dimension("flatten", flat, -1))

# %% [markdown]
# **Exercise 7.16** (1 point). Write `flatten(input, start_dim, end_dim)`: a Tensor in,
# a Tensor out, the dimensions from `start_dim` to `end_dim`, both included, made one.
#
# <details><summary>Hint 1. Three parts of a shape</summary>
#
# What stands before, the product of the middle (`math.prod`), and what stands after.
# `input.reshape` knows the tape already.
#
# </details>
# <details><summary>Hint 2. Negative numbers</summary>
#
# `end_dim % input.ndim` counts from the front, and so does `dimension`. Beware of
# `shape[-1 + 1 :]`: that is everything.
#
# </details>

# %% exercise="flatten"
from minidl.shaping import flatten

# %% check="flatten"
check(flatten)

# %% [markdown]
# A published network reads MNIST's $28 \times 28$ digits with three layers of kernels,
# 32, 64 and 64 of them. Send one image through and look at every shape.


# %%
def published(features):
    first = [Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2)]
    second = [Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2)]
    third = [Conv2d(64, 64, 3), nn.ReLU(), nn.Flatten()]
    last = [nn.Linear(features, 64), nn.ReLU(), nn.Linear(64, 10)]
    return nn.Sequential(*first, *second, *third, *last)


# %%
h = tensor(np.zeros((1, 1, 28, 28), np.float32))
for module in published(576):
    h = module(h)
    weights = sum(p.numel() for p in module.parameters())
    print(f"{type(module).__name__:10} {tuple(h.shape)!s:18} {weights or ''}")

# %% [markdown]
# **Exercise 7.17** (what breaks). Count. The text beside that network names eight
# layers, among them "third and fourth: convolutions". Are they? And where does 576 come
# from: what happens to somebody who reckons with $64 \cdot 7 \cdot 7$, because the
# image was halved twice?
#
# <details><summary>Hint 1. Read the print-out</summary>
#
# Which modules change the shape or have weights, and in which order do they stand?
#
# </details>
# <details><summary>Hint 2. Follow the size</summary>
#
# 28 pixels, a kernel of 3 without padding, half, a kernel of 3, half, a kernel of 3.
# Which half had to be rounded?
#
# </details>

# %%
try:
    published(64 * 7 * 7)(tensor(np.zeros((1, 1, 28, 28), np.float32)))
except (ValueError, RuntimeError) as error:
    print(error)
print(sum(p.numel() for p in published(576).parameters()), "numbers to learn")

# %% [markdown]
# <details><summary>Answer</summary>
#
# The fourth layer pools. The sizes are 28, 26, 13, 11, 5, 3: each kernel without
# padding takes two pixels off, and 11 is halved to 5. So $64 \cdot 3 \cdot 3 = 576$. Of
# the 93322 numbers, 36928 stand in the first linear layer.
#
# </details>

# %% [markdown]
# ## 7.8 Project: a network that looks
#
# The digits again, a fifth of them held out. Against each other: an MLP with 128 hidden
# neurons, as in chapter 6, and a convolutional network with about as many numbers to
# learn. Its first kernels see $3 \times 3$ pixels, its second $5 \times 5$ of the
# image.

# %%
from minidl import training
from minidl.optim import Adam
from minidl.optim.lr_scheduler import CosineAnnealingLR
from minidl.utils.data import DataLoader, TensorDataset

ink = x[:, None].astype(np.float32)
split = train_test_split(ink, labels, 0.2, np.random.default_rng(3))
x_train, x_test, y_train, y_test = split


# %%
def mlp():
    return nn.Sequential(
        nn.Flatten(), nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 10)
    )


def cnn():
    seeing = [Conv2d(1, 16, 3, padding=1), nn.ReLU(), Conv2d(16, 32, 3, padding=1)]
    pooling = [nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Dropout(0.5)]
    return nn.Sequential(*seeing, *pooling, nn.Linear(512, 10))


# %%
def train(model, epochs=12):
    data = TensorDataset(tensor(x_train), tensor(y_train))
    loader = DataLoader(data, batch_size=64, shuffle=True)
    optimizer = Adam(model.parameters(), lr=0.01)
    scheduler = CosineAnnealingLR(optimizer, epochs)
    settings = {"scheduler": scheduler, "progress": False}
    loss = functional.cross_entropy
    return training.fit(model, loader, loss, optimizer, epochs, **settings)


# %% [markdown]
# The test images are looked at once, after training. Each of the 360 is 0.28 %.


# %%
def guesses(model, x):
    data = TensorDataset(tensor(x), tensor(y_test))
    scores, _ = training.predict(model, DataLoader(data, batch_size=len(x)))
    return scores.numpy().argmax(axis=1)


def right(model, x):
    return 100 * np.mean(guesses(model, x) == y_test)


# %%
models, histories = {}, {}
for name, make in (("MLP", mlp), ("CNN", cnn)):
    manual_seed(0)
    model = models[name] = make()
    histories[name] = train(model)["loss"]
    count = sum(p.numel() for p in model.parameters())
    print(f"{name}: {count} numbers, {right(model, x_test):.2f} % right")

# %%
(ax,) = figure("Training", "epoch", "loss, on a logarithmic scale")
for name, losses in histories.items():
    ax.semilogy(range(1, len(losses) + 1), losses, label=name)
_ = ax.legend()

# %% [markdown]
# The MLP reads about 97 % of the held-out digits, the convolutional network about 99 %,
# with as many numbers to learn. Here are digits that the MLP got wrong: the true one,
# what the MLP said, and what the convolutional network says.

# %%
said = {name: guesses(model, x_test) for name, model in models.items()}
missed = np.flatnonzero(said["MLP"] != y_test)[:6]
titles = [f"{y_test[i]}: {said['MLP'][i]}, {said['CNN'][i]}" for i in missed]
convolution.gallery(x_test[missed, 0], titles)

# %% [markdown]
# ### What did it learn to see?
#
# Nobody told the sixteen kernels of the first layer what to look for. Here they are,
# and what they make of one digit. Some answer to strokes in a certain direction, some
# to one side of a stroke, some to ink as such.

# %%
first = models["CNN"][0]
kernels = first.weight.detach().numpy()[:, 0]
convolution.sheet("The kernels of the first layer", list(kernels))
seen = functional.relu(first(tensor(x_test[:1])))
convolution.sheet("What they see in one digit", list(seen.detach().numpy()[0]))

# %%
h, deeper = tensor(x_test[:1]), models["CNN"]
for module in list(deeper)[:5]:
    h = module(h)
convolution.sheet("After the second layer and pooling", list(h.detach().numpy()[0]))

# %% [markdown]
# The second layer's maps are sparse: most of the 32 answer at few places of this digit,
# each to a certain combination of what the first layer found. Blank ones wait for other
# digits. Pooled to $4 \times 4$, they are what the last layer counts.

# %% [markdown]
# ### Shifted digits
#
# Back to the question at the beginning. Move the test images to the left and right, and
# ask both networks again. Neither has seen a shifted digit in training.

# %%
steps = np.arange(-2, 3)
moved = [np.roll(x_test, step, axis=3) for step in steps]
curves = {name: [right(model, m) for m in moved] for name, model in models.items()}
convolution.shifts(steps, curves)

# %% [markdown]
# One column to the right, the MLP reads half of them, the convolutional network four
# out of five. Its kernels find the same strokes one place further, and pooling forgives
# part of the rest. But not all: the last layer still knows *where* each map answered.
# Chapter 6's augmentation, shifted digits in training, helps both.

# %% [markdown]
# ## Summary
#
# - A kernel looks at a small window with the same weights everywhere; its answers are a
#   feature map.
# - What networks call convolution is cross-correlation, for many channels at once.
# - Gathered into columns it is one matrix product. Backwards, columns are scattered
#   and added.
# - Pooling keeps the largest or the mean of a window; gradients go to the winner, or
#   are shared.
# - With as many numbers as an MLP, a convolutional network reads more digits, above all
#   shifted ones.

# %% [markdown]
# ## History
#
# - D. Hubel, T. Wiesel, *Receptive fields, binocular interaction and functional
#   architecture in the cat's visual cortex*, 1962: cells that answer to edges in one
#   place. K. Fukushima, *Neocognitron*, 1980: layers that find features and forgive
#   shifts, without backpropagation.
# - Y. LeCun and others, *Backpropagation applied to handwritten zip code recognition*,
#   1989: learned kernels. *Gradient-based learning applied to document recognition*,
#   1998: LeNet-5.

# %% [markdown]
# - K. Chellapilla, S. Puri, P. Simard, *High performance convolutional neural networks
#   for document processing*, 2006: convolution unrolled into one matrix product.
# - A. Krizhevsky, I. Sutskever, G. Hinton, *ImageNet classification with deep
#   convolutional neural networks*, 2012: the network after which everybody used them.
# - V. Dumoulin, F. Visin, *A guide to convolution arithmetic for deep learning*, 2016:
#   pictures of every padding and stride.
