using System.Collections.Immutable;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Simile.House.Tests;

/// <summary>Which types of an assembly of ours use which others of it, and in which source folder each lies: read from what the compiler
/// wrote, not from text.</summary>
internal sealed class CompiledTypes : ISignatureTypeProvider<ImmutableArray<TypeDefinitionHandle>, object?>
{
    private static readonly Guid TypeDocuments = new("932E74BC-DBA9-4478-8D46-0F32A7BAB3D3");
    private static readonly Dictionary<int, OperandType> Operands = typeof(OpCodes)
        .GetFields()
        .Select(field => (OpCode)field.GetValue(null)!)
        .ToDictionary(code => (int)(ushort)code.Value, code => code.OperandType);
    private readonly PEReader _file;
    private readonly MetadataReader _metadata;
    private readonly Dictionary<TypeDefinitionHandle, string> _sources;

    private CompiledTypes(PEReader file, string root)
    {
        (_file, _metadata) = (file, file.GetMetadataReader());
        var embedded = file.ReadDebugDirectory().Single(entry => entry.Type == DebugDirectoryEntryType.EmbeddedPortablePdb);
        using var provider = file.ReadEmbeddedPortablePdbDebugDirectoryData(embedded);
        _sources = SourcesOf(provider.GetMetadataReader(), root);
    }

    /// <summary>The arrows of an assembly: each from one source file to another of it.</summary>
    /// <param name="path">The assembly, with its debug information inside.</param>
    /// <param name="project">The project's name: sources lie in src/project.</param>
    public static IReadOnlySet<(string From, string To)> Arrows(string path, string project)
    {
        using var file = new PEReader(File.OpenRead(path));
        var types = new CompiledTypes(file, $"src/{project}/");
        return types
            ._metadata.TypeDefinitions.SelectMany(user =>
                types.UsedBy(user).Select(used => (From: types.SourceOf(user), To: types.SourceOf(used)))
            )
            .Where(arrow => arrow is { From: not null, To: not null } && arrow.From != arrow.To)
            .Select(arrow => (arrow.From!, arrow.To!))
            .ToHashSet();
    }

    private string? SourceOf(TypeDefinitionHandle type)
    {
        while (_metadata.GetTypeDefinition(type).GetDeclaringType() is { IsNil: false } outer)
        {
            type = outer;
        }

        return _sources.GetValueOrDefault(type);
    }

    // A type with bodies of methods is found by them, any other by a record of its own.
    private Dictionary<TypeDefinitionHandle, string> SourcesOf(MetadataReader symbols, string root)
    {
        var sources = new Dictionary<TypeDefinitionHandle, string>();
        foreach (var type in _metadata.TypeDefinitions)
        {
            var document = _metadata
                .GetTypeDefinition(type)
                .GetMethods()
                .Select(method => symbols.GetMethodDebugInformation(method.ToDebugInformationHandle()))
                .SelectMany(method => method.GetSequencePoints().Select(point => point.Document).Append(method.Document))
                .FirstOrDefault(handle => !handle.IsNil);
            foreach (
                var record in symbols
                    .GetCustomDebugInformation(type)
                    .Select(symbols.GetCustomDebugInformation)
                    .Where(record => document.IsNil && symbols.GetGuid(record.Kind) == TypeDocuments)
            )
            {
                document = MetadataTokens.DocumentHandle(symbols.GetBlobReader(record.Value).ReadCompressedInteger());
            }

            var name = document.IsNil ? string.Empty : symbols.GetString(symbols.GetDocument(document).Name).Replace('\\', '/');
            if (name.LastIndexOf(root, StringComparison.Ordinal) is >= 0 and var at && !name.Contains("/obj/", StringComparison.Ordinal))
            {
                sources[type] = name[(at + root.Length)..];
            }
        }

        return sources;
    }

    private IEnumerable<TypeDefinitionHandle> UsedBy(TypeDefinitionHandle handle)
    {
        var type = _metadata.GetTypeDefinition(handle);
        var named = type.GetInterfaceImplementations()
            .Select(implementation => _metadata.GetInterfaceImplementation(implementation).Interface)
            .Append(type.BaseType)
            .Concat(
                type.GetGenericParameters()
                    .Concat(type.GetMethods().SelectMany(method => _metadata.GetMethodDefinition(method).GetGenericParameters()))
                    .SelectMany(parameter => _metadata.GetGenericParameter(parameter).GetConstraints())
                    .Select(constraint => _metadata.GetGenericParameterConstraint(constraint).Type)
            )
            .Concat(type.GetCustomAttributes().Select(attribute => _metadata.GetCustomAttribute(attribute).Constructor));
        var fields = type.GetFields().SelectMany(field => _metadata.GetFieldDefinition(field).DecodeSignature(this, null));
        return named.SelectMany(Of).Concat(fields).Concat(type.GetMethods().SelectMany(UsedBy)).Distinct();
    }

    private IEnumerable<TypeDefinitionHandle> UsedBy(MethodDefinitionHandle handle)
    {
        var method = _metadata.GetMethodDefinition(handle);
        var signature = method.DecodeSignature(this, null);
        IEnumerable<TypeDefinitionHandle> used = [.. signature.ReturnType, .. signature.ParameterTypes.SelectMany(types => types)];
        if (method.RelativeVirtualAddress == 0)
        {
            return used;
        }

        var body = _file.GetMethodBody(method.RelativeVirtualAddress);
        var locals = body.LocalSignature.IsNil
            ? []
            : _metadata.GetStandaloneSignature(body.LocalSignature).DecodeLocalSignature(this, null).SelectMany(types => types);
        var caught = body
            .ExceptionRegions.Where(region => region.Kind == ExceptionRegionKind.Catch)
            .SelectMany(region => Of(region.CatchType));
        return used.Concat(locals).Concat(caught).Concat(TokensOf(body.GetILReader()).SelectMany(Of));
    }

    private static List<EntityHandle> TokensOf(BlobReader code)
    {
        var tokens = new List<EntityHandle>();
        while (code.RemainingBytes > 0)
        {
            var first = code.ReadByte();
            var operand = Operands[first == 0xFE ? 0xFE00 | code.ReadByte() : first];
            if (operand is OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType)
            {
                tokens.Add(MetadataTokens.EntityHandle(code.ReadInt32()));
                continue;
            }

            code.Offset += operand switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 * (code.ReadInt32() + 1),
                _ => 4,
            };
        }

        return tokens;
    }

    private IEnumerable<TypeDefinitionHandle> Of(EntityHandle handle) =>
        handle.IsNil
            ? []
            : handle.Kind switch
            {
                HandleKind.TypeDefinition => [(TypeDefinitionHandle)handle],
                HandleKind.TypeSpecification => _metadata.GetTypeSpecification((TypeSpecificationHandle)handle).DecodeSignature(this, null),
                HandleKind.MethodDefinition => [_metadata.GetMethodDefinition((MethodDefinitionHandle)handle).GetDeclaringType()],
                HandleKind.FieldDefinition => [_metadata.GetFieldDefinition((FieldDefinitionHandle)handle).GetDeclaringType()],
                HandleKind.MemberReference => Of(_metadata.GetMemberReference((MemberReferenceHandle)handle).Parent),
                HandleKind.MethodSpecification => OfSpecification(_metadata.GetMethodSpecification((MethodSpecificationHandle)handle)),
                _ => [],
            };

    private IEnumerable<TypeDefinitionHandle> OfSpecification(MethodSpecification method) =>
        Of(method.Method).Concat(method.DecodeSignature(this, null).SelectMany(types => types));

    public ImmutableArray<TypeDefinitionHandle> GetTypeFromDefinition(
        MetadataReader reader,
        TypeDefinitionHandle handle,
        byte rawTypeKind
    ) => [handle];

    public ImmutableArray<TypeDefinitionHandle> GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) =>
        [];

    public ImmutableArray<TypeDefinitionHandle> GetTypeFromSpecification(
        MetadataReader reader,
        object? genericContext,
        TypeSpecificationHandle handle,
        byte rawTypeKind
    ) => reader.GetTypeSpecification(handle).DecodeSignature(this, genericContext);

    public ImmutableArray<TypeDefinitionHandle> GetGenericInstantiation(
        ImmutableArray<TypeDefinitionHandle> genericType,
        ImmutableArray<ImmutableArray<TypeDefinitionHandle>> typeArguments
    ) => [.. genericType, .. typeArguments.SelectMany(types => types)];

    public ImmutableArray<TypeDefinitionHandle> GetFunctionPointerType(MethodSignature<ImmutableArray<TypeDefinitionHandle>> signature) =>
        [.. signature.ReturnType, .. signature.ParameterTypes.SelectMany(types => types)];

    public ImmutableArray<TypeDefinitionHandle> GetModifiedType(
        ImmutableArray<TypeDefinitionHandle> modifier,
        ImmutableArray<TypeDefinitionHandle> unmodifiedType,
        bool isRequired
    ) => [.. modifier, .. unmodifiedType];

    public ImmutableArray<TypeDefinitionHandle> GetArrayType(ImmutableArray<TypeDefinitionHandle> elementType, ArrayShape shape) =>
        elementType;

    public ImmutableArray<TypeDefinitionHandle> GetByReferenceType(ImmutableArray<TypeDefinitionHandle> elementType) => elementType;

    public ImmutableArray<TypeDefinitionHandle> GetPinnedType(ImmutableArray<TypeDefinitionHandle> elementType) => elementType;

    public ImmutableArray<TypeDefinitionHandle> GetPointerType(ImmutableArray<TypeDefinitionHandle> elementType) => elementType;

    public ImmutableArray<TypeDefinitionHandle> GetSZArrayType(ImmutableArray<TypeDefinitionHandle> elementType) => elementType;

    public ImmutableArray<TypeDefinitionHandle> GetGenericMethodParameter(object? genericContext, int index) => [];

    public ImmutableArray<TypeDefinitionHandle> GetGenericTypeParameter(object? genericContext, int index) => [];

    public ImmutableArray<TypeDefinitionHandle> GetPrimitiveType(PrimitiveTypeCode typeCode) => [];
}
