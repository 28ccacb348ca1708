using System.CommandLine;
using Simile.Cli.Output;

namespace Simile.Cli.Tests;

/// <summary>Every option of every verb is given what it does not take; the answer is a sentence, never an exception.</summary>
public sealed class OptionTests
{
    private static readonly string[] NoNumbers =
    [
        "y",
        "-1.5x",
        "",
        "2147483648e9",
        "99999999999999999999",
        "NaN",
        "１２",
        "0x10",
        "1,5",
        " 3",
        "٣",
        new string('9', 5000),
        "\u001b[31m",
    ];

    [Fact]
    public void NoNumberIsNoNumberOnAnyVerb()
    {
        var tried = 0;
        foreach (var (path, option) in Options().Where(pair => pair.Option.HelpName is "N" or "X"))
        {
            foreach (var value in NoNumbers)
            {
                var messages = Failures.MessagesOf(SimileCommand.Parse([.. path, option.Name, value]));
                Assert.Contains(messages, message => message.StartsWith(option.Name + " takes ", StringComparison.Ordinal));
                Assert.All(messages, message => Assert.True(message.Length < 300));
                tried++;
            }
        }

        Assert.True(tried > 200);
    }

    [Theory]
    [InlineData("embed")]
    [InlineData("compare")]
    [InlineData("index")]
    [InlineData("search")]
    [InlineData("inspect")]
    [InlineData("classify")]
    [InlineData("bench")]
    [InlineData("eval", "sts")]
    [InlineData("eval", "retrieval")]
    [InlineData("train", "alignment")]
    public void ThreadsHaveBounds(params string[] verb)
    {
        foreach (var wrong in (string[])["0", "-1", "1025", "100000", "2147483647", "2147483648", "9223372036854775808"])
        {
            Assert.Contains(
                Failures.MessagesOf(SimileCommand.Parse([.. verb, "--threads", wrong])),
                message => message == $"--threads takes a whole number from 1 to 1024, but '{wrong}' was given."
            );
        }

        Assert.DoesNotContain(
            Failures.MessagesOf(SimileCommand.Parse([.. verb, "--threads", "1024"])),
            message => message.Contains("--threads", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void NothingThatNamesSomethingIsEmpty()
    {
        string[] checkedNames =
        [
            "--output",
            "--store",
            "--model",
            "--image-model",
            "--text-model",
            "--in",
            "--recipe",
            "--corpus",
            "--tokenizer",
            "--checkpoint",
            "--pairs",
            "--revision",
            "--engine",
        ];
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (
            var (path, option) in Options().Where(pair => checkedNames.Contains(pair.Option.Name) && pair.Option.ValueType != typeof(bool))
        )
        {
            seen.Add(option.Name);
            foreach (var empty in (string[])[string.Empty, " ", "\t"])
            {
                Assert.Contains(
                    Failures.MessagesOf(SimileCommand.Parse([.. path, option.Name, empty])),
                    message => message.StartsWith(option.Name + " needs a value", StringComparison.Ordinal)
                );
            }
        }

        Assert.Equal(checkedNames.Order(StringComparer.Ordinal), seen.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void EveryOptionIsRefusedTwiceAndWithoutItsValue()
    {
        foreach (
            var (path, option) in Options()
                .Where(pair =>
                    pair.Option.ValueType != typeof(bool)
                    && pair.Option.ValueType != typeof(bool?)
                    && pair.Option.Arity.MaximumNumberOfValues == 1
                )
        )
        {
            var value = option.HelpName is "N" or "X" ? "1" : option.HelpName!.Split('|')[0];
            Assert.NotEmpty(Failures.MessagesOf(SimileCommand.Parse([.. path, option.Name, value, option.Name, value])));
            Assert.NotEmpty(Failures.MessagesOf(SimileCommand.Parse([.. path, option.Name])));
        }
    }

    [Theory]
    [InlineData("'simile' has no verb 'serch'. Did you mean 'search'?", "serch", "x")]
    [InlineData("'simile' has no verb 'EMBDE'. Did you mean 'embed'?", "EMBDE")]
    [InlineData("'models' has no verb 'lsit'. Did you mean 'list'?", "models", "lsit")]
    [InlineData("'eval' needs a verb. There are sts, retrieval.", "eval")]
    [InlineData(
        "There is no option '--dimension'. Did you mean '--dimensions'? (A text that begins with '-' comes after '--'.)",
        "embed",
        "--dimension",
        "64",
        "x"
    )]
    [InlineData(
        "There is no option '--jsn'. Did you mean '--json'? (A text that begins with '-' comes after '--'.)",
        "search",
        "x",
        "--in",
        ".",
        "--jsn"
    )]
    [InlineData("There is no option '--output'. (A text that begins with '-' comes after '--'.)", "compare", "a", "b", "--output")]
    [InlineData(
        "--mode takes hybrid|dense|keyword, but 'keywrd' was given. Did you mean 'keyword'?",
        "search",
        "x",
        "--in",
        ".",
        "--mode",
        "keywrd"
    )]
    [InlineData("--mode takes hybrid|dense|keyword, but '1' was given.", "search", "x", "--in", ".", "--mode", "1")]
    public void WhatWasMeantIsSaid(string says, params string[] arguments) =>
        Assert.Equal(says, Assert.Single(Failures.MessagesOf(SimileCommand.Parse(arguments))));

    [Theory]
    [InlineData("embed", "--", "--dimension", "64")]
    [InlineData("embed", "- a list", "-5 degrees", "-")]
    [InlineData("compare", "--threads=2", "a", "b")]
    public void ATextMayBeginWithADash(params string[] arguments) => Assert.Empty(Failures.MessagesOf(SimileCommand.Parse(arguments)));

    private static IEnumerable<(string[] Path, Option Option)> Options() => Options(SimileCommand.Create(), []);

    private static IEnumerable<(string[] Path, Option Option)> Options(Command command, string[] path) =>
        command
            .Options.Select(option => (path, option))
            .Concat(command.Subcommands.SelectMany(verb => Options(verb, [.. path, verb.Name])));
}
