using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Simile.Hosting.Tests;

/// <summary>Rerankers in a .NET host.</summary>
public class AddSimileRerankerTests
{
    private static readonly string[] Texts = ["otter ladder", "", "the kettle sings"];

    [Fact]
    public async Task AHostScoresAsTheModelDoes()
    {
        using var host = await AddSimileTests.StartAsync(services => services.AddSimileReranker(Model("bert-1")));
        await using var model = await Reranker.LoadAsync(Model("bert-1"));
        var reranker = host.Services.GetRequiredService<IReranker>();
        var (expected, given) = (await model.ScoreAsync("the kettle", Texts), await reranker.ScoreAsync("the kettle", Texts));
        Assert.Equal((expected[0][0], expected[2][0]), (given[0][0], given[2][0]));
        Assert.Equal(ErrorCode.EmptyText, given.Outcomes[1].Error!.Code);
        Assert.Same(reranker, host.Services.GetRequiredService<IReranker>());
    }

    [Fact]
    public async Task NamedRerankersHaveTheirOwnServicesAndOneMayBeLoadedByItsFirstCalls()
    {
        using var host = await AddSimileTests.StartAsync(services =>
        {
            services.AddSimileReranker(Model("bert-1"));
            services.AddSimileReranker("other", options => options.Model = "nowhere");
            services.AddSimileReranker(
                "other",
                options => (options.Model, options.LoadAtStart, options.MaxTokens) = (Model("xlm-roberta"), false, 16)
            );
        });
        await using var model = await Reranker.LoadAsync(Model("xlm-roberta"), new RerankerOptions { MaxTokens = 16 });
        var other = host.Services.GetRequiredKeyedService<IReranker>("other");
        var expected = (await model.ScoreAsync("the kettle", Texts))[0][0];
        Assert.Equal(
            [expected, expected, expected],
            await Task.WhenAll(Enumerable.Range(0, 3).Select(async _ => (await other.ScoreAsync("the kettle", Texts))[0][0]))
        );
        Assert.NotEqual(expected, (await host.Services.GetRequiredService<IReranker>().ScoreAsync("the kettle", Texts))[0][0]);
    }

    [Fact]
    public async Task AHostWithWrongOptionsDoesNotStartAndSaysAllThatIsWrong()
    {
        var several = await Refused(options =>
            (options.Model, options.Threads, options.Precision) = ("no-such-model", 0, (ComputePrecision)9)
        );
        Assert.Equal([ErrorCode.ModelNotFound, ErrorCode.InvalidOption, ErrorCode.InvalidOption], several);
        Assert.Equal([ErrorCode.InvalidOption], await Refused(_ => { }));
        Assert.Equal([ErrorCode.InvalidOption], await Refused(options => options.Model = string.Empty));
        Assert.Equal([ErrorCode.InvalidOption], await Refused(options => (options.Model, options.MaxTokens) = (Model("bert-1"), 0)));
        Assert.Equal([ErrorCode.UnsupportedModel], await Refused(options => options.Model = "simile-text-mini"));
        static async Task<string[]> Refused(Action<SimileRerankerOptions> configure) =>
            [
                .. (
                    await Assert.ThrowsAsync<OptionsValidationException>(() =>
                        AddSimileTests.StartAsync(services => services.AddSimileReranker(configure))
                    )
                ).Failures.Select(failure => failure[..6]),
            ];
    }

    [Theory]
    [InlineData("bert-3", null, ErrorCode.UnsupportedModel)]
    [InlineData("bert-1", "be kind", ErrorCode.InvalidOption)]
    public async Task WhatOnlyTheModelKnowsKeepsTheHostFromStartingToo(string name, string? instruction, string code)
    {
        var error = await Assert.ThrowsAsync<SimileException>(() =>
            AddSimileTests.StartAsync(services =>
                services.AddSimileReranker(options => (options.Model, options.Instruction) = (Model(name), instruction))
            )
        );
        Assert.Equal(code, error.Code);
    }

    [Fact]
    public async Task ALoadingThatFailedIsTriedAgain()
    {
        using var folder = new TemporaryFolder();
        var model = folder.File("late");
        using var host = await AddSimileTests.StartAsync(services =>
            services.AddSimileReranker(options => (options.Model, options.LoadAtStart) = (model, false))
        );
        var reranker = host.Services.GetRequiredService<IReranker>();
        Assert.Equal(
            ErrorCode.ModelNotFound,
            (await Assert.ThrowsAsync<SimileException>(async () => await reranker.ScoreAsync("heron", ["otter"]))).Code
        );
        Directory.CreateDirectory(model);
        foreach (var file in Directory.GetFiles(Model("bert-1")))
        {
            File.Copy(file, Path.Combine(model, Path.GetFileName(file)));
        }

        Assert.Equal(1, (await reranker.ScoreAsync("heron", ["otter"])).Count);
    }

    [Theory]
    [InlineData("Modle", "bert-1", "Did you mean 'Model'?")]
    [InlineData("MaxTokens", "many", "expected is a whole number")]
    public async Task ASectionIsReadAndItsMistakesAreRefused(string key, string value, string said)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration["Simile:Model"] = "simile-text-mini";
        builder.Configuration["Simile:Reranker:Model"] = Model("bert-1");
        builder.Configuration["Simile:Reranker:MaxTokens"] = "20";
        builder.Services.AddSimile(builder.Configuration.GetSection("Simile"));
        builder.Services.AddSimileReranker(builder.Configuration.GetSection("Simile:Reranker"));
        using (var host = builder.Build())
        {
            await host.StartAsync();
            var scores = await host
                .Services.GetRequiredService<IReranker>()
                .ScoreAsync("heron", [string.Join(' ', Enumerable.Repeat("otter", 100))]);
            Assert.Equal(20, scores.Outcomes[0].TokensUsed);
        }

        var other = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        other.Configuration["Simile:Reranker:Model"] = Model("bert-1");
        other.Configuration["Simile:Reranker:" + key] = value;
        other.Services.AddSimileReranker(other.Configuration.GetSection("Simile:Reranker"));
        using var wrong = other.Build();
        Assert.Contains(
            said,
            (await Assert.ThrowsAsync<OptionsValidationException>(() => wrong.StartAsync())).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task TheEndOfAHostEndsItsReranker()
    {
        var host = await AddSimileTests.StartAsync(services => services.AddSimileReranker(Model("bert-1")));
        var reranker = host.Services.GetRequiredService<IReranker>();
        await host.StopAsync();
        host.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await reranker.ScoreAsync("heron", ["otter"]));
    }

    private static string Model(string name) => RepositoryRoot.Find("tests", "Simile.Tests", "Reference", "rerankers", name);
}
