// Texts that tokenizers get wrong: every Unicode block, controls, emoji, marks, lone surrogates, very long words. Drawn with a fixed seed.
let state = 54321
const below = n => { state = (Math.imul(state, 1103515245) + 12345) >>> 0; return Math.floor((state / 4294967296) * n) }

export const texts = []
const points = []
for (let c = 1; c < 0x10000; c += 53) if (c < 0xd800 || c > 0xdfff) points.push(c)
for (let c = 0x10000; c < 0x110000; c += c < 0x20000 ? 401 : 9001) points.push(c)
for (let i = 0; i < points.length; i += 12) {
  texts.push(points.slice(i, i + 12).map((c, k) => k % 2 ? `ab${String.fromCodePoint(c)}cd` : String.fromCodePoint(c)).join(' '))
}

const pieces = ['the', 'and', 'of the', 'Unaffable', 'STRASSE', 'straße', 'naïve', 'cafe\u0301', 'Zürich', 'İstanbul', '東京', 'かな', 'カ\u3099', 'ｶﾞ', '한국어', 'हिन्दी', 'ไทย', 'עברית', 'العربية', '😀', '👩‍👩‍👧', '🇩🇪',
  '$', '+', '<', '=', '>', '^', '|', '~', '`', '``', "''", '\n', '\r\n', '\t', '\u00a0', '\u200b', '\ufeff', '\ufffd', '\u0000', '\u0001', '\u000b', '\f', '\u0085', '\u2028', '…', '—', '“quoted”', "don't", "I'LL", "we've", "'S", "'ſ", 'e.g.', '3.14', '1,000', '1234567',
  'x=y+2', 'foo_bar', 'C#', '##ing', '[UNK]', '[PAD]', '[unk]', '[MASK]', '<s>', '</s>', '<unk>', '<mask>', '<|endoftext|>', '<|startoftext|>', 'NewWord', 'Newword', '▁', '▁▁', 'a'.repeat(99), 'ﬁne', 'Ⅷ', '①', 'ǅ', 'ẞ', 'Σίσυφος', 'ΟΔΟΣ',
  'e\u0301\u0323', 'q\u0323\u0307', '\u0301', '\u0344', 'Å', '\u212b', '가', '\u1100\u1161\u11a8', '𝒜', '𐐀', '㍿', '豈', '\u{2f800}', '\u{1f3fb}', 'ﷺ', '·', '٪', '。', '、', 'Ａ\u0301', '  ', '\n\n', '\t\t', '½', 'x²', '\u{1d7d8}', ' .', '\ud83d', '\udc00']
for (let i = 0; i < 400; i++) {
  let text = ''
  for (let k = below(9) + 1; k > 0; k--) text += pieces[below(pieces.length)] + [' ', '', '  ', '\n'][below(4)]
  texts.push(text)
}
texts.push('', ' ', '  ', '\n', '\u0301', 'x'.repeat(1000), '한'.repeat(300), ' '.repeat(200), '\n'.repeat(100) + 'a', '😀'.repeat(100), 'a\u0301'.repeat(100), 'ab '.repeat(100))
