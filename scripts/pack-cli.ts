import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * npm runs this script before and after it packs the CLI. The package lists its manual pages, which the build
 * generates.
 */
const packageDir = join(import.meta.dirname, '../packages/cli');
const manifestFile = join(packageDir, 'package.json');

const [when] = process.argv.slice(2);
const { man: _man, ...manifest } = JSON.parse(readFileSync(manifestFile, 'utf8')) as Record<string, unknown>;
const man = readdirSync(join(packageDir, 'dist/man')).map((name) => `dist/man/${name}`);
const packed = when === 'prepack' ? { ...manifest, man } : manifest;
writeFileSync(manifestFile, `${JSON.stringify(packed, null, 2)}\n`);
