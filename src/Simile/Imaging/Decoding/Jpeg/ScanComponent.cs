namespace Simile.Imaging.Decoding.Jpeg;

/// <summary>A component during a scan.</summary>
/// <param name="component">The component.</param>
/// <param name="acrossMcu">Its blocks of an MCU across.</param>
/// <param name="downMcu">Its blocks of an MCU down.</param>
internal sealed class ScanComponent(JpegComponent component, int acrossMcu, int downMcu)
{
    /// <summary>The component.</summary>
    public JpegComponent Component => component;

    /// <summary>Its blocks of an MCU across.</summary>
    public int AcrossMcu => acrossMcu;

    /// <summary>Its blocks of an MCU down.</summary>
    public int DownMcu => downMcu;

    /// <summary>Its table of DC differences, where the scan has them.</summary>
    public HuffmanTable? Dc { get; init; }

    /// <summary>Its table of AC coefficients, where the scan has them.</summary>
    public HuffmanTable? Ac { get; init; }

    /// <summary>Its last DC coefficient. A field, so that it can be passed by reference.</summary>
    public int Prediction;
}
