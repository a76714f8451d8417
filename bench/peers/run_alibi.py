"""alibi-detect over the neutral plan, with its defaults and p_val = 0.05.

usage: run_alibi.py PLAN OUT [CPU seconds for each method and size]
"""
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")

import numpy as np
from alibi_detect.cd import CVMDrift, CVMDriftOnline, KSDrift, LSDDDrift, MMDDrift, MMDDriftOnline

from streams import run_streams
from windows import LEVEL, Plan, Results, compare

RUN_LENGTH = 500


def by_p_value(detector, window):
    data = detector.predict(window)["data"]
    return -np.log(np.min(data["p_val"]) + 1e-300), data["is_drift"]


def by_distance(detector, window):
    data = detector.predict(window)["data"]
    return float(data["distance"]), data["is_drift"]


def fit_mmd(reference):
    return MMDDrift(reference, backend="tensorflow", p_val=LEVEL)


def fit_lsdd(reference):
    return LSDDDrift(reference, backend="tensorflow", p_val=LEVEL)


def restart(detector):
    def start():
        detector.reset_state()
        return lambda image: bool(detector.predict(image)["data"]["is_drift"])

    return start


def main(directory, out, budget=40.0):
    plan = Plan(directory)
    methods = [
        ("alibi-detect KS, softmax", KSDrift, plan.probabilities, by_p_value),
        ("alibi-detect KS, PCA-32", KSDrift, plan.components, by_p_value),
        ("alibi-detect CVM, PCA-32", CVMDrift, plan.components, by_p_value),
        ("alibi-detect LSDD, PCA-32", fit_lsdd, plan.components, by_distance),
        ("alibi-detect MMD, PCA-32", fit_mmd, plan.components, by_distance),
    ]
    compare(plan, Results(out, "alibi"), methods, float(budget))
    reference = plan.components(plan.references[0], 0)
    cvm = CVMDriftOnline(reference, ert=RUN_LENGTH, window_sizes=[50], n_bootstraps=20000, verbose=False)
    mmd = MMDDriftOnline(
        reference, ert=RUN_LENGTH, window_size=20, backend="tensorflow", n_bootstraps=1000, verbose=False
    )
    online = [
        ("alibi-detect CVM online, window 50", restart(cvm), plan.components),
        ("alibi-detect MMD online, window 20", restart(mmd), plan.components),
    ]
    run_streams(plan, out, "alibi", online, 3 * float(budget))


if __name__ == "__main__":
    main(*sys.argv[1:])
