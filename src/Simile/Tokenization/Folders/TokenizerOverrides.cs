using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Simile.Tokenization.Normalization;
using Simile.Tokenization.Pipeline;

namespace Simile.Tokenization.Folders;

/// <summary>What tokenizer_config.json, special_tokens_map.json and added_tokens.json change of the tokenizer.json beside them, as transformers has it.</summary>
/// <param name="folder">The folder with these files.</param>
internal sealed class TokenizerOverrides(VocabularyFolder folder)
{
    private readonly List<string> _changes = [];

    /// <summary>What was changed, for the user to read.</summary>
    public IReadOnlyList<string> Notes =>
        _changes.Count == 0 ? [] : [$"The tokenizer follows the files beside tokenizer.json where they differ from it, as transformers does: {string.Join("; ", _changes)}."];

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

    private string DigestOf(string digest) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{digest}\n{string.Join('\n', _changes)}")));

    private void RefuseUnfollowed()
    {
        if (folder.Flag("split_special_tokens", otherwise: false))
        {
            throw folder.Refusal("split_special_tokens true", "that special tokens in a text are taken apart");
        }
    }

    // BERT's classes set up their normalizer by the configuration, whatever tokenizer.json says; what the configuration leaves out has its usual value.
    private TokenizerSource WithNormalizer(TokenizerSource source)
    {
        if (!TokenizerClasses.IsBert(folder.UsualClass) || source.Normalizer is not { } own || own.TypeOf() != "BertNormalizer")
        {
            return source;
        }

        var has = NormalizerReader.ReadBert(own);
        var wanted = has with { Lowercase = folder.Flag("do_lower_case", otherwise: true), StripAccents = folder.Choice("strip_accents"), HandleChineseChars = folder.Flag("tokenize_chinese_chars", otherwise: true) };
        if (wanted.Lowercase == has.Lowercase && wanted.StripsAccents == has.StripsAccents && wanted.HandleChineseChars == has.HandleChineseChars)
        {
            return source;
        }

        Note("do_lower_case", has.Lowercase, wanted.Lowercase);
        Note("strip_accents", has.StripsAccents, wanted.StripsAccents);
        Note("tokenize_chinese_chars", has.HandleChineseChars, wanted.HandleChineseChars);
        return source with { Normalizer = Json($$"""{"type":"BertNormalizer","clean_text":{{Text(wanted.CleanText)}},"handle_chinese_chars":{{Text(wanted.HandleChineseChars)}},"strip_accents":{{Text(wanted.StripsAccents)}},"lowercase":{{Text(wanted.Lowercase)}}}""") };
    }

    private TokenizerSource WithPrefixSpace(TokenizerSource source)
    {
        if (!TokenizerClasses.IsByteLevel(folder.UsualClass) || source.Splitter is not { } own || own.TypeOf() != "ByteLevel")
        {
            return source;
        }

        var (has, wanted) = (own.GetProperty("add_prefix_space").GetBoolean(), folder.Flag("add_prefix_space", otherwise: false));
        Note("add_prefix_space", has, wanted);
        return has == wanted ? source : source with { Splitter = Json($$"""{"type":"ByteLevel","add_prefix_space":{{Text(wanted)}},"use_regex":{{Text(own.GetFlag("use_regex", otherwise: true))}}}""") };
    }

    // Entries that only the other files name are found in texts too; one that the vocabulary lacks gets the next id.
    private TokenizerSource WithAddedTokens(TokenizerSource source)
    {
        foreach (var token in folder.NamedTokens())
        {
            var known = source.AddedTokens.FirstOrDefault(added => added.Content == token.Content);
            if (known is not null && (token.IsNameOnly || known with { Id = 0 } == token.As(0)))
            {
                continue;
            }

            var id = known?.Id ?? source.IdOf(token.Content) ?? source.NextId();
            _changes.Add($"'{token.Content}' (id {id}) {(known is null ? "is found as a whole" : "is found by the rules that they give")}");
            source = source with { AddedTokens = [.. source.AddedTokens.Where(added => added != known), token.As(id)] };
        }

        return source;
    }

    private TokenizerSource WithEnds(TokenizerSource source)
    {
        if (folder.Choice("add_bos_token") is null && folder.Choice("add_eos_token") is null)
        {
            return source;
        }

        var special = new SpecialTokens(EndOf(source, "add_bos_token", "bos_token"), EndOf(source, "add_eos_token", "eos_token"));
        if (special.Equals(source.Processor.Special))
        {
            return source;
        }

        _changes.Add($"add_bos_token and add_eos_token put {special.Prefix.Length} tokens before a text and {special.Suffix.Length} behind it");
        return source with { Processor = source.Processor with { Special = special } };
    }

    private ImmutableArray<int> EndOf(TokenizerSource source, string flag, string name)
    {
        if (!folder.Flag(flag, otherwise: false))
        {
            return [];
        }

        var token = folder.Token(name, string.Empty);
        return token.Length == 0 ? [] : source.IdOf(token) is { } id ? [id] : throw folder.Refusal($"the {name} '{token}'", "an entry that the vocabulary lacks");
    }

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
