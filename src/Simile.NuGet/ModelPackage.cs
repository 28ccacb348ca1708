using NuGet.Packaging;
using NuGet.Packaging.Licenses;
using NuGet.Versioning;
using Simile.Engine.Files;
using Simile.Families;
using Simile.Models;

namespace Simile.NuGet;

/// <summary>Makes a NuGet package of a model folder. A program that references it finds the model in the folder <c>models</c> beside it, by
/// its name.</summary>
internal static class ModelPackage
{
    // The same folder gives the same package, whenever it is packed.
    private const string Timestamp = "2000-01-01T00:00:00Z";

    // As Simile.Models.Mini brings its own; items without a name of their own, so that several such packages do not copy one another's
    // files.
    private const string Targets = """
        <Project>
          <!-- A library's models would reach its program twice; one that is loaded without a program says CopySimileModels=true. -->
          <PropertyGroup>
            <CopySimileModels Condition="'$(CopySimileModels)' == '' and '$(OutputType)' != 'Library'">true</CopySimileModels>
          </PropertyGroup>
          <ItemGroup Condition="'$(CopySimileModels)' == 'true'">
            <None Include="$(MSBuildThisFileDirectory)../models/**" Link="models/%(RecursiveDir)%(Filename)%(Extension)" CopyToOutputDirectory="IfDifferent" CopyToPublishDirectory="IfDifferent" Visible="false" />
          </ItemGroup>
        </Project>
        """;

    /// <summary>Writes the package.</summary>
    /// <param name="folder">The model folder.</param>
    /// <param name="options">Its id and version, and where it goes.</param>
    /// <returns>What was written.</returns>
    /// <exception cref="SimileException"><see cref="ErrorCode.InvalidOption"/>, or a code of the 200s where the folder holds no sound
    /// model.</exception>
    public static PackedModel Pack(string folder, ModelPackageOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(options);
        var reference = NuGetReference.Parse($"{options.Id}@{options.Version}");
        var description = ModelDescription.Of(ModelFolder.Open(folder));
        var name = description.Name[(description.Name.LastIndexOf('/') + 1)..];
        Directory.CreateDirectory(options.Output);
        var path = Path.GetFullPath(Path.Combine(options.Output, $"{reference.Id}.{reference.Version}.nupkg"));
        var work = Directory.CreateDirectory(Path.Combine(options.Output, $".pack-{Guid.NewGuid():N}")).FullName;
        try
        {
            var builder = Describe(reference, description, name);
            AddFiles(builder, description.Folder, name, work);
            using (var stream = File.Create(Path.Combine(work, "package")))
            {
                builder.Save(stream);
            }

            File.Move(Path.Combine(work, "package"), path, overwrite: true);
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }

        return new PackedModel(name, reference.Id, reference.Version!, path, new FileInfo(path).Length);
    }

    private static PackageBuilder Describe(NuGetReference reference, ModelDescription description, string name)
    {
        var builder = new PackageBuilder(deterministic: true)
        {
            Id = reference.Id,
            Version = NuGetVersion.Parse(reference.Version!),
            DeterministicTimestamp = Timestamp,
            Description =
                $"The model {name} ({description.Kind}) for Simile. A program that references this package finds it by its name, "
                + $"'{name}', in the folder models beside it.",
        };
        builder.Authors.Add(Environment.UserName);
        builder.Tags.AddRange(["simile", "simile-model", "embeddings"]);
        if (
            description.License is { } licence
            && NuGetLicenseData.LicenseList.Keys.FirstOrDefault(key => string.Equals(key, licence, StringComparison.OrdinalIgnoreCase))
                is { } known
        )
        {
            builder.LicenseMetadata = new LicenseMetadata(
                LicenseType.Expression,
                known,
                NuGetLicenseExpression.Parse(known),
                warningsAndErrors: null,
                LicenseMetadata.EmptyVersion
            );
        }

        return builder;
    }

    private static void AddFiles(PackageBuilder builder, string folder, string name, string work)
    {
        // A folder of the hub's cache holds links; a package of a package's model says for itself where it comes from.
        foreach (
            var path in Directory
                .EnumerateFiles(folder, "*", SearchOption.AllDirectories)
                .Where(RegularFile.IsRegular)
                .Order(StringComparer.Ordinal)
        )
        {
            var relative = Path.GetRelativePath(folder, path).Replace('\\', '/');
            if (relative != PackageOrigin.FileName && !relative.Split('/').Any(part => part.StartsWith('.')))
            {
                builder.Files.Add(new PhysicalPackageFile { SourcePath = path, TargetPath = $"models/{name}/{relative}" });
            }
        }

        var targets = Path.Combine(work, "targets");
        File.WriteAllText(targets, Targets);
        builder.Files.Add(new PhysicalPackageFile { SourcePath = targets, TargetPath = $"buildTransitive/{builder.Id}.targets" });
        var card = Path.Combine(folder, "README.md");
        if (RegularFile.Exists(card))
        {
            builder.Files.Add(new PhysicalPackageFile { SourcePath = card, TargetPath = "README.md" });
            builder.Readme = "README.md";
        }
    }
}

/// <summary>What a package of a model is called, and where it goes.</summary>
internal sealed record ModelPackageOptions
{
    /// <summary>The package's id, such as <c>My.Model</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The package's version, such as <c>1.0.0</c>.</summary>
    public required string Version { get; init; }

    /// <summary>The folder that the package is written to; by default the current one. It is made when it is missing.</summary>
    public string Output { get; init; } = ".";
}

/// <summary>A package that was made of a model.</summary>
/// <param name="Name">The model's name, by which programs find it.</param>
/// <param name="Id">The package's id.</param>
/// <param name="Version">The package's version.</param>
/// <param name="Path">The package's file.</param>
/// <param name="Bytes">Its size.</param>
internal sealed record PackedModel(string Name, string Id, string Version, string Path, long Bytes);
