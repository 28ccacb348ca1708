using Simile.Models;

namespace Simile.Inference;

/// <summary>What configurations say of rotary positions: an object with rope_type and rope_theta in transformers 5, rope_scaling with a
/// type before.</summary>
internal static class RotaryScaling
{
    /// <summary>Refuses an entry that stretches positions; null and the type default do not.</summary>
    /// <exception cref="SimileException"><see cref="ErrorCode.UnsupportedModel"/>.</exception>
    public static void Require(ModelConfig config, string name)
    {
        if (config.Child(name) is { } scaling)
        {
            ThetaOf(scaling);
        }
        else
        {
            config.RefuseAny(name);
        }
    }

    /// <summary>The base of a type of layers: of rope_parameters, else of its older key, else the usual one.</summary>
    public static double ThetaOf(ModelConfig config, string type, string old, double usual) =>
        (config.Child("rope_parameters")?.Child(type) is { } own ? ThetaOf(own) : null) ?? config.RealOrNull(old) ?? usual;

    /// <summary>The base of plain rotary positions, or null where it is not said.</summary>
    /// <param name="parameters">An object with rope_type and rope_theta.</param>
    /// <exception cref="SimileException"><see cref="ErrorCode.UnsupportedModel"/> for any other type than default.</exception>
    public static double? ThetaOf(ModelConfig parameters)
    {
        parameters.Require("rope_type", "default");
        parameters.Require("type", "default");
        parameters.Require("partial_rotary_factor", "1", "1.0");
        return parameters.RealOrNull("rope_theta");
    }
}
