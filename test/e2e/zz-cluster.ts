import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

import { Ignite } from './fixtures/ignite.ts';
const ignite = await Ignite.openWithKernel(229);
process.env.KUBECONFIG = join(ignite.dir, 'kubeconfig');
console.log('dir', ignite.dir);
const t0 = Date.now();
const say = (...x: unknown[]) => console.log(((Date.now() - t0) / 1000).toFixed(0), ...x);
say('load', (await ignite.run('image', 'load', '-i', '/work/img/cp.tar')).stdout.trim());
say('node', JSON.stringify(await ignite.run('image', 'import', 'oci-archive:/work/img/node.tar')));
say(await ignite.ok('images'));
const id = (await ignite.ok('images', '-q')).split('\n');
if (!(await ignite.ok('images')).includes('ignite-kubernetes')) say('tag', JSON.stringify(await ignite.run('tag', id.at(-2)!, 'ignite-kubernetes:v1.35.4')));
const c = ignite.start(['cluster', 'create', 'dev', '--memory', '1536MB', '--disk', '6GB', '--timeout', '25m']);
const done = c.ended.then((r) => { say('created', r.code, r.stdout, r.stderr); return true; });
for (;;) {
  const ok = await Promise.race([done, new Promise((r) => setTimeout(() => r(false), 20000))]);
  say((await ignite.run('cluster', 'describe', 'dev')).stdout, (await ignite.run('ps', '-a')).stdout, (await ignite.run('get', 'hostpods')).stdout);
  if (ok) break;
}
try { say(execFileSync('/work/img/bin/kubectl', ['get', 'nodes,pods', '-A', '-o', 'wide'], { encoding: 'utf8' })); } catch (e) { say(String(e)); }
await new Promise((r) => process.once('SIGTERM', r));
say('delete', JSON.stringify(await ignite.run('cluster', 'delete', 'dev')));
await ignite[Symbol.asyncDispose]();
