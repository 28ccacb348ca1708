// Writes what Hugging Face's own tokenizer library makes of an adversarial corpus that this script draws.
//   npm i --ignore-scripts tokenizers@0.23.2
//   node tests/reference/tokenizers.mjs TOKENIZER_JSON > tests/Simile.Tests/Tokenization/expected.jsonl
// Each line: {"text", "ids", "offsets"}; offsets count code points, as the library gives them. Made with Node 18 or later.
import { createRequire } from 'node:module'
import process from 'node:process'

const require = createRequire(process.cwd() + '/')
const { Tokenizer } = require('tokenizers')

let state = 12345
const below = n => { state = (Math.imul(state, 1103515245) + 12345) >>> 0; return Math.floor((state / 4294967296) * n) }
const isSurrogate = c => c >= 0xd800 && c <= 0xdfff
const texts = []

// Every Unicode block: each 67th code point of the basic plane, each 1499th of the others, sixteen to a text, inside and between words.
const points = []
for (let c = 1; c < 0x10000; c += 67) if (!isSurrogate(c)) points.push(c)
for (let c = 0x10000; c < 0x110000; c += 1499) points.push(c)
for (let i = 0; i < points.length; i += 16) {
  texts.push(points.slice(i, i + 16).map((c, k) => k % 2 ? `ab${String.fromCodePoint(c)}cd` : String.fromCodePoint(c)).join(' '))
}

const pieces = ['the', 'Unaffable', 'STRASSE', 'straße', 'naïve', 'cafe\u0301', 'Zürich', 'İstanbul', '東京', 'かな', '한국어', 'हिन्दी', 'ไทย', 'עברית', 'العربية', '😀', '👩‍👩‍👧', '🇩🇪', '$', '+', '<', '=', '>', '^', '|', '~',
  '`', '\n', '\r\n', '\t', '\u00a0', '\u200b', '\ufeff', '\ufffd', '\u0000', '\u0001', '\u2028', '…', '—', '“quoted”', "don't", 'e.g.', '3.14', '1,000', 'x=y+2', 'foo_bar', 'C#', '##ing', '[UNK]', '[PAD]', '[unk]', 'a'.repeat(99), 'b'.repeat(100), 'c'.repeat(101),
  'ﬁne', 'Ⅷ', '①', 'ǅ', 'ß', 'ẞ', 'Σίσυφος', 'ΟΔΟΣ', 'e\u0301\u0323', '\u0301', '\u0344', 'Å', '\u212b', '가', '\u1100\u1161', '𝒜', '𐐀', '㍿', '豈', '\u{2f800}', '\u{1f3fb}', 'ﷺ', '·', '٪', '。', '、']
for (let i = 0; i < 300; i++) {
  let text = ''
  for (let k = below(9) + 1; k > 0; k--) text += pieces[below(pieces.length)] + [' ', '', '  ', '\n'][below(4)]
  texts.push(text)
}

const tokenizer = Tokenizer.fromFile(process.argv[2])
tokenizer.setTruncation?.(1 << 20)
for (const text of texts) {
  const encoding = await tokenizer.encode(text, null, { addSpecialTokens: false })
  process.stdout.write(JSON.stringify({ text, ids: encoding.getIds(), offsets: encoding.getOffsets() }) + '\n')
}
