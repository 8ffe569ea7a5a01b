using System.Collections.Immutable;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Distributed.Architecture.Tests;

/// <summary>A member of another assembly that an assembly's code can reach.</summary>
/// <param name="Caller">Type::Method whose code names it; the assembly's name when only its tables do.</param>
/// <param name="Type">The full name of the member's type, without generic arguments.</param>
/// <param name="Member">The member's name.</param>
/// <param name="Parameters">A method's parameter types, in parentheses; empty for a field.</param>
internal sealed record MemberUse(string Caller, string Type, string Member, string Parameters)
{
    public string Callee => $"{Type}::{Member}{Parameters}";

    public override string ToString() => $"{Caller} → {Callee}";
}

/// <summary>
/// Reads from an assembly's file which members of other assemblies its code names: calls, delegates of methods, fields, and native
/// functions. It sees what the compiler wrote, so aliases, <c>using static</c>, generic mathematics and lambdas hide nothing.
/// </summary>
internal sealed class AssemblyScanner : IDisposable
{
    private static readonly Dictionary<ushort, OperandType> OperandTypes = typeof(OpCodes).GetFields()
        .Select(field => (OpCode)field.GetValue(null)!)
        .ToDictionary(code => (ushort)code.Value, code => code.OperandType);

    private readonly PEReader _file;
    private readonly MetadataReader _metadata;
    private readonly TypeNames _typeNames = new();

    public AssemblyScanner(string path)
    {
        _file = new PEReader(File.OpenRead(path));
        _metadata = _file.GetMetadataReader();
    }

    public string Name => _metadata.GetString(_metadata.GetAssemblyDefinition().Name);

    /// <summary>Every use, with its caller. What no method body names, but the tables do, comes with the assembly as its caller.</summary>
    public IReadOnlyList<MemberUse> Uses()
    {
        var uses = new List<MemberUse>();
        var located = new HashSet<EntityHandle>();
        foreach (var handle in _metadata.MethodDefinitions)
        {
            var method = _metadata.GetMethodDefinition(handle);
            var caller = $"{NameOf(method.GetDeclaringType())}::{_metadata.GetString(method.Name)}";
            var import = method.GetImport();
            if (!import.Module.IsNil)
                uses.Add(new MemberUse(caller, NativeLibrary(import.Module), _metadata.GetString(import.Name), ""));
            if (method.RelativeVirtualAddress == 0)
                continue;
            foreach (var token in Operands(_file.GetMethodBody(method.RelativeVirtualAddress).GetILReader()))
            {
                var target = token.Kind == HandleKind.MethodSpecification
                    ? _metadata.GetMethodSpecification((MethodSpecificationHandle)token).Method
                    : token;
                if (target.Kind != HandleKind.MemberReference)
                    continue;
                located.Add(target);
                uses.Add(Describe(caller, (MemberReferenceHandle)target));
            }
        }

        uses.AddRange(_metadata.MemberReferences.Where(handle => !located.Contains(handle)).Select(handle => Describe(Name, handle)));
        return [.. uses.Distinct()];
    }

    public void Dispose() => _file.Dispose();

    private string NativeLibrary(ModuleReferenceHandle module) => "native " + _metadata.GetString(_metadata.GetModuleReference(module).Name);

    private static List<EntityHandle> Operands(BlobReader code)
    {
        var tokens = new List<EntityHandle>();
        while (code.RemainingBytes > 0)
        {
            ushort value = code.ReadByte();
            if (value == 0xFE)
                value = (ushort)(0xFE00 | code.ReadByte());
            switch (OperandTypes[value])
            {
                case OperandType.InlineNone:
                    break;
                case OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar:
                    code.Offset += 1;
                    break;
                case OperandType.InlineVar:
                    code.Offset += 2;
                    break;
                case OperandType.InlineI8 or OperandType.InlineR:
                    code.Offset += 8;
                    break;
                case OperandType.InlineSwitch:
                    var targets = code.ReadInt32(); // first: a compound assignment would take the offset before the count was read
                    code.Offset += 4 * targets;
                    break;
                case OperandType.InlineMethod or OperandType.InlineField or OperandType.InlineTok:
                    tokens.Add(MetadataTokens.EntityHandle(code.ReadInt32()));
                    break;
                default: // branch targets, integers, singles, signatures, strings, types: four bytes
                    code.Offset += 4;
                    break;
            }
        }

        return tokens;
    }

    private MemberUse Describe(string caller, MemberReferenceHandle handle)
    {
        var reference = _metadata.GetMemberReference(handle);
        var type = reference.Parent.Kind switch
        {
            HandleKind.TypeReference => _typeNames.GetTypeFromReference(_metadata, (TypeReferenceHandle)reference.Parent, 0),
            HandleKind.TypeDefinition => NameOf((TypeDefinitionHandle)reference.Parent),
            HandleKind.TypeSpecification => _metadata.GetTypeSpecification((TypeSpecificationHandle)reference.Parent)
                .DecodeSignature(_typeNames, null),
            _ => reference.Parent.Kind.ToString(),
        };
        var parameters = reference.GetKind() == MemberReferenceKind.Method
            ? $"({string.Join(", ", reference.DecodeMethodSignature(_typeNames, null).ParameterTypes)})"
            : "";
        return new MemberUse(caller, type, _metadata.GetString(reference.Name), parameters);
    }

    private string NameOf(TypeDefinitionHandle handle) => _typeNames.GetTypeFromDefinition(_metadata, handle, 0);

    private sealed class TypeNames : ISignatureTypeProvider<string, object?>
    {
        public string GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind)
        {
            var type = reader.GetTypeDefinition(handle);
            var name = reader.GetString(type.Name);
            if (!type.GetDeclaringType().IsNil)
                return $"{GetTypeFromDefinition(reader, type.GetDeclaringType(), 0)}+{name}";
            return type.Namespace.IsNil ? name : $"{reader.GetString(type.Namespace)}.{name}";
        }

        public string GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind)
        {
            var type = reader.GetTypeReference(handle);
            var name = reader.GetString(type.Name);
            if (type.ResolutionScope.Kind == HandleKind.TypeReference)
                return $"{GetTypeFromReference(reader, (TypeReferenceHandle)type.ResolutionScope, 0)}+{name}";
            return type.Namespace.IsNil ? name : $"{reader.GetString(type.Namespace)}.{name}";
        }

        public string GetTypeFromSpecification(MetadataReader reader, object? context, TypeSpecificationHandle handle, byte rawTypeKind) =>
            reader.GetTypeSpecification(handle).DecodeSignature(this, context);

        public string GetPrimitiveType(PrimitiveTypeCode typeCode) => $"System.{typeCode}";

        public string GetArrayType(string elementType, ArrayShape shape) => elementType + "[,]";

        public string GetSZArrayType(string elementType) => elementType + "[]";

        public string GetByReferenceType(string elementType) => elementType + "&";

        public string GetPointerType(string elementType) => elementType + "*";

        public string GetPinnedType(string elementType) => elementType;

        public string GetModifiedType(string modifier, string unmodifiedType, bool isRequired) => unmodifiedType;

        public string GetFunctionPointerType(MethodSignature<string> signature) => "function*";

        public string GetGenericInstantiation(string genericType, ImmutableArray<string> typeArguments) => genericType;

        public string GetGenericTypeParameter(object? genericContext, int index) => $"!{index}";

        public string GetGenericMethodParameter(object? genericContext, int index) => $"!!{index}";
    }
}
