using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Simile.Tokenization.Normalization;
using Simile.Tokenization.Pipeline;

namespace Simile.Tokenization.Folders;

/// <summary>What tokenizer_config.json, special_tokens_map.json and added_tokens.json change of the tokenizer.json beside them, as
/// transformers has it.</summary>
/// <param name="folder">The folder with these files.</param>
internal sealed class TokenizerOverrides(VocabularyFolder folder)
{
    private readonly List<string> _changes = [];
    private readonly List<string> _doubts = [];

    /// <summary>What was changed, and what was not although a version of transformers does, for the user to read.</summary>
    public IReadOnlyList<string> Notes =>
        _changes.Count == 0
            ? _doubts
            :
            [
                "The tokenizer follows the files beside tokenizer.json where they differ from it, as transformers does: "
                    + $"{string.Join("; ", _changes)}.",
                .. _doubts,
            ];

    /// <summary>The parts with all that is changed; its digest is another where something is.</summary>
    public TokenizerSource Apply(TokenizerSource source)
    {
        RefuseUnfollowed();
        var changed = WithNormalizer(source);
        changed = WithPrefixSpace(changed);
        changed = WithAddedTokens(changed);
        changed = WithEnds(changed);
        return _changes.Count == 0 ? source : changed with { Digest = DigestOf(source.Digest) };
    }

    private string DigestOf(string digest) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{digest}\n{string.Join('\n', _changes)}")));

    private void RefuseUnfollowed()
    {
        if (folder.Flag("split_special_tokens", otherwise: false))
        {
            throw folder.Refusal("split_special_tokens true", "that special tokens in a text are taken apart");
        }
    }

    // BERT's classes set up their normalizer by the configuration, whatever tokenizer.json says; what the configuration leaves out has its
    // usual value.
    private TokenizerSource WithNormalizer(TokenizerSource source)
    {
        if (!TokenizerClasses.IsBert(folder.UsualClass))
        {
            return source;
        }

        if (source.Normalizer is not { } own || own.TypeOf() != "BertNormalizer")
        {
            _doubts.Add(
                $"tokenizer.json has another normalizer than BERT's, though the class is {folder.UsualClass}: transformers 5 puts "
                    + "BERT's in its place, transformers 4 leaves it, and so does Simile."
            );
            return source;
        }

        var has = NormalizerReader.ReadBert(own);
        var wanted = has with
        {
            Lowercase = folder.Flag("do_lower_case", otherwise: true),
            StripAccents = folder.Choice("strip_accents"),
            HandleChineseChars = folder.Flag("tokenize_chinese_chars", otherwise: true),
        };
        if (
            wanted.Lowercase == has.Lowercase
            && wanted.StripsAccents == has.StripsAccents
            && wanted.HandleChineseChars == has.HandleChineseChars
        )
        {
            return source;
        }

        Note("do_lower_case", has.Lowercase, wanted.Lowercase);
        Note("strip_accents", has.StripsAccents, wanted.StripsAccents);
        Note("tokenize_chinese_chars", has.HandleChineseChars, wanted.HandleChineseChars);
        return source with
        {
            Normalizer = Json(
                $$"""{"type":"BertNormalizer","clean_text":{{Text(wanted.CleanText)}},"handle_chinese_chars":{{Text(wanted.HandleChineseChars)}},"strip_accents":{{Text(wanted.StripsAccents)}},"lowercase":{{Text(wanted.Lowercase)}}}"""
            ),
        };
    }

    private TokenizerSource WithPrefixSpace(TokenizerSource source)
    {
        var wanted = folder.Flag("add_prefix_space", otherwise: !TokenizerClasses.IsByteLevel(folder.UsualClass));
        if (TokenizerClasses.IsMetaspace(folder.UsualClass) && !wanted)
        {
            throw folder.Refusal("add_prefix_space false", $"that words of {folder.UsualClass} begin without a mark");
        }

        if (!TokenizerClasses.IsByteLevel(folder.UsualClass))
        {
            return source;
        }

        if (source.Splitter is not { } own || own.TypeOf() != "ByteLevel")
        {
            return wanted
                ? throw folder.Refusal("add_prefix_space true", "a space before texts, of a pre-tokenizer that is not GPT-2's")
                : source;
        }

        var has = own.GetProperty("add_prefix_space").GetBoolean();
        Note("add_prefix_space", has, wanted);
        return has == wanted
            ? source
            : source with
            {
                Splitter = Json(
                    $$"""{"type":"ByteLevel","add_prefix_space":{{Text(wanted)}},"use_regex":{{Text(own.GetFlag("use_regex", otherwise: true))}}}"""
                ),
            };
    }

    // Entries that only the other files name are found in texts too; one that the vocabulary lacks gets the next id.
    private TokenizerSource WithAddedTokens(TokenizerSource source)
    {
        foreach (var token in folder.NamedTokens())
        {
            var known = source.AddedTokens.FirstOrDefault(added => added.Content == token.Content);
            if (known is not null && (!token.Overrules || known with { Id = 0 } == token.As(0)))
            {
                continue;
            }

            var id = known?.Id ?? source.IdOf(token.Content) ?? source.NextId();
            _changes.Add($"'{token.Content}' (id {id}) {(known is null ? "is found as a whole" : "is found by the rules that they give")}");
            source = source with { AddedTokens = [.. source.AddedTokens.Where(added => added != known), token.As(id)] };
        }

        return source;
    }

    // The classes that build the tokens around a text themselves take those that the configuration names.
    private TokenizerSource WithEnds(TokenizerSource source)
    {
        var (first, last) = TokenizerClasses.EndsOf(folder.UsualClass);
        var own = source.Processor.Special;
        var special = new SpecialTokens(EndOf(source, first, own.Prefix), EndOf(source, last, own.Suffix));
        special = special with
        {
            Pair = own.Pair is { } pair ? [.. pair.Select(part => part with { Id = Renamed(part.Id, own, special) })] : null,
        };
        if (special.Equals(source.Processor.Special))
        {
            return source;
        }

        _changes.Add(
            $"{first} and {last} put the tokens {string.Join(", ", special.Prefix)} before a text and "
                + $"{string.Join(", ", special.Suffix)} behind it"
        );
        return source with { Processor = source.Processor with { Special = special } };
    }

    private static int Renamed(int id, SpecialTokens own, SpecialTokens now) =>
        own.Suffix is [var last] && id == last ? now.Suffix[0]
        : own.Prefix is [var first] && id == first ? now.Prefix[0]
        : id;

    private ImmutableArray<int> EndOf(TokenizerSource source, string name, ImmutableArray<int> own) =>
        own.Length == 1 && name.Length > 0 && folder.SpecialToken(name) is { Length: > 0 } token && source.IdOf(token) is { } id
            ? [id]
            : own;

    private void Note(string key, bool has, bool wanted)
    {
        if (has != wanted)
        {
            _changes.Add($"{key} is {Text(wanted)}, not {Text(has)}");
        }
    }

    private static string Text(bool value) => value ? "true" : "false";

    private static JsonElement Json(string text) => JsonElement.Parse(text);
}
