// Small trainers, good enough to make vocabularies that exercise a tokenizer.

// Byte pair encoding over a list of words: the pair that is most frequent is merged, again and again.
export function trainBpe(words, { size, alphabet = [], first = [], prefix = '', suffix = '' }) {
  const counts = new Map()
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  const spelled = [...counts].map(([word, count]) => {
    const characters = [...word]
    return { count, symbols: characters.map((c, i) => (i > 0 ? prefix : '') + c + (i === characters.length - 1 ? suffix : '')) }
  })
  const frequent = new Map()
  for (const { symbols, count } of spelled) for (const symbol of symbols) frequent.set(symbol, (frequent.get(symbol) ?? 0) + count)
  const kept = alphabet.length ? [] : [...frequent].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, size / 3).map(([symbol]) => symbol)
  const tokens = new Set([...first, ...alphabet, ...(suffix ? alphabet.map(c => c + suffix) : []), ...kept])
  const merges = []
  while (tokens.size < size) {
    const pairs = new Map()
    for (const { symbols, count } of spelled) {
      for (let i = 0; i + 1 < symbols.length; i++) {
        if (!tokens.has(symbols[i]) || !tokens.has(symbols[i + 1])) continue
        const pair = symbols[i] + ' ' + symbols[i + 1]
        pairs.set(pair, (pairs.get(pair) ?? 0) + count)
      }
    }
    const [best] = [...pairs].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    if (!best) break
    const [left, right] = best[0].split(' ')
    const joined = left + right.slice(prefix.length)
    merges.push(best[0])
    tokens.add(joined)
    for (const word of spelled) {
      for (let i = 0; i + 1 < word.symbols.length; i++) {
        if (word.symbols[i] === left && word.symbols[i + 1] === right) word.symbols.splice(i, 2, joined)
      }
    }
  }
  return { vocab: Object.fromEntries([...tokens].map((symbol, i) => [symbol, i])), merges }
}

// Unigram: the most frequent stretches of words, longer ones favoured, with the logarithm of their share as score.
export function makeUnigram(words, { size, first = [], last = [] }) {
  const counts = new Map()
  for (const word of words) {
    const characters = [...word]
    for (let i = 0; i < characters.length; i++) {
      for (let n = 1; n <= 8 && i + n <= characters.length; n++) {
        const piece = characters.slice(i, i + n).join('')
        counts.set(piece, (counts.get(piece) ?? 0) + 1)
      }
    }
  }
  const best = [...counts].filter(([piece]) => !first.includes(piece)).sort((a, b) => b[1] * [...b[0]].length - a[1] * [...a[0]].length || (a[0] < b[0] ? -1 : 1)).slice(0, size)
  const total = best.reduce((sum, [, count]) => sum + count, 0)
  return { vocab: [...first.map(piece => [piece, 0]), ...best.map(([piece, count]) => [piece, Math.log(count / total)]), ...last.map(piece => [piece, 0])] }
}

// A precompiled_charsmap: darts-clone's double array over UTF-8, and the replacements, each closed by a NUL.
export function charactersMap() {
  const rules = new Map()
  for (let c = 1; c < 0x110000; c++) {
    if (c >= 0xd800 && c <= 0xdfff) continue
    const character = String.fromCodePoint(c)
    const mapped = c < 32 || c === 127 || c === 0xfeff ? (/\s/.test(character) && c !== 0xfeff ? ' ' : '') : /[\u00a0\u1680\u2000-\u200b\u2028\u2029\u202f\u205f\u3000]/.test(character) ? ' ' : character.normalize('NFKC')
    if (mapped !== character && (c % 3 === 0 || c < 0x600 || c > 0xff00)) rules.set(character, mapped)
  }
  for (const pair of ['e\u0301', 'a\u0301', 'カ\u3099', '\r\n']) rules.set(pair, pair === '\r\n' ? ' ' : pair.normalize('NFKC'))
  const replacements = []
  const places = new Map()
  let length = 0
  for (const mapped of new Set(rules.values())) {
    const bytes = Buffer.from(mapped + '\0')
    places.set(mapped, length)
    replacements.push(bytes)
    length += bytes.length
  }
  const trie = { children: new Map() }
  for (const [from, to] of rules) {
    let node = trie
    for (const byte of Buffer.from(from)) {
      if (!node.children.has(byte)) node.children.set(byte, { children: new Map() })
      node = node.children.get(byte)
    }
    node.value = places.get(to)
  }
  const units = new Map([[0, 0]])
  const bases = new Set()
  let nextBase = 1
  const place = (node, position, label) => {
    const labels = [...(node.value === undefined ? [] : [0]), ...node.children.keys()]
    let base = nextBase
    while (bases.has(base) || labels.some(l => units.has(base ^ l))) base++
    if (labels.length > 4) nextBase = base
    bases.add(base)
    for (const l of labels) units.set(base ^ l, 0)
    units.set(position, (label | (node.value === undefined ? 0 : 256) | ((base ^ position) << 10)) >>> 0)
    if (node.value !== undefined) units.set(base, (node.value | 0x80000000) >>> 0)
    for (const [l, child] of node.children) place(child, base ^ l, l)
  }
  place(trie, 0, 0)
  const size = Math.ceil((Math.max(...units.keys()) + 1) / 256) * 256
  const bytes = Buffer.alloc(4 + size * 4)
  bytes.writeUInt32LE(size * 4, 0)
  for (const [position, unit] of units) bytes.writeUInt32LE(unit, 4 + position * 4)
  return Buffer.concat([bytes, ...replacements]).toString('base64')
}
