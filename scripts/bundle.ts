import { join } from 'node:path';
import { type Plugin, rolldown } from 'rolldown';

const root = join(import.meta.dirname, '..');
const cli = 'packages/cli/src';
/** What a listing loads: it is in one file, so that whoever asks for a table waits for no other. */
const listing = [
  `${cli}/main.ts`,
  `${cli}/render/message/error.ts`,
  `${cli}/commands/vm/ps.ts`,
  'packages/engine/src/client/read-client.ts',
  'packages/engine/src/network/cni/settings.ts',
];

/** What takes milliseconds to load, and no listing needs: a start of Node takes 25. */
const slow = /^node:(net|tty|http|https|stream|child_process|crypto)|\/node_modules\//;

/**
 * Makes the program out of its sources: one file for what a listing needs, and one for each thing that is loaded when it is
 * needed. CommonJS starts a third faster than ESM: importing one of Node's own modules evaluates all its lazy exports.
 */
export async function bundleProgram(dist: string): Promise<void> {
  const listed = new Set<string>();
  await using bundle = await rolldown({
    input: {
      program: join(root, cli, 'main.ts'),
      'source-worker': join(root, 'packages/daemon/src/source-worker.ts'),
    },
    cwd: root,
    platform: 'node',
    transform: {
      target: 'node26',
      define: { 'import.meta.dirname': '__dirname', 'import.meta.filename': '__filename' },
    },
    // A listing has some modules at once that are loaded later elsewhere.
    checks: { ineffectiveDynamicImport: false },
    plugins: [staticImports(listing, listed)],
  });
  await bundle.write({
    dir: dist,
    format: 'cjs',
    entryFileNames: '[name].cjs',
    chunkFileNames: '[name]-[hash].cjs',
    minify: { compress: true, mangle: false, codegen: { removeWhitespace: true } },
    comments: { legal: true, annotation: false, jsdoc: false },
    codeSplitting: { groups: [{ name: 'listing', test: (id) => listed.has(id) }] },
  });
}

/** Collects the modules that some have without loading any later. @throws Error where one of them is slow, or is no more */
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
