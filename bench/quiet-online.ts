import { type Random, seededRandom, shuffled } from "../src/core/random.ts";
import { OnlineAlarm } from "../src/drift/online-alarm.ts";
import { OnlineLimits } from "../src/drift/online-limits.ts";
import { type Projected, Projection } from "../src/profile/projection.ts";
import { QuietStream } from "./quiet-stream.ts";

export interface OnlineScenario {
  readonly name: string;
  readonly imagesPerFalseAlarm: number;
  readonly references: number;
  /** Of traffic for each reference. */
  readonly images: number;
  /** Between two looks at the windows, which say ok and acknowledge. */
  readonly imagesPerLook: number;
}

const REFERENCE_IMAGES = 600;
/** Images that live traffic consists of: projected once, drawn again and again. */
const POOL_IMAGES = 20_000;

/** False alarms of each reference: the product's alarm alone, so that months of traffic take minutes. */
export function onlineAlarms({ imagesPerFalseAlarm, references, images, imagesPerLook }: OnlineScenario): number[] {
  return Array.from({ length: references }, (_, index) => {
    const random = seededRandom(index + 1);
    const embeddings = embeddingsOf(REFERENCE_IMAGES, random);
    const [basis, rest] = [embeddings.slice(0, REFERENCE_IMAGES / 2), embeddings.slice(REFERENCE_IMAGES / 2)];
    const projection = Projection.fit(basis, rest);
    const limits = OnlineLimits.fit({ projection, projected: rest.map((each) => projection.project(each)) });
    const alarm = new OnlineAlarm({ projection, limits, imagesPerFalseAlarm });
    const traffic = trafficOf(
      embeddingsOf(POOL_IMAGES, random).map((each) => projection.project(each)),
      random,
    );
    for (let image = 1; image <= images; image++) {
      alarm.update(traffic.next().value);
      if (image % imagesPerLook === 0) alarm.acknowledge();
    }
    return alarm.alarms;
  });
}

function embeddingsOf(count: number, random: Random): Float32Array[] {
  const stream = new QuietStream(random);
  return Array.from({ length: count }, () => stream.next(0).embedding);
}

/** Two halves in turn, each shuffled anew: an image that comes twice within one span would alarm by its product with itself. */
function* trafficOf(pool: readonly Projected[], random: Random): Generator<Projected, never> {
  const halves = [pool.slice(0, pool.length / 2), pool.slice(pool.length / 2)];
  for (;;) for (const half of halves) yield* shuffled(half, random);
}
