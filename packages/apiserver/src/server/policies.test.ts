import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type Fields, openDefiningApi } from './defining-api.sample.ts';

const group = '/apis/admissionregistration.k8s.io/v1';
const maps = '/api/v1/namespaces/home/configmaps';

type Api = Awaited<ReturnType<typeof openDefiningApi>>;

const ofMaps = {
  resourceRules: [{ operations: ['*'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] }],
};

const map = (name: string, data: object = {}): object => ({ metadata: { name }, data });

/** Makes a policy about config maps and binds it. It also refuses whatever is named `probe`. */
async function bind(
  { ask }: Api,
  spec: object,
  binding: object = { validationActions: ['Deny'] },
): Promise<void> {
  const { validations = [], ...rest } = spec as { readonly validations?: readonly object[] };
  const probe = { expression: 'object == null || object.metadata.name != "probe"', message: 'in force' };
  const policy = await ask(`${group}/validatingadmissionpolicies`, 'POST', {
    metadata: { name: 'maps' },
    spec: { matchConstraints: ofMaps, ...rest, validations: [...validations, probe] },
  });
  assert.equal(policy.code, 201, JSON.stringify(policy.json));
  const bound = await ask(`${group}/validatingadmissionpolicybindings`, 'POST', {
    metadata: { name: 'maps-home' },
    spec: { policyName: 'maps', ...binding },
  });
  assert.equal(bound.code, 201, JSON.stringify(bound.json));
  while (!(await isInForce(ask))) await delay(10);
}

async function isInForce(ask: Api['ask']): Promise<boolean> {
  const { code } = await ask(`${maps}?dryRun=All`, 'POST', map('probe'));
  return code !== 201;
}

test('a policy refuses a write in the words of Kubernetes, and nothing is written', async () => {
  await using api = await openDefiningApi();
  await bind(api, {
    variables: [{ name: 'size', expression: 'int(object.data.size)' }],
    validations: [
      {
        expression: 'object == null || variables.size < 10',
        messageExpression: '"a size of " + string(variables.size) + " is too much"',
        reason: 'Forbidden',
      },
    ],
  });
  const { json } = await api.ask(maps, 'POST', map('mint', { size: '12' }));
  const cause =
    "ValidatingAdmissionPolicy 'maps' with binding 'maps-home' denied request: a size of 12 is too much";
  assert.deepEqual(json, {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: `configmaps "mint" is forbidden: ${cause}`,
    reason: 'Forbidden',
    details: { name: 'mint', kind: 'configmaps', causes: [{ message: cause }] },
    code: 403,
  });
  assert.equal((await api.ask(`${maps}/mint`)).code, 404);
  assert.equal((await api.ask(maps, 'POST', map('mint', { size: '9' }))).code, 201);
  assert.equal((await api.ask(`${maps}/mint`, 'DELETE')).code, 200);
});

test('a user is warned once of what a policy would refuse, and the audit log has it', async () => {
  const events: Fields[] = [];
  await using api = await openDefiningApi({ audited: (event) => events.push(event) });
  const binding = { validationActions: ['Warn', 'Audit'] };
  const probing = { expression: 'object == null || object.metadata.name != "probe"', message: 'in force' };
  for (const [path, spec] of [
    [
      'validatingadmissionpolicies',
      {
        matchConstraints: ofMaps,
        validations: [probing, { expression: 'has(object.data)', message: 'nothing in it' }],
        auditAnnotations: [
          { key: 'by', valueExpression: 'request.userInfo.username' },
          { key: 'none', valueExpression: 'null' },
        ],
      },
    ],
    ['validatingadmissionpolicybindings', { policyName: 'maps', ...binding }],
  ] as const)
    assert.equal((await api.ask(`${group}/${path}`, 'POST', { metadata: { name: 'maps' }, spec })).code, 201);
  const create = async (name: string): Promise<string | null> => {
    const body = JSON.stringify({ metadata: { name } });
    const headers = { 'content-type': 'application/json' };
    const dry = name === 'probe' ? '?dryRun=All' : '';
    const answer = await fetch(`${api.url}${maps}${dry}`, { method: 'POST', headers, body });
    await answer.text();
    return answer.headers.get('warning');
  };
  while ((await create('probe')) === null) await delay(10);
  assert.equal(
    await create('mint'),
    `299 - "Validation failed for ValidatingAdmissionPolicy 'maps' with binding 'maps': nothing in it"`,
  );
  const told = (): Fields | undefined => events.find(({ requestURI }) => requestURI === maps);
  while (!told()) await delay(10);
  const failure = {
    message: 'nothing in it',
    policy: 'maps',
    binding: 'maps',
    expressionIndex: 1,
    validationActions: ['Warn', 'Audit'],
  };
  assert.partialDeepStrictEqual(told()!['annotations'], {
    'maps/by': 'gardener',
    'validation.policy.admission.k8s.io/validation_failure': JSON.stringify([failure]),
  });
  assert.ok(!('maps/none' in (told()!['annotations'] as Fields)));
});

test('the status of a policy tells which expressions are wrong for the kinds that it is about', async () => {
  await using api = await openDefiningApi();
  const policies = `${group}/validatingadmissionpolicies`;
  const made = await api.ask(policies, 'POST', {
    metadata: { name: 'maps' },
    spec: {
      matchConstraints: ofMaps,
      validations: [
        { expression: 'object.data.a > 1', messageExpression: '1 + object.data.a' },
        { expression: 'object.dtaa.a == "1"' },
        { expression: 'object.data.a == "1" && object.metadata.labels.b == "c"' },
      ],
    },
  });
  assert.equal(made.code, 201);
  const status = async (): Promise<Fields> => (await api.ask(`${policies}/maps`)).json['status'] as Fields;
  while ((await status())?.['typeChecking'] === undefined) await delay(10);
  const { typeChecking, observedGeneration } = await status();
  assert.equal(observedGeneration, 1);
  assert.deepEqual(typeChecking, {
    expressionWarnings: [
      {
        fieldRef: 'spec.validations[0].expression',
        warning: [
          "/v1, Kind=ConfigMap: compilation failed: ERROR: <input>:1:15: found no matching overload for '_>_' applied to '(string, int)'",
          ' | object.data.a > 1',
          ' | ..............^',
          '',
        ].join('\n'),
      },
      {
        fieldRef: 'spec.validations[0].messageExpression',
        warning: [
          "/v1, Kind=ConfigMap: compilation failed: ERROR: <input>:1:3: found no matching overload for '_+_' applied to '(int, string)'",
          ' | 1 + object.data.a',
          ' | ..^',
          '',
        ].join('\n'),
      },
      {
        fieldRef: 'spec.validations[1].expression',
        warning: [
          "/v1, Kind=ConfigMap: compilation failed: ERROR: <input>:1:7: undefined field 'dtaa'",
          ' | object.dtaa.a == "1"',
          ' | ......^',
          '',
        ].join('\n'),
      },
    ],
  });
});

test('a policy about a right asks for it, and one that does not end in time refuses', async () => {
  const asked: string[] = [];
  await using api = await openDefiningApi({
    authorizer: {
      authorize: async ({ name }, request) => {
        if (request.isResource) asked.push(`${name} ${request.verb} ${request.resource}`);
        return { isAllowed: name === 'gardener', reason: 'of a gardener' };
      },
    },
  });
  const many = Array.from({ length: 60 }, (_, at) => at).join(',');
  await bind(api, {
    validations: [
      {
        expression: `!has(object.data) || authorizer.group('').resource('pods').check('create').reason() == object.data.why`,
        message: 'no reason',
      },
      {
        expression: `!has(object.data) || !has(object.data.slow) || [${many}].all(a, [${many}].all(b, [${many}].all(c, [${many}].all(d, a + b + c + d < 1000))))`,
      },
    ],
  });
  assert.equal((await api.ask(maps, 'POST', map('mint', { why: 'of a gardener' }))).code, 201);
  assert.ok(asked.includes('gardener create pods'));
  const wrong = await api.ask(maps, 'POST', map('sage', { why: 'nothing' }));
  assert.match(String(wrong.json['message']), /denied request: no reason$/);
  const slow = await api.ask(maps, 'POST', map('dill', { why: 'of a gardener', slow: 'yes' }));
  assert.match(String(slow.json['message']), /denied request: the expressions of the policy take too long$/);
});

test('a policy has its time for all params together: once it is over, no further one is looked at', async () => {
  await using api = await openDefiningApi();
  const many = Array.from({ length: 60 }, (_, at) => at).join(',');
  for (const name of ['a', 'b']) {
    const metadata = { name, labels: { of: 'params' } };
    assert.equal((await api.ask(maps, 'POST', { metadata, data: { name } })).code, 201);
  }
  const spec = {
    matchConstraints: ofMaps,
    paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
    validations: [
      {
        expression: '!(object.metadata.name in ["probe", "dill"]) || params.data.name != "b"',
        message: 'of b',
      },
      {
        expression: `object.metadata.name != "dill" || params.data.name != "a" || [${many}].all(a, [${many}].all(b, [${many}].all(c, [${many}].all(d, a + b + c + d < 1000))))`,
      },
    ],
  };
  const paramRef = {
    ...{ selector: { matchLabels: { of: 'params' } }, namespace: 'home' },
    parameterNotFoundAction: 'Deny',
  };
  const binding = { policyName: 'maps', validationActions: ['Warn'], paramRef };
  for (const [path, body] of [
    ['validatingadmissionpolicies', spec],
    ['validatingadmissionpolicybindings', binding],
  ] as const) {
    const made = await api.ask(`${group}/${path}`, 'POST', { metadata: { name: 'maps' }, spec: body });
    assert.equal(made.code, 201, JSON.stringify(made.json));
  }
  const warned = async (name: string): Promise<string> => {
    const init = { method: 'POST', headers: { 'content-type': 'application/json' } };
    const answer = await fetch(`${api.url}${maps}?dryRun=All`, { ...init, body: JSON.stringify(map(name)) });
    await answer.text();
    return answer.headers.get('warning') ?? '';
  };
  while (!(await warned('probe')).includes('of b')) await delay(10);
  const warnings = await warned('dill');
  assert.match(warnings, /the expressions of the policy take too long/);
  assert.doesNotMatch(warnings, /of b/);
});
