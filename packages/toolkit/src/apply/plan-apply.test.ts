import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Manifest } from '../codec/manifest.ts';
import type { LiveObject } from './actuator.ts';
import { keyText, objectKey } from '../object/object-key.ts';
import { type SyncInput, manifestDigest, planApply, withOwner } from './plan-apply.ts';

const pot = (
  name: string,
  spec: object = { plant: 'mint' },
  annotations: Record<string, string> = {},
  kind = 'Pot',
): Manifest => ({
  apiVersion: 'garden.example/v1',
  kind,
  metadata: { name, namespace: 'default', labels: {}, annotations: prefixed(annotations) },
  spec,
});

const prefixed = (annotations: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(annotations).map(([name, value]) => [`gitops.weave.works/${name}`, value]),
  );

const live = (manifest: Manifest, owner: string | undefined = 'garden'): LiveObject => {
  const object = owner === undefined || owner === '' ? manifest : withOwner(manifest, owner);
  return {
    ...object,
    metadata: { ...object.metadata, uid: `uid-${object.metadata.name}` },
    health: { state: 'Healthy' },
  };
};

const entry = (manifest: Manifest) => ({ ...objectKey(manifest), digest: manifestDigest(manifest) });

const plan = (input: Partial<SyncInput>) =>
  planApply({
    owner: 'garden',
    wanted: [],
    live: [],
    inventory: [],
    effectOf: (_kind, { path }) => (path.startsWith('/spec/clay') ? 'replace' : 'live'),
    kindOrder: ['Shelf', 'Pot'],
    defaults: { drift: 'repair', replace: 'forbidden' },
    prune: { enabled: true, limitPercent: 50, isElsewhere: false, confirmed: false, brokenRevision: false },
    adopt: false,
    ...input,
  });

const told = (input: Partial<SyncInput>): readonly string[] =>
  plan(input)
    .stages.flat()
    .map(
      ({ kind, key, reason, held }) =>
        `${kind} ${keyText(key)} ${reason}${held === undefined ? '' : ` held: ${held}`}`,
    );

describe('planApply', () => {
  test('a restart that somebody asked for by a command is no difference; one that the author asks for is', () => {
    const marked = (restartedAt: string): Manifest => {
      const found = pot('a');
      const annotations = { 'garden.example/restartedAt': restartedAt };
      return { ...found, metadata: { ...found.metadata, annotations } };
    };
    const changes = (wanted: Manifest, there: Manifest) =>
      plan({ wanted: [wanted], live: [live(there)] }).stages.flat()[0]!;
    assert.equal(changes(pot('a'), marked('noon')).kind, 'unchanged');
    assert.equal(changes(marked('noon'), marked('noon')).kind, 'unchanged');
    assert.equal(changes(marked('later'), marked('noon')).kind, 'change');
    assert.equal(changes(marked('noon'), pot('a')).kind, 'change');
  });

  test('a person who wants the same again has it finished; a Sync leaves that to whoever is at it', () => {
    const wanted = pot('a');
    const unfinished = { ...live(wanted, undefined), isUnfinished: true };
    const byPerson = plan({ owner: undefined, wanted: [wanted], live: [unfinished] });
    assert.partialDeepStrictEqual(byPerson.stages.flat(), [
      { kind: 'change', effect: 'restart', changes: [] },
    ]);
    const bySync = { wanted: [wanted], live: [{ ...live(wanted), isUnfinished: true }] };
    assert.deepEqual(told(bySync), ['unchanged Pot/a same']);
  });

  test('what was assigned to an object is no difference for a manifest that leaves it open', () => {
    const assigned = { ...live(pot('a', { plant: 'mint', shelf: 'low' })), assigned: ['/spec/shelf'] };
    assert.deepEqual(told({ wanted: [pot('a')], live: [assigned] }), ['unchanged Pot/a same']);
    assert.deepEqual(told({ wanted: [pot('a', { plant: 'mint', shelf: 'top' })], live: [assigned] }), [
      'change Pot/a changed',
    ]);
  });

  test('new objects are created, equal ones stay, and changed ones are updated with the changes listed', () => {
    const [a, b] = [pot('a'), pot('b', { plant: 'fig' })];
    const stages = plan({
      wanted: [pot('a'), pot('b'), pot('c')],
      live: [live(a), live(b)],
      inventory: [entry(a), entry(b)],
    }).stages.flat();
    assert.deepEqual(
      stages.map(({ kind, reason }) => [kind, reason]),
      [
        ['unchanged', 'same'],
        ['change', 'changed'],
        ['create', 'new'],
      ],
    );
    assert.deepEqual(stages[1]?.changes, [{ path: '/spec/plant', from: 'fig', to: 'mint' }]);
  });

  test('a difference that the source did not make is drift, and its policy decides', () => {
    const drifted = { live: [live(pot('a', { plant: 'weed' }))] };
    assert.deepEqual(told({ ...drifted, wanted: [pot('a')], inventory: [entry(pot('a'))] }), [
      'change Pot/a drifted',
    ]);
    const reported = pot('a', { plant: 'mint' }, { drift: 'report' });
    const liveWeed = live(pot('a', { plant: 'weed' }, { drift: 'report' }));
    assert.deepEqual(told({ live: [liveWeed], wanted: [reported], inventory: [entry(reported)] }), [
      'change Pot/a drifted held: its drift policy is "report"',
    ]);
    assert.deepEqual(told({ wanted: [reported], inventory: [entry(reported)] }), [
      'create Pot/a drifted held: its drift policy is "report"',
    ]);
  });

  test('an object that must be replaced is replaced only if that is allowed', () => {
    const was = { live: [live(pot('a', { clay: 'red' }))], inventory: [entry(pot('a', { clay: 'red' }))] };
    const [held] = told({ ...was, wanted: [pot('a', { clay: 'blue' })] });
    assert.match(held ?? '', /^replace Pot\/a changed held: it would be replaced/);
    const defaults = { drift: 'repair', replace: 'allowed' } as const;
    assert.deepEqual(told({ ...was, wanted: [pot('a', { clay: 'blue' })], defaults }), [
      'replace Pot/a changed',
    ]);
  });

  test('ignored fields are neither compared nor changed', () => {
    const wanted = pot('a', { plant: 'mint', water: 1 }, { ignore: '/spec/water' });
    const watered = live(pot('a', { plant: 'mint', water: 9 }, { ignore: '/spec/water' }));
    assert.deepEqual(told({ wanted: [wanted], live: [watered], inventory: [entry(wanted)] }), [
      'unchanged Pot/a same',
    ]);
  });

  test('an object that someone else has made or owns is not touched unless it may be adopted', () => {
    const wanted = [pot('a')];
    assert.match(told({ wanted, live: [live(pot('a'), '')] })[0] ?? '', /no Sync owns it/);
    assert.deepEqual(told({ wanted, live: [live(pot('a'), '')], adopt: true }), ['change Pot/a changed']);
    assert.match(
      told({ wanted, live: [live(pot('a'), 'other')], adopt: true })[0] ?? '',
      /owned by Sync "other"/,
    );
  });

  test('a mark of ownership that was copied from another object does not count', () => {
    const copied = live(pot('a'));
    const b = { ...live(pot('b')), metadata: { ...copied.metadata, name: 'b' } };
    const inventory = [entry(pot('b'))];
    assert.deepEqual(told({ live: [b], inventory, prune: confirmed }), []);
  });

  const confirmed = {
    enabled: true,
    limitPercent: 50,
    isElsewhere: false,
    confirmed: true,
    brokenRevision: false,
  };

  test('objects that are gone from the source are pruned if the inventory names them and this Sync owns them', () => {
    const objects = ['a', 'b', 'c'].map((name) => pot(name));
    const all = {
      live: [...objects.map((each) => live(each)), live(pot('stranger'), '')],
      inventory: objects.map(entry),
    };
    assert.deepEqual(told({ ...all, wanted: objects.slice(0, 2) }), [
      'unchanged Pot/a same',
      'unchanged Pot/b same',
      'delete Pot/c removed',
    ]);
  });

  test('nothing is pruned if pruning is off, the revision is empty or broken, or too much would be pruned', () => {
    const objects = Array.from({ length: 10 }, (_, at) => pot(`p${at}`));
    const all = { live: objects.map((each) => live(each)), inventory: objects.map(entry) };
    const heldBy = (input: Partial<SyncInput>) => plan({ ...all, ...input }).pruneHeld ?? '';
    assert.match(
      heldBy({ wanted: objects.slice(1), prune: { ...confirmed, enabled: false } }),
      /not enabled/,
    );
    assert.match(
      heldBy({ wanted: objects.slice(1), prune: { ...confirmed, brokenRevision: true } }),
      /cannot be read/,
    );
    assert.match(heldBy({ wanted: [] }), /empty/);
    assert.match(heldBy({ wanted: objects.slice(6) }), /6 of 10 objects would go/);
    assert.equal(heldBy({ wanted: objects.slice(6), prune: confirmed }), '');
    assert.ok(
      told({ ...all, wanted: [] })
        .filter((line) => line.startsWith('delete'))
        .every((line) => line.includes('held')),
    );
  });

  test('whoever removes the manifest of one VM of one, or of two, is not asked', () => {
    for (const count of [1, 2]) {
      const objects = Array.from({ length: count }, (_, at) => pot(`p${at}`));
      const all = { live: objects.map((each) => live(each)), inventory: objects.map(entry), wanted: [] };
      assert.deepEqual(
        told(all),
        objects.map(({ metadata }) => `delete Pot/${metadata.name} removed`),
      );
      assert.equal(plan(all).pruneHeld, undefined);
    }
  });

  test('from three objects on and with more than half of them, someone must confirm', () => {
    const objects = Array.from({ length: 6 }, (_, at) => pot(`p${at}`));
    const heldBy = (declared: number, left: number) => {
      const inventory = objects.slice(0, declared);
      return plan({
        live: inventory.map((each) => live(each)),
        inventory: inventory.map(entry),
        wanted: inventory.slice(declared - left),
      }).pruneHeld;
    };
    assert.match(heldBy(3, 0) ?? '', /the revision is empty/);
    assert.match(heldBy(5, 2) ?? '', /3 of 5 objects would go/);
    assert.deepEqual([heldBy(6, 3), heldBy(4, 2), heldBy(3, 1)], [undefined, undefined, undefined]);
  });

  test('when the place that declared them is gone and another declares nothing, one object is enough to ask', () => {
    const all = { live: [live(pot('a'))], inventory: [entry(pot('a'))] };
    const prune = { ...confirmed, confirmed: false, isElsewhere: true };
    assert.match(plan({ ...all, wanted: [], prune }).pruneHeld ?? '', /nothing is declared at the place/);
    assert.equal(plan({ ...all, wanted: [pot('b')], prune }).pruneHeld, undefined);
    assert.equal(plan({ ...all, wanted: [], prune: { ...prune, confirmed: true } }).pruneHeld, undefined);
  });

  test('an object can refuse to be pruned, or ask for a confirmation that names its uid', () => {
    const stays = pot('a', {}, { prune: 'disabled' });
    const asks = pot('b', {}, { prune: 'confirm' });
    const said = pot('c', {}, { prune: 'confirm', 'confirm-prune': 'uid-c' });
    const other = pot('z');
    const objects = [stays, asks, said, other];
    const lines = told({
      wanted: [other],
      live: objects.map((each) => live(each)),
      inventory: objects.map(entry),
    });
    assert.match(lines[1] ?? '', /delete Pot\/a removed held: .*disabled/);
    assert.match(lines[2] ?? '', /delete Pot\/b removed held: it waits for someone to confirm/);
    assert.equal(lines[3], 'delete Pot/c removed');
  });

  test('what takes objects of others with it waits for a confirmation, unless its author says otherwise', () => {
    const objects = [
      pot('asks'),
      pot('said', {}, { 'confirm-prune': 'uid-said' }),
      pot('sure', {}, { prune: 'enabled' }),
    ];
    const other = pot('z');
    const lines = told({
      wanted: [other],
      live: [...objects.map((each) => ({ ...live(each), takesOthers: true })), live(other)],
      inventory: [...objects, other].map(entry),
      prune: confirmed,
    });
    assert.match(lines[1] ?? '', /delete Pot\/asks removed held: it waits for someone to confirm/);
    assert.deepEqual(lines.slice(2), ['delete Pot/said removed', 'delete Pot/sure removed']);
  });

  test('a namespace stays while something in it stays that must not go with it', () => {
    const within = (manifest: Manifest, namespace: string): Manifest => ({
      ...manifest,
      metadata: { ...manifest.metadata, namespace },
    });
    const [prod, main] = ['prod', 'default'].map((name) => within(pot(name, {}, {}, 'Namespace'), ''));
    const mine = within(pot('mine'), 'prod');
    const theirs = within(pot('theirs'), 'prod');
    const kept = (manifest: Manifest, owner?: string): LiveObject => ({
      ...live(manifest, owner),
      keepsNamespace: true,
    });
    const pruned = (...objects: readonly LiveObject[]): readonly string[] =>
      told({
        wanted: [pot('z')],
        live: [live(pot('z')), live(prod!), ...objects],
        inventory: [pot('z'), prod!, mine].map(entry),
        kindOrder: ['Namespace', 'Pot'],
      }).slice(1);
    assert.deepEqual(pruned(kept(mine)), ['delete Pot/prod/mine removed', 'delete Namespace/prod removed']);
    assert.match(
      pruned(kept(mine), kept(theirs, '')).at(-1) ?? '',
      /held: it holds Pot\/prod\/theirs; remove/,
    );
    const asked = within(pot('mine', {}, { prune: 'confirm' }), 'prod');
    assert.match(pruned(kept(asked)).at(-1) ?? '', /Namespace\/prod .*held: it holds Pot\/prod\/mine;/);
    const leaving = { ...kept(theirs, ''), isLeaving: true };
    const elsewhere = kept(within(pot('x'), 'dev'), '');
    assert.equal(pruned(leaving, live(theirs, ''), elsewhere).at(-1), 'delete Namespace/prod removed');
    const always = { wanted: [pot('z')], live: [live(main!)], inventory: [pot('z'), main!].map(entry) };
    assert.match(told(always).at(-1) ?? '', /held: this namespace may not be deleted/);
  });

  test('waves, dependencies and kinds order creations, and deletions in reverse', () => {
    const wanted = [
      pot('late', {}, { wave: '1' }),
      pot('b', {}, { 'depends-on': 'Pot/a' }),
      pot('a'),
      pot('s', {}, {}, 'Shelf'),
    ];
    const names = (input: Partial<SyncInput>) =>
      plan(input).stages.map((stage) => stage.map(({ key }) => key.name).join(' '));
    assert.deepEqual(names({ wanted }), ['s', 'a', 'b', 'late']);
    const gone = { live: wanted.map((each) => live(each)), inventory: wanted.map(entry), prune: confirmed };
    assert.deepEqual(names(gone), ['late', 'b a', 's']);
  });

  test('cycles, unknown dependencies and invalid annotations refuse only their own object', () => {
    const { refused, stages } = plan({
      wanted: [
        pot('a', {}, { 'depends-on': 'Pot/b' }),
        pot('b', {}, { 'depends-on': 'Pot/a' }),
        pot('c', {}, { 'depends-on': 'Pot/nobody' }),
        pot('d', {}, { prune: 'maybe' }),
        pot('e', {}, { 'depends-on': 'Pot/c' }),
        pot('fine'),
      ],
    });
    assert.deepEqual(
      stages.flat().map(({ key }) => key.name),
      ['fine'],
    );
    const text = refused.map(({ key, message }) => `${key.name}: ${message}`).join('\n');
    assert.match(text, /a: it depends on itself: Pot\/a → Pot\/b → Pot\/a/);
    assert.match(text, /c: it depends on Pot\/nobody, which is not declared/);
    assert.match(text, /d: gitops.weave.works\/prune: "maybe" is not one of/);
    assert.match(text, /e: it depends on Pot\/c, which was refused/);
  });

  test('dependencies that are nested without end are refused, however many there are', () => {
    const count = 20_000;
    const wanted = Array.from({ length: count }, (_, at) =>
      pot(`p${at}`, {}, at === count - 1 ? {} : { 'depends-on': `Pot/p${at + 1}` }),
    );
    const { refused, stages } = plan({ wanted });
    assert.equal(stages.length + refused.length, count);
    assert.match(refused[0]?.message ?? '', /nested more than 1000 deep|which was refused/);
  });

  test('an object that is to be left alone is not touched', () => {
    const wanted = pot('a', { plant: 'fig' }, { reconcile: 'disabled' });
    const [line] = told({ wanted: [wanted], live: [live(pot('a'))], inventory: [entry(pot('a'))] });
    assert.match(line ?? '', /held: .*reconcile: disabled/);
  });
});
