using Simile.Engine.Assembly;
using Simile.Engine.Products;

namespace Simile.Engine.Tests.Assembly;

public unsafe class ExecutableMemoryTests
{
    [Fact]
    public void CodeIsNeverWritableAndExecutableAtOnce()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Skip("The memory map is read from /proc.");
        }

        var memory = ExecutableMemory.TryCreate([0xC3]);
        Assert.NotNull(memory);
        var line = File.ReadLines("/proc/self/maps").Single(entry => Holds(entry, (ulong)memory.Start));
        Assert.Equal("r-xp", line.Split(' ')[1]);
    }

    [Fact]
    public void BothCallingConventionsAreAssembledForEveryPrecisionAndNumberOfRows()
    {
        foreach (var precision in Enum.GetValues<ComputePrecision>())
        {
            for (var rows = 1; rows <= TileShape.Rows; rows++)
            {
                var (unix, windows) = (
                    TileAssembler.Assemble(precision, rows, windows: false),
                    TileAssembler.Assemble(precision, rows, windows: true)
                );
                Assert.Equal(0xC3, unix[^1]);
                Assert.Equal(0xC3, windows[^1]);
                Assert.True(windows.Length > unix.Length);
            }
        }
    }

    private static bool Holds(string line, ulong address)
    {
        var range = line.Split(' ')[0].Split('-');
        return address >= Convert.ToUInt64(range[0], 16) && address < Convert.ToUInt64(range[1], 16);
    }
}
