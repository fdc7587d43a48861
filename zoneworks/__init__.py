"""Zoneworks (开发区工作台): the workbench of an industrial development zone."""

__version__ = "0.1.0"
