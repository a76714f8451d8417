// A model server of the Open Inference Protocol that calls every image the same, and clients that send it pictures through the tap.
import { createServer } from "node:http";
import sharp from "sharp";

const REPLY = { outputs: [{ name: "probabilities", datatype: "FP32", shape: [1, 3], data: [0.8, 0.15, 0.05] }] };

export async function startModelServer(port) {
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const { id } = JSON.parse(Buffer.concat(chunks).toString());
    response
      .writeHead(200, { "content-type": "application/json" })
      .end(JSON.stringify({ model_name: "parts", id, ...REPLY }));
  });
  await new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
  return server;
}

/** JPEGs of one colour each with a light square on it. */
async function picture(index) {
  const background = { r: (index * 37) % 200, g: (index * 91) % 200, b: (index * 53) % 200 };
  const square = await sharp({ create: { width: 60, height: 60, channels: 3, background: "#eeeeee" } })
    .png()
    .toBuffer();
  const canvas = sharp({ create: { width: 320, height: 240, channels: 3, background } });
  return canvas
    .composite([{ input: square, left: (index * 29) % 260, top: (index * 17) % 180 }])
    .jpeg()
    .toBuffer();
}

/** Sends `count` pictures; throws unless each is answered by the model. */
export async function sendPictures(port, count) {
  for (let index = 0; index < count; index += 1) {
    const data = [(await picture(index)).toString("base64")];
    const body = JSON.stringify({
      id: `part-${index}`,
      inputs: [{ name: "image", datatype: "BYTES", shape: [1], data }],
    });
    const response = await fetch(`http://127.0.0.1:${port}/v2/models/parts/infer`, {
      method: "POST",
      body,
      headers: { "content-type": "application/json" },
    });
    const { id } = await response.json();
    if (id !== `part-${index}`) throw new Error(`the reply to part-${index} came back as ${id}`);
  }
}

/** Asks until `accept` is content with the text at `url`, at most so long. */
export async function until(url, accept, seconds) {
  const end = Date.now() + 1000 * seconds;
  let last = "no answer";
  while (Date.now() < end) {
    try {
      last = await (await fetch(url)).text();
      if (accept(last)) return last;
    } catch (error) {
      last = String(error.cause ?? error);
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`${url} did not say what was waited for in ${seconds} s, but:\n${last.slice(0, 2000)}`);
}
