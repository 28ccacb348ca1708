using System.Runtime.InteropServices;

namespace Simile.Images;

/// <summary>What a group of pictures cost.</summary>
/// <param name="Images">Pictures in the group.</param>
/// <param name="Decode">Reading and decoding, summed over the threads.</param>
/// <param name="Prepare">Resizing, cutting and normalizing, summed over the threads.</param>
/// <param name="Ready">From the beginning until all were prepared, by the clock.</param>
/// <param name="Forward">The network, by the clock.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ImageTimes(int Images, TimeSpan Decode, TimeSpan Prepare, TimeSpan Ready, TimeSpan Forward);
