using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Simile.Testing;

/// <summary>Assemblies that hold resources and nothing else.</summary>
internal static class TestAssembly
{
    public static byte[] Make(params (string Name, byte[] Content)[] resources) => Make(shift: 0, resources);

    /// <param name="shift">Added to where the table says that each resource lies.</param>
    /// <param name="resources">The resources.</param>
    public static byte[] Make(uint shift, params (string Name, byte[] Content)[] resources)
    {
        var (metadata, blob) = (new MetadataBuilder(), new BlobBuilder());
        metadata.AddModule(0, metadata.GetOrAddString("m"), metadata.GetOrAddGuid(Guid.Empty), default, default);
        metadata.AddAssembly(metadata.GetOrAddString("a"), new Version(1, 0), default, default, default, AssemblyHashAlgorithm.None);
        metadata.AddTypeDefinition(
            default,
            default,
            metadata.GetOrAddString("<Module>"),
            default,
            MetadataTokens.FieldDefinitionHandle(1),
            MetadataTokens.MethodDefinitionHandle(1)
        );
        foreach (var (name, content) in resources)
        {
            blob.Align(8);
            metadata.AddManifestResource(
                ManifestResourceAttributes.Public,
                metadata.GetOrAddString(name),
                default,
                (uint)blob.Count + shift
            );
            blob.WriteInt32(content.Length);
            blob.WriteBytes(content);
        }

        var file = new BlobBuilder();
        new ManagedPEBuilder(
            PEHeaderBuilder.CreateLibraryHeader(),
            new MetadataRootBuilder(metadata),
            new BlobBuilder(),
            managedResources: blob,
            deterministicIdProvider: _ => default
        ).Serialize(file);
        return [.. file.ToArray().ToImmutableArray()];
    }
}
