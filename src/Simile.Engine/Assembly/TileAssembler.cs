using Iced.Intel;
using Simile.Engine.Products;
using static Iced.Intel.AssemblerRegisters;

namespace Simile.Engine.Assembly;

/// <summary>Writes the machine code of one kernel: a tile of (rows, 32) sums in 2 · rows registers of 512 bits, the panel in two more. A
/// value of A is spread over one of the registers that are left and serves both sums of its row: as a memory operand it would be loaded
/// twice, and a core with two multipliers of 512 bits would wait for its loads.</summary>
/// <remarks>The code takes a pointer to a <see cref="TileCall"/>, by the calling convention of System V or of Windows.</remarks>
internal sealed class TileAssembler
{
    private const int Unrolled = 4;
    private const int SavedVectors = 10;
    private const int FirstSpread = 2 * TileShape.Rows;
    private const int Spreads = 6;
    private readonly Assembler _code = new(64);
    private readonly ComputePrecision _precision;
    private readonly int _rows;
    private readonly bool _windows;

    private TileAssembler(ComputePrecision precision, int rows, bool windows) => (_precision, _rows, _windows) = (precision, rows, windows);

    /// <summary>The code of a kernel.</summary>
    public static byte[] Assemble(ComputePrecision precision, int rows, bool windows)
    {
        var writer = new TileAssembler(precision, rows, windows);
        writer.Write();
        using var stream = new MemoryStream();
        writer._code.Assemble(new StreamCodeWriter(stream), 0);
        return stream.ToArray();
    }

    private static AssemblerRegisterZMM LowSum(int row) => Register(2 * row);

    private static AssemblerRegisterZMM HighSum(int row) => Register((2 * row) + 1);

    private static AssemblerRegisterZMM Register(int index) => new(Iced.Intel.Register.ZMM0 + index);

    private void Write()
    {
        Enter();
        LoadArguments();
        for (var row = 0; row < _rows; row++)
        {
            _code.vpxord(LowSum(row), LowSum(row), LowSum(row));
            _code.vpxord(HighSum(row), HighSum(row), HighSum(row));
        }

        _code.mov(rsi, rcx);
        Loop(Unrolled, () => _code.shr(rsi, 2));
        _code.mov(rsi, rcx);
        Loop(1, () => _code.and(rsi, Unrolled - 1));
        StoreSums();
        _code.vzeroupper();
        Leave();
    }

    // Windows keeps rsi, rdi and the low halves of xmm6 … xmm15 for the caller.
    private void Enter()
    {
        if (!_windows)
        {
            return;
        }

        _code.push(rsi);
        _code.push(rdi);
        _code.sub(rsp, SavedVectors * 16);
        for (var i = 0; i < SavedVectors; i++)
        {
            _code.movups(__xmmword_ptr[rsp + (i * 16)], new AssemblerRegisterXMM(Iced.Intel.Register.XMM6 + i));
        }

        _code.mov(rdi, rcx);
    }

    private void Leave()
    {
        if (_windows)
        {
            for (var i = 0; i < SavedVectors; i++)
            {
                _code.movups(new AssemblerRegisterXMM(Iced.Intel.Register.XMM6 + i), __xmmword_ptr[rsp + (i * 16)]);
            }

            _code.add(rsp, SavedVectors * 16);
            _code.pop(rdi);
            _code.pop(rsi);
        }

        _code.ret();
    }

    // r8, r9, r10 and r11 point at rows 0, 3, 6 and 9; rax is the distance between rows.
    private void LoadArguments()
    {
        _code.mov(r8, __qword_ptr[rdi]);
        _code.mov(rax, __qword_ptr[rdi + 8]);
        _code.mov(rdx, __qword_ptr[rdi + 16]);
        _code.mov(rcx, __qword_ptr[rdi + 24]);
        _code.lea(r9, __[rax + (rax * 2)]);
        _code.lea(r10, __[r8 + (r9 * 2)]);
        _code.lea(r11, __[r10 + r9]);
        _code.add(r9, r8);
    }

    private void Loop(int steps, Action count)
    {
        var start = _code.CreateLabel();
        var end = _code.CreateLabel();
        count();
        _code.jz(end);
        _code.Label(ref start);
        for (var step = 0; step < steps; step++)
        {
            Step(step);
        }

        _code.add(rdx, steps * TileShape.StepBytes);
        foreach (var pointer in (AssemblerRegister64[])[r8, r9, r10, r11])
        {
            _code.add(pointer, steps * 4);
        }

        _code.dec(rsi);
        _code.jnz(start);
        _code.Label(ref end);
        _code.nop();
    }

    private void Step(int step)
    {
        _code.vmovups(zmm30, __zmmword_ptr[rdx + (step * TileShape.StepBytes)]);
        _code.vmovups(zmm31, __zmmword_ptr[rdx + ((step * TileShape.StepBytes) + 64)]);
        for (var row = 0; row < _rows; row++)
        {
            var spread = Register(FirstSpread + (row % Spreads));
            _code.vbroadcastss(spread, RowOfA(row, step));
            Accumulate(LowSum(row), zmm30, spread);
            Accumulate(HighSum(row), zmm31, spread);
        }
    }

    private AssemblerMemoryOperand RowOfA(int row, int step)
    {
        var group = ((AssemblerRegister64[])[r8, r9, r10, r11])[row / 3];
        return (row % 3) switch
        {
            0 => __dword_ptr[group + (step * 4)],
            1 => __dword_ptr[group + rax + (step * 4)],
            _ => __dword_ptr[group + (rax * 2) + (step * 4)],
        };
    }

    private void Accumulate(AssemblerRegisterZMM sum, AssemblerRegisterZMM panel, AssemblerRegisterZMM a)
    {
        switch (_precision)
        {
            case ComputePrecision.Float32:
                _code.vfmadd231ps(sum, panel, a);
                break;
            case ComputePrecision.BFloat16:
                _code.vdpbf16ps(sum, panel, a);
                break;
            default:
                _code.vpdpbusd(sum, panel, a);
                break;
        }
    }

    private void StoreSums()
    {
        _code.mov(rdx, __qword_ptr[rdi + 32]);
        _code.mov(rax, __qword_ptr[rdi + 40]);
        for (var row = 0; row < _rows; row++)
        {
            _code.vmovups(__zmmword_ptr[rdx], LowSum(row));
            _code.vmovups(__zmmword_ptr[rdx + 64], HighSum(row));
            _code.add(rdx, rax);
        }
    }
}
