"""Whatever happens, in whatever order: product and model agree, and every law holds."""

import os

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.laws.machine import Town

# The everyday run is short; `make laws` asks for a long one and says its seed.
EXAMPLES = int(os.environ.get("LAWS_EXAMPLES", "0"))
STEPS = int(os.environ.get("LAWS_STEPS", "30"))
EVERYDAY = {"sqlite": 12, "postgresql": 4}


def live(stage, *, examples, steps, shrinks):
    """Let the machine live in the town; what it finds is printed as a program to repeat."""
    machine = type("Life", (Town,), {"stage": stage})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            phases=(Phase.generate, Phase.shrink) if shrinks else (Phase.generate,),
            print_blob=True,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_product_and_model_agree_after_every_step(stage):
    kind = "sqlite" if stage.url.startswith("sqlite") else "postgresql"

    live(stage, examples=EXAMPLES or EVERYDAY[kind], steps=STEPS, shrinks=EXAMPLES > 0)
