import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { listImages } from "../../../src/reference/image-folder.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "reference-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function put(...files: string[]): void {
  for (const file of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), "");
  }
}

function labels(text: string): string {
  const path = join(folder, "labels.csv");
  writeFileSync(path, text);
  return path;
}

describe("the reference folder", () => {
  it("is refused when it does not exist", () => {
    expect(() => listImages(join(folder, "missing"), undefined)).toThrow(/does not exist/);
  });

  it("is refused without an image", () => {
    put("notes.txt");
    expect(() => listImages(folder, undefined)).toThrow(/No .jpg/);
  });

  it("gives images in name order, labelled by their sub-folder", () => {
    put("water/2.png", "desert/1.JPG", "3.webp");
    const listed = listImages(folder, undefined).map(({ file, label }) => [file, label]);
    expect(listed).toEqual([
      ["3.webp", undefined],
      ["desert/1.JPG", "desert"],
      ["water/2.png", "water"],
    ]);
  });

  it("takes labels from a CSV file, with commas in file names", () => {
    put("a,b.jpg", "c.jpg");
    const listed = listImages(folder, labels("file,label\na,b.jpg,water\n\n")).map(({ label }) => label);
    expect(listed).toEqual(["water", undefined]);
  });

  it("names the line of a CSV file that is wrong", () => {
    put("a.jpg");
    expect(() => listImages(folder, labels("name,class\na.jpg,water"))).toThrow(/labels.csv:1: .*"file,label"/);
    expect(() => listImages(folder, labels("file,label\na.jpg"))).toThrow(/labels.csv:2/);
  });

  it("names the files that the CSV file has and the folder has not", () => {
    put("a.jpg");
    expect(() => listImages(folder, labels("file,label\nb.jpg,water"))).toThrow(
      /1 files that are not in the folder: b.jpg/,
    );
  });

  it("says why a CSV file cannot be read", () => {
    put("a.jpg");
    expect(() => listImages(folder, join(folder, "none.csv"))).toThrow(/none.csv cannot be read/);
  });
});
