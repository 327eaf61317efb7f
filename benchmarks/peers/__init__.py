"""Other libraries that pip installs; none is needed, and none is installed with minidl.

Each file offers one library's operators under the names that losses.py uses, and
`value_and_gradients(loss, weights, *others)`.
"""
