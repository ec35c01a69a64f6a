import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempDisposableSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { containerdPrograms, programInCache } from './fixtures/go-program.ts';

const folder = join(import.meta.dirname, '../../images/kubernetes/containerd');
const pause = 'registry.k8s.io/pause:3.10.1';

/** Returns the whole configuration that containerd understands one of node images as, section by section. */
function configOf(containerd: string, generation: 1 | 2): ReadonlyMap<string, readonly string[]> {
  using dir = mkdtempDisposableSync(join(tmpdir(), 'containerd-'));
  const path = join(dir.path, 'config.toml');
  writeFileSync(
    path,
    readFileSync(join(folder, `config-${generation}.toml`), 'utf8').replace('@PAUSE@', pause),
  );
  const dump = execFileSync(containerd, ['--config', path, 'config', 'dump'], { encoding: 'utf8' });
  const sections = dump.replaceAll('"', "'").split(/^\s*\[(?=[^\]]+\]$)/m);
  return new Map(
    sections.map((section) => {
      const [name = '', ...lines] = section.split('\n');
      return [name.replace(/\]$/, ''), lines.map((line) => line.trim())] as const;
    }),
  );
}

function assertHas(config: ReturnType<typeof configOf>, section: string, ...lines: readonly string[]): void {
  for (const line of lines) assert.ok(config.get(section)?.includes(line), `${section}: ${line}`);
}

test('containerd 1 understands the configuration of node images', (t) => {
  const version = execFileSync('containerd', ['--version'], { encoding: 'utf8' }).trim();
  if (version.includes('containerd/v2 ')) return t.skip(`this host has ${version}`);
  const config = configOf('containerd', 1);
  const cri = "plugins.'io.containerd.grpc.v1.cri'";
  assertHas(config, cri, `sandbox_image = '${pause}'`, 'stats_collect_period = 60');
  assertHas(config, `${cri}.cni`, "bin_dir = '/usr/lib/cni'", "conf_dir = '/etc/cni/net.d'");
  assertHas(config, `${cri}.containerd.runtimes.runc.options`, 'SystemdCgroup = true');
});

const [containerd] = containerdPrograms.map(programInCache);
const skip = containerd === undefined && 'run scripts/build-kubernetes.ts containerd';

test('containerd 2 understands the configuration of node images', { skip }, () => {
  assert.match(
    execFileSync(containerd!, ['--version'], { encoding: 'utf8' }),
    /^containerd github\.com\/containerd\/containerd\/v2 v2\.\d+\.\d+ /,
  );
  const config = configOf(containerd!, 2);
  const [images, runtime] = ['images', 'runtime'].map((name) => `plugins.'io.containerd.cri.v1.${name}'`);
  assertHas(config, images!, 'stats_collect_period = 60');
  assertHas(config, `${images}.pinned_images`, `sandbox = '${pause}'`);
  assertHas(config, `${runtime}.cni`, "bin_dirs = ['/usr/lib/cni']", "conf_dir = '/etc/cni/net.d'");
  assertHas(config, `${runtime}.containerd.runtimes.runc.options`, 'SystemdCgroup = true');
});
