"""What every peer needs of the neutral plan: its features and the windows that all systems are compared on."""
import csv
import os
import resource

import numpy as np

COMPONENTS = 32
SIZES = (20, 100, 500)
# Of the plan's references, because some peers take seconds a window.
REFERENCES = (0, 1)
LEVEL = 0.05
# For every clean window.
SHIFTED_EACH = 3


def cpu_seconds():
    """Children too: some peers compute in a pool of processes."""
    return sum(os.times()[:4])


class Plan:
    def __init__(self, directory):
        self.directory = directory
        self.features = np.load(f"{directory}/all.npy", mmap_mode="r")
        self.softmax = np.load(f"{directory}/proba.npy")
        self.classes = np.load(f"{directory}/y.npy")
        self.references = np.load(f"{directory}/ref.npy")
        self.means, self.directions = {}, {}
        for reference in REFERENCES:
            rows = np.asarray(self.features[self.references[reference]])
            self.means[reference] = rows.mean(0)
            right = np.linalg.svd(rows - rows.mean(0), full_matrices=False)[2]
            self.directions[reference] = right[:128].T

    def raw(self, rows, _reference):
        return np.asarray(self.features[rows])

    def components(self, rows, reference):
        directions = self.directions[reference][:, :COMPONENTS]
        return ((self.raw(rows, reference) - self.means[reference]) @ directions).astype(np.float32)

    def probabilities(self, rows, _reference):
        return self.softmax[rows]

    def reconstruction_error(self, rows, reference):
        centred = self.raw(rows, reference) - self.means[reference]
        explained = ((centred @ self.directions[reference]) ** 2).sum(1)
        return np.sqrt(np.maximum((centred**2).sum(1) - explained, 0))

    def windows(self, n):
        """(window, reference, is null), clean and shifted ones in turn, so that a time budget cuts both evenly."""
        with open(f"{self.directory}/win_{n}.csv") as file:
            lines = [line for line in csv.DictReader(file) if int(line["ref"]) in REFERENCES]
        lines.sort(key=lambda line: (int(line["rep"]), line["ref"], line["shift"]))
        clean = [line for line in lines if line["shift"] == "null"]
        shifted = [line for line in lines if line["shift"] != "null"]
        order = []
        for index, line in enumerate(clean):
            order += [line, *shifted[index * SHIFTED_EACH : (index + 1) * SHIFTED_EACH]]
        return [(int(line["window"]), int(line["ref"]), line["shift"] == "null") for line in order]

    def rows(self, n):
        return np.load(f"{self.directory}/win_{n}.npy")


class Results:
    """drift.csv: method,n,window,score,alarm; cost.csv: method,n,windows,milliseconds of CPU a window."""

    def __init__(self, out, peer):
        os.makedirs(out, exist_ok=True)
        self.drift = open(f"{out}/drift-{peer}.csv", "w")
        self.drift.write("method,n,window,score,alarm\n")
        self.cost = open(f"{out}/cost-{peer}.csv", "w")
        self.cost.write("method,n,windows,milliseconds\n")

    def add(self, method, n, window, score, alarm):
        self.drift.write(f"{method},{n},{window},{score:.6g},{int(alarm)}\n")

    def spent(self, method, n, windows, seconds):
        self.cost.write(f"{method},{n},{windows},{1000 * seconds / max(1, windows):.4g}\n")
        self.cost.flush()
        self.drift.flush()
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(f"{method}, n = {n}: {windows} windows, {seconds:.1f} CPU s, {memory} MB", flush=True)


def compare(plan, results, methods, budget_seconds):
    """methods: (name, fit(reference rows), view of the plan, score(detector, window) -> (score, alarm))."""
    for n in SIZES:
        rows = plan.rows(n)
        for name, fit, view, score in methods:
            detectors = {k: fit(view(plan.references[k], k)) for k in REFERENCES}
            spent, count = 0.0, 0
            for window, reference, _ in plan.windows(n):
                if spent > budget_seconds:
                    break
                features = view(rows[window], reference)
                start = cpu_seconds()
                value, alarm = score(detectors[reference], features)
                spent += cpu_seconds() - start
                count += 1
                results.add(name, n, window, value, alarm)
            results.spent(name, n, count, spent)
