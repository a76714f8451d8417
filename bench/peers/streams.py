"""First alarms of an online detector over the plan's streams.

Writes online.csv: method,stream,index,first_alarm (−1 for none), and online-cost.csv: method,images,microseconds.
"""
import glob
import os
import time

import numpy as np


def first_alarm(update, images):
    """Index of the image at which update() says True for the first time; −1 for none."""
    for index, image in enumerate(images):
        if update(image):
            return index
    return -1


def run_streams(plan, out, peer, methods, budget_seconds):
    """methods: (name, start() -> update(image) -> alarm, view of the plan); a new start for every stream."""
    os.makedirs(out, exist_ok=True)
    with open(f"{out}/online-{peer}.csv", "w") as results, open(f"{out}/online-cost-{peer}.csv", "w") as cost:
        results.write("method,stream,index,first_alarm\n")
        cost.write("method,images,microseconds\n")
        for name, start, view in methods:
            seconds = images = 0
            for path in sorted(glob.glob(f"{plan.directory}/stream_*.npy")):
                stream = os.path.basename(path)[len("stream_") : -len(".npy")]
                # Run lengths vary more than delays, so half of the budget is theirs.
                budget = budget_seconds / 2 if stream == "null" else budget_seconds / 20
                spent = 0.0
                for index, rows in enumerate(np.load(path)):
                    if spent > budget:
                        break
                    features = view(rows, 0)
                    update = start()
                    begin = time.process_time()
                    alarm = first_alarm(update, features)
                    spent += time.process_time() - begin
                    images += len(rows) if alarm < 0 else alarm + 1
                    results.write(f"{name},{stream},{index},{alarm}\n")
                seconds += spent
                results.flush()
            cost.write(f"{name},{images},{1e6 * seconds / max(1, images):.4g}\n")
            print(f"{name}: {images} images, {1e6 * seconds / max(1, images):.0f} CPU us an image", flush=True)
