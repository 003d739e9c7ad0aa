"""Reads checkpoints with Python's own zipfile, pickle and json, to compare our readers with.

python3 src/formats/golden/readCheckpoints.py ../shared/data > src/formats/golden/checkpoints.json

Independent of the TypeScript: other libraries, and strided tensors are gathered element by element.
Only for files that are trusted, though no class of a pickle is ever looked up.
"""

import hashlib
import io
import json
import os
import pickle
import struct
import sys
import zipfile

DTYPES = {
    'DoubleStorage': ('f64', 8), 'FloatStorage': ('f32', 4), 'HalfStorage': ('f16', 2),
    'LongStorage': ('i64', 8), 'IntStorage': ('i32', 4), 'ShortStorage': ('i16', 2),
    'CharStorage': ('i8', 1), 'ByteStorage': ('u8', 1), 'BoolStorage': ('bool', 1),
    'QInt8Storage': ('i8', 1),
}  # fmt: skip
SAFETENSORS = {'F32': 'f32', 'F16': 'f16', 'I64': 'i64', 'F64': 'f64', 'BF16': 'bf16'}


class Attributed(dict):
    """A dictionary on which BUILD can set attributes, as it does for OrderedDict."""


class Tensor:
    def __init__(self, storage, offset, shape, strides):
        self.storage, self.offset, self.shape, self.strides = storage, offset, shape, strides


class Named:
    """Stands for a class or function: calling it makes a tensor, or an instance that holds data."""

    def __init__(self, module, name):
        self.module, self.name = module, name

    def __call__(self, *args):
        if self.name.startswith('_rebuild_') and 'tensor' in self.name:
            return Tensor(*args[:4])
        return args[0] if args else Instance()


class Instance:
    def __init__(self):
        self.state = None

    def __setstate__(self, state):
        self.state = state


def make_class(module, name):
    if module == 'collections':
        return Attributed
    if module == 'torch' and name.endswith('Storage'):
        return name
    if module.startswith('__torch__'):
        return type(name, (Instance,), {})
    return Named(module, name)


class Reader(pickle.Unpickler):
    def __init__(self, file, prefix):
        super().__init__(file)
        self.prefix = prefix

    def find_class(self, module, name):
        return make_class(module, name)

    def persistent_load(self, pid):
        return (self.prefix + str(pid[2]), pid[1])


def walk(value, path, out, seen):
    if isinstance(value, Tensor):
        out.append(('.'.join(path), value))
    elif id(value) in seen:
        return
    elif isinstance(value, dict):
        seen.add(id(value))
        for key, item in value.items():
            walk(item, path + [str(key)], out, seen)
    elif isinstance(value, (list, tuple)):
        seen.add(id(value))
        for index, item in enumerate(value):
            walk(item, path + [str(index)], out, seen)
    elif isinstance(value, Instance):
        seen.add(id(value))
        walk(value.state, path, out, seen)


def contents(tensor, raw):
    """Bytes in row-major order, gathered one element at a time."""
    size = DTYPES[tensor.storage[1]][1]
    starts = [tensor.offset]
    for extent, stride in zip(tensor.shape, tensor.strides):
        starts = [start + index * stride for start in starts for index in range(extent)]
    return b''.join(raw[start * size : (start + 1) * size] for start in starts)


def read_zip(path):
    archive = zipfile.ZipFile(path)
    root = next(n for n in archive.namelist() if n.count('/') == 1 and n.endswith('/data.pkl'))[:-8]
    found = []
    for part in ('data', 'constants'):
        if root + part + '.pkl' not in archive.namelist():
            continue
        value = Reader(io.BytesIO(archive.read(root + part + '.pkl')), part + '/').load()
        walk(value, [] if part == 'data' else [part], found, set())
    return [(name, t, archive.read(root + t.storage[0])) for name, t in found]


def read_legacy(path):
    with open(path, 'rb') as file:
        magic, protocol, system = (Reader(file, '').load() for _ in range(3))
        assert (magic, protocol, system['little_endian']) == (0x1950A86A20F9469CFC6C, 1001, True)
        value = Reader(file, '').load()
        keys = Reader(file, '').load()
        found = []
        walk(value, [], found, set())
        types = {tensor.storage[0]: tensor.storage[1] for _, tensor in found}
        raw = {}
        for key in keys:
            (count,) = struct.unpack('<q', file.read(8))
            raw[key] = file.read(count * DTYPES[types[key]][1])
        assert file.read() == b''
    return [(name, tensor, raw[tensor.storage[0]]) for name, tensor in found]


def read_safetensors(path):
    data = open(path, 'rb').read()
    (length,) = struct.unpack('<Q', data[:8])
    for name, info in json.loads(data[8 : 8 + length]).items():
        if name == '__metadata__':
            continue
        begin, end = info['data_offsets']
        raw = data[8 + length + begin : 8 + length + end]
        yield name, SAFETENSORS[info['dtype']], info['shape'], raw


def rows(path):
    if path.endswith('.safetensors'):
        yield from read_safetensors(path)
        return
    zipped = open(path, 'rb').read(2) == b'PK'
    for name, tensor, raw in read_zip(path) if zipped else read_legacy(path):
        yield name, DTYPES[tensor.storage[1]][0], list(tensor.shape), contents(tensor, raw)


def main(folder):
    golden = {}
    for base, _, files in sorted(os.walk(folder)):
        for name in sorted(files):
            path = os.path.join(base, name)
            if 'datasets' in base or not name.endswith(('.pth', '.pt', '.th', '.tar', '.jit', '.safetensors')):
                continue
            lines = [
                f'{n} {dtype} {json.dumps(shape)} {hashlib.sha256(raw).hexdigest()}'
                for n, dtype, shape, raw in rows(path)
            ]
            digest = hashlib.sha256('\n'.join(lines).encode()).hexdigest()
            golden[os.path.relpath(path, folder)] = {
                'tensors': len(lines),
                'digest': digest,
                'first': lines[0],
            }
    json.dump(golden, sys.stdout, indent=1)
    print()


main(sys.argv[1])
