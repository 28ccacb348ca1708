// Compares the token ids that tests/reference/clip.py and siglip.py wrote with those of Hugging Face's own tokenizer and of transformers.js.
//   npm i --ignore-scripts tokenizers@0.23.2 @huggingface/transformers@4.3
//   node tests/reference/clip.mjs REPOSITORY     (writes nothing; says how many texts agree)
// transformers.js 4.3 disagrees about the texts that are too long: it cuts the end token off, the Rust library keeps it.
// Vocabulary files alone are put into the tokenizer.json that their class stands for. Made with Node 22.
import { createRequire } from 'node:module'
import fs from 'node:fs'
import path from 'node:path'
import process from 'node:process'

const load = createRequire(process.cwd() + '/')
const { Tokenizer } = load('tokenizers')
const { PreTrainedTokenizer } = load('@huggingface/transformers')
const root = path.join(process.argv[2], 'tests/Simile.Tests/Reference/clip')
const read = (...parts) => JSON.parse(fs.readFileSync(path.join(root, ...parts), 'utf8'))

function tokenizerOf(name) {
  if (fs.existsSync(path.join(root, name, 'tokenizer.json'))) return [read(name, 'tokenizer.json'), read(name, 'tokenizer_config.json')]
  const vocab = read(name, '0_CLIPModel', 'vocab.json')
  const merges = fs.readFileSync(path.join(root, name, '0_CLIPModel', 'merges.txt'), 'utf8').split('\n').slice(1).filter(Boolean)
  const json = read('legacy', 'tokenizer.json')
  for (const token of json.added_tokens) token.id = vocab[token.content]
  for (const end of ['sep', 'cls']) json.post_processor[end][1] = vocab[json.post_processor[end][0]]
  return [{ ...json, model: { ...json.model, vocab, merges } }, read(name, '0_CLIPModel', 'tokenizer_config.json')]
}

for (const name of fs.readdirSync(root)) {
  const [json, config] = tokenizerOf(name)
  const rust = Tokenizer.fromString(JSON.stringify(json))
  await rust.setTruncation(config.model_max_length)
  const script = new PreTrainedTokenizer(json, config)
  const { texts } = read(name, 'expected.json')
  let [same, sameInScript] = [0, 0]
  for (const { text, ids } of texts) {
    const theirs = (await rust.encode(text)).getIds()
    const scripted = Array.from(script(text, { truncation: true, return_tensor: false }).input_ids)
    same += String(theirs) === String(ids)
    sameInScript += String(scripted) === String(ids)
    if (String(theirs) !== String(ids)) console.log(name, JSON.stringify(text), theirs.join(' '), 'instead of', ids.join(' '))
  }
  console.log(`${name}: ${same} of ${texts.length} as the Rust library, ${sameInScript} as transformers.js`)
}
