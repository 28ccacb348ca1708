using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Simile.Examples.Tests;

/// <summary>A block of C# from a page: a whole program, compiled as a new console project would compile it, every warning an
/// error.</summary>
/// <param name="Page">The page, from the repository's root.</param>
/// <param name="Number">Which block of it, from 1.</param>
/// <param name="Code">The code.</param>
internal sealed partial record DocsProgram(string Page, int Number, string Code)
{
    // What ImplicitUsings gives a console project.
    private const string ImplicitUsings =
        "global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq; global "
        + "using System.Net.Http; global using System.Threading; global using System.Threading.Tasks;";
    private static readonly string[] References = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);

    /// <summary>The name of the program's assembly.</summary>
    public string Name => $"docs-{Path.GetFileNameWithoutExtension(Page)}-{Number}";

    /// <summary>Lists the programs of a page.</summary>
    public static IReadOnlyList<DocsProgram> Of(string page) =>
        [
            .. Blocks()
                .Matches(File.ReadAllText(RepositoryRoot.Find(page.Split('/'))))
                .Select((block, i) => new DocsProgram(page, i + 1, block.Groups["code"].Value)),
        ];

    /// <summary>Compiles the program into the folder of the tests, where all that it needs lies.</summary>
    /// <returns>What the compiler has to say against it.</returns>
    public string[] Compile()
    {
        var parsing = CSharpParseOptions.Default.WithLanguageVersion(LanguageVersion.Latest);
        var compilation = CSharpCompilation.Create(
            Name,
            [CSharpSyntaxTree.ParseText(ImplicitUsings, parsing), CSharpSyntaxTree.ParseText(Code, parsing, $"{Page}#{Number}")],
            References.Select(path => MetadataReference.CreateFromFile(path)),
            new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable)
        );
        using var file = File.Create(Path.Combine(AppContext.BaseDirectory, Name + ".dll"));
        return
        [
            .. compilation
                .Emit(file)
                .Diagnostics.Where(found => found.Severity >= DiagnosticSeverity.Warning)
                .Select(found => found.ToString()),
        ];
    }

    [GeneratedRegex("^```csharp\n(?<code>.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Blocks();
}
