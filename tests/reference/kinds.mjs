// One small tokenizer.json of each kind that is common on the hub.
import { trainBpe, makeUnigram, charactersMap } from './trainers.mjs'

const byteCharacters = (() => {
  const map = []
  let next = 256
  for (let b = 0; b < 256; b++) map.push(String.fromCodePoint((b >= 33 && b <= 126) || (b >= 0xa1 && b <= 0xac) || b >= 0xae ? b : next++))
  return map
})()
const toBytes = text => [...Buffer.from(text)].map(b => byteCharacters[b]).join('')
const gpt2Words = text => text.match(/'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu) ?? []
const byteLevel = (addPrefix = false, trim = true, useRegex = true) => ({ type: 'ByteLevel', add_prefix_space: addPrefix, trim_offsets: trim, use_regex: useRegex })
const token = (id, content, options = {}) => ({ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true, ...options })
const file = parts => ({ version: '1.0', truncation: null, padding: null, added_tokens: [], normalizer: null, pre_tokenizer: null, post_processor: null, decoder: null, ...parts })
const template = (first, last) => ({
  type: 'TemplateProcessing',
  single: [{ SpecialToken: { id: first[0], type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }, { SpecialToken: { id: last[0], type_id: 0 } }],
  pair: [{ Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 1 } }],
  special_tokens: Object.fromEntries([first, last].map(([name, id]) => [name, { id: name, ids: [id], tokens: [name] }])),
})
const sequence = normalizers => ({ type: 'Sequence', normalizers })
const steps = pretokenizers => ({ type: 'Sequence', pretokenizers })
const regex = (pattern, behavior = 'Isolated', invert = false) => ({ type: 'Split', pattern: { Regex: pattern }, behavior, invert })
const metaspace = (options = {}) => ({ type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true, ...options })
const bpe = (model, options = {}) => ({ type: 'BPE', dropout: null, unk_token: null, continuing_subword_prefix: null, end_of_word_suffix: null, fuse_unk: false, byte_fallback: false, ...model, ...options })

const llama3 = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"
const qwen = llama3.replace('{1,3}', '')
const gpt4o = "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"
const clipWords = "<\\|startoftext\\|>|<\\|endoftext\\|>|'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+"

export function kinds(corpus) {
  const plainWords = corpus.flatMap(text => text.match(/\w+|[^\w\s]+/g) ?? [])
  const lowerWords = plainWords.map(word => word.toLowerCase())
  const byteWords = corpus.flatMap(gpt2Words).map(toBytes)
  const pieceWords = corpus.flatMap(text => text.split(/\s+/).filter(Boolean).map(word => '▁' + word))
  const gpt2 = trainBpe(byteWords, { alphabet: byteCharacters, size: 600, first: ['<s>', '<pad>', '</s>', '<unk>', '<mask>', '<|endoftext|>'] })
  const id = name => gpt2.vocab[name]
  const clip = trainBpe(lowerWords.map(toBytes), { alphabet: byteCharacters, size: 900, suffix: '</w>', first: ['<|startoftext|>', '<|endoftext|>'] })
  const suffixed = trainBpe(lowerWords, { size: 500, suffix: '</w>', first: ['<unk>'] })
  const prefixed = trainBpe(plainWords, { size: 500, prefix: '@@', first: ['<unk>'] })
  const bytes = [...Array(256).keys()].map(b => `<0x${b.toString(16).toUpperCase().padStart(2, '0')}>`)
  const llama = trainBpe(pieceWords, { size: 900, first: ['<unk>', '<s>', '</s>', ...bytes] })
  const unigram = makeUnigram(pieceWords, { size: 700, first: ['<s>', '<pad>', '</s>', '<unk>'], last: ['<mask>'] })
  const lowered = makeUnigram(pieceWords.map(word => word.toLowerCase()), { size: 500, first: ['<pad>', '<unk>', '[CLS]', '[SEP]', '[MASK]'] })
  const fallback = makeUnigram(pieceWords, { size: 700, first: ['<unk>', ...bytes] })
  const words = Object.fromEntries(['[UNK]', '[PAD]', '[MASK]', ...new Set(lowerWords), ...'0123456789 \nabcdxy,.$'].slice(0, 500).map((word, i) => [word, i]))
  const wordPieces = Object.fromEntries([...new Set(['<s>', '<pad>', '</s>', '[UNK]', ...new Set([...lowerWords.join('')]), ...new Set([...lowerWords.join('')].map(c => '##' + c)), '##ing', '##er', 'the', 'and', 'New', 'Word', '[MASK]', '<mask>'])].map((piece, i) => [piece, i]))
  const charsmap = { type: 'Precompiled', precompiled_charsmap: charactersMap() }
  const wordLevel = { type: 'WordLevel', vocab: words, unk_token: '[UNK]' }
  const bert = { type: 'WordPiece', unk_token: '[UNK]', continuing_subword_prefix: '##', max_input_chars_per_word: 100, vocab: wordPieces }
  const xlmRobertaTokens = [token(0, '<s>'), token(1, '<pad>'), token(2, '</s>'), token(3, '<unk>'), token(unigram.vocab.length - 1, '<mask>', { lstrip: true })]
  return {
    'gpt2': file({ added_tokens: [token(id('<|endoftext|>'), '<|endoftext|>')], pre_tokenizer: byteLevel(), post_processor: byteLevel(), model: bpe(gpt2) }),
    'gpt2-prefix': file({ pre_tokenizer: byteLevel(true), post_processor: byteLevel(true), model: bpe({ ...gpt2, merges: gpt2.merges.map(pair => pair.split(' ')) }) }),
    'roberta': file({
      added_tokens: [token(id('<s>'), '<s>', { normalized: true }), token(id('<pad>'), '<pad>', { normalized: true }), token(id('</s>'), '</s>', { normalized: true }), token(id('<unk>'), '<unk>', { normalized: true }), token(id('<mask>'), '<mask>', { lstrip: true })],
      pre_tokenizer: byteLevel(true), post_processor: { type: 'RobertaProcessing', sep: ['</s>', id('</s>')], cls: ['<s>', id('<s>')], trim_offsets: true, add_prefix_space: true }, model: bpe(gpt2),
    }),
    'clip': file({
      added_tokens: [token(0, '<|startoftext|>', { normalized: true }), token(1, '<|endoftext|>')],
      normalizer: sequence([{ type: 'NFC' }, { type: 'Replace', pattern: { Regex: '\\s+' }, content: ' ' }, { type: 'Lowercase' }]),
      pre_tokenizer: steps([regex(clipWords, 'Removed', true), byteLevel(false, true, true)]),
      post_processor: { type: 'RobertaProcessing', sep: ['<|endoftext|>', 1], cls: ['<|startoftext|>', 0], trim_offsets: false, add_prefix_space: false },
      model: bpe(clip, { unk_token: '<|endoftext|>', end_of_word_suffix: '</w>', continuing_subword_prefix: '' }),
    }),
    'bpe-suffix': file({ normalizer: sequence([{ type: 'NFKC' }, { type: 'Lowercase' }]), pre_tokenizer: { type: 'Whitespace' }, model: bpe(suffixed, { unk_token: '<unk>', end_of_word_suffix: '</w>', fuse_unk: true }) }),
    'bpe-prefix': file({ normalizer: { type: 'NFD' }, pre_tokenizer: { type: 'WhitespaceSplit' }, model: bpe(prefixed, { unk_token: '<unk>', continuing_subword_prefix: '@@' }) }),
    'bpe-dropping': file({ normalizer: { type: 'NFKD' }, pre_tokenizer: { type: 'BertPreTokenizer' }, model: bpe(prefixed, { continuing_subword_prefix: '@@' }) }),
    'llama': file({
      added_tokens: [token(0, '<unk>'), token(1, '<s>'), token(2, '</s>')],
      normalizer: sequence([{ type: 'Prepend', prepend: '▁' }, { type: 'Replace', pattern: { String: ' ' }, content: '▁' }]),
      post_processor: template(['<s>', 1], ['</s>', 2]), model: bpe(llama, { unk_token: '<unk>', fuse_unk: true, byte_fallback: true }),
    }),
    'llama3': file({
      added_tokens: [token(id('<|endoftext|>'), '<|endoftext|>')], pre_tokenizer: steps([regex(llama3), byteLevel(false, true, false)]),
      post_processor: { type: 'Sequence', processors: [byteLevel(true, false, true), template(['<s>', id('<s>')], ['</s>', id('</s>')])] }, model: bpe(gpt2, { ignore_merges: true }),
    }),
    'qwen': file({ added_tokens: [token(id('<|endoftext|>'), '<|endoftext|>')], normalizer: { type: 'NFC' }, pre_tokenizer: steps([regex(qwen), byteLevel(false, false, false)]), post_processor: byteLevel(false, false, false), model: bpe(gpt2) }),
    'gpt4o': file({ pre_tokenizer: steps([regex(gpt4o), byteLevel(false, true, false)]), post_processor: byteLevel(true, true, true), model: bpe(gpt2, { ignore_merges: true }) }),
    'xlm-roberta': file({ added_tokens: xlmRobertaTokens, normalizer: charsmap, pre_tokenizer: steps([{ type: 'WhitespaceSplit' }, metaspace()]), post_processor: template(['<s>', 0], ['</s>', 2]), model: { type: 'Unigram', unk_id: 3, vocab: unigram.vocab } }),
    'e5': file({ added_tokens: xlmRobertaTokens, normalizer: sequence([charsmap, { type: 'Replace', pattern: { Regex: ' {2,}' }, content: ' ' }]), pre_tokenizer: { type: 'Metaspace', replacement: '▁', str_rep: '▁', add_prefix_space: true }, post_processor: template(['<s>', 0], ['</s>', 2]), model: { type: 'Unigram', unk_id: 3, vocab: unigram.vocab } }),
    'albert': file({
      added_tokens: [token(0, '<pad>'), token(1, '<unk>'), token(2, '[CLS]'), token(3, '[SEP]'), token(4, '[MASK]', { lstrip: true, rstrip: true })],
      normalizer: sequence([{ type: 'Replace', pattern: { String: '``' }, content: '"' }, { type: 'Replace', pattern: { String: "''" }, content: '"' }, { type: 'NFKD' }, { type: 'StripAccents' }, { type: 'Lowercase' }, charsmap]),
      pre_tokenizer: metaspace({ prepend_scheme: 'first' }), post_processor: template(['[CLS]', 2], ['[SEP]', 3]), model: { type: 'Unigram', unk_id: 1, vocab: lowered.vocab },
    }),
    'unigram-bytes': file({ normalizer: sequence([{ type: 'Nmt' }, { type: 'Strip', strip_left: true, strip_right: true }]), pre_tokenizer: metaspace({ prepend_scheme: 'first', split: false }), model: { type: 'Unigram', unk_id: 0, byte_fallback: true, vocab: fallback.vocab } }),
    'word-level': file({ normalizer: sequence([{ type: 'NFD' }, { type: 'Lowercase' }, { type: 'StripAccents' }]), pre_tokenizer: steps([{ type: 'Whitespace' }, { type: 'Digits', individual_digits: true }, { type: 'Punctuation', behavior: 'MergedWithPrevious' }]), model: wordLevel }),
    'splits': file({ normalizer: { type: 'Strip', strip_left: true, strip_right: false }, pre_tokenizer: steps([{ type: 'Split', pattern: { String: ' ' }, behavior: 'MergedWithNext', invert: false }, { type: 'Digits', individual_digits: false }, { type: 'Punctuation', behavior: 'Contiguous' }, { type: 'CharDelimiterSplit', delimiter: 'a' }, regex('\\p{Lu}++|\\n?', 'MergedWithPrevious'), { type: 'FixedLength', length: 4 }]), model: wordLevel }),
    'scripts': file({ pre_tokenizer: steps([{ type: 'UnicodeScripts' }, byteLevel(false, true, false)]), model: bpe(gpt2) }),
    'byte-normalizer': file({ normalizer: sequence([{ type: 'Prepend', prepend: ' ' }, { type: 'ByteLevel' }]), pre_tokenizer: regex('Ġ?[^Ġ]+', 'Removed', true), model: bpe(gpt2) }),
    'bert-cased': file({ normalizer: { type: 'BertNormalizer', clean_text: false, handle_chinese_chars: false, strip_accents: true, lowercase: false }, pre_tokenizer: { type: 'BertPreTokenizer' }, post_processor: { type: 'BertProcessing', sep: ['</s>', 2], cls: ['<s>', 0] }, model: bert }),
    'mpnet': file({
      added_tokens: [token(0, '<s>', { normalized: true }), token(1, '<pad>', { normalized: true }), token(2, '</s>'), token(3, '[UNK]', { single_word: true }), token(wordPieces['<mask>'], '<mask>', { lstrip: true }), token(wordPieces['[MASK]'], '[MASK]', { rstrip: true, normalized: true }), token(Object.keys(wordPieces).length, 'NewWord', { single_word: true, normalized: true, special: false })],
      normalizer: { type: 'BertNormalizer', clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase: true }, pre_tokenizer: { type: 'BertPreTokenizer' }, post_processor: { type: 'RobertaProcessing', sep: ['</s>', 2], cls: ['<s>', 0], trim_offsets: true, add_prefix_space: false }, model: bert,
    }),
  }
}
