// Runs the makers' own clients against a server, and prints what each got as one line of JSON: {"client": …, "vectors": […]} or {"client": …, …}.
//   node run.mjs http://127.0.0.1:8642 simile-text-mini
import OpenAI from "openai";
import { Ollama } from "ollama";
import { CohereClientV2 } from "cohere-ai";
import { VoyageAIClient } from "voyageai";
import { InferenceClient } from "@huggingface/inference";

const [, , address, model] = process.argv;
const texts = JSON.parse(process.env.SIMILE_TEXTS);
const tell = (client, found) => console.log(JSON.stringify({ client, ...found }));

const openai = new OpenAI({ apiKey: "none", baseURL: `${address}/v1`, maxRetries: 0 });
const made = await openai.embeddings.create({ model, input: texts });
tell("openai", { vectors: made.data.map((row) => Array.from(row.embedding)), tokens: made.usage.total_tokens });
const floats = await openai.embeddings.create({ model, input: texts, encoding_format: "float" });
tell("openai float", { vectors: floats.data.map((row) => row.embedding) });
const models = [];
for await (const listed of openai.models.list()) models.push(listed.id);
tell("openai models", { models, one: (await openai.models.retrieve(model)).id });
try {
  await openai.embeddings.create({ model: "nobody", input: "a" });
} catch (error) {
  tell("openai error", { status: error.status, code: error.code, type: error.constructor.name, id: error.requestID });
}

const ollama = new Ollama({ host: address });
const embedded = await ollama.embed({ model, input: texts });
tell("ollama", { vectors: embedded.embeddings, tokens: embedded.prompt_eval_count });
tell("ollama models", { models: (await ollama.list()).models.map((listed) => listed.name) });
try {
  await ollama.embed({ model: "nobody", input: "a" });
} catch (error) {
  tell("ollama error", { status: error.status_code, message: error.error });
}

const cohere = new CohereClientV2({ token: "none", environment: address, baseUrl: address });
const typed = await cohere.embed({ model, texts, inputType: "search_document", embeddingTypes: ["float", "ubinary"] });
tell("cohere", { vectors: typed.embeddings.float, codes: typed.embeddings.ubinary });
const ranked = await cohere.rerank({ model, query: texts[0], documents: texts, topN: 2 });
tell("cohere rerank", { order: ranked.results.map((row) => row.index), scores: ranked.results.map((row) => row.relevanceScore) });

const voyage = new VoyageAIClient({ apiKey: "none", environment: `${address}/v1` });
const voyaged = await voyage.embed({ model, input: texts, inputType: "document" });
tell("voyage", { vectors: voyaged.data.map((row) => row.embedding), tokens: voyaged.usage.totalTokens });
const order = await voyage.rerank({ model, query: texts[0], documents: texts, topK: 2 });
tell("voyage rerank", { order: order.data.map((row) => row.index) });
try {
  await voyage.embed({ model: "nobody", input: texts });
} catch (error) {
  tell("voyage error", { status: error.statusCode });
}

const hub = new InferenceClient("none", { endpointUrl: address });
tell("huggingface", { vectors: await hub.featureExtraction({ inputs: texts }) });
const alike = await hub.sentenceSimilarity({ inputs: { source_sentence: texts[0], sentences: texts.slice(1) } });
tell("huggingface similarity", { scores: alike });
