"""prepare_digits makes of any digit what MNIST would have made of it."""

from __future__ import annotations

import sys

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal

from minidl.data import handwriting, load_digits
from minidl.data.handwriting import MEAN, STD, center_of_mass, prepare_digits, resize

SHAPES = [((8, 5), 20, 13), ((100, 37), 20, 7), ((3, 3), 1, 7), ((1, 1), 4, 4)]


def pixels(images):
    """Prepared images, before they were normalized."""
    return prepare_digits(images)[:, 0] * STD + MEAN


def digit(H=50, W=40, seed=0):
    """A stroke that bends, somewhere in an image."""
    image = np.zeros((H, W))
    rng = np.random.default_rng(seed)
    rows = np.linspace(H * 0.2, H * 0.7, 200).astype(int)
    columns = (W / 2 + W / 4 * np.sin(np.linspace(0, 4, 200))).astype(int)
    image[rows, columns] = image[rows, columns + 1] = rng.uniform(0.4, 0.9)
    return image


@pytest.mark.parametrize(("shape", "H", "W"), [*SHAPES, ((20, 20), 20, 20)])
def test_resize_is_pytorchs_antialiased_interpolation(shape, H, W):
    image = np.random.default_rng(0).random(shape)
    expected = torch.nn.functional.interpolate(
        torch.tensor(image)[None, None], (H, W), mode="bilinear", antialias=True
    )
    assert_allclose(resize(image, H, W), expected[0, 0].numpy(), atol=1e-14)


def test_an_image_that_has_its_size_stays_as_it_is_to_the_bit():
    image = np.random.default_rng(0).random((20, 14))
    assert_array_equal(resize(image, 20, 14), image)


def test_the_ink_is_20_pixels_long_and_balances_in_the_middle():
    for seed, size in enumerate([(50, 40), (9, 9), (200, 300), (28, 28)]):
        (image,) = pixels(digit(*size, seed=seed)[None])
        rows, columns = np.nonzero(image > 1e-6)
        assert max(np.ptp(rows), np.ptp(columns)) + 1 == 20
        r, c = center_of_mass(image)
        assert 13.5 <= r < 14.5
        assert 13.5 <= c < 14.5
        assert_allclose(image.max(), 1, rtol=1e-6)


@pytest.mark.parametrize("scale", [255, 16, 1e-3])
def test_neither_scale_nor_place_nor_dtype_matters(scale):
    image = (digit() > 0) * 1.0
    expected = prepare_digits(image[None])
    assert_allclose(prepare_digits(scale * image[None]), expected, atol=1e-5)
    moved = np.roll(image, (3, -2), (0, 1))[None]
    assert_allclose(prepare_digits(moved), expected, atol=1e-6)
    for dtype in (np.uint8, np.int64, np.float32, bool):
        assert_allclose(prepare_digits(image[None].astype(dtype)), expected, atol=1e-5)


def test_what_is_below_0_is_ground():
    image = digit()
    below = np.where(image > 0, image, -1.0)
    assert_array_equal(prepare_digits(below[None]), prepare_digits(image[None]))


def test_a_blank_image_is_ground_and_no_image_is_an_empty_batch():
    blank = prepare_digits(np.zeros((2, 9, 4), np.uint8))
    assert_allclose(blank, np.full((2, 1, 28, 28), -MEAN / STD), rtol=1e-6)
    assert prepare_digits(np.zeros((0, 28, 28))).shape == (0, 1, 28, 28)


def test_the_small_digits_of_scikit_learn_become_float32_of_28_by_28():
    images, _ = load_digits()
    prepared = prepare_digits(images[:50].reshape(-1, 8, 8))
    assert prepared.shape == (50, 1, 28, 28)
    assert prepared.dtype == np.float32


def test_prepared_images_stay_what_they_are():
    images, _ = load_digits()
    once = pixels(images[:100].reshape(-1, 8, 8))
    twice = pixels(once)
    same = np.abs(once - twice).max(axis=(1, 2)) < 1e-5
    assert same.mean() >= 0.95


def test_images_of_mnist_are_almost_what_they_were(mnist):
    images = mnist
    apart = np.abs(pixels(images) - images / 255)
    assert apart.mean() < 1e-3
    assert (apart.max(axis=(1, 2)) < 0.01).mean() > 0.99


@pytest.fixture
def mnist():
    """Test images of MNIST, where its files lie; elsewhere, images made like them."""
    from minidl.data.mnist import SHA256, places, read_idx

    name = next(name for name in SHA256 if name.startswith("t10k-images"))
    for folder in list(places())[:-1]:
        for end in (".gz", ""):
            if (folder / f"{name}{end}").is_file():
                return read_idx(folder / f"{name}{end}")[:1000]
    strokes = [digit(60, 44, seed) for seed in range(60)]
    return np.rint(255 * pixels(np.array(strokes))).clip(0, 255).astype(np.uint8)


def test_many_images_have_a_bar_on_standard_output(capsys, monkeypatch):
    monkeypatch.setattr(handwriting, "MANY", 3)
    prepare_digits(np.ones((3, 5, 5)))
    shown = capsys.readouterr()
    assert "3/3" in shown.out
    assert shown.err == ""
    prepare_digits(np.ones((2, 5, 5)))
    assert capsys.readouterr().out == ""


def test_without_tqdm_there_is_no_bar(capsys, monkeypatch):
    monkeypatch.setattr(handwriting, "MANY", 3)
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    assert prepare_digits(np.ones((3, 5, 5))).shape == (3, 1, 28, 28)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("shape", [(28, 28), (1, 3, 28, 28)])
def test_images_of_other_dimensions_are_refused(shape):
    with pytest.raises(
        ValueError, match=r"prepare_digits: images has shape .* image\[N"
    ):
        prepare_digits(np.zeros(shape))


def test_numbers_that_are_not_finite_are_refused():
    image = digit()
    image[3, 3] = np.nan
    with pytest.raises(ValueError, match="prepare_digits: images has nan or inf"):
        prepare_digits(image[None])
