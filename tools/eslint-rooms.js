import path from 'node:path';
import { rooms, testPackages } from './rooms.js';

/** The room a root-relative posix path belongs to, or undefined outside src/ and workers/. */
function roomOf(file) {
  const [top, second] = file.split('/');
  if (top === 'workers') return 'workers';
  if (top !== 'src' || second === undefined) return undefined;
  return second.startsWith('main.') ? 'main' : second;
}

/** `@scope/name/deep` → `@scope/name`, `name/deep` → `name`. */
function packageOf(specifier) {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

const imports = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      room: "'{{from}}' may not import '{{to}}' (allowed: {{allowed}}). See tools/rooms.js.",
      package: "'{{from}}' may not name the package '{{name}}'. See tools/rooms.js.",
      unknown: "'{{from}}' is not a room of tools/rooms.js.",
      worker: "Only src/main.ts starts a worker; '{{from}}' is handed the wire.",
    },
  },
  create(context) {
    const relative = (file) => path.relative(context.cwd, file).split(path.sep).join('/');
    const here = relative(context.filename);
    const from = roomOf(here);
    if (from === undefined) return {};
    const room = rooms[from];
    const isTest = /\.(test|suite|fixture)\.ts$/.test(here);

    function check(source) {
      if (typeof source?.value !== 'string') return;
      const report = (messageId, data) =>
        context.report({ node: source, messageId, data: { from, ...data } });
      if (!room) return report('unknown', {});
      const specifier = source.value.replace(/\?.*$/, '');
      if (!specifier.startsWith('.')) {
        const name = packageOf(specifier);
        const allowed = isTest ? [...room.owns, ...testPackages] : room.owns;
        if (!allowed.includes(name)) report('package', { name });
        return;
      }
      const target = path.resolve(path.dirname(context.filename), specifier);
      const to = roomOf(relative(target)) ?? relative(target);
      const allowed = isTest ? [...room.imports, ...(room.tests ?? [])] : room.imports;
      if (to !== from && !allowed.includes(to))
        report('room', { to, allowed: allowed.join(', ') || 'nothing' });
    }

    return {
      ImportDeclaration: (node) => check(node.source),
      ExportNamedDeclaration: (node) => check(node.source),
      ExportAllDeclaration: (node) => check(node.source),
      ImportExpression: (node) => check(node.source),
      TSImportType: (node) => check(node.source ?? node.argument?.literal),
      'NewExpression[callee.name="Worker"]'(node) {
        if (from !== 'main') context.report({ node, messageId: 'worker', data: { from } });
      },
    };
  },
};

export default { rules: { imports } };
