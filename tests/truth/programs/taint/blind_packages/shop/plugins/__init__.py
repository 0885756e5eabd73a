"""Plugins found by name when the package is imported."""

import importlib

registry = {}
names = ("upper", "blank")

for _name in names:
    _module = importlib.import_module(f".{_name}", __name__)
    registry[_name] = _module.run
