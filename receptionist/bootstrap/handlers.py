"""The functions the model may call: the files of `handlers/`."""

import pkgutil
from importlib import import_module

import handlers
from receptionist.call.measured import measured
from receptionist.observability import Metrics
from receptionist.ports.function_handler import FunctionHandler


def build_handlers(metrics: Metrics) -> dict[str, FunctionHandler]:
    """One handler per file of `handlers/`, each counted."""
    modules = (
        import_module(f"handlers.{module.name}")
        for module in pkgutil.iter_modules(handlers.__path__)
        if not module.name.startswith("_")
    )
    found = [module.HANDLER for module in modules if hasattr(module, "HANDLER")]
    return {handler.name: measured(handler, metrics) for handler in found}
