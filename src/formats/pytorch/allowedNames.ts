import { storageClass, torchDtype } from './torchTypes.ts';

/** Classes whose instances are kept as plain data: they are configuration, not weights. */
const dataClasses: ReadonlySet<string> = new Set([
  'argparse.Namespace',
  'types.SimpleNamespace',
  'datetime.datetime',
  'datetime.date',
  'datetime.time',
  'datetime.timedelta',
  'datetime.timezone',
  'decimal.Decimal',
  'uuid.UUID',
  'pathlib.Path',
  'pathlib.PosixPath',
  'pathlib.WindowsPath',
  'pathlib.PurePath',
  'pathlib.PurePosixPath',
  'pathlib.PureWindowsPath',
  'pathlib._local.PosixPath',
  'pathlib._local.WindowsPath',
  'easydict.EasyDict',
  'addict.addict.Dict',
  'box.box.Box',
  'omegaconf.dictconfig.DictConfig',
  'omegaconf.listconfig.ListConfig',
  'omegaconf.base.ContainerMetadata',
  'omegaconf.base.Metadata',
  'omegaconf.nodes.AnyNode',
  'pytorch_lightning.utilities.parsing.AttributeDict',
  'lightning_fabric.utilities.data.AttributeDict',
  'lightning.fabric.utilities.data.AttributeDict',
  'numpy.dtype',
  'numpy.ndarray',
  'numpy.core.multiarray._reconstruct',
  'numpy._core.multiarray._reconstruct',
  'numpy.core.numeric._frombuffer',
  'numpy._core.numeric._frombuffer',
  'torch.device',
  'torch.serialization._get_layout',
]);

/** Prefixes of classes whose instances are kept as named containers of what they hold. */
const containerPrefixes = ['__torch__.', 'torch.nn.modules.', 'torchvision.models.'];

/** Values that are only named: layouts, quantisation schemes, memory formats; and Python's types. */
const plainNames: ReadonlySet<string> = new Set([
  'torch.strided',
  'torch.sparse_coo',
  'torch.sparse_csr',
  'torch.sparse_csc',
  'torch.sparse_bsr',
  'torch.sparse_bsc',
  'torch.per_tensor_affine',
  'torch.per_tensor_symmetric',
  'torch.per_channel_affine',
  'torch.per_channel_symmetric',
  'torch.per_channel_affine_float_qparams',
  'torch.contiguous_format',
  'torch.channels_last',
  'torch.channels_last_3d',
  'torch.preserve_format',
  'torch.Tensor',
  'torch._tensor.Tensor',
  'torch.nn.parameter.Buffer',
  ...['int', 'float', 'bool', 'str', 'complex', 'object', 'range', 'slice'].flatMap((name) => [
    `builtins.${name}`,
    `__builtin__.${name}`,
  ]),
]);

/**
 * What a name of a checkpoint may be, besides the functions of `torchCalls` and `plainCalls`.
 *
 * `data`: an instance becomes an object of plain data; `name`: it is only named, not called.
 */
export function nameKind(name: string): 'data' | 'name' | undefined {
  if (dataClasses.has(name)) return 'data';
  if (containerPrefixes.some((prefix) => name.startsWith(prefix))) return 'data';
  if (plainNames.has(name)) return 'name';
  if (storageClass(name) !== undefined || torchDtype(name) !== undefined) return 'name';
  return undefined;
}
