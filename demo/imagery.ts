import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";

/** NASA's Blue Marble, a real cloud map and a water mask travel in this npm package (MIT; the pictures are public domain). */
const PACKAGE = "three-globe@2.45.2";
const ARCHIVE = "three-globe-2.45.2.tgz";
const INTEGRITY = "sha512-3qJE2LAdyHsUPt02mgMRc+PG3j9kGEA0fUYrwKPGIVtvMR1XjDn9hCXu31AWocdgHOFcXkrRVz7jJZzTIvR0eQ==";
const EARTH = "package/example/img/earth-blue-marble.jpg";
const CLOUDS = "package/example/clouds/clouds.png";
const WATER = "package/example/img/earth-water.png";

/** Three maps of the whole earth, plate carrée, `width` × `height`. */
export interface Imagery {
  readonly width: number;
  readonly height: number;
  /** RGB */
  readonly earth: Buffer;
  /** 0 clear to 255 overcast. */
  readonly clouds: Buffer;
  /** 255 water, 0 land. */
  readonly water: Buffer;
}

/** Reads the maps, fetching them once into `cacheDirectory` (12 MB, checked by hash). */
export async function loadImagery(cacheDirectory: string): Promise<Imagery> {
  const directory = join(cacheDirectory, "imagery");
  fetchOnce(directory);
  // As buffers, because image/decode.ts allows no other source in this process.
  const read = (file: string): Buffer => readFileSync(join(directory, file));
  const earth = await sharp(read(EARTH)).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const { width, height } = earth.info;
  return {
    width,
    height,
    earth: earth.data,
    clouds: await sharp(read(CLOUDS)).extractChannel(3).resize(width, height).raw().toBuffer(),
    water: await sharp(read(WATER)).resize(width, height).greyscale().raw().toBuffer(),
  };
}

function fetchOnce(directory: string): void {
  if ([EARTH, CLOUDS, WATER].every((file) => existsSync(join(directory, file)))) return;
  process.stdout.write("· fetching the satellite imagery (12 MB, once) …\n");
  const unpacking = `${directory}.unpacking`;
  rmSync(unpacking, { recursive: true, force: true });
  mkdirSync(unpacking, { recursive: true });
  try {
    execFileSync("npm", ["pack", PACKAGE, "--silent", "--pack-destination", unpacking], {
      stdio: ["ignore", "ignore", "pipe"],
    });
  } catch (cause) {
    throw new Error(`npm could not fetch ${PACKAGE}; check that the npm registry answers, then run again`, { cause });
  }
  const archive = join(unpacking, ARCHIVE);
  const integrity = `sha512-${createHash("sha512").update(readFileSync(archive)).digest("base64")}`;
  if (integrity !== INTEGRITY)
    throw new Error(`${PACKAGE} has hash ${integrity}, expected ${INTEGRITY}; it is not used`);
  execFileSync("tar", ["xzf", archive, "-C", unpacking, EARTH, CLOUDS, WATER]);
  rmSync(archive);
  rmSync(directory, { recursive: true, force: true });
  renameSync(unpacking, directory);
}
