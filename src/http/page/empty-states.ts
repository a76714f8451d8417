import { type Html, html } from "../html.ts";

/** What to do next when there is nothing to show: the first page that a new user sees. */
export function noReference(): Html {
  return html`<section class="headline v-not_enough_data" id="verdict"><div class="answer"><h1><span>No reference yet</span></h1>
<p class="sentence">Drift is a comparison, and there is nothing to compare with. Build the reference from images that the model was proven on: 1,000 are good, 200 are the least.</p>
<ol class="steps"><li>Build it<pre>vision-exporter reference build \\
  --images DIR --labels labels.csv --model-url URL \\
  --out reference.bin</pre></li>
<li>Name the file in the configuration, as <code>reference.path</code></li>
<li>Load it without a restart<pre>curl -X POST http://HOST:9435/-/reload</pre></li></ol></div></section>`;
}

export function noTraffic(referenceImages: string): Html {
  return html`<section class="headline v-not_enough_data" id="verdict"><div class="answer"><h1><span>No traffic yet</span></h1>
<p class="sentence">The reference of ${referenceImages} images is loaded. Nothing has been seen since the start; any one of these begins it:</p>
<ol class="steps"><li>Point the clients, or the Service, at the tap's port instead of the model's</li>
<li>Send CloudEvents of requests and answers to <code>POST :9436/</code></li>
<li>Push images and answers yourself<pre>curl -X POST http://HOST:9436/v1/observations \\
  -F image=@tile.jpg -F 'prediction={"class": "water", "score": 0.93}'</pre></li></ol></div></section>`;
}
