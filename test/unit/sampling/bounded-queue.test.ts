import { describe, expect, it } from "vitest";
import { BoundedQueue } from "../../../src/sampling/bounded-queue.ts";

function heldQueue(options: { length: number; concurrency: number; bytes?: number }) {
  const started: number[] = [];
  const release: (() => void)[] = [];
  const queue = new BoundedQueue<number>({ bytes: 1_000, bytesOf: (item) => item, ...options }, (item) => {
    started.push(item);
    return new Promise((resolve) => release.push(resolve));
  });
  return { queue, started, release };
}

describe("the bounded queue", () => {
  it("is idle before anything came", async () => {
    await expect(heldQueue({ length: 2, concurrency: 1 }).queue.idle()).resolves.toBeUndefined();
  });

  it("runs at most `concurrency` at once, in order", async () => {
    const { queue, started, release } = heldQueue({ length: 5, concurrency: 2 });
    for (const item of [1, 2, 3, 4]) queue.offer(item);
    expect(started).toEqual([1, 2]);
    release[0]?.();
    await new Promise(setImmediate);
    expect(started).toEqual([1, 2, 3]);
  });

  it("refuses the newest when it is full and takes again once there is room", async () => {
    const { queue, release } = heldQueue({ length: 1, concurrency: 1 });
    expect([queue.offer(1), queue.offer(2), queue.offer(3)]).toEqual([true, true, false]);
    release[0]?.();
    await new Promise(setImmediate);
    expect(queue.offer(4)).toBe(true);
  });

  it("takes one item with no room to wait when nobody is busy", () => {
    expect(heldQueue({ length: 0, concurrency: 1 }).queue.offer(1)).toBe(true);
  });

  it("tells those who wait for room one by one, as items leave", async () => {
    const { queue, release } = heldQueue({ length: 1, concurrency: 1 });
    await queue.room(1);
    for (const item of [1, 2]) queue.offer(item);
    const taken: boolean[] = [];
    for (const item of [3, 4]) void queue.room(1).then(() => taken.push(queue.offer(item)));
    await new Promise(setImmediate);
    expect(taken).toEqual([]);
    release[0]?.();
    await new Promise(setImmediate);
    expect(taken).toEqual([true]);
    release[1]?.();
    await new Promise(setImmediate);
    expect(taken).toEqual([true, true]);
  });

  it("leaves nobody waiting for room when those who were told of it did not use it", async () => {
    const { queue, release } = heldQueue({ length: 1, concurrency: 1 });
    for (const item of [1, 2]) queue.offer(item);
    const told = Promise.all([queue.room(1), queue.room(1), queue.room(1), queue.room(1)]);
    release[0]?.();
    await new Promise(setImmediate);
    release[1]?.();
    await expect(told).resolves.toHaveLength(4);
  });

  it("tells when all work is done", async () => {
    const { queue, release } = heldQueue({ length: 2, concurrency: 1 });
    queue.offer(1);
    let idle = false;
    const waiting = queue.idle().then(() => {
      idle = true;
    });
    await new Promise(setImmediate);
    expect(idle).toBe(false);
    release[0]?.();
    await waiting;
    expect(idle).toBe(true);
  });

  it("gives waiting items back by what they are, and tells those who wait for room", async () => {
    const { queue, started, release } = heldQueue({ length: 2, concurrency: 1 });
    for (const item of [1, 2, 3]) queue.offer(item);
    let told = false;
    void queue.room(1).then(() => {
      told = true;
    });
    expect([queue.remove((item) => item > 9), queue.remove((item) => item !== 3), queue.length]).toEqual([0, 1, 1]);
    await new Promise(setImmediate);
    expect(told).toBe(true);
    release[0]?.();
    await new Promise(setImmediate);
    expect(started).toEqual([1, 3]);
  });

  it("refuses what would go beyond its bytes, and takes it again once those have left", async () => {
    const { queue, release } = heldQueue({ length: 9, concurrency: 1, bytes: 100 });
    expect([50, 60, 41, 40, 1].map((bytes) => queue.offer(bytes))).toEqual([true, true, false, true, false]);
    release[0]?.();
    await new Promise(setImmediate);
    expect([61, 60].map((bytes) => queue.offer(bytes))).toEqual([false, true]);
    expect(queue.remove((bytes) => bytes === 60)).toBe(1);
    expect([61, 60].map((bytes) => queue.offer(bytes))).toEqual([false, true]);
  });

  it("lets one item wait that alone has more than its bytes", () => {
    const { queue } = heldQueue({ length: 9, concurrency: 1, bytes: 100 });
    expect([1, 101, 1, 0].map((bytes) => queue.offer(bytes))).toEqual([true, true, false, false]);
  });

  it("tells of room for a large item only when there is room for it", async () => {
    const { queue, release } = heldQueue({ length: 9, concurrency: 1, bytes: 100 });
    for (const bytes of [1, 20, 80]) queue.offer(bytes);
    let taken: boolean | undefined;
    void queue.room(21).then(() => {
      taken = queue.offer(21);
    });
    release[0]?.();
    await new Promise(setImmediate);
    expect(taken).toBeUndefined();
    release[1]?.();
    await new Promise(setImmediate);
    expect(taken).toBe(true);
  });
});
