"""Writes tests/Simile.Tests/Monitoring/numpy.json: series of numbers and their statistics by numpy.

/usr/bin/python3 tests/reference/monitoring.py    (numpy 1.24.2; float64)

A percentile is numpy's default, interpolated between the two values beside q (n - 1), each of which the sketch is documented to estimate within 1 %.
"""
import json
import pathlib

import numpy as np

random = np.random.default_rng(20261124)
series = {
    "few": np.array([0.5, 2, -1.25, 7, 7, 1e-3, 40]),
    "one": np.array([3.25]),
    "latencies": np.round(random.lognormal(-5, 1, 300), 7),
    "signed": np.round(random.normal(0, 50, 300), 4),
    "large": 1e9 + np.round(random.normal(0, 1, 300), 3),
}
table = {
    name: {
        "values": x.tolist(), "mean": x.mean(), "std": x.std(), "min": x.min(), "max": x.max(),
        "percentiles": np.percentile(x, [50, 90, 99]).tolist(),
    }
    for name, x in series.items()
}
path = pathlib.Path(__file__).parent.parent / "Simile.Tests" / "Monitoring" / "numpy.json"
path.write_text(json.dumps({"numpy": np.__version__, "series": table}, separators=(",", ":")) + "\n")
