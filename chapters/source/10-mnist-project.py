# %% [markdown]
# # 10. Reading handwriting
#
# Everything is built: tensors, optimizers, layers, training. In this chapter your
# library reads what you write with the mouse. What is missing lies before and behind
# the network: from the bytes of a file to images that look like those in training, and
# from a trained network to one that others can ask.

# %% [markdown]
# **You will** read MNIST's files byte by byte, prepare digits as MNIST was made, train
# the three networks of this field's first lessons, find out why one of them learns
# badly, interrupt and resume, save a model that PyTorch opens, and draw.
#
# **You need** all chapters before, above all 6 and 7.

# %%
# %load_ext autograder
from autograder import check

# %%
import os

import numpy as np

from minidl import functional, manual_seed, nn, no_grad, tensor
from minidl.array import Array
from minidl.data.datasets import load_digits
from minidl.data.mnist import Bytes, load_mnist
from minidl.data.transforms import train_test_split
from minidl.viz import convolution, handwriting

# %% [markdown]
# MNIST has 70 000 digits. If `MINIDL_DATA` names the folder with its four files, this
# chapter runs on them, and two processor cores need about eight minutes for the page:
# fetch a tea. Otherwise it runs on scikit-learn's 1797 small digits, in less than a
# minute. No files, but a network connection? Write "mnist" in the next cell, and they
# are fetched.

# %%
WHICH = "mnist" if os.environ.get("MINIDL_DATA") else "digits"  # or write one of them

# %% [markdown]
# ## 10.1 From bytes
#
# MNIST comes in files of a format called IDX. They begin with the bytes 0, 0, 8, which
# mean "unsigned bytes", and one that counts the dimensions. The size of each dimension
# follows in four bytes, the highest first; then come the entries, the last dimension
# fastest.

# %%
images, labels = load_digits()
small = images.reshape(-1, 8, 8).astype(np.uint8)
head = bytes([0, 0, 8, 3]) + b"".join(n.to_bytes(4, "big") for n in small.shape)
content = head + small.tobytes()
print(list(content[:16]), len(content))

# %% [markdown]
# **Exercise 10.1** (1 point). Write `decode_idx(content)`: the array, uint8, in the
# `bytes` of such a file, of as many dimensions as it says. Somebody will want to write
# to this array.
#
# <details><summary>Hint 1. Where do the entries begin?</summary>
#
# Behind four bytes, and four more for each dimension. `content[3]` is an integer.
#
# </details>
# <details><summary>Hint 2. Numbers from bytes</summary>
#
# `int.from_bytes` turns a slice of four bytes into a number and wants to know the
# order. `np.frombuffer` sees bytes as an array, from an `offset` on; such an array
# cannot be written to.
#
# </details>

# %% exercise="decode_idx"
from minidl.data.mnist import decode_idx

# %% check="decode_idx"
check(decode_idx)

# %%
found = decode_idx(content)
print(found.shape, np.array_equal(found, small))

# %% [markdown]
# **Exercise 10.2** (what breaks). Predict: MNIST's training file has 60 000 images. How
# many does a program see that takes the *lowest* byte of a size for the first one?
#
# <details><summary>Hint 1. In base 256</summary>
#
# 60 000 is 234 times 256, and 96. So the four bytes are 0, 0, 234 and 96.
#
# </details>
# <details><summary>Hint 2. Turn them round</summary>
#
# Now 96 counts 256 times 256 times 256.
#
# </details>

# %%
size = (60_000).to_bytes(4, "big")
print(list(size), int.from_bytes(size, "little"))

# %% [markdown]
# <details><summary>Answer</summary>
#
# 1 625 948 160 images: the program ends with an error that it has too few bytes, or
# waits for memory that no machine has. Both orders are in use; a format has to say
# which.
#
# </details>

# %%
if WHICH == "mnist":
    (raw, labels), (raw_test, y_test) = load_mnist(), load_mnist(train=False)
else:
    parts = train_test_split(found, labels, 0.2, np.random.default_rng(0))
    raw, raw_test, labels, y_test = parts
convolution.gallery(raw[:8].astype(float), labels[:8])

# %% [markdown]
# ## 10.2 One way for all images
#
# A network reads what looks like its training images. MNIST's makers cropped each digit
# to its ink, scaled the longer side to 20 pixels, and moved its centre of mass into the
# middle of $28 \times 28$. You will do the same to digits of any size. Five small
# bricks make one function, `prepare_digits`, which training, drawing pad and service
# share.

# %% [markdown]
# **Exercise 10.3** (1 point). Write `crop_to_ink(image)`: of `image` $(H, W)$ the
# smallest rectangle $(h, w)$ with all entries above 0, and an empty array $(0, 0)$ if
# there is none.
#
# <details><summary>Hint 1. Which rows?</summary>
#
# A row has ink if any of its entries is above 0. `any` takes an axis.
#
# </details>
# <details><summary>Hint 2. First and last</summary>
#
# `np.flatnonzero` lists the numbers of these rows; only the first and the last count,
# and the end of a slice is not part of it.
#
# </details>

# %% exercise="crop_to_ink"
from minidl.data.handwriting import crop_to_ink

# %% check="crop_to_ink"
check(crop_to_ink)

# %% [markdown]
# To shrink 100 rows to 20, take means of rows; to enlarge 8 to 20, blend neighbours.
# One formula does both. New row $j$ has its middle at $(j + \tfrac12)\,h/H$, in old
# rows. Old row $i$ counts with
#
# $$a_{ji} = \max\Bigl(0,\; 1 - \frac{|(j + \frac12)\,h/H - (i + \frac12)|}{\max(1,
# h/H)}\Bigr)$$
#
# and the weights of each new row are divided by their sum.

# %% [markdown]
# **Exercise 10.4** (2 points). Write `resize_rows(image, H)`: from `image` $(h, w)$ to
# $(H, w)$, in the image's dtype.
#
# <details><summary>Hint 1. All distances at once</summary>
#
# The new middles as a column, the old ones as a row: their difference is the matrix
# $(H, h)$ of all distances.
#
# </details>
# <details><summary>Hint 2. Then</summary>
#
# Turn the matrix into weights, divide each row by its sum (`keepdims`), and what is
# left is one product of matrices.
#
# </details>

# %% exercise="resize_rows"
from minidl.data.handwriting import resize_rows

# %% check="resize_rows"
check(resize_rows)

# %% [markdown]
# **Exercise 10.5** (what breaks). Predict what is left of a thin line. Somebody draws
# on a pad of 280 pixels with a pen two pixels wide, and a program shrinks it to 28 by
# taking every tenth row.
#
# <details><summary>Hint 1. Which rows are looked at?</summary>
#
# Rows 0, 10, 20 and so on. The line covers two of 280.
#
# </details>
# <details><summary>Hint 2. And the mean?</summary>
#
# Two rows of ink are spread over the new rows that are near. How dark can these be?
#
# </details>

# %%
pad = np.zeros((280, 280))
pad[144:146, 40:240] = 1.0
picked, blended = pad[::10], resize_rows(pad, 28)
print("ink left:", picked.sum() / pad[:, :1].size, "and", blended.max().round(2))

# %% [markdown]
# <details><summary>Answer</summary>
#
# The line is gone: rows 140 and 150 are blank. The blend keeps a fifth of its darkness
# in one row and less in its neighbours. So the brightest ink has to become 1 *after*
# shrinking, or thin pens read badly.
#
# </details>

# %% [markdown]
# The **centre of mass** is the mean of all places, each counted by its ink:
#
# $$r = \frac{\sum_{ij} x_{ij}\, i}{\sum_{ij} x_{ij}} \qquad
# c = \frac{\sum_{ij} x_{ij}\, j}{\sum_{ij} x_{ij}}$$
#
# A long thin tail moves it only a little, which is why MNIST uses it and not the middle
# of the rectangle.

# %% [markdown]
# **Exercise 10.6** (1 point). Write `center_of_mass(image)`: of an `image` $(H, W)$
# that is not blank, the array $(r, c)$, in the image's dtype.
#
# <details><summary>Hint 1. First sums</summary>
#
# How much ink has each row? That many times its number counts.
#
# </details>
# <details><summary>Hint 2. A product</summary>
#
# The sums of the rows, times `np.arange` of as many, with `@`. The columns likewise.
#
# </details>

# %% exercise="center_of_mass"
from minidl.data.handwriting import center_of_mass

# %% check="center_of_mass"
check(center_of_mass)

# %% [markdown]
# **Exercise 10.7** (2 points). Write `center_ink(image, size)`: `image` $(h, w)$ on a
# square $(\text{size}, \text{size})$ of zeros. Its first row becomes row
# $\lceil(\text{size} - 1)/2 - r\rceil$, its first column likewise, but never so that
# ink is cut off.
#
# <details><summary>Hint 1. How far may it go?</summary>
#
# The first row is at least 0 and at most $\text{size} - h$.
#
# </details>
# <details><summary>Hint 2. Two numbers at once</summary>
#
# `np.ceil` of an array, made integers by `astype`, can be taken apart into a row and a
# column. `np.clip` keeps a number between two others.
#
# </details>

# %% exercise="center_ink"
from minidl.data.handwriting import center_ink

# %% check="center_ink"
check(center_ink)

# %% [markdown]
# **Exercise 10.8** (1 point). Write `normalize(images, mean, std)`: `images` $(N, H,
# W)$ with no entry below 0, the answer $(N, 1, H, W)$. The brightest ink of each image
# becomes 1, then the mean is subtracted and the deviation divided by. A blank image
# counts as zeros.
#
# <details><summary>Hint 1. One number an image</summary>
#
# `max` over the last two axes; keep them, so that the shapes fit.
#
# </details>
# <details><summary>Hint 2. Blank images</summary>
#
# `np.where` can put a 1 in the place of a 0 before you divide. A new axis is made by
# `None` in an index.
#
# </details>

# %% exercise="normalize"
from minidl.data.handwriting import normalize

# %% check="normalize"
check(normalize)

# %% [markdown]
# Put together, for one digit. `resize` calls your `resize_rows` twice, once for each
# direction.

# %%
from minidl.data.handwriting import BOX, MEAN, SIZE, STD, prepare_digits, resize

ink = crop_to_ink(raw[0].astype(float))
scaled = resize(ink, *(round(BOX * n / max(ink.shape)) for n in ink.shape))
middle = center_ink(scaled, SIZE)
steps = {"file": raw[0], "ink": ink, "20 pixels": scaled, "centred": middle}
handwriting.stages(steps)

# %% [markdown]
# `prepare_digits` does this for a whole array, and normalizes with the mean 0.1307 and
# the deviation 0.3081 of MNIST's pixels. Prepared once more, MNIST's own images stay
# what they are, all but three in ten thousand: nothing is done that was not done to
# them.

# %%
again = prepare_digits(raw[:1])
print(again.shape, again.dtype, np.abs(again[0, 0] * STD + MEAN).max())
twice = prepare_digits(again[:, 0] * STD + MEAN)
print("prepared twice, largest difference:", np.abs(twice - again).max())

# %% [markdown]
# ## 10.3 Three kinds of images
#
# Two of the course's sources measured their network on the images that it was trained
# on, or chose among networks by the test images. Keep three sets apart: **training**
# images change the weights, **validation** images choose between networks and epochs,
# and **test** images are looked at once, at the end.

# %%
from minidl.utils.data import DataLoader, TensorDataset

BATCH = 128 if WHICH == "mnist" else 32
rows = train_test_split(raw, labels, 0.1, np.random.default_rng(1))
sets = {"training": rows[::2], "validation": rows[1::2], "test": (raw_test, y_test)}
data = {
    name: TensorDataset(tensor(prepare_digits(x)), tensor(y))
    for name, (x, y) in sets.items()
}

# %%
train = DataLoader(data["training"], BATCH, shuffle=True)
val, test = (DataLoader(data[name], 500) for name in ("validation", "test"))
print({name: len(each) for name, each in data.items()})

# %% [markdown]
# ## 10.4 The first network
#
# 784 pixels, 128 hidden neurons, ten logits: the network with which most people begin.
# It has 101 770 numbers to learn. You have written every one of its parts.


# %%
def mlp(hidden=128):
    first = [nn.Flatten(), nn.Linear(784, hidden), nn.ReLU()]
    return nn.Sequential(*first, nn.Linear(hidden, 10))


# %%
from minidl.optim import Adam
from minidl.training import evaluate, fit


def learn(model, epochs, lr, batches=train, loss=functional.cross_entropy):
    optimizer = Adam(model.parameters(), lr=lr)
    return fit(model, batches, loss, optimizer, epochs, val)


# %% [markdown]
# The bar counts batches. Interrupt it when you have seen enough: the history of whole
# epochs comes back, and the network keeps what it has learned.

# %%
manual_seed(0)
first = mlp()
history = learn(first, 10, 0.001)
print(sum(p.numel() for p in first.parameters()), "numbers to learn")

# %%
from minidl.viz.live import curves

_ = curves(history)

# %% [markdown]
# ## 10.5 Ten hidden neurons, and a bug
#
# A second network of the sources has ten hidden neurons, a softmax as its last layer,
# and PyTorch's `CrossEntropyLoss` behind it. That loss takes logits: it contains a
# softmax already.

# %% [markdown]
# **Exercise 10.9** (what breaks). Train the 784-10-10 network both ways. How small can
# the loss become for a softmax of a softmax, if the network is perfectly sure and
# right?
#
# <details><summary>Hint 1. What comes out of the first softmax?</summary>
#
# At best a 1 and nine zeros. What does the second one make of these?
#
# </details>
# <details><summary>Hint 2. One fraction</summary>
#
# $e^1 / (e^1 + 9 e^0)$ is the largest probability that it can give.
#
# </details>


# %%
def twice_softmax(y, target):
    return functional.cross_entropy(functional.softmax(y, 1), target)


small_losses = {"logits": functional.cross_entropy, "softmax twice": twice_softmax}

# %%
small_nets, small_history = {}, {}
for name, loss in small_losses.items():
    manual_seed(0)
    small_nets[name] = mlp(hidden=10)
    small_history[name] = learn(small_nets[name], 20, 0.003, loss=loss)["loss"]

# %%
floor = np.log(1 + 9 / np.e)
handwriting.losses(small_history, floor)
for name, model in small_nets.items():
    print(name, evaluate(model, val, small_losses[name]))

# %% [markdown]
# <details><summary>Answer</summary>
#
# $\log(1 + 9/e) = 1.4612$. The curve creeps towards this floor, and whoever expects a
# loss near 0 trains on in vain. The gradient has to pass through two softmaxes, and
# each of them flattens it. The network learns all the same: nothing crashes, and the
# accuracy looks nearly right. Such bugs live long.
#
# </details>

# %% [markdown]
# ## 10.6 Looking at the images
#
# The third network is chapter 7's: kernels of $3 \times 3$, 32, 64 and 64 of them. Its
# source added dropout to it, *behind* the softmax, where it deletes half of the
# answers. Between the hidden layers it belongs.


# %%
def cnn(p=0.0):
    first = [nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2)]
    second = [nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2)]
    third = [nn.Conv2d(64, 64, 3), nn.ReLU(), nn.Flatten(), nn.Dropout(p)]
    last = [nn.Linear(576, 64), nn.ReLU(), nn.Dropout(p), nn.Linear(64, 10)]
    return nn.Sequential(*first, *second, *third, *last)


# %%
manual_seed(0)
plain = cnn()
plain_history = learn(plain, 6, 0.002)

# %% [markdown]
# Three improvements, all of them yours: **dropout** of 0.3, **augmentation** by moving
# each training image a pixel up, down or sideways, anew in every epoch, and a
# **schedule** that lowers the learning rate along a cosine. `augment` brings zeros in,
# so the ground has to be 0 while images move.

# %%
from minidl.data.augmentation import augment
from minidl.generator import rng_of


# %%
def moved(x, most, rng):
    ground = x.numpy().min()
    return tensor(augment(x.numpy() - ground, most, rng) + ground)


class Moved(DataLoader):
    most = 1  # pixels

    def __iter__(self):
        for x, y in super().__iter__():
            yield moved(x, self.most, rng_of(None)), y


# %% [markdown]
# Training a larger network takes hours elsewhere, and somebody will close the lid.
# `fit` writes a **checkpoint** after each epoch: the weights, what Adam remembers, the
# schedule, the history, and the state of the random numbers. The file lies beside this
# notebook. Interrupt the training below, with the square button, and run its cell
# again, today or tomorrow: it goes on.

# %%
from minidl.optim.lr_scheduler import CosineAnnealingLR

EPOCHS = 10
moving = Moved(data["training"], BATCH, shuffle=True)
file = f"{WHICH}.checkpoint.safetensors"  # delete it to train from the start


# %%
def better(epochs, checkpoint=None, loss=functional.cross_entropy):
    manual_seed(0)
    model = cnn(p=0.3)
    optimizer = Adam(model.parameters(), lr=0.002)
    schedule = CosineAnnealingLR(optimizer, EPOCHS)
    settings = {"scheduler": schedule, "checkpoint": checkpoint}
    return model, fit(model, moving, loss, optimizer, epochs, val, **settings)


# %%
_, halfway = better(EPOCHS // 2, file)
model, model_history = better(EPOCHS, file)
print("epochs:", len(halfway["loss"]), "and", len(model_history["loss"]))

# %% [markdown]
# The second call found five epochs in the file and trained five more. The result is the
# same, bit for bit, as without the pause: a test of this course compares them. An
# interrupt in the middle of an epoch goes back to the last whole one. Run the cell once
# more, and both calls find all ten. So delete the file when you change the network or
# its training.

# %%
from minidl.viz import training

runs = {"784-128-10": history, "CNN": plain_history, "CNN, improved": model_history}
training.runs(runs)

# %% [markdown]
# Dropout and moved images make the training loss *larger*: the network practises under
# harder conditions than it is examined under. What counts is on the right. By the
# validation images the improved network is chosen; only now the test images are looked
# at.

# %%
nets = {"784-10-10": small_nets["logits"], "784-128-10": first}
nets |= {"CNN": plain, "CNN, improved": model}
scores = [evaluate(net, test, functional.cross_entropy) for net in nets.values()]
right = [100 * score["accuracy"] for score in scores]
handwriting.shares(list(nets), right, f"{len(y_test)} test images")

# %% [markdown]
# On the small digits the large networks differ by two or three images: that is chance.
# On MNIST they do not: 784-128-10 reads 97.9 % of the 10 000 test images, the CNN
# 98.9 %, the improved one 99.4 %. The documented commands of this project, `python -m
# benchmarks.mnist_project mlp` and `cnn`, train the first and the last of them.

# %% [markdown]
# ## 10.7 Asking the network
#
# Whoever uses the network has an image and wants ten probabilities. On the way lie all
# the traps of the course: dropout still on, a tape that nobody needs, logits taken for
# probabilities, and images that were not prepared as in training.

# %%
from minidl.kernels import softmax
from minidl.nn.module import Module
from minidl.operators import AnyArray
from minidl.tensor import Tensor

# %% [markdown]
# **Exercise 10.10** (2 points). Write `probabilities(model, images)`: from images
# $(N, H, W)$ as they come, bright ink on dark, to an array $(N, 10)$ whose rows add up
# to 1. The model answers a Tensor of prepared images with logits.
#
# <details><summary>Hint 1. Before you ask</summary>
#
# Which mode must the model be in, and who prepares the images?
#
# </details>
# <details><summary>Hint 2. While you ask</summary>
#
# Wrap the prepared images in a `Tensor` inside a block without a tape. The kernel
# `softmax` turns the array of the answer into probabilities.
#
# </details>

# %% exercise="probabilities"
from minidl.models import probabilities

# %% check="probabilities"
check(probabilities)

# %% [markdown]
# Now the test images, as they lie in the file. The matrix says how often each digit was
# taken for each.

# %%
from minidl.metrics import confusion_matrix

raw_test, y_test = raw_test[:2000], y_test[:2000]  # of MNIST, enough to look at
p = probabilities(model, raw_test)
training.confusion(confusion_matrix(y_test, p.argmax(axis=1), 10))

# %%
handwriting.worst(raw_test, y_test, p)

# %% [markdown]
# These are its worst mistakes: the digits that it misread and was surest of. Look at
# them before you blame the network. A few could be read either way, by a person too.

# %% [markdown]
# **Exercise 10.11** (what breaks). One of the sources puts its network behind a web
# service, and there the images are not scaled as in training: ink is 255 instead of 1.
# Predict whether the network notices. And what if the ink is dark on white paper?
#
# <details><summary>Hint 1. Is bigger a problem?</summary>
#
# Multiply all pixels by 255: what becomes of the logits, if biases are small? Where is
# their largest?
#
# </details>
# <details><summary>Hint 2. And the sureness?</summary>
#
# Softmax looks at differences of logits. What if these are a hundred times as large?
#
# </details>


# %%
def asked(x):
    with no_grad():
        return softmax(model(tensor(x.astype(np.float32))).numpy())


ready = data["test"].tensors[0].numpy()[:2000]
pixels = 255 * (ready * STD + MEAN)
served = {"as in training": ready, "not scaled": pixels, "dark on white": 255 - pixels}

# %%
for name, x in served.items():
    q = asked(x)
    hits, sure = (q.argmax(axis=1) == y_test).mean(), q.max(axis=1).mean()
    print(f"{name:15} {hits:6.1%} right, {sure:6.1%} sure on average")

# %% [markdown]
# <details><summary>Answer</summary>
#
# Of unscaled images more than nine in ten are read, so nobody notices; but the network
# is always completely sure, whatever it says. Dark ink on white is read no better than
# by guessing, and as surely. One function for training and service rules both out.
#
# </details>

# %% [markdown]
# ## 10.8 To a file, and out of the house
#
# `minidl.save` writes safetensors, a format that holds numbers and nothing else: no
# code can hide in it. PyTorch opens it, and a test of this course does: the same
# network there gives the same logits.

# %%
from minidl import load, save
from minidl.models import from_state

save(model.state_dict(), "model.safetensors")
copy = from_state(load("model.safetensors"))
print(np.abs(probabilities(copy, raw_test) - p).max())

# %% [markdown]
# This file is all that the service needs. In a new cell,
#
#     !python -m minidl.serving model.safetensors
#
# answers at `http://127.0.0.1:8000` until you interrupt it: a page to draw on, and
# `POST /classify_image` for pictures. (In a terminal, leave out the `!`. On Binder, and
# wherever Jupyter runs on another machine, change the end of this page's address, from
# `lab` on, to `proxy/8000/`.) It prepares pictures by your five bricks and asks by your
# `probabilities`.

# %% [markdown]
# ## 10.9 What next: fewer examples
#
# A network learns kernels that serve more than its ten digits. Train one on the digits
# 0 to 4 only, moved by up to three pixels. Then keep its kernels, put a new layer
# behind them, and teach it the digits 5 to 9 from five examples of each: this is
# **transfer learning**.

# %%
x_all, y_all = data["training"].tensors
low = np.flatnonzero(y_all.numpy() < 5)[:3000]
manual_seed(0)
donor, half = cnn(p=0.3), Moved(TensorDataset(x_all[low], y_all[low]), 32, shuffle=True)
half.most = 3
adam = Adam(donor.parameters(), lr=0.001)
_ = fit(donor, half, functional.cross_entropy, adam, 6)

# %% [markdown]
# The 25 examples lie in the middle, as always. The test images of 5 to 9 are moved: the
# new layer never saw that, but the donor's kernels did, with other digits. For
# comparison, the same network learns the 25 examples from nothing, and a single linear
# layer learns them from the pixels.

# %%
x_test, digits = (each[:2000] for each in data["test"].tensors)
rest = np.flatnonzero(digits.numpy() >= 5)
x_new = moved(x_test[rest], 3, np.random.default_rng(0))
y_new = digits.numpy()[rest] - 5


# %%
def kernels(x):
    with no_grad():
        return nn.Sequential(*list(donor.eval())[:9])(x)


def examples(rng):
    y = y_all.numpy()
    places = [rng.permutation(np.flatnonzero(y == k))[:5] for k in range(5, 10)]
    return x_all[np.concatenate(places)], y_all[np.concatenate(places)] - 5


# %%
def taught(network, x, y, x_new, lr, steps):
    optimizer = Adam(network.parameters(), lr=lr)
    for _ in range(steps):
        optimizer.zero_grad()
        functional.cross_entropy(network(x), y).backward()
        optimizer.step()
    with no_grad():
        return (network(x_new).argmax(1).numpy() == y_new).mean()


# %% [markdown]
# Five examples are few, so chance matters: take the mean of four draws of them. What
# comes out of the kernels is computed once, because they do not change any more.


# %%
def rivals(seed):
    x, y = examples(np.random.default_rng(seed))
    manual_seed(seed)
    borrowed, pixels = nn.Linear(576, 5), nn.Sequential(nn.Flatten(), nn.Linear(784, 5))
    whole = nn.Sequential(*list(cnn())[:9], nn.Linear(576, 5))
    yield taught(borrowed, kernels(x), y, kernels(x_new), 0.003, 60)
    yield taught(whole, x, y, x_new, 0.001, 30)
    yield taught(pixels, x, y, x_new, 0.003, 60)


# %%
learned = 100 * np.mean([list(rivals(seed)) for seed in range(4)], axis=0)
names = ["kernels from 0 to 4", "kernels from nothing", "pixels"]
handwriting.shares(names, learned, "Moved digits 5 to 9, from 25 in the middle")

# %% [markdown]
# The borrowed kernels win: about 60 % against 55 % for new ones and 46 % for pixels; of
# MNIST's digits 62 %, 51 % and 40 %. In the middle the small digits need no transfer,
# because there pixels are enough: it pays where the donor has seen something that the
# few examples do not show.

# %% [markdown]
# ## 10.10 What next: a network that is fooled
#
# Training moves the weights down the slope of the loss. The tape knows the slope of the
# *image* as well. Move every pixel by a small $\epsilon$ the way that raises the loss:
#
# $$x' = x + \epsilon\; \text{sign}\,\frac{\partial L}{\partial x}$$
#
# This is the fast gradient sign method, FGSM. What it makes is called an **adversarial
# example**.

# %%
from minidl.functional import cross_entropy

# %% [markdown]
# **Exercise 10.12** (2 points). Write `fgsm(model, x, y, epsilon)`: `x` $(N, \dots)$
# and the true classes `y` $(N,)$ are Tensors, the answer is one like `x` without a
# tape. The model is asked in evaluation mode; its parameters have no gradient
# afterwards.
#
# <details><summary>Hint 1. Whose gradient?</summary>
#
# Make a copy of `x` that requires a gradient; ask the model about the copy; take the
# cross-entropy backwards. The slope is in the copy's `grad`.
#
# </details>
# <details><summary>Hint 2. And then</summary>
#
# `zero_grad` tidies up in the model. A Tensor has a method `sign`, and `detach` leaves
# the tape behind.
#
# </details>

# %% exercise="fgsm"
from minidl.perturbation import fgsm

# %% check="fgsm"
check(fgsm)

# %%
sizes = (0.0, 0.1, 0.2, 0.4, 0.8)
fooled = {size: asked(fgsm(model, x_test, digits, size).numpy()) for size in sizes}
noise = np.random.default_rng(0).choice([-1, 1], ready.shape)
for size, q in fooled.items():
    guess = asked(ready + size * noise).argmax(axis=1)
    both = [(g == y_test).mean() for g in (q.argmax(axis=1), guess)]
    print(f"{size:.1f}: chosen {both[0]:6.1%} right, random {both[1]:6.1%} right")

# %% [markdown]
# Move the slider and look at one digit: what is added, what it looks like afterwards,
# and what the network makes of it.

# %% tags=["demo"]
handwriting.explore(fgsm, model, x_test[:60], digits[:60])

# %% [markdown]
# Ink and ground are 3.2 apart. A step of 0.4, an eighth of that, hardly troubles a
# person, and random signs hardly trouble the network. Signs that are chosen do: the
# network reads far fewer digits. A network that reads well does not see as we do, and
# whoever puts one into the world should know.

# %% [markdown]
# ## 10.11 Draw a digit
#
# Your turn. Draw with the mouse or a finger; while you draw, your five bricks prepare
# the picture, your network reads it, and the first layer's maps show what it looks at.
# Try to find a digit that you can read and the network cannot.

# %% tags=["demo"]
from minidl.viz.pad import Pad

Pad(model)

# %% [markdown]
# ## Summary
#
# - A file format says where each number stands; sizes come first, in a stated order.
# - Images are cropped, scaled, centred and normalized by one function, in training and
#   ever after.
# - Training, validation and test images are three sets.
# - Softmax twice does not crash; its loss stops at 1.4612.
# - A checkpoint holds weights, optimizer, schedule, history and random numbers.
# - Learned kernels serve other digits too, and small chosen steps fool the network.

# %% [markdown]
# ## History
#
# - Y. LeCun, C. Cortes, C. Burges, *The MNIST database of handwritten digits*, 1998,
#   made of NIST's collections.
# - Y. LeCun and others, *Gradient-based learning applied to document recognition*,
#   1998: networks that read MNIST with 0.8 % errors.
# - P. Simard, D. Steinkraus, J. Platt, *Best practices for convolutional neural
#   networks applied to visual document analysis*, 2003: augmentation, and 0.4 %.

# %% [markdown]
# - J. Yosinski and others, *How transferable are features in deep neural networks?*,
#   2014.
# - C. Szegedy and others, *Intriguing properties of neural networks*, 2014: adversarial
#   examples. I. Goodfellow, J. Shlens, C. Szegedy, *Explaining and harnessing
#   adversarial examples*, 2015: the fast gradient sign method.
#
# Here the course ends. The library that read your digit is yours, line by line.
