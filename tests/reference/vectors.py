"""Writes tests/Simile.Tests/Vectors/numpy.npy and prints what numpy reads from a file of ours.

    python3 tests/reference/vectors.py make          # numpy 1.24: the file that our reader is tested on
    python3 tests/reference/vectors.py show FILE.npy # what numpy makes of a file that Simile wrote
"""
import os
import sys

import numpy as np

if sys.argv[1] == "make":
    values = (np.arange(12, dtype=np.float32).reshape(4, 3) - 5) / 7
    folder = os.path.join(os.path.dirname(__file__), "..", "Simile.Tests", "Vectors")
    np.save(os.path.join(folder, "numpy.npy"), values)
    np.save(os.path.join(folder, "numpy-half.npy"), values.astype(np.float16))
else:
    table = np.load(sys.argv[2])
    print(table.dtype, table.shape, float(np.abs(np.linalg.norm(table, axis=1) - 1).max()))
