import type { Assessment, Exemplar, WindowAssessment } from "../../core/assessment.ts";
import { type Html, html } from "../html.ts";
import { count, NOTHING, percent, quantity, timeElement } from "./format.ts";

interface Group {
  readonly name: keyof Assessment["exemplars"];
  readonly title: string;
  readonly note: string;
  readonly shown: number;
}

const GROUPS: readonly Group[] = [
  {
    name: "drifting",
    title: "Drifting",
    note: "most unlike the reference, each beside the reference images nearest to it",
    shown: 6,
  },
  { name: "typical", title: "Typical", note: "what most of the traffic looks like", shown: 3 },
  { name: "unsure", title: "Least sure", note: "lowest confidence of the model: worth a label first", shown: 3 },
];
const NEAREST_SHOWN = 3;
const THUMBNAIL = 160;

/** Which images drifted, what the reference looks like, and why. */
export function gallerySection({ exemplars, timeSeconds }: Assessment, window: WindowAssessment): Html {
  const all = GROUPS.flatMap(({ name }) => exemplars[name]);
  const groups = GROUPS.filter(({ name }) => name === "drifting" || exemplars[name].length > 0);
  const { driftingImages, imageCount, expectedDriftingImages } = window;
  const share = `${count(driftingImages)} of ${count(imageCount)} judged drifting in this window, ${quantity(expectedDriftingImages)} expected without drift`;
  return html`<section id="images"><h2>Images <small>${share}</small></h2>
${all.length > 0 && !all.some(({ hasThumbnail }) => hasThumbnail) && THUMBNAILS_OFF}
${groups.map((each) => group(each, exemplars[each.name], timeSeconds))}</section>`;
}

const THUMBNAILS_OFF = html`<p class="hint"><b>Thumbnails are off</b>, because they show your users' images. Set <code>gallery.enabled: true</code> to keep re-encoded ones of at most 160 px for a limited time. Reasons and ids are given all the same.</p>`;

function group({ name, title, note, shown }: Group, exemplars: readonly Exemplar[], nowSeconds: number): Html {
  const cards = exemplars.map((exemplar) => card(exemplar, nowSeconds));
  const rest = cards.slice(shown);
  return html`<h3>${title} <small>${note}</small></h3>
${cards.length === 0 ? html`<p class="empty">No image has been judged drifting.</p>` : html`<ul class="cards ${name}">${cards.slice(0, shown)}</ul>`}
${rest.length > 0 && html`<details><summary>${rest.length} more</summary><ul class="cards ${name}">${rest}</ul></details>`}`;
}

function card(exemplar: Exemplar, nowSeconds: number): Html {
  const { id, predictedClass, confidence, reason, timeSeconds } = exemplar;
  return html`<li class="card" id="image-${id}">${exemplar.hasThumbnail && pictures(exemplar)}
<p class="reason">${reason}</p>
<p class="facts"><b>${predictedClass}</b> ${Number.isFinite(confidence) ? percent(confidence, 0) : NOTHING} · ${timeElement(timeSeconds, nowSeconds)} · <code title="${id}">${id}</code></p></li>`;
}

function pictures({ key, predictedClass, nearestReference }: Exemplar): Html {
  const nearest = nearestReference
    .slice(0, NEAREST_SHOWN)
    .map((reference, index) => picture("reference", reference, `Reference image ${index + 1}, by nearness`));
  return html`<div class="pictures"><figure>${picture("live", key, `Live image, predicted ${predictedClass}`)}<figcaption>live</figcaption></figure>${
    nearest.length > 0 &&
    html`<figure class="nearest"><div>${nearest}</div><figcaption>nearest in the reference</figcaption></figure>`
  }</div>`;
}

function picture(kind: "live" | "reference", key: string, alt: string): Html {
  return html`<img src="/gallery/${kind}/images/${encodeURIComponent(key)}" alt="${alt}" width="${THUMBNAIL}" height="${THUMBNAIL}" loading="lazy">`;
}
