using Simile.Engine.Functions;
using Simile.Models;

namespace Simile.Inference;

/// <summary>The names that configurations use for activations.</summary>
internal static class ActivationNames
{
    /// <summary>Reads the entry of a configuration.</summary>
    public static ActivationKind Parse(ModelConfig config, string entry) =>
        config.Text(entry) switch
        {
            "gelu" or "gelu_python" => ActivationKind.Gelu,
            "gelu_new" or "gelu_pytorch_tanh" or "gelu_fast" or "gelu_python_tanh" or "gelu_accurate" => ActivationKind.GeluTanh,
            "quick_gelu" => ActivationKind.QuickGelu,
            "relu" => ActivationKind.Relu,
            "silu" or "swish" => ActivationKind.Silu,
            var other => throw config.Unsupported($"the activation '{other}'"),
        };
}
