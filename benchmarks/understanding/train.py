"""Train the models that come with the product: `python -m benchmarks.understanding.train`."""

import sys
from pathlib import Path

from benchmarks.understanding.fitting import Fitted, fit
from benchmarks.understanding.training import ADVICE_SHRINK, advice_rows, own_phrases, public_rows
from receptionist.domain.linear_text import write_model

SHIPPED = Path(__file__).parents[2] / "receptionist" / "domain" / "data"


def main(data: Path) -> None:
    """Write the model trained on all rows below `data`."""
    examples = [*own_phrases(), *(example for _, example in public_rows(data))]
    _ship("intents", fit(examples))
    _ship("advice", fit([example for _, example in advice_rows(data)], shrink=ADVICE_SHRINK))


def _ship(name: str, fitted: Fitted) -> None:
    packed = write_model(fitted.labels, fitted.scale, fitted.weights)
    path = SHIPPED / f"{name}.bin"
    path.write_bytes(packed)
    print(f"{path.name}: {len(fitted.labels)} labels, {len(packed) / 1000:.0f} kB")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/data"))
