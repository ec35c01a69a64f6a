import type { AdmittedWrite } from '@ignite/toolkit/client/admission';
import { KindClient } from '@ignite/toolkit/client/kind-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { storedNamespace } from '@ignite/toolkit/core/resources/namespace';
import { errorText } from '@ignite/toolkit/errors/error-text';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import type { CelAccess } from '../../cel/functions/authorizer-functions.ts';
import { TimeBudget } from '../../cel/time-budget.ts';
import type { Authorizer } from '../../request/access.ts';
import { type ServedResource, servedOfKind } from '../../resource/served-resource.ts';
import { AnsweredStatus } from '../../response/answered-status.ts';
import { wireObject } from '../../response/wire-object.ts';
import { reviewRequest } from '../admission-review.ts';
import type { UserWrite } from '../../request/user-write.ts';
import { ruleMatches } from '../write-rule.ts';
import { selectedVersion } from '../write-selection.ts';
import { writtenVersion } from '../written-version.ts';
import { AccessAnswers } from './access-answers.ts';
import { type JudgedWrite, type Judgement, judge } from './judge-policy.ts';
import type { BoundPolicy, Policies } from './policies.ts';
import type { MatchResources, MatchRule, Policy, PolicyBinding } from './policy.ts';
import { bindingKind, policyKind } from './policy-kinds.ts';
import { policyParams } from './policy-params.ts';
import { type PolicyRefusal, refusedByPolicyStatus } from './refused-by-policy.ts';

export interface PolicyAdmissionOptions extends UserWrite {
  readonly policies: Policies;
  /** Reads namespaces, and the objects that say how policies are applied. */
  readonly client: ObjectClient;
  readonly served: () => readonly ServedResource[];
  /** Answers what expressions ask about rights. */
  readonly authorizer: Authorizer;
}

/** A write that a policy is about, in the version that the policy knows. */
interface MatchedWrite {
  readonly write: AdmittedWrite;
  readonly version: string;
  /** What the policy has left to judge it. */
  readonly time: TimeBudget;
}

/** The time in which a policy must have judged a write for all bindings and their params, in milliseconds. */
const mostMs = 1_000;

/** Lets policies refuse what one request writes, in the words of Kubernetes. */
export class PolicyAdmission {
  readonly #options: PolicyAdmissionOptions;
  readonly #answers: AccessAnswers;
  /** What the user has been told, since a server tries writes before it carries them out. */
  readonly #told = new Set<string>();

  constructor(options: PolicyAdmissionOptions) {
    this.#options = options;
    this.#answers = new AccessAnswers(options.authorizer, options.user);
  }

  /** Asks all policies, so that the audit log has what each says. The first that refuses is told of. */
  async check(write: AdmittedWrite): Promise<void> {
    if (isExempt(write)) return;
    const refusals: PolicyRefusal[] = [];
    for (const bound of await this.#options.policies.bound(write.signal))
      refusals.push(...(await this.#refusals(bound, write)));
    const [first] = refusals;
    if (first) throw new AnsweredStatus(refusedByPolicyStatus(write, first));
  }

  async #refusals(
    { policy, bindings }: BoundPolicy,
    write: AdmittedWrite,
  ): Promise<readonly PolicyRefusal[]> {
    const version = await this.#versionFor(policy.spec.matchConstraints, write);
    if (version === undefined) return [];
    const { paramKind } = policy.spec;
    const resource = paramKind && servedOfKind(this.#options.served(), paramKind);
    if (paramKind && !resource)
      return misconfigured(
        policy,
        undefined,
        `failed to configure policy: failed to find resource referenced by paramKind: '${kindText(paramKind)}'`,
      );
    const refusals: PolicyRefusal[] = [];
    const annotations = new Map<string, Set<string>>();
    const matched = { write, version, time: new TimeBudget(mostMs) };
    for (const binding of bindings) {
      const { matchResources } = binding.spec;
      if (matchResources && (await this.#versionFor(matchResources, write)) === undefined) continue;
      try {
        for (const judgement of await this.#judgements(policy, binding, resource, matched)) {
          refusals.push(...this.#acted(policy, binding, judgement));
          for (const [key, value] of Object.entries(judgement.annotations))
            annotations.getOrInsertComputed(key, () => new Set()).add(value);
        }
      } catch (failure) {
        write.signal?.throwIfAborted();
        refusals.push(
          ...misconfigured(policy, binding, `failed to configure binding: ${errorText(failure)}`),
        );
      }
    }
    for (const [key, values] of annotations)
      this.#options.annotate(`${policy.metadata.name}/${key}`, [...values].join(', '));
    return refusals;
  }

  /** Does with what a policy says what its binding wants, and returns the refusals among it. */
  #acted(
    policy: Policy,
    binding: PolicyBinding,
    { violations, errors }: Judgement,
  ): readonly PolicyRefusal[] {
    const { validationActions } = binding.spec;
    const by = { policy: policy.metadata.name, binding: binding.metadata.name };
    for (const { message, expressionIndex } of violations) {
      if (validationActions.includes('Warn'))
        this.#warn(
          `Validation failed for ValidatingAdmissionPolicy '${by.policy}' with binding '${by.binding}': ${message}`,
        );
      if (validationActions.includes('Audit'))
        this.#options.annotate(
          'validation.policy.admission.k8s.io/validation_failure',
          JSON.stringify([{ message, ...by, expressionIndex, validationActions }]),
        );
    }
    const denied = validationActions.includes('Deny') ? violations : [];
    return [
      ...denied.map(({ message, reason }) => ({ ...by, message, reason })),
      ...errors.map((message) => ({ ...by, message, reason: 'Invalid' as const })),
    ];
  }

  #warn(text: string): void {
    if (!this.#told.has(text)) this.#options.warn(text);
    this.#told.add(text);
  }

  /** Returns the version in which resources of a policy or a binding match a write, if they do. */
  async #versionFor(resources: MatchResources, write: AdmittedWrite): Promise<string | undefined> {
    const { excludeResourceRules = [], resourceRules = [] } = resources;
    const options = { ...this.#options, matches: namedRuleMatches };
    const excluded = { ...resources, rules: excludeResourceRules };
    if ((await selectedVersion(excluded, write, options)) !== undefined) return undefined;
    const selected = { ...resources, rules: resourceRules.length > 0 ? resourceRules : [everyWrite] };
    return await selectedVersion(selected, write, options);
  }

  async #judgements(
    policy: Policy,
    binding: PolicyBinding,
    resource: ServedResource | undefined,
    matched: MatchedWrite,
  ): Promise<readonly Judgement[]> {
    const { client } = this.#options;
    const { write, time } = matched;
    const { signal } = write;
    const namespace = namespaceOf(write);
    const options = { client, namespace, signal };
    const judged = await this.#judgedWrite(matched);
    const judgements: Judgement[] = [];
    for (const params of await policyParams(policy, binding, resource, options))
      judgements.push(
        await this.#answers.answered(
          (decide) =>
            judge(policy, { ...judged, params: params ? wireObject(params, {}) : null }, { decide, time }),
          signal ?? never,
        ),
      );
    return judgements;
  }

  async #judgedWrite({ write, version }: Omit<MatchedWrite, 'time'>): Promise<Omit<JudgedWrite, 'params'>> {
    const { client, user, isDryRun } = this.#options;
    const [object, old] = await Promise.all(
      [write.object, write.old].map(async (each) => each && (await writtenVersion(write, each, version))),
    );
    const dryRun = write.operation === 'DELETE' ? write.dryRun : isDryRun;
    const {
      object: shown,
      oldObject,
      ...request
    } = reviewRequest({ ...write, dryRun, object, old, version, user });
    const name = namespaceOf(write);
    const namespace =
      name === '' ? undefined : await new KindClient(client, storedNamespace).find({ name }, write);
    return {
      object: shown,
      oldObject,
      request,
      namespaceObject: namespace ? namespaceView(namespace) : null,
      access: accessOf(write),
    };
  }
}

/** Nobody could repair a policy that refuses its own changes. */
const isExempt = ({ kind: { group, resource } }: AdmittedWrite): boolean =>
  [policyKind, bindingKind].some((kind) => kind.group === group && kind.plural === resource);

const never = new AbortController().signal;

/** Without rules, a binding is for all writes that its policy is about. */
const everyWrite: MatchRule = {
  operations: ['*'],
  apiGroups: ['*'],
  apiVersions: ['*'],
  resources: ['*', '*/*'],
  scope: '*',
};

function namedRuleMatches(rule: MatchRule, write: AdmittedWrite, version: string): boolean {
  const { resourceNames = [] } = rule;
  const { name } = (write.object ?? write.old)!.metadata;
  return ruleMatches(rule, write, version) && (resourceNames.length === 0 || resourceNames.includes(name));
}

/** The namespace that an object is in. A namespace is in none. */
const namespaceOf = ({ kind, object, old }: AdmittedWrite): string =>
  kind.group === '' && kind.resource === 'namespaces' ? '' : (object ?? old)!.metadata.namespace;

/** Kubernetes shows expressions these fields of a namespace alone. */
function namespaceView(namespace: KubeObject): object {
  const { metadata, spec, status } = wireObject(namespace, { hidesGeneration: true });
  const { managedFields: _managed, ...shown } = metadata as Readonly<Record<string, unknown>>;
  return { metadata: shown, ...(spec !== undefined && { spec }), ...(status !== undefined && { status }) };
}

function accessOf({ kind, subresource, object, old }: AdmittedWrite): CelAccess {
  const { namespace, name } = (object ?? old)!.metadata;
  return {
    isResource: true,
    group: kind.group,
    resource: kind.resource,
    ...(subresource !== undefined && { subresource }),
    ...(namespace !== '' && { namespace }),
    ...(name !== '' && { name }),
  };
}

/** A policy that cannot be used refuses what it is about, unless its `failurePolicy` is `Ignore`. */
const misconfigured = (
  { metadata: { name }, spec }: Policy,
  binding: PolicyBinding | undefined,
  message: string,
): readonly PolicyRefusal[] =>
  spec.failurePolicy === 'Ignore'
    ? []
    : [
        {
          policy: name,
          ...(binding && { binding: binding.metadata.name }),
          message,
          reason: 'Invalid',
        },
      ];

const kindText = ({ apiVersion, kind }: NonNullable<Policy['spec']['paramKind']>): string =>
  `${apiVersion}, Kind=${kind}`;
