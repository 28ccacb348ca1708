namespace Simile.Imaging.Decoding.Jpeg;

/// <summary>Decides what a marker means that stands where a restart marker is due: libjpeg's strategy.</summary>
internal static class RestartSearch
{
    /// <summary>Takes the pending marker if data follow it that belong here; leaves it pending if the data due are missing.</summary>
    /// <param name="input">The file; a marker is pending.</param>
    /// <param name="due">The number of the restart marker that is due, 0 to 7.</param>
    public static void Settle(ref JpegInput input, int due)
    {
        while (IsBehind(input.Pending, due))
        {
            input.Pending = input.NextMarker();
        }

        if (!IsAhead(input.Pending, due))
        {
            input.Pending = 0;
        }
    }

    // One of the last two restart markers, or no marker of T.81: the one that is due may still come.
    private static bool IsBehind(byte marker, int due) =>
        marker < Marker.BaselineFrame || (IsRestart(marker) && ((due - marker) & 7) is 1 or 2);

    // One of the next two, or the scan has ended: a segment is lost.
    private static bool IsAhead(byte marker, int due) => !IsRestart(marker) || ((marker - due) & 7) is 1 or 2;

    private static bool IsRestart(byte marker) => marker is >= Marker.FirstRestart and <= Marker.LastRestart;
}
