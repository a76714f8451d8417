import { type Html, html } from "../html.ts";

/** What to do next when there is nothing to show: the first page that a new user sees. */
export function noReference(): Html {
  return nextSteps(
    "No reference yet",
    "Drift is a comparison, and there is nothing to compare with. Build the reference from images that the model was proven on: 1,000 are good, 200 are the least.",
    [
      html`Build it<pre>vision-exporter reference build --config FILE \\
  --images DIR --labels labels.csv --model-url URL \\
  --out reference.bin</pre>`,
      html`Name the file in the configuration, as <code>reference.path</code>`,
      html`Load it without a restart<pre>curl -X POST http://HOST:9435/-/reload</pre>`,
    ],
  );
}

export function noTraffic(referenceImages: string): Html {
  return nextSteps(
    "No traffic yet",
    `The reference of ${referenceImages} images is loaded. Nothing has been seen since the start; any one of these begins it:`,
    [
      html`Point the clients, or the Service, at the tap's port instead of the model's`,
      html`Send CloudEvents of requests and answers to <code>POST http://HOST:9436/</code>`,
      html`Push images and answers yourself<pre>curl http://HOST:9436/v1/observations -F image=@tile.jpg \\
  -F 'about={"id": "tile-1", "prediction": {"water": 0.9, "desert": 0.1}}'</pre>`,
    ],
  );
}

/** Shown beside empty quality tables. */
export function noLabels(): Html {
  return html`<div class="empty"><p>No labels in this window. Send the truth whenever it is known, early, late or only for some images:</p>
<pre>curl http://HOST:9436/v1/labels \\
  -H 'content-type: application/json' \\
  -d '[{"id": "REQUEST-ID", "label": "CLASS"}]'</pre></div>`;
}

function nextSteps(title: string, sentence: string, steps: readonly Html[]): Html {
  return html`<section class="headline v-not_enough_data" id="verdict"><div class="answer"><h1><span>${title}</span></h1>
<p class="sentence">${sentence}</p>
<ol class="steps">${steps.map((step) => html`<li>${step}</li>`)}</ol></div></section>`;
}
