import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ObservedVm, planVm } from './plan-vm.ts';

const nothing: ObservedVm = {
  files: false,
  disk: false,
  keys: false,
  seed: false,
  network: 'absent',
  sandbox: 'absent',
  halfBooted: false,
  paused: false,
  isSaved: false,
  isIdentityDue: false,
  isMemoryOff: false,
  shares: false,
};
const stopped: ObservedVm = { ...nothing, files: true, disk: true, keys: true, seed: true };
const running: ObservedVm = { ...stopped, network: 'attached', sandbox: 'running' };
const kinds = (...args: Parameters<typeof planVm>): string[] => planVm(...args).map((step) => step.kind);

test('planVm: a launch waits for a client as its goal says', () => {
  const steps = planVm({ kind: 'running', awaitClientSeconds: 30 }, stopped);
  assert.deepEqual(steps.at(-2), { kind: 'launch', awaitClientSeconds: 30 });
  assert.deepEqual(planVm({ kind: 'running' }, stopped).at(-2), { kind: 'launch' });
});

test('planVm: a VM of which nothing exists gets keys, disk, network and seed before its VMM', () => {
  assert.deepEqual(kinds({ kind: 'running' }, nothing), [
    'create-keys',
    'create-disk',
    'attach-network',
    'write-seed',
    'launch',
    'record-start',
  ]);
});

test('planVm: a VM that runs is only recorded, and has its ports as they shall be', () => {
  assert.deepEqual(kinds({ kind: 'running' }, running), ['publish-ports', 'record-start']);
});

test('planVm: a change of memory that was cut short is finished by the next look at a VM that runs', () => {
  assert.deepEqual(kinds({ kind: 'running' }, { ...running, isMemoryOff: true }), [
    'publish-ports',
    'resize-memory',
    'record-start',
  ]);
  assert.ok(!kinds({ kind: 'running' }, { ...stopped, isMemoryOff: true }).includes('resize-memory'));
});

test('planVm: start keeps disk and keys of a stopped VM', () => {
  assert.deepEqual(kinds({ kind: 'running' }, stopped), [
    'grow-disk',
    'attach-network',
    'write-seed',
    'launch',
    'record-start',
  ]);
});

test('planVm: after a crash between attaching and launching, the rest is planned', () => {
  assert.deepEqual(kinds({ kind: 'running' }, { ...stopped, network: 'attached' }), [
    'grow-disk',
    'publish-ports',
    'write-seed',
    'launch',
    'record-start',
  ]);
});

test('planVm: an image and a kernel that are not known yet come before everything else', () => {
  const missing = { source: false, image: true, kernel: true, volumes: false, files: false, folders: false };
  assert.deepEqual(kinds({ kind: 'prepared' }, nothing, missing), ['ensure-image', 'ensure-kernel']);
  assert.deepEqual(kinds({ kind: 'running' }, nothing, missing).slice(0, 3), [
    'ensure-image',
    'ensure-kernel',
    'create-keys',
  ]);
  assert.deepEqual(kinds({ kind: 'running' }, nothing, { ...missing, image: false })[0], 'ensure-kernel');
  assert.deepEqual(kinds({ kind: 'stopped', graceMs: 0 }, nothing, missing), ['record-stop']);
});

test('planVm: a VM that is down without being wanted so is cleaned up after, and not recorded as stopped by wish', () => {
  const ended: ObservedVm = { ...running, sandbox: 'exited' };
  assert.deepEqual(planVm({ kind: 'down', graceMs: 0 }, ended), [
    { kind: 'record-exit', byItself: true },
    { kind: 'remove-sandbox' },
    { kind: 'detach-network' },
    { kind: 'record-down' },
  ]);
});

test('planVm: a half-attached network is taken down before it is made again', () => {
  assert.deepEqual(kinds({ kind: 'running' }, { ...stopped, network: 'partial' }).slice(0, 3), [
    'grow-disk',
    'detach-network',
    'attach-network',
  ]);
});

test('planVm: starting a VM whose VMM has died records the exit and clears the sandbox first', () => {
  assert.deepEqual(kinds({ kind: 'running' }, { ...running, sandbox: 'exited' }), [
    'record-exit',
    'remove-sandbox',
    'grow-disk',
    'publish-ports',
    'write-seed',
    'launch',
    'record-start',
  ]);
});

test('planVm: stop presses the power button before it kills', () => {
  assert.deepEqual(planVm({ kind: 'stopped', graceMs: 5_000 }, running), [
    { kind: 'press-power-button', graceMs: 5_000 },
    { kind: 'kill' },
    { kind: 'record-exit' },
    { kind: 'remove-sandbox' },
    { kind: 'detach-network' },
    { kind: 'record-stop' },
  ]);
});

test('planVm: a forced stop presses no button', () => {
  assert.equal(kinds({ kind: 'stopped', graceMs: 0 }, running)[0], 'kill');
});

test('planVm: stopping a VM after a reboot frees its address and nothing else', () => {
  assert.deepEqual(kinds({ kind: 'stopped', graceMs: 5_000 }, { ...stopped, network: 'partial' }), [
    'detach-network',
    'record-stop',
  ]);
});

test('planVm: removal takes everything down and forgets the VM last', () => {
  assert.deepEqual(kinds({ kind: 'gone' }, running), [
    'kill',
    'record-exit',
    'remove-sandbox',
    'detach-network',
    'remove-files',
    'forget',
  ]);
});

test('planVm: removal of a VM of which nothing is left only forgets it', () => {
  assert.deepEqual(kinds({ kind: 'gone' }, nothing), ['forget']);
});

test('planVm: a VM is recorded as paused before it is, and as running after it is', () => {
  const paused: ObservedVm = { ...running, paused: true };
  assert.deepEqual(kinds({ kind: 'paused' }, running), ['record-pause', 'pause']);
  assert.deepEqual(kinds({ kind: 'paused' }, paused), ['discard-state', 'record-pause', 'pause']);
  assert.deepEqual(kinds({ kind: 'running' }, paused), [
    ...['publish-ports', 'discard-state', 'resume', 'record-start'],
  ]);
  assert.deepEqual(kinds({ kind: 'paused' }, stopped).slice(-3), ['record-start', 'record-pause', 'pause']);
});

test('planVm: a paused VM is let go on before its power button is pressed, and is killed as it is', () => {
  const paused: ObservedVm = { ...running, paused: true };
  assert.deepEqual(kinds({ kind: 'stopped', graceMs: 5_000 }, paused).slice(0, 3), [
    ...['discard-state', 'resume', 'press-power-button'],
  ]);
  assert.deepEqual(kinds({ kind: 'stopped', graceMs: 0 }, paused).slice(0, 2), ['discard-state', 'kill']);
});

test('planVm: a VM that is about to start again keeps its network', () => {
  assert.deepEqual(kinds({ kind: 'restarting' }, { ...running, sandbox: 'exited' }), ['remove-sandbox']);
  assert.deepEqual(kinds({ kind: 'restarting' }, stopped), []);
});

const needs = { source: false, image: false, kernel: false, volumes: true, files: true, folders: true };

test('planVm: volumes are there before the seed that names them, and folders before the VMM that connects to them', () => {
  assert.deepEqual(kinds({ kind: 'running' }, stopped, needs), [
    'grow-disk',
    'attach-network',
    'prepare-volumes',
    'write-seed',
    'share-folders',
    'launch',
    'record-start',
  ]);
});

test('planVm: folders that an earlier start has left shared are shared anew', () => {
  assert.deepEqual(
    kinds({ kind: 'running' }, { ...running, sandbox: 'exited', shares: true }, needs).slice(0, 3),
    ['record-exit', 'unshare-folders', 'remove-sandbox'],
  );
});

test('planVm: a VM that stops gives folders and files back, also after a crash before its VMM ran', () => {
  assert.deepEqual(kinds({ kind: 'stopped', graceMs: 0 }, { ...stopped, shares: true }, needs), [
    'unshare-folders',
    'release-volumes',
    'record-stop',
  ]);
});

test('planVm: a VMM that was never told to start its guest is ended, and another is launched', () => {
  const half: ObservedVm = { ...running, halfBooted: true };
  assert.deepEqual(kinds({ kind: 'running' }, half), [
    'kill',
    'remove-sandbox',
    'grow-disk',
    'publish-ports',
    'write-seed',
    'launch',
    'record-start',
  ]);
  assert.deepEqual(kinds({ kind: 'paused' }, half).slice(-3), ['record-start', 'record-pause', 'pause']);
  assert.equal(
    kinds({ kind: 'stopped', graceMs: 5_000 }, half)[0],
    'kill',
    'there is nobody to feel a button',
  );
});

const suspended: ObservedVm = { ...stopped, network: 'attached', isSaved: true };

test('planVm: a VM is suspended while its guest stands still, and keeps its network', () => {
  assert.deepEqual(kinds({ kind: 'suspended' }, running), [
    ...['record-pause', 'pause', 'save-state'],
    ...['kill', 'remove-sandbox', 'record-suspension'],
  ]);
});

test('planVm: a suspension that was cut short is finished, and nothing is saved twice', () => {
  const saved = { ...running, paused: true, isSaved: true };
  const rest = ['kill', 'remove-sandbox', 'record-suspension'];
  assert.deepEqual(kinds({ kind: 'suspended' }, saved), rest);
  assert.deepEqual(kinds({ kind: 'suspended' }, { ...saved, sandbox: 'exited' }), rest.slice(1));
  assert.deepEqual(kinds({ kind: 'suspended' }, suspended), rest.slice(2));
});

test('planVm: a suspended VM goes on with its disk and its seed as they are, once its state is gone', () => {
  assert.deepEqual(kinds({ kind: 'running' }, suspended), [
    'publish-ports',
    ...['load-state', 'record-load', 'discard-state', 'resume', 'record-start'],
  ]);
  const afterReboot = planVm({ kind: 'running' }, { ...suspended, network: 'partial' });
  assert.deepEqual(afterReboot.slice(0, 2), [
    { kind: 'detach-network' },
    { kind: 'attach-network', keepsMacs: true },
  ]);
});

test('planVm: a suspended VM that is to be paused does not run at all, unless it has to take its identity', () => {
  const load = ['load-state', 'record-load', 'discard-state'];
  assert.deepEqual(kinds({ kind: 'paused' }, suspended), ['publish-ports', ...load]);
  assert.deepEqual(kinds({ kind: 'paused' }, { ...suspended, isIdentityDue: true }), [
    ...['publish-ports', 'write-seed', ...load, 'cut-links', 'resume', 'give-identity'],
    ...['record-start', 'record-pause', 'pause'],
  ]);
  // What is saved there belongs to a disk that is not there yet.
  const unplaced = { ...suspended, disk: false };
  assert.ok(kinds({ kind: 'paused' }, unplaced, fromSnapshot).includes('place-snapshot'));
});

test('planVm: a guest that keeps an identity goes on with a seed, which its VM has never had', () => {
  const placed = { ...stopped, isSaved: true, seed: false };
  assert.deepEqual(planVm({ kind: 'running' }, placed).slice(0, 3), [
    { kind: 'attach-network', keepsMacs: true },
    { kind: 'write-seed' },
    { kind: 'load-state' },
  ]);
});

test('planVm: a load that was cut short begins anew, and one that was recorded goes on', () => {
  const loading = { ...suspended, sandbox: 'running', halfBooted: true } as const;
  assert.deepEqual(kinds({ kind: 'running' }, loading).slice(0, 2), ['kill', 'remove-sandbox']);
  const loaded = { ...loading, halfBooted: false, paused: true };
  assert.deepEqual(kinds({ kind: 'running' }, loaded), [
    ...['publish-ports', 'discard-state', 'resume', 'record-start'],
  ]);
  assert.deepEqual(kinds({ kind: 'paused' }, loaded), ['discard-state', 'record-pause', 'pause']);
});

test('planVm: what stops a suspended VM discards its state before anything else', () => {
  for (const goal of [
    { kind: 'stopped', graceMs: 5_000 },
    { kind: 'down', graceMs: 5_000 },
    { kind: 'gone' },
  ] as const)
    assert.equal(kinds(goal, { ...running, paused: true, isSaved: true })[0], 'discard-state');
});

test('planVm: a VM that is down is stopped rather than suspended', () => {
  assert.deepEqual(kinds({ kind: 'suspended' }, stopped), ['record-stop']);
});

const fromSnapshot = {
  source: true,
  image: true,
  kernel: true,
  volumes: false,
  files: false,
  folders: false,
};

test('planVm: a VM that is made from a snapshot has its image, its kernel and its disk, and is then planned again', () => {
  assert.deepEqual(kinds({ kind: 'prepared' }, nothing, fromSnapshot), ['ensure-source']);
  assert.deepEqual(kinds({ kind: 'running' }, nothing, fromSnapshot), [
    'ensure-source',
    'create-keys',
    'place-snapshot',
  ]);
  const prepared = { ...fromSnapshot, image: false, kernel: false };
  assert.deepEqual(
    kinds({ kind: 'running' }, { ...nothing, keys: true, isSaved: true, isIdentityDue: true }, prepared),
    ['place-snapshot'],
    'a state without a disk may be half placed',
  );
  assert.deepEqual(kinds({ kind: 'running' }, stopped, prepared).slice(0, 2), [
    'grow-disk',
    'attach-network',
  ]);
});

test('planVm: a guest that goes on from a snapshot takes its own identity between cut links', () => {
  const placed = { ...stopped, isSaved: true, isIdentityDue: true };
  assert.deepEqual(planVm({ kind: 'running' }, placed), [
    { kind: 'attach-network', keepsMacs: true },
    { kind: 'write-seed' },
    { kind: 'load-state' },
    { kind: 'record-load' },
    { kind: 'discard-state' },
    { kind: 'cut-links' },
    { kind: 'resume' },
    { kind: 'give-identity' },
    { kind: 'record-start' },
  ]);
});

test('planVm: an identity that was not given is given once more, whatever was cut short', () => {
  assert.deepEqual(kinds({ kind: 'running' }, { ...running, isIdentityDue: true }), [
    'publish-ports',
    'cut-links',
    'give-identity',
    'record-start',
  ]);
  assert.deepEqual(kinds({ kind: 'running' }, { ...running, paused: true, isIdentityDue: true }), [
    'publish-ports',
    'discard-state',
    'cut-links',
    'resume',
    'give-identity',
    'record-start',
  ]);
});

test('planVm: a VM that has a disk needs its source no more, whatever a redefinition has left open', () => {
  const needs = { source: true, image: false, kernel: true, volumes: false, files: false, folders: false };
  assert.deepEqual(kinds({ kind: 'prepared' }, stopped, needs), ['ensure-kernel']);
  assert.deepEqual(kinds({ kind: 'prepared' }, nothing, needs), ['ensure-source']);
});

test('planVm: a guest that has not taken its identity powers off between cut links', () => {
  const halted = { ...running, paused: true, isIdentityDue: true };
  const steps = kinds({ kind: 'stopped', graceMs: 1 }, halted);
  assert.deepEqual(steps.slice(0, 4), ['discard-state', 'cut-links', 'resume', 'press-power-button']);
});

test('planVm: a guest that has refused its identity boots only if that is asked for', () => {
  const refused = { ...stopped, isIdentityDue: true };
  assert.deepEqual(kinds({ kind: 'running' }, refused), ['refuse-identity']);
  assert.equal(kinds({ kind: 'paused' }, refused)[0], 'refuse-identity');
  const booted = kinds({ kind: 'running' }, stopped);
  assert.deepEqual(kinds({ kind: 'running', cold: true }, refused), booted);
  assert.deepEqual(planVm({ kind: 'running', cold: true }, refused).at(-2), { kind: 'launch' });
});
