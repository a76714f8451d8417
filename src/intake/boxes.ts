import type { Box } from "../core/prediction.ts";
import { firstMember, isObject, member } from "./json.ts";
import { labelOf, scoreOf } from "./label-score.ts";

export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

interface Corners {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Size of the image that pixel coordinates refer to, where a reply states it: `{"image": {"width", "height"}}` or `shape`. */
export function imageSizeIn(reply: unknown): ImageSize | undefined {
  const image = member(reply, "image");
  const shape = member(reply, "shape");
  const [shapeHeight, shapeWidth] = Array.isArray(shape) ? (shape as unknown[]) : [];
  const width = member(image, "width") ?? member(reply, "image_width") ?? shapeWidth;
  const height = member(image, "height") ?? member(reply, "image_height") ?? shapeHeight;
  return isPositive(width) && isPositive(height) ? { width, height } : undefined;
}

const isPositive = (value: unknown): value is number => typeof value === "number" && value > 0;

/**
 * A list of detections, each with its box: `x, y, width, height` (x and y in the centre), or corners `x1, y1, x2, y2`, bare, in
 * `box`, or as a list. Coordinates above 1 are pixels; without the image's size they stay unknown (NaN). undefined: no such list.
 */
export function boxesOf(items: readonly unknown[], size: ImageSize | undefined): Box[] | undefined {
  const boxes: Box[] = [];
  for (const item of items) {
    const corners = cornersOf(item);
    const label = labelOf(item);
    if (!corners || label === undefined) return undefined;
    boxes.push({ label: String(label), score: scoreOf(item) ?? Number.NaN, ...toFractions(corners, size) });
  }
  return boxes.length > 0 ? boxes : undefined;
}

/** Parallel lists `{boxes: [[x1, y1, x2, y2]], labels, scores}`, as torchvision gives them. */
export function parallelBoxes(value: unknown, size: ImageSize | undefined): Box[] | undefined {
  const boxes = member(value, "boxes");
  const labels = firstMember(value, ["labels", "classes", "class_ids"]);
  const scores = firstMember(value, ["scores", "confidences"]);
  if (!Array.isArray(boxes) || !Array.isArray(labels) || labels.length !== boxes.length) return undefined;
  const items = boxes.map((box, k) => ({
    box,
    label: labels[k],
    score: Array.isArray(scores) ? scores[k] : undefined,
  }));
  return items.length === 0 ? [] : boxesOf(items, size);
}

function cornersOf(item: unknown): Corners | undefined {
  const inner = firstMember(item, ["box", "bbox", "bounding_box"]);
  const place = inner ?? item;
  const [x1, y1, x2, y2] = Array.isArray(place) ? place : ["x1", "y1", "x2", "y2"].map((name) => member(place, name));
  if (isNumber(x1) && isNumber(y1) && isNumber(x2) && isNumber(y2)) {
    return { left: x1, top: y1, width: x2 - x1, height: y2 - y1 };
  }
  if (!isObject(place)) return undefined;
  const [x, y, width, height] = ["x", "y", "width", "height"].map((name) => member(place, name));
  if (!isNumber(x) || !isNumber(y) || !isNumber(width) || !isNumber(height)) return undefined;
  return { left: x - width / 2, top: y - height / 2, width, height };
}

const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);

function toFractions({ left, top, width, height }: Corners, size: ImageSize | undefined): Corners {
  const inPixels = Math.max(Math.abs(left), Math.abs(top), width, height) > 1.5;
  const across = inPixels ? (size?.width ?? Number.NaN) : 1;
  const down = inPixels ? (size?.height ?? Number.NaN) : 1;
  return { left: left / across, top: top / down, width: width / across, height: height / down };
}
