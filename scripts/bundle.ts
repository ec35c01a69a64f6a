import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { commandDescriptions } from '../packages/cli/src/commands/descriptions.ts';
import { type InputOptions, type OutputOptions, type Plugin, rolldown } from 'rolldown';

const root = join(import.meta.dirname, '..');
const cli = 'packages/cli/src';
/**
 * The modules that a listing loads. They are bundled into one file, so that a command that prints a table
 * loads no other file.
 */
const listing = [
  `${cli}/program.ts`,
  'packages/api/src/render-error.ts',
  `${cli}/commands/vm/ps.ts`,
  'packages/engine/src/operations/client/read-client.ts',
  'packages/engine/src/tools/network/cni/settings.ts',
];

/**
 * Modules that take milliseconds to load, and that no listing needs. For comparison, Node starts in 25 ms.
 */
const slow =
  /^node:(net|tty|http|https|stream|child_process|crypto|fs\/promises|worker_threads)|\/node_modules\//;

const forNode = {
  cwd: root,
  platform: 'node',
  transform: {
    target: 'node26',
    define: { 'import.meta.dirname': '__dirname', 'import.meta.filename': '__filename' },
  },
} as const satisfies InputOptions;

const asCommonJs = {
  format: 'cjs',
  entryFileNames: '[name].cjs',
  minify: { compress: true, mangle: false, codegen: { removeWhitespace: true } },
  comments: { legal: true, annotation: false, jsdoc: false },
} as const satisfies OutputOptions;

/**
 * Bundles the program: one file with everything that a listing needs, and one for each part that is loaded on
 * demand. CommonJS starts a third faster than ESM, because importing one of Node's own modules evaluates all
 * its lazy exports.
 */
export async function bundleProgram(dist: string): Promise<void> {
  const listed = new Set<string>();
  await using bundle = await rolldown({
    ...forNode,
    input: {
      program: join(root, cli, 'program.ts'),
      'source-worker': join(root, cli, 'source-worker.ts'),
    },
    preserveEntrySignatures: 'allow-extension',
    // Some modules that a listing imports statically are imported dynamically elsewhere.
    checks: { ineffectiveDynamicImport: false },
    plugins: [staticImports(listing, listed), await descriptionsAsData(), asciiOnly],
  });
  await bundle.write({
    ...asCommonJs,
    dir: dist,
    chunkFileNames: '[name]-[hash].cjs',
    codeSplitting: { groups: [{ name: 'listing', test: (id) => listed.has(id) }] },
  });
  await writeStarter(dist, 'ignite', "require('./program.cjs').runProgram()");
}

/** Bundles the daemon into one file, which shares nothing with the program at run time. */
export async function bundleDaemon(dist: string): Promise<void> {
  await using bundle = await rolldown({
    ...forNode,
    input: { 'daemon-program': join(root, 'packages/daemon/src/main.ts') },
    checks: { ineffectiveDynamicImport: false },
    plugins: [asciiOnly],
  });
  await bundle.write({ ...asCommonJs, dir: dist, codeSplitting: false });
  await writeStarter(dist, 'ignited', "require('./daemon-program.cjs')");
}

/**
 * Has Node compile only once what it loads. Node trusts the compiled code that it finds, so that is kept in a folder
 * that nobody else can write to. Node's own choice is below /tmp, where others could have made the folder before.
 */
const keepCompiled = `process.umask(0o022);
const { XDG_CACHE_HOME, HOME } = process.env;
const caches = process.getuid() === 0 ? '/var/cache' : XDG_CACHE_HOME || (HOME && HOME + '/.cache');
if (caches) require('node:module').enableCompileCache(caches + '/ignite/compiled');`;

/** Writes the file that Node is called with. */
async function writeStarter(dist: string, name: string, start: string): Promise<void> {
  await writeFile(join(dist, `${name}.cjs`), `${keepCompiled}\n${start};\n`);
}

/** Escapes all other characters: one that is not of Latin-1 doubles the memory that the text of its file takes in V8. */
const asciiOnly: Plugin = {
  name: 'ascii-only',
  generateBundle(_options, files) {
    for (const file of Object.values(files)) if (file.type === 'chunk') file.code = inAscii(file.code);
  },
};

const inAscii = (code: string): string =>
  code.replaceAll(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** Puts the descriptions of commands into the bundle in place of the module that asks every command for its own. */
async function descriptionsAsData(): Promise<Plugin> {
  const text = JSON.stringify(JSON.stringify(await commandDescriptions()));
  const code = `export const commandDescriptions = async () => JSON.parse(${text});`;
  return {
    name: 'descriptions-as-data',
    load: {
      filter: { id: join(root, cli, 'commands/descriptions.ts') },
      handler: () => ({ code, moduleType: 'js' }),
    },
  };
}

/**
 * Collects the modules that `from` import statically.
 * @throws Error if one of them is slow, or does not exist any more
 */
function staticImports(from: readonly string[], found: Set<string>): Plugin {
  return {
    name: 'static-imports',
    buildEnd() {
      const visit = (id: string): void => {
        if (found.has(id)) return;
        found.add(id);
        const module = this.getModuleInfo(id) ?? this.error(`${id} is not in the program`);
        for (const imported of module.importedIds) {
          if (slow.test(imported)) this.error(`a listing would wait for ${imported}, which ${id} imports`);
          visit(imported);
        }
      };
      for (const path of from) visit(join(root, path));
    },
  };
}
