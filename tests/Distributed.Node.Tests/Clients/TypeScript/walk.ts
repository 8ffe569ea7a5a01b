// Compiled by a test together with the types that openapi-typescript generates from a gateway's document.
import createClient from "openapi-fetch";
import type { components, paths } from "./api.js";

const client = createClient<paths>({ baseUrl: process.argv[2]! });

function ok<T>(answer: { data?: T; error?: unknown; response: Response }): T {
  if (answer.data === undefined) throw new Error(`${answer.response.status} ${JSON.stringify(answer.error)}`);
  return answer.data;
}

const table = "x,y,class\n" + Array.from({ length: 30 }, (_, i) => `${i + 13},${(i * 7) % 5},${i % 2 === 0 ? "even" : "odd"}\n`).join("");
const dataset = ok(await client.POST("/api/v1/datasets", {
  params: { query: { name: "generated-typescript" } },
  headers: { "Content-Type": "text/csv" },
  body: table,
  bodySerializer: body => body as string,
}));

const settings: components["schemas"]["JobSettings"] = {
  data: dataset.id, hidden: [4], activation: "leaky-relu", epochs: 2, name: "generated-typescript", seed: "18446744073709551615",
};
const job = ok(await client.POST("/api/v1/jobs", { params: { header: { "Idempotency-Key": "key-of-generated-typescript" } }, body: settings })).summary.id;

const path = { id: job };
const stream = ok(await client.GET("/api/v1/jobs/{id}/events", { params: { path }, parseAs: "stream" })) as unknown as ReadableStream<Uint8Array>;
let text = "";
for await (const piece of stream.pipeThrough(new TextDecoderStream() as unknown as ReadableWritablePair<string, Uint8Array>)) text += piece;
const finished: components["schemas"]["StreamedEvents"]["finished"] = JSON.parse(text.slice(text.indexOf("event: finished\ndata: ") + 22));
if (finished?.end.outcome !== "Completed") throw new Error("the stream does not end with the job's end");

const detail = ok(await client.GET("/api/v1/jobs/{id}", { params: { path } }));
if (detail.summary.state !== "completed" || detail.epochs.length !== 2 || !detail.lastCheckpoint) throw new Error("the job's detail is not as it was");
const refused = await client.POST("/api/v1/jobs/{id}/pause", { params: { path } });
if (refused.error?.type !== "/problems/conflict") throw new Error("a job that has ended was paused");

const answer = ok(await client.POST("/api/v1/jobs/{id}/predictions", {
  params: { path, query: { checkpoint: "last" } },
  body: { rows: [{ x: 1, y: "2" }] },
}));
console.log(answer.predictions[0]!.class);
