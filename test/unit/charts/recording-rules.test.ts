import { describe, it } from "vitest";
import { checkRecording } from "./promtool.ts";
import { jensenShannon, kolmogorovSmirnov, normalOf, psi, smoothed, sum, tableChi2, wilson } from "./quantities.ts";

const MINUTES = 60;
const DAY = 1500;

/** A counter that grows by `perMinute`; `restartAt` makes its process start again at zero, already past one minute of work at the next scrape. */
function counter(perMinute: number, restartAt?: number): string {
  if (restartAt === undefined) return `0+${perMinute}x${DAY}`;
  return `0+${perMinute}x${restartAt} ${perMinute}+${perMinute}x${DAY - restartAt}`;
}

const constant = (value: number): string => `${value}+0x${DAY}`;
const selector = (name: string, labels: Readonly<Record<string, string>>): string =>
  `${name}{${Object.entries(labels).map(([label, value]) => `${label}="${value}"`)}}`;
const model = { namespace: "a", job: "vision", model: "parts" };
const twoDigits = (index: number): string => String(index).padStart(2, "0");

/** Per minute and pod, weighted by 10: one image in ten is looked at. */
const WEIGHT = 10;
const BIN_RATES = [
  [10, 10, 20, 20, 10, 30, 40, 10, 20, 10],
  [0, 10, 10, 10, 20, 20, 10, 40, 30, 30],
];
const REFERENCE = [190, 210, 200, 205, 195, 200, 201, 199, 180, 220];

function imagesOf(pod: number, namespace = "a", reference = "r1", restartAt?: number): Record<string, string> {
  const labels = { ...model, namespace, instance: `${namespace}${pod}` };
  const rates = BIN_RATES[pod]!;
  const series: Record<string, string> = {
    [selector("vision_images_analysed_total", labels)]: counter(sum(rates) / WEIGHT, restartAt),
    [selector("vision_embeddings_total", { ...labels, reference })]: counter(sum(rates), restartAt),
    [selector("vision_embedding_squared_weights_total", { ...labels, reference })]: counter(
      sum(rates) * WEIGHT,
      restartAt,
    ),
    [selector("vision_drifting_images_total", { ...labels, reference })]: counter(12, restartAt),
  };
  for (const [index, rate] of rates.entries()) {
    const bin = { ...labels, reference, statistic: "sharpness", bin: twoDigits(index) };
    series[selector("vision_image_statistic_observations_total", bin)] = counter(rate, restartAt);
    series[selector("vision_reference_image_statistic_observations", bin)] = constant(REFERENCE[index]!);
  }
  return series;
}

/** What the rules should make of `hours` of the given pods. */
function expectedImages(pods: readonly number[], hours: number): Record<string, number> {
  const counts = REFERENCE.map((_, bin) => (sum(pods.map((pod) => BIN_RATES[pod]![bin]!)) * MINUTES * hours) / WEIGHT);
  const [n, m] = [sum(counts), sum(REFERENCE)];
  const [p, q] = [smoothed(counts), smoothed(REFERENCE)];
  const noise = 1 / n + 1 / m;
  const share = (12 * pods.length * MINUTES * hours) / WEIGHT / n;
  return {
    count: n,
    psi: psi(p, q),
    js_distance: jensenShannon(p, q),
    ks_distance: kolmogorovSmirnov(counts, REFERENCE),
    ks_scaled: kolmogorovSmirnov(counts, REFERENCE) * Math.sqrt((n * m) / (n + m)),
    psi_z: normalOf(psi(p, q) / noise, 9),
    driftingShare: share,
    driftingZ: (share - 0.01) / Math.sqrt((0.01 * 0.99) / n),
  };
}

function imageExpectations(labels: string, expected: Readonly<Record<string, number>>): Record<string, number> {
  const { driftingShare, driftingZ, ...statistic } = expected;
  return {
    ...Object.fromEntries(
      Object.entries(statistic).map(([name, value]) => [
        `model_reference_statistic:vision_image_statistic:${name}${labels}`,
        value,
      ]),
    ),
    [`model_reference:vision_drifting_images:ratio${labels}`]: driftingShare!,
    [`model_reference:vision_drifting_images:z${labels}`]: driftingZ!,
  };
}

describe("the recording rules of image statistics", () => {
  it("give PSI, Jensen-Shannon, Kolmogorov-Smirnov and their significance over replicas, through a restart", () => {
    checkRecording({
      series: { ...imagesOf(0), ...imagesOf(1, "a", "r1", 95) },
      at: "2h",
      expected: imageExpectations('{window="1h"}', expectedImages([0, 1], 1)),
    });
  });

  it("add up hours for the longer windows", { timeout: 120_000 }, () => {
    checkRecording({
      series: { ...imagesOf(0), ...imagesOf(1) },
      at: "6h30m",
      expected: imageExpectations('{window="6h"}', expectedImages([0, 1], 6)),
    });
  });

  it("keep two namespaces and two references apart", () => {
    checkRecording({
      series: { ...imagesOf(0), ...imagesOf(1, "a", "r2"), ...imagesOf(1, "b") },
      at: "2h",
      expected: {
        ...imageExpectations('{window="1h", namespace="a", reference="r1"}', expectedImages([0], 1)),
        ...imageExpectations('{window="1h", namespace="a", reference="r2"}', expectedImages([1], 1)),
        ...imageExpectations('{window="1h", namespace="b"}', expectedImages([1], 1)),
      },
    });
  });

  it("judge the shortest window with 200 images", { timeout: 120_000 }, () => {
    const pod = (perMinute: number, namespace: string): Record<string, string> => ({
      [selector("vision_images_analysed_total", { ...model, namespace })]: counter(perMinute),
      [selector("vision_embeddings_total", { ...model, namespace, reference: "r1" })]: counter(perMinute),
      [selector("vision_embedding_squared_weights_total", { ...model, namespace, reference: "r1" })]:
        counter(perMinute),
    });
    checkRecording({
      series: { ...pod(4, "busy"), ...pod(1, "calm"), ...pod(0.2, "slow"), ...pod(0.1, "idle") },
      at: "24h30m",
      expected: {
        'model_reference:vision_images:judged{namespace="busy", window="1h"}': 240,
        'count(model_reference:vision_images:judged{namespace="busy"})': 1,
        'model_reference:vision_images:judged{namespace="calm", window="6h"}': 360,
        'count(model_reference:vision_images:judged{namespace="calm"})': 1,
        'model_reference:vision_images:judged{namespace="slow", window="24h"}': 288,
        'model_reference:vision_images:judged{namespace="idle"}': null,
      },
    });
  });

  it("have no value without traffic", () => {
    const still = Object.fromEntries(
      Object.entries(imagesOf(0)).map(([name, values]) => [name, name.includes("_total") ? constant(7) : values]),
    );
    checkRecording({
      series: still,
      at: "2h",
      expected: {
        "model_reference_statistic:vision_image_statistic:psi": null,
        "model_reference_statistic:vision_image_statistic:ks_distance": null,
        "model_reference:vision_drifting_images:ratio": null,
        "model_reference:vision_embedding:shift": null,
        "model_reference:vision_images:judged": null,
      },
    });
  });

  it("bear a statistic with one bin, which can tell nothing", () => {
    const labels = { ...model, instance: "1", reference: "r1" };
    const bin = { ...labels, statistic: "saturation", bin: "00" };
    checkRecording({
      series: {
        [selector("vision_images_analysed_total", labels)]: counter(10),
        [selector("vision_embeddings_total", labels)]: counter(10),
        [selector("vision_embedding_squared_weights_total", labels)]: counter(10),
        [selector("vision_image_statistic_observations_total", bin)]: counter(10),
        [selector("vision_reference_image_statistic_observations", bin)]: constant(1000),
      },
      at: "2h",
      expected: {
        "model_reference_statistic:vision_image_statistic:psi": 0,
        "model_reference_statistic:vision_image_statistic:ks_distance": 0,
        "model_reference_statistic:vision_image_statistic:psi_z": null,
      },
    });
  });
});

describe("the recording rules of the embedding", () => {
  it("give the shift and Hotelling's T2 from positive and negative sums", () => {
    const means = [0.4, -0.25, 0];
    const images = 20;
    const labels = { ...model, instance: "1", reference: "r1" };
    const bin = { ...labels, statistic: "sharpness", bin: "00" };
    const series: Record<string, string> = {
      [selector("vision_images_analysed_total", labels)]: counter(images),
      [selector("vision_embeddings_total", labels)]: counter(images * 5),
      [selector("vision_embedding_squared_weights_total", labels)]: counter(images * 25),
      [selector("vision_reference_image_statistic_observations", bin)]: constant(800),
    };
    for (const [index, mean] of means.entries()) {
      const component = { ...labels, component: twoDigits(index) };
      series[selector("vision_embedding_component_positive_total", component)] = counter((1 + mean) * images * 5);
      series[selector("vision_embedding_component_negative_total", component)] = counter(images * 5);
    }
    const shift = Math.hypot(...means);
    const [n, m] = [images * MINUTES, 800];
    const t2 = (shift ** 2 * n * m) / (n + m);
    checkRecording({
      series,
      at: "2h",
      expected: {
        'model_reference:vision_embedding:shift{window="1h"}': shift,
        'model_reference:vision_embedding:t2{window="1h"}': t2,
        'model_reference:vision_embedding:t2_z{window="1h"}': normalOf(t2, 3),
      },
    });
  });
});

describe("the recording rules of the kernel distance", () => {
  const labels = { ...model, instance: "1", reference: "r1" };
  const [images, m, nullMean, nullDeviation] = [20, 800, 0.9, 0.3];
  const live = [1.2, 0.7, 1.05];
  const reference = [1.1, 0.9, 1];

  function features(restartAt?: number): Record<string, string> {
    const series: Record<string, string> = {
      [selector("vision_embeddings_total", labels)]: counter(images * 5, restartAt),
      [selector("vision_embedding_squared_weights_total", labels)]: counter(images * 25, restartAt),
      [selector("vision_reference_image_statistic_observations", { ...labels, statistic: "sharpness", bin: "00" })]:
        constant(m),
      [selector("vision_reference_embedding_mmd_squared_mean", labels)]: constant(nullMean),
      [selector("vision_reference_embedding_mmd_squared_deviation", labels)]: constant(nullDeviation),
    };
    for (const [index, mean] of live.entries()) {
      const feature = { ...labels, feature: twoDigits(index) };
      series[selector("vision_embedding_fourier_total", feature)] = counter(mean * images * 5, restartAt);
      series[selector("vision_reference_embedding_fourier_mean", feature)] = constant(reference[index]!);
    }
    return series;
  }

  it.each([["without a restart", undefined] as const, ["through a restart", 95] as const])(
    "give MMD and its significance %s",
    (_, restartAt) => {
      const mmdSquared = (2 * sum(live.map((mean, index) => (mean - reference[index]!) ** 2))) / live.length;
      const noise = 1 / (images * MINUTES) + 1 / m;
      const k = 2 * (nullMean / nullDeviation) ** 2;
      checkRecording({
        series: features(restartAt),
        at: "2h",
        expected: {
          'model_reference:vision_embedding:mmd_squared{window="1h"}': mmdSquared,
          'model_reference:vision_embedding:mmd_squared_by_chance{window="1h"}': nullMean * noise,
          'model_reference:vision_embedding:mmd_z{window="1h"}': normalOf((k * mmdSquared) / (nullMean * noise), k),
        },
      });
    },
  );

  it("have no significance for a reference without spread", () => {
    checkRecording({
      series: {
        ...features(),
        [selector("vision_reference_embedding_mmd_squared_deviation", labels)]: constant(0),
      },
      at: "2h",
      expected: { 'model_reference:vision_embedding:mmd_z{window="1h"}': null },
    });
  });
});

describe("the recording rules of the class mix", () => {
  const counts = [600, 300, 90, 30, 0];
  const reference = [500, 400, 100, 0, 0];
  const classes = ["good", "scratched", "bent", "broken", "other"];

  function mix(ratio: number): Record<string, string> {
    const pod = { ...model, instance: "1" };
    const series: Record<string, string> = {
      [selector("vision_sampling_ratio", { ...pod, kind: "predictions" })]: constant(ratio),
    };
    for (const [index, name] of classes.entries()) {
      const labels = { ...pod, reference: "r1", class: name };
      const perMinute = counts[index]! / MINUTES / ratio;
      series[selector("vision_predictions_total", { ...labels, model_version: "7" })] = counter(perMinute * 0.75);
      series[selector("vision_predictions_total", { ...labels, model_version: "8" })] = counter(perMinute * 0.25);
      series[selector("vision_reference_predictions", labels)] = constant(reference[index]!);
    }
    return series;
  }

  it.each([1, 0.5])("give chi-square, z and Jensen-Shannon at a sampling ratio of %f", (ratio) => {
    const chi2 = tableChi2(counts.slice(0, 4), reference.slice(0, 4));
    checkRecording({
      series: mix(ratio),
      at: "2h",
      expected: {
        'model_reference:vision_predictions:chi2{window="1h"}': chi2,
        'model_reference:vision_predictions:chi2_z{window="1h"}': normalOf(chi2, 3),
        'model_reference:vision_predictions:js_distance{window="1h"}': jensenShannon(
          smoothed(counts),
          smoothed(reference),
        ),
        'model_reference:vision_predictions:judged{window="1h"}': sum(counts),
      },
    });
  });
});

describe("the recording rules of accuracy", () => {
  const pod = { ...model, instance: "1", model_version: "7" };
  const ratio = { [selector("vision_sampling_ratio", { ...model, kind: "predictions" })]: constant(0.5) };
  const labels = (labelled: number, incorrect: number): Record<string, string> => ({
    ...ratio,
    [selector("vision_labelled_predictions_total", pod)]: counter(labelled),
    [selector("vision_labelled_incorrect_predictions_total", pod)]: counter(incorrect),
  });

  it("give realised accuracy with Wilson's interval for the labels really seen", () => {
    const [accuracy, n] = [0.9, (10 * MINUTES) / 2];
    checkRecording({
      series: labels(10, 1),
      at: "2h",
      expected: {
        'model_version:vision_accuracy:ratio{window="1h"}': accuracy,
        'model_version:vision_accuracy:corrected_ratio{window="1h"}': accuracy,
        'model_version:vision_accuracy:lower{window="1h"}': wilson(accuracy, n, -1),
        'model_version:vision_accuracy:upper{window="1h"}': wilson(accuracy, n, 1),
        'model_version:vision_labelled_predictions:judged{window="1h"}': n,
      },
    });
  });

  it("take corrected labels as what they are now", () => {
    const corrected = (now: string, perMinute: number): Record<string, string> => ({
      [selector("vision_label_corrections_total", { ...pod, now })]: counter(perMinute),
    });
    const of = (incorrect: number, toIncorrect: number, toCorrect: number): Record<string, string> => ({
      ...labels(10, incorrect),
      ...corrected("incorrect", toIncorrect),
      ...corrected("correct", toCorrect),
    });
    const at = "2h";
    const accuracy = 'model_version:vision_accuracy:ratio{window="1h"}';
    checkRecording({ series: of(2, 3, 1), at, expected: { [accuracy]: 0.6 } });
    checkRecording({ series: of(1, 0, 3), at, expected: { [accuracy]: 1 } });
  });

  it("stay inside 0 to 1 when every label agrees", () => {
    checkRecording({
      series: labels(10, 0),
      at: "2h",
      expected: {
        'model_version:vision_accuracy:upper{window="1h"}': 1,
        'model_version:vision_accuracy:lower{window="1h"}': wilson(1, 300, -1),
      },
    });
  });

  it("give the estimate with its error, and what labelling only doubtful images does to accuracy", () => {
    const estimated = (mean: number): Record<string, string> => ({
      [selector("vision_estimated_predictions_total", pod)]: counter(40),
      [selector("vision_estimated_correct_predictions_total", pod)]: counter(40 * mean),
      [selector("vision_estimated_correct_predictions_variance_total", pod)]: counter(40 * 0.06),
      // Labels also came for predictions of which nothing was estimated, as after a restart without a reference.
      [selector("vision_labelled_estimated_predictions_total", pod)]: counter(8),
      [selector("vision_labelled_estimated_correct_predictions_total", pod)]: counter(8 * 0.75),
    });
    checkRecording({
      series: { ...labels(10, 3), ...estimated(0.93) },
      at: "2h",
      expected: {
        'model_version:vision_estimated_accuracy:ratio{window="1h"}': 0.93,
        'model_version:vision_estimated_accuracy:standard_error{window="1h"}': Math.sqrt(0.06 / ((40 * MINUTES) / 2)),
        'model_version:vision_labelled_estimated_accuracy:ratio{window="1h"}': 0.75,
        'model_version:vision_accuracy:ratio{window="1h"}': 0.7,
        'model_version:vision_accuracy:corrected_ratio{window="1h"}': 0.88,
      },
    });
  });

  it("give the recall of a class with the upper end of its interval", () => {
    const bent = { ...pod, class: "bent" };
    checkRecording({
      series: {
        ...ratio,
        [selector("vision_labelled_class_true_positives_total", bent)]: counter(3),
        [selector("vision_labelled_class_false_negatives_total", bent)]: counter(1),
      },
      at: "2h",
      expected: {
        'model_version_class:vision_recall:ratio{window="1h"}': 0.75,
        'model_version_class:vision_recall:upper{window="1h"}': wilson(0.75, (4 * MINUTES) / 2, 1),
      },
    });
  });
});
