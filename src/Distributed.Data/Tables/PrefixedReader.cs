namespace Distributed.Data.Tables;

/// <summary>A reader that first gives characters already taken from another, then the rest of that one.</summary>
internal sealed class PrefixedReader(string prefix, TextReader rest) : TextReader
{
    private int _position;

    /// <inheritdoc/>
    public override int Peek() => _position < prefix.Length ? prefix[_position] : rest.Peek();

    /// <inheritdoc/>
    public override int Read() => _position < prefix.Length ? prefix[_position++] : rest.Read();

    /// <inheritdoc/>
    public override int Read(char[] buffer, int index, int count) => Read(buffer.AsSpan(index, count));

    /// <inheritdoc/>
    public override int Read(Span<char> buffer)
    {
        if (_position == prefix.Length)
            return rest.Read(buffer);
        var count = Math.Min(buffer.Length, prefix.Length - _position);
        prefix.AsSpan(_position, count).CopyTo(buffer);
        _position += count;
        return count;
    }
}
