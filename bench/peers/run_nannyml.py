"""NannyML over the neutral plan with its default settings: drift of windows laid end to end as chunks, and CBPE. Its domain
classifier takes 2 to 7 CPU seconds a window and is left out.

usage: run_nannyml.py PLAN OUT [windows of each reference and size]
"""
import json
import os
import sys
import warnings

os.environ["NML_DISABLE_USAGE_LOGGING"] = "1"
warnings.filterwarnings("ignore")

import nannyml as nml
import numpy as np
import pandas as pd

from windows import REFERENCES, SIZES, Plan, Results, cpu_seconds

CLASSES = [f"c{label}" for label in range(5)]


def frame(values, prefix):
    return pd.DataFrame(values, columns=[f"{prefix}{column}" for column in range(values.shape[1])])


def univariate(method, n):
    """Any column's alert is an alarm; the score is the largest value over the tool's own threshold."""

    def calculate(reference, live):
        columns = list(reference.columns)
        calculator = nml.UnivariateDriftCalculator(column_names=columns, continuous_methods=[method], chunk_size=n)
        result = calculator.fit(reference).calculate(live).filter(period="analysis").to_df()
        ratios = []
        for column in columns:
            threshold = float(result[(column, method, "upper_threshold")].iloc[0])
            ratios.append(result[(column, method, "value")].astype(float) / max(threshold, 1e-12))
        alerts = np.column_stack([result[(column, method, "alert")] for column in columns])
        return np.column_stack(ratios).max(1), alerts.any(1)

    return calculate


def reconstruction(n):
    def calculate(reference, live):
        calculator = nml.DataReconstructionDriftCalculator(column_names=list(reference.columns), chunk_size=n)
        part = calculator.fit(reference).calculate(live).filter(period="analysis").to_df()["reconstruction_error"]
        middle = (part["lower_threshold"] + part["upper_threshold"]) / 2
        return np.abs(part["value"] - middle).values, part["alert"].values

    return calculate


def drift(plan, out, most):
    results = Results(out, "nannyml")
    for n in SIZES:
        methods = [
            ("NannyML KS, softmax", univariate("kolmogorov_smirnov", n), plan.probabilities),
            ("NannyML Jensen-Shannon, PCA-32", univariate("jensen_shannon", n), plan.components),
            ("NannyML PCA reconstruction", reconstruction(n), plan.raw),
        ]
        rows = plan.rows(n)
        for name, calculate, view in methods:
            spent, count = 0.0, 0
            for reference in REFERENCES:
                windows = [window for window, owner, _ in plan.windows(n) if owner == reference][:most]
                live = frame(view(rows[windows].ravel(), reference), "f")
                known = frame(view(plan.references[reference], reference), "f")
                start = cpu_seconds()
                scores, alarms = calculate(known, live)
                spent += cpu_seconds() - start
                count += len(windows)
                for window, score, alarm in zip(windows, scores, alarms, strict=True):
                    results.add(name, n, window, float(score), bool(alarm))
            results.spent(name, n, count, spent)


def accuracy(plan, out):
    """CBPE with each window's own reference."""
    with open(f"{plan.directory}/accuracy.json") as file:
        windows = json.load(file)
    shares = plan.softmax.astype(float)
    shares /= shares.sum(1, keepdims=True)

    def table(rows):
        part = pd.DataFrame(shares[rows], columns=CLASSES)
        part["predicted"] = np.array(CLASSES)[shares[rows].argmax(1)]
        return part

    with open(f"{out}/accuracy-nannyml.csv", "w") as file:
        file.write("method,window,estimate,lower,upper\n")
        for n in sorted({len(window["rows"]) for window in windows}):
            for reference, rows in enumerate(plan.references):
                known = table(rows)
                known["true"] = np.array(CLASSES)[plan.classes[rows]]
                estimator = nml.CBPE(
                    y_pred_proba={label: label for label in CLASSES},
                    y_pred="predicted",
                    y_true="true",
                    problem_type="classification_multiclass",
                    metrics=["accuracy"],
                    chunk_size=n,
                ).fit(known)
                own = [window for window in windows if window["ref"] == reference and len(window["rows"]) == n]
                live = table(np.concatenate([window["rows"] for window in own]))
                result = estimator.estimate(live).filter(period="analysis").to_df()
                for window, value in zip(own, result[("accuracy", "value")], strict=True):
                    file.write(f"NannyML CBPE,{window['window']},{float(value)},,\n")


def main(directory, out, most=160):
    plan = Plan(directory)
    os.makedirs(out, exist_ok=True)
    accuracy(plan, out)
    drift(plan, out, int(most))


if __name__ == "__main__":
    main(*sys.argv[1:])
