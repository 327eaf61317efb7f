"""Pictures and widgets: the only place that imports matplotlib and ipywidgets."""

from minidl.viz.figure import figure

__all__ = ["figure"]
