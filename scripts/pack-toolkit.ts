import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Run by npm before and after it packs the toolkit: a package holds JavaScript and types, a checkout the sources alone,
 * so the manifest says one thing in the package and another here.
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
