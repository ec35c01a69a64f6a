import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * npm runs this script before and after it packs the toolkit. A package contains JavaScript and types, but a
 * checkout only the sources, so the manifest differs between the two.
 */
const root = join(import.meta.dirname, '..');
const packageDir = join(root, 'packages/toolkit');
const manifestFile = join(packageDir, 'package.json');
const sources = { './*': './src/*.ts' };
const built = { './*': { types: './dist/*.d.ts', default: './dist/*.js' } };

const [when] = process.argv.slice(2);
rmSync(join(packageDir, 'dist'), { recursive: true, force: true });
if (when === 'prepack')
  execFileSync(
    process.execPath,
    [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json'],
    {
      cwd: packageDir,
      stdio: 'inherit',
    },
  );
const manifest = JSON.parse(readFileSync(manifestFile, 'utf8')) as Record<string, unknown>;
const exported = when === 'prepack' ? built : sources;
writeFileSync(manifestFile, `${JSON.stringify({ ...manifest, exports: exported }, null, 2)}\n`);
