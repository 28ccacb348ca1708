// What Hugging Face's own library makes of pairs of texts: ids and types, cut "longest first". Called by rerankers.py.
//   node tests/reference/rerankers.mjs TOKENIZER.json LONGEST < pairs.json > rows.json    (where 'npm i --ignore-scripts tokenizers@0.23.2' was run)
import { createRequire } from 'node:module'
import fs from 'node:fs'
import process from 'node:process'

const { Tokenizer } = createRequire(process.cwd() + '/')('tokenizers')
const tokenizer = Tokenizer.fromString(fs.readFileSync(process.argv[2], 'utf8'))
tokenizer.setTruncation(Number(process.argv[3]), { strategy: 'LongestFirst' })
const rows = []
for (const [query, text] of JSON.parse(fs.readFileSync(0, 'utf8'))) {
  const encoding = await tokenizer.encode(query, text)
  rows.push({ ids: encoding.getIds(), types: encoding.getTypeIds() })
}
process.stdout.write(JSON.stringify(rows))
