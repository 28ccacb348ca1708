// Makes one small tokenizer of each kind and writes what Hugging Face's own library makes of an adversarial corpus with it.
//   npm i --ignore-scripts tokenizers@0.23.2
//   node tests/reference/pipelines.mjs REPOSITORY     (writes tests/Simile.Tests/Tokenization/Pipelines)
// tokenizers.json.br: { name: tokenizer.json }. expected.jsonl.br: a line for each text, {"units": [UTF-16 units], "NAME": [[ids], [offsets in code points]], …}.
// The vocabularies are trained here, on the repository's samples and on the corpus, with trainers that are simple rather than good. Made with Node 22.
import { createRequire } from 'node:module'
import fs from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import zlib from 'node:zlib'
import { texts } from './adversarial.mjs'
import { kinds } from './kinds.mjs'

const { Tokenizer } = createRequire(process.cwd() + '/')('tokenizers')
const root = process.argv[2]
const folder = path.join(root, 'tests/Simile.Tests/Tokenization/Pipelines')
const samples = fs.readdirSync(path.join(root, 'samples'), { recursive: true })
  .filter(name => /\.(md|txt|csv|cs|html)$/.test(name))
  .sort()
  .map(name => fs.readFileSync(path.join(root, 'samples', name), 'utf8'))

const made = kinds([...samples.map(text => text.slice(0, 20000)), ...texts.slice(0, 700).map(text => text.toWellFormed())])
const lines = texts.map(text => ({ units: [...Array(text.length).keys()].map(i => text.charCodeAt(i)) }))
for (const [name, json] of Object.entries(made)) {
  const tokenizer = Tokenizer.fromString(JSON.stringify(json))
  for (const [i, text] of texts.entries()) {
    const encoding = await tokenizer.encode(text, null, { addSpecialTokens: false })
    lines[i][name] = [encoding.getIds(), encoding.getOffsets().flat()]
  }
}

const brotli = text => zlib.brotliCompressSync(Buffer.from(text), { params: { [zlib.constants.BROTLI_PARAM_LGWIN]: 24 } })
fs.mkdirSync(folder, { recursive: true })
fs.writeFileSync(path.join(folder, 'tokenizers.json.br'), brotli(JSON.stringify(made)))
fs.writeFileSync(path.join(folder, 'expected.jsonl.br'), brotli(lines.map(line => JSON.stringify(line) + '\n').join('')))
