namespace Simile;

/// <summary>What a model embeds.</summary>
[Flags]
public enum Modality
{
    /// <summary>Nothing that is known.</summary>
    None = 0,

    /// <summary>Texts.</summary>
    Text = 1,

    /// <summary>Pictures.</summary>
    Image = 2,
}
