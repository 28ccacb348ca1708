// Measures a bare ONNX Runtime session on prepared pictures, two threads, at several batch sizes.
// Usage: node pictures.mjs FOLDER      Writes one JSON object a line.
import { join } from "node:path";
import { createRequire } from "node:module";

const ort = createRequire(import.meta.url)("onnxruntime-node");
const side = 224;

for (const network of ["resnet50", "clip-vit-b32"]) {
  const session = await ort.InferenceSession.create(join(process.argv[2], network, "model.onnx"), { intraOpNumThreads: 2, interOpNumThreads: 1, graphOptimizationLevel: "all" });
  for (const batch of [1, 8, 32]) {
    const pixels = Float32Array.from({ length: batch * 3 * side * side }, (_, i) => ((i * 7919) % 1000) / 500 - 1);
    const feeds = { pixels: new ort.Tensor("float32", pixels, [batch, 3, side, side]) };
    await session.run(feeds);
    const start = performance.now();
    let done = 0;
    do {
      await session.run(feeds);
      done += batch;
    } while (performance.now() - start < 5000);
    console.log(JSON.stringify({ peer: "onnxruntime", network, batch, images_per_s: +(done / ((performance.now() - start) / 1000)).toFixed(2) }));
  }
  await session.release();
}
