"""Training scripts, run as they are by PyTorch and, with other imports, by minidl."""

from __future__ import annotations

import re

import numpy as np
import pytest

HEAD = """
import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim
from torch.optim.lr_scheduler import CosineAnnealingLR, OneCycleLR, StepLR
from torch.utils.data import DataLoader, TensorDataset

dtype = getattr(torch, DTYPE)
losses = []


def start(model):
    state = {}
    for name, value in model.state_dict().items():
        shape = tuple(value.shape)
        state[name] = torch.tensor(weights(name, shape), dtype=value.dtype)
    model.load_state_dict(state)
    return model.to(dtype)
"""

MLP = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(8, 16)
        self.fc2 = nn.Linear(16, 3)

    def forward(self, x):
        x = F.relu(self.fc1(x))
        return F.log_softmax(self.fc2(x), dim=1)


def train(model, device, train_loader, optimizer, epoch):
    model.train()
    for batch_idx, (data, target) in enumerate(train_loader):
        data, target = data.to(device), target.to(device)
        optimizer.zero_grad()
        output = model(data)
        loss = F.nll_loss(output, target)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())


def test(model, device, test_loader):
    model.eval()
    test_loss = 0
    correct = 0
    with torch.no_grad():
        for data, target in test_loader:
            data, target = data.to(device), target.to(device)
            output = model(data)
            test_loss += F.nll_loss(output, target, reduction="sum").item()
            pred = output.argmax(dim=1, keepdim=True)
            correct += pred.eq(target.view_as(pred)).sum().item()
    losses.extend([test_loss / len(test_loader.dataset), correct])


torch.manual_seed(1)
device = torch.device("cpu")
x = torch.tensor(normal(60, 8), dtype=dtype)
dataset = TensorDataset(x, (x @ torch.tensor(normal(8, 3), dtype=dtype)).argmax(1))
model = start(Net()).to(device)
optimizer = optim.Adadelta(model.parameters(), lr=1.0)
scheduler = StepLR(optimizer, step_size=1, gamma=0.7)
train_loader = DataLoader(dataset, batch_size=16)
for epoch in range(1, 6):
    train(model, device, train_loader, optimizer, epoch)
    test(model, device, DataLoader(dataset, batch_size=50))
    scheduler.step()
torch.save(model.state_dict(), PATH)
again = Net().to(dtype)
again.load_state_dict(torch.load(PATH, weights_only=True))
test(again, device, DataLoader(dataset, batch_size=50))
"""

CNN = """
model = start(
    nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1, bias=False),
        nn.BatchNorm2d(4),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(4, 6, 3),
        nn.GELU(),
        nn.AvgPool2d(2),
        nn.Flatten(),
        nn.Linear(6, 5),
    )
)
images = torch.tensor(normal(24, 1, 8, 8), dtype=dtype)
labels = torch.arange(24) % 5
loader = DataLoader(TensorDataset(images, labels), batch_size=8)
criterion = nn.CrossEntropyLoss(label_smoothing=0.1)
optimizer = optim.AdamW(model.parameters(), lr=0.01, weight_decay=0.1)
scheduler = OneCycleLR(optimizer, max_lr=0.05, epochs=6, steps_per_epoch=len(loader))
for epoch in range(6):
    for xb, yb in loader:
        loss = criterion(model(xb), yb)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        scheduler.step()
        losses.append(loss.item())
model.eval()
with torch.no_grad():
    losses.append(criterion(model(images), labels).item())
"""

LSTM = """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(7, 5)
        self.lstm = nn.LSTM(5, 6, num_layers=2, batch_first=True)
        self.head = nn.Linear(6, 7)

    def forward(self, tokens):
        out, (h, c) = self.lstm(self.embedding(tokens))
        return self.head(out)


model = start(Model())
text = torch.tensor([[(i * i + 3 * j) % 7 for i in range(9)] for j in range(4)])
decay, rest = [], []
for name, p in model.named_parameters():
    (decay if "weight" in name else rest).append(p)
groups = [{"params": decay, "weight_decay": 0.01}, {"params": rest}]
optimizer = optim.RMSprop(groups, lr=0.01, momentum=0.5)
scheduler = CosineAnnealingLR(optimizer, T_max=15)
for step in range(15):
    optimizer.zero_grad()
    logits = model(text[:, :-1])
    loss = F.cross_entropy(logits.reshape(-1, 7), text[:, 1:].reshape(-1))
    loss.backward()
    optimizer.step()
    scheduler.step()
    losses.append(loss.item())
"""

GAN = """
generator = start(nn.Sequential(nn.Linear(3, 8), nn.LeakyReLU(0.2), nn.Linear(8, 2)))
discriminator = start(nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1)))
g_optimizer = optim.Adam(generator.parameters(), lr=0.01, betas=(0.5, 0.999))
d_optimizer = optim.SGD(discriminator.parameters(), lr=0.1, momentum=0.9, nesterov=True)
criterion = nn.BCEWithLogitsLoss()
real = torch.tensor(normal(16, 2), dtype=dtype)
noise = torch.tensor(normal(16, 3), dtype=dtype)
ones, zeros = torch.ones(16, 1, dtype=dtype), torch.zeros(16, 1, dtype=dtype)
for step in range(15):
    fake = generator(noise)
    d_loss = criterion(discriminator(real), ones)
    d_loss = d_loss + criterion(discriminator(fake.detach()), zeros)
    d_optimizer.zero_grad()
    d_loss.backward()
    d_optimizer.step()
    g_loss = criterion(discriminator(fake), ones)
    g_optimizer.zero_grad()
    g_loss.backward()
    g_optimizer.step()
    losses += [d_loss.item(), g_loss.item()]
"""

BY_HAND = """
w = torch.tensor(normal(4, 1), dtype=dtype, requires_grad=True)
b = torch.zeros(1, dtype=dtype, requires_grad=True)
x = torch.tensor(normal(20, 4), dtype=dtype)
y = (x * torch.arange(4)).sum(dim=1, keepdim=True) + 0.5
for epoch in range(20):
    loss = ((x @ w + b - y) ** 2).mean()
    loss.backward()
    with torch.no_grad():
        w -= 0.1 * w.grad
        b -= 0.1 * b.grad
        w.grad.zero_()
        b.grad.zero_()
    losses.append(loss.item())
optimizer = optim.Adagrad([{"params": [w], "lr": 0.5}, {"params": [b]}], lr=0.1)
for epoch in range(20):
    optimizer.zero_grad(set_to_none=False)
    loss = F.smooth_l1_loss(x @ w + b, y) + 0.01 * w.abs().sum()
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
"""
SCRIPTS = {"MLP": MLP, "CNN": CNN, "LSTM": LSTM, "GAN": GAN, "by hand": BY_HAND}


def normal(*shape):
    """The same numbers for the same shape, in both runs."""
    return np.random.default_rng(shape).normal(size=shape)


def weights(name, shape):
    """Numbers to start a parameter from; running statistics start as they must."""
    if "running" in name or "batches" in name:
        return np.full(shape, float("var" in name))
    return normal(*shape, len(name)).reshape(*shape, -1)[..., 0] * 0.4


def run(script, dtype, minidl, path):
    """The losses that a script writes down."""
    source = HEAD + script
    if minidl:
        source = re.sub(r"^import torch$", "import minidl as torch", source, flags=re.M)
        source = re.sub(r"^(import|from) torch\b", r"\1 minidl", source, flags=re.M)
    scope = {"DTYPE": dtype, "PATH": path, "normal": normal, "weights": weights}
    scope["__name__"] = "script"
    exec(compile(source, "script", "exec"), scope)
    return np.array(scope["losses"])


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
def test_a_script_gives_the_losses_that_it_gives_in_pytorch(script, tmp_path):
    single, double, our_single, our_double = (
        run(script, dtype, minidl, tmp_path / "model.pt")
        for minidl in (False, True)
        for dtype in ("float32", "float64")
    )
    np.testing.assert_allclose(our_double, double, rtol=1e-9)
    # in float32, PyTorch's own distance from float64 says what rounding does here
    tolerance = 8 * abs(single - double).max() + 1e-6
    assert tolerance < 0.01
    np.testing.assert_allclose(our_single, double, rtol=0, atol=tolerance)
