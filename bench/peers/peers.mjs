// Measures transformers.js and a bare ONNX Runtime session, two threads, on the checkpoint and the corpora of a folder.
// Usage: node peers.mjs FOLDER      Writes one JSON object a line.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createRequire } from "node:module";

const folder = process.argv[2];
const threads = 2;
const require = createRequire(import.meta.url);
const ort = require("onnxruntime-node");
const { env, pipeline } = await import("@huggingface/transformers");
env.allowRemoteModels = false;
env.localModelPath = folder;

const say = (row) => console.log(JSON.stringify(row));
// As `simile bench` measures: after a first time, again and again until some seconds are over; all work by all time.
const measure = async (work, longest = 3) => {
  const start = performance.now();
  let times = 0;
  do {
    await work();
    times++;
  } while ((performance.now() - start) / 1000 < longest);
  return (performance.now() - start) / 1000 / times;
};

for (const compute of ["float32", "int8"]) {
  const options = { intraOpNumThreads: threads, interOpNumThreads: 1 };
  const session = await ort.InferenceSession.create(join(folder, "checkpoint", "onnx", compute === "int8" ? "model_quantized.onnx" : "model.onnx"), { ...options, graphOptimizationLevel: "all" });
  for (const [b, t] of [[1, 8], [32, 11], [32, 32], [32, 128], [8, 256], [4, 512]]) {
    const of = (value) => new ort.Tensor("int64", BigInt64Array.from({ length: b * t }, value), [b, t]);
    const feeds = { input_ids: of((_, i) => BigInt(1000 + (i % 20000))), attention_mask: of(() => 1n), token_type_ids: of(() => 0n) };
    await session.run(feeds);
    const seconds = await measure(() => session.run(feeds));
    say({ peer: "onnxruntime", compute, shape: `${b}x${t}`, tokens_per_s: Math.round((b * t) / seconds) });
  }
  await session.release();
  const embed = await pipeline("feature-extraction", "checkpoint", { dtype: compute === "int8" ? "q8" : "fp32", device: "cpu", session_options: options });
  for (const corpus of ["short", "long", "mixed"]) {
    const texts = readFileSync(join(folder, corpus + ".txt"), "utf8").trimEnd().split("\n");
    const tokens = texts.reduce((sum, text) => sum + Math.min(512, embed.tokenizer.encode(text).length), 0);
    for (const batch of [1, 32]) {
      const run = async () => {
        for (let i = 0; i < texts.length; i += batch) await embed(texts.slice(i, i + batch), { pooling: "mean", normalize: true });
      };
      await embed(texts.slice(0, batch), { pooling: "mean", normalize: true });
      const seconds = await measure(run);
      say({ peer: "transformers.js", compute, corpus, batch, tokens, tokens_per_s: Math.round(tokens / seconds), texts_per_s: Math.round(texts.length / seconds) });
    }
  }
  await embed.dispose();
}
