"""Weight files for the tests, with the standard library only."""
import struct


def write(path, tensors):
    """A safetensors file of f32 tensors: name to (shape, numbers)."""
    header, data = [], b""
    for name, (shape, values) in tensors.items():
        piece = struct.pack("<%df" % len(values), *values)
        header.append('"%s":{"dtype":"F32","shape":%s,"data_offsets":[%d,%d]}'
                      % (name, list(shape), len(data), len(data) + len(piece)))
        data += piece
    text = ("{" + ",".join(header) + "}").encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)
