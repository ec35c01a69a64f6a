import { cp, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');
const dist = join(root, 'packages/cli/dist');

await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });
await build({
  entryPoints: [join(root, 'packages/cli/src/main.ts')],
  outfile: join(dist, 'program.mjs'),
  bundle: true,
  platform: 'node',
  target: 'node26',
  format: 'esm',
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'linked',
  // The yaml package is CommonJS inside, which asks for Node's own modules by require().
  banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
});
await build({
  stdin: {
    contents:
      "import { enableCompileCache } from 'node:module';\nenableCompileCache();\nawait import('./program.mjs');\n",
    resolveDir: dist,
  },
  outfile: join(dist, 'ignite.mjs'),
  format: 'esm',
  platform: 'node',
});
await cp(join(root, 'guest'), join(dist, 'guest'), { recursive: true });
