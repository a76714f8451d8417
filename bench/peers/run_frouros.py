"""frouros and river over the neutral plan. frouros gives no correction for several features: Bonferroni is added here.

usage: run_frouros.py PLAN OUT [CPU seconds for each method and size]
"""
import sys

import numpy as np
from frouros.detectors.data_drift import KSTest
from river import drift

from streams import run_streams
from windows import LEVEL, Plan, Results, compare


class KolmogorovSmirnov:
    def __init__(self, reference):
        self.tests = []
        for column in reference.T:
            test = KSTest()
            test.fit(X=column.astype(float))
            self.tests.append(test)


def score(detector, window):
    columns = zip(detector.tests, window.T)
    least = min(test.compare(X=column.astype(float))[0].p_value for test, column in columns)
    return -np.log(least + 1e-300), least < LEVEL / len(detector.tests)


def start_river(make):
    def start():
        detector = make()

        def update(value):
            detector.update(float(value))
            return detector.drift_detected

        return update

    return start


def main(directory, out, budget=40.0):
    plan = Plan(directory)
    methods = [("frouros KS + Bonferroni, PCA-32", KolmogorovSmirnov, plan.components, score)]
    compare(plan, Results(out, "frouros"), methods, float(budget))
    online = [
        ("river ADWIN, reconstruction error", start_river(drift.ADWIN), plan.reconstruction_error),
        ("river Page-Hinkley, reconstruction error", start_river(drift.PageHinkley), plan.reconstruction_error),
        ("river KSWIN, reconstruction error", start_river(lambda: drift.KSWIN(seed=1)), plan.reconstruction_error),
    ]
    run_streams(plan, out, "river", online, 3 * float(budget))


if __name__ == "__main__":
    main(*sys.argv[1:])
