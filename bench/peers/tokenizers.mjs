// Measures Hugging Face's Rust library, one thread, in megabytes of UTF-8 a second; line by line, without special tokens.
//   npm i --ignore-scripts tokenizers@0.23.2
//   node bench/peers/tokenizers.mjs TOKENIZER_JSON TEXT_FILE
import { createRequire } from 'node:module'
import fs from 'node:fs'
import process from 'node:process'

process.env.TOKENIZERS_PARALLELISM = 'false'
process.env.RAYON_NUM_THREADS = '1'
const { Tokenizer } = createRequire(process.cwd() + '/')('tokenizers')
const json = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'))
const tokenizer = Tokenizer.fromString(JSON.stringify({ ...json, truncation: null, padding: null }))
const text = fs.readFileSync(process.argv[3], 'utf8')
const lines = text.split('\n')
const bytes = Buffer.byteLength(text)
// One call for a thousand lines: the cost of a call across the language border would otherwise be part of the figure.
const groups = []
for (let i = 0; i < lines.length; i += 1000) groups.push(lines.slice(i, i + 1000))
for (let round = 0; round < 5; round++) {
  const start = process.hrtime.bigint()
  let tokens = 0
  for (const group of groups) for (const encoding of await tokenizer.encodeBatch(group, { addSpecialTokens: false })) tokens += encoding.getLength()
  const seconds = Number(process.hrtime.bigint() - start) / 1e9
  console.log(JSON.stringify({ round, megabytes_per_s: +(bytes / 1e6 / seconds).toFixed(2), tokens, seconds: +seconds.toFixed(3) }))
}
