import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { makeCertificate } from '../../packages/toolkit/src/certificates/sign-certificate.ts';
import { CannotBuild, builtProgram, kubectl } from './fixtures/go-program.ts';
import { kubeconfigOf, startKubeApiServer } from './fixtures/kube-api-server.ts';
import { serveStore } from './fixtures/served-store.ts';
import { type Answer, runTranscript } from './transcript/run-transcript.ts';

const controller = join(import.meta.dirname, '../../examples/library/main.ts');

const shelf = (name: string, size: number | undefined, ...books: readonly object[]): object => ({
  apiVersion: 'library.example/v1',
  kind: 'Shelf',
  metadata: { name },
  spec: { ...(size !== undefined && { size }), books },
});
const book = (title: string, pages?: number): object => ({ title, ...(pages && { pages }) });

const files = {
  'shelf.json': shelf('poems', undefined, book('odes', 120), book('elegies')),
  'fuller.json': shelf('poems', 4, book('odes', 120), book('sonnets'), book('haiku')),
  'full.json': shelf('novels', 1, book('emma'), book('ulysses')),
  'heavy.json': shelf('atlases', 1, book('world', 9_000)),
  'wrong.json': shelf('wrong', 0, book('No Title'), { pages: 1 }),
  'old.json': {
    apiVersion: 'library.example/v1beta1',
    kind: 'Shelf',
    metadata: { name: 'old' },
    spec: { titles: ['iliad', 'odyssey'] },
  },
};

const ready = (name: string, books: number): string =>
  `kubectl wait --timeout=200s --for=jsonpath={.status.books}=${books} shelf/${name}`;

/** What people do with a controller of theirs. */
const commands: readonly string[] = [
  'kubectl create namespace garden',
  'kubectl api-resources --api-group=library.example',
  'kubectl get crd shelves.library.example',
  'kubectl get sh',
  'kubectl apply -f shelf.json',
  ready('poems', 2),
  'kubectl get shelves',
  'kubectl get shelves -o wide',
  'kubectl get shelf poems -o yaml --show-managed-fields',
  'kubectl describe shelf poems',
  'kubectl get configmaps -l library.example/shelf=poems',
  'kubectl explain shelf.spec.books',
  'kubectl get configmap poems-odes -o yaml --show-managed-fields',
  'kubectl get configmap catalogue -o jsonpath={.data}',
  'kubectl get events --field-selector involvedObject.kind=Shelf -o custom-columns=R:.reason,M:.message,S:.source.component',
  'kubectl apply -f full.json',
  'kubectl apply -f heavy.json',
  'kubectl apply -f wrong.json',
  'kubectl diff -f fuller.json | grep "^[-+] "',
  'kubectl apply --server-side -f fuller.json',
  'kubectl apply --server-side --force-conflicts -f fuller.json',
  ready('poems', 3),
  'kubectl get configmaps -l library.example/shelf=poems -o jsonpath={.items[*].data}',
  'kubectl patch shelf poems --type=merge -p {\\"spec\\":{\\"size\\":2}}',
  'kubectl patch shelf poems --type=merge -p {\\"spec\\":{\\"size\\":9}}',
  'kubectl get shelves.v1beta1.library.example poems -o jsonpath={.spec}',
  'kubectl get shelves.v1beta1.library.example',
  'kubectl apply -f old.json',
  ready('old', 2),
  'kubectl get shelf old -o jsonpath={.spec}',
  'kubectl get configmap catalogue -o jsonpath={.data}',
  'kubectl delete configmap old-iliad',
  'kubectl annotate shelf old seen=yes',
  'kubectl delete shelf old',
  'kubectl get configmap catalogue -o jsonpath={.data}',
  'kubectl delete shelf poems',
  'kubectl get configmap catalogue -o jsonpath={.data}',
  'kubectl get shelves',
];

/** Runs the controller on a server, and the commands beside it. */
async function controlled(program: string, kubeconfig: string): Promise<readonly Answer[]> {
  const dir = mkdtempSync(join(tmpdir(), 'library-'));
  writeKeys(dir);
  const child = spawn(process.execPath, [controller, dir], {
    env: { ...process.env, KUBECONFIG: kubeconfig },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const told = text(child.stderr);
  const ended = once(child, 'exit');
  try {
    await Promise.race([once(createInterface(child.stdout), 'line'), ended]);
    if (child.exitCode !== null) assert.fail(await told);
    return await runTranscript(program, kubeconfig, commands, files);
  } finally {
    child.kill('SIGTERM');
    await ended;
    rmSync(dir, { recursive: true, force: true });
    assert.equal(await told, '');
  }
}

const day = 24 * 3_600_000;

function writeKeys(dir: string): void {
  const times = { notBefore: new Date(Date.now() - day), notAfter: new Date(Date.now() + day) };
  const subject = { name: 'ca' };
  const authority = makeCertificate({ subject, use: { type: 'authority' }, ...times });
  const { privateKey, certificate } = makeCertificate(
    { subject: { name: 'webhook' }, use: { type: 'server', names: ['127.0.0.1'] }, ...times },
    authority,
  );
  writeFileSync(join(dir, 'ca.crt'), authority.certificate);
  writeFileSync(join(dir, 'webhook.crt'), certificate);
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' });
  writeFileSync(join(dir, 'webhook.key'), key, { mode: 0o600 });
}

const program = await builtProgram(kubectl, new AbortController().signal).catch((failure: unknown) => {
  if (failure instanceof CannotBuild) return failure;
  throw failure;
});
const skip = program instanceof CannotBuild ? program.message : false;

describe('a controller that knows nothing of Ignite', { skip }, () => {
  test('does on ignited what it does on Kubernetes', async () => {
    await using kubernetes = await startKubeApiServer();
    await using ignited = await serveStore();
    const wanted = await controlled(program as string, kubeconfigOf(kubernetes));
    const seen = await controlled(program as string, ignited.kubeconfig);
    const named = (answers: readonly Answer[]): object =>
      Object.fromEntries(commands.map((command, at) => [`${at}: ${command}`, answers[at]]));
    assert.deepEqual(named(seen), named(wanted));
  });
});
