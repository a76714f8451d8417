"""The neutral plan: windows, streams and labelled windows that any system can read.

usage: plan.py FEATURES OUT [--seed N]     FEATURES: the folder that tiles.py wrote

all.npy float32 [N, 1280]     every embedded image; proba.npy float32 [N, 5]: the classifier's probabilities; y.npy int8 [N]: labels
rows.json {set: [first, last + 1]}
ref.npy int32 [4, 1000]       rows of the references
win_<n>.npy int32 [W, n]      rows of the windows; win_<n>.csv: window, reference, shift, repetition
stream_<shift>.npy            int32 [30, 600]: 100 images like the reference's, then the shift; stream_null.npy: int32 [60, 2500]
accuracy.json                 windows with true classes: {window, group, set, ref, rows, labelled: {rule: positions}}
"""
import argparse
import json
import os

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

SIZES = (10, 20, 50, 100, 200, 500, 1000)
REFERENCES, REFERENCE_IMAGES = 4, 1000
NULL_WINDOWS = 100
BARREN = 4
MIXED = ("noise_3", "blur_5", "contrast_3", "pixelate_5")
STREAM_SHIFTS = ("noise_1", "noise_3", "blur_3", "blur_5", "bright_1", "bright_3", "contrast_3", "pixelate_3", "jpeg_3")
STREAMS, CLEAN, SHIFTED = 30, 100, 500
RULES = {
    "random5": lambda confidence: np.full(len(confidence), 0.05),
    "doubtful20": lambda confidence: (confidence <= np.quantile(confidence, 0.2)) * 1.0,
    "doubtful20+random2": lambda confidence: np.where(confidence <= np.quantile(confidence, 0.2), 1.0, 0.02),
}


class Plan:
    def __init__(self, source, out, seed):
        self.source, self.out = source, out
        corrupted = {name[:-4] for name in os.listdir(source) if name.endswith(".npy") and name[:-4][-1:].isdigit()}
        self.corrupted = sorted(corrupted, key=lambda name: (name[:-2], name[-1]))
        self.rows, parts, classes, start = {}, [], [], 0
        for name in ["train", "R", "S", "unknown", *self.corrupted]:
            part = np.load(f"{source}/{name}.npy")
            self.rows[name] = [start, start + len(part)]
            start += len(part)
            parts.append(part)
            classes.append(np.load(f"{source}/{name}.y.npy"))
        self.features, self.classes = np.concatenate(parts), np.concatenate(classes)
        self.rng = np.random.default_rng(seed)
        self.probabilities = self.classify()
        pool = self.of("R")
        self.references = np.stack(
            [self.rng.choice(pool, REFERENCE_IMAGES, replace=False) for _ in range(REFERENCES)]
        )

    def of(self, name):
        return np.arange(*self.rows[name])

    def take(self, rows, n):
        return self.rng.choice(rows, n, replace=n > len(rows))

    def mixed(self, some, share, others, n):
        k = int(round(share * n))
        return np.concatenate([self.take(some, k), self.take(others, n - k)])

    def classify(self):
        train = self.of("train")
        scaler = StandardScaler().fit(self.features[train])
        model = LogisticRegression(C=0.01, max_iter=300).fit(scaler.transform(self.features[train]), self.classes[train])
        return model.predict_proba(scaler.transform(self.features)).astype(np.float32)

    def shifts(self):
        mixed = [f"mix_{name}_{share}" for name in MIXED if name in self.rows for share in (10, 50)]
        return ["ko_50", "ko_100", "unk_10", "unk_50", "unk_100", *mixed, *self.corrupted]

    def draw(self, shift, n, reference):
        clean = self.of("S")
        barren = clean[self.classes[clean] == BARREN]
        others = clean[self.classes[clean] != BARREN]
        if shift == "null":
            return self.take(np.setdiff1d(self.of("R"), self.references[reference]), n)
        if shift.startswith("ko_"):
            kept = barren[: len(barren) // 2] if shift == "ko_50" else barren[:0]
            return self.take(np.concatenate([others, kept]), n)
        if shift.startswith("unk_"):
            return self.mixed(self.of("unknown"), int(shift[4:]) / 100, clean, n)
        if shift.startswith("mix_"):
            name, share = shift[4:].rsplit("_", 1)
            return self.mixed(self.of(name), int(share) / 100, clean, n)
        return self.take(self.of(shift), n)

    def write_windows(self):
        for n in SIZES:
            windows, lines = [], ["window,ref,shift,rep"]
            repetitions = 25 if n < 500 else 12
            for reference in range(REFERENCES):
                for shift in ["null", *self.shifts()]:
                    for repetition in range(NULL_WINDOWS if shift == "null" else repetitions):
                        lines.append(f"{len(windows)},{reference},{shift},{repetition}")
                        windows.append(self.draw(shift, n, reference))
            np.save(f"{self.out}/win_{n}.npy", np.array(windows, np.int32))
            with open(f"{self.out}/win_{n}.csv", "w") as file:
                file.write("\n".join(lines) + "\n")

    def write_streams(self):
        pool = np.setdiff1d(self.of("R"), self.references[0])
        clean, unknown = self.of("S"), self.of("unknown")
        shape = (STREAMS, SHIFTED)

        def of(shift):
            if shift.startswith("unk_"):
                odd = self.rng.random(shape) < int(shift[4:]) / 100
                return np.where(odd, self.rng.choice(unknown, shape), self.rng.choice(clean, shape))
            if shift == "ko_100":
                return self.rng.choice(clean[self.classes[clean] != BARREN], shape)
            return self.rng.choice(self.of(shift), shape)

        np.save(f"{self.out}/stream_null.npy", self.rng.choice(pool, (60, 2500)).astype(np.int32))
        for shift in [*(name for name in STREAM_SHIFTS if name in self.rows), "unk_10", "unk_50", "ko_100"]:
            before = self.rng.choice(pool, (STREAMS, CLEAN))
            np.save(f"{self.out}/stream_{shift}.npy", np.concatenate([before, of(shift)], 1).astype(np.int32))

    def labelled_windows(self, n):
        clean, unknown = self.of("S"), self.of("unknown")
        for name in [*self.corrupted, "S"]:
            yield ("clean" if name == "S" else "corruption"), name, self.take(self.of(name), n)
        for label in range(5):
            for share in (0.0, 0.5):
                inside, outside = clean[self.classes[clean] == label], clean[self.classes[clean] != label]
                yield "class shares", f"class{label}_{int(share * 100)}", self.mixed(inside, share, outside, n)
        for share in (0.1, 0.3, 0.5):
            yield "unknown", f"unknown_{int(share * 100)}", self.mixed(unknown, share, clean, n)

    def write_accuracy(self):
        confidence = self.probabilities.max(1)
        windows = []
        for n, repetitions in ((200, 6), (500, 2)):
            for _ in range(repetitions):
                for group, name, rows in self.labelled_windows(n):
                    chances = {rule: chance(confidence[rows]) for rule, chance in RULES.items()} if n == 500 else {}
                    labelled = {
                        rule: np.flatnonzero(self.rng.random(n) < chance).tolist() for rule, chance in chances.items()
                    }
                    window = {"window": len(windows), "group": group, "set": name, "rows": rows.tolist()}
                    windows.append({**window, "ref": int(self.rng.integers(REFERENCES)), "labelled": labelled})
        with open(f"{self.out}/accuracy.json", "w") as file:
            json.dump(windows, file)

    def write(self):
        np.save(f"{self.out}/all.npy", self.features)
        np.save(f"{self.out}/y.npy", self.classes)
        np.save(f"{self.out}/proba.npy", self.probabilities)
        np.save(f"{self.out}/ref.npy", self.references.astype(np.int32))
        with open(f"{self.out}/rows.json", "w") as file:
            json.dump(self.rows, file)
        self.write_windows()
        self.write_streams()
        self.write_accuracy()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("source")
    parser.add_argument("out")
    parser.add_argument("--seed", type=int, default=11)
    options = parser.parse_args()
    os.makedirs(options.out, exist_ok=True)
    Plan(options.source, options.out, options.seed).write()


if __name__ == "__main__":
    main()
