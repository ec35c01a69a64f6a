import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleDaemon, bundleProgram } from './bundle.ts';
import { common, readReference } from './command-reference.ts';
import { manPages } from './man-pages.ts';

const root = join(import.meta.dirname, '..');
const dist = join(root, 'packages/cli/dist');

await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });
await Promise.all([bundleProgram(dist), bundleDaemon(dist)]);
for (const scripts of ['guest', 'host'])
  await cp(join(root, scripts), join(dist, scripts), { recursive: true });

const { version } = JSON.parse(await readFile(join(root, 'packages/cli/package.json'), 'utf8')) as {
  version: string;
};
const builtAt = process.env['SOURCE_DATE_EPOCH'];
const date = (builtAt === undefined ? new Date() : new Date(Number(builtAt) * 1_000))
  .toISOString()
  .slice(0, 10);
await mkdir(join(dist, 'man'));
for (const [name, page] of manPages(await readReference(), common, { version, date }))
  await writeFile(join(dist, 'man', name), page);
