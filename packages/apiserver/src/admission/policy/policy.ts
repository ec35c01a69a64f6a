import { labelSelector } from '@ignite/toolkit/access/label-selector';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { described } from '@ignite/toolkit/schema/described';
import * as v from 'valibot';
import { writeRuleEntries } from '../write-rule.ts';

const matchRule = v.strictObject({
  resourceNames: v.exactOptional(v.array(v.string())),
  ...writeRuleEntries,
});

/** Says which writes a policy is about. Without names, it is about objects of any name. */
export type MatchRule = v.InferOutput<typeof matchRule>;

const matchResources = v.strictObject({
  namespaceSelector: described('In which namespaces.', v.optional(labelSelector, {})),
  objectSelector: described('Of which objects.', v.optional(labelSelector, {})),
  resourceRules: described('Of which writes.', v.exactOptional(v.array(matchRule))),
  excludeResourceRules: described(
    'Of which writes it is not, although `resourceRules` say so.',
    v.exactOptional(v.array(matchRule)),
  ),
  matchPolicy: described(
    'Whether a rule is for other versions of a kind too.',
    v.optional(v.picklist(['Exact', 'Equivalent']), 'Equivalent'),
  ),
});

/** Which writes a policy is about, or for which ones it is bound. */
export type MatchResources = v.InferOutput<typeof matchResources>;

const named = v.strictObject({ name: v.string(), expression: v.string() });

/** The reasons that a refusal can have, and the code of the answer. */
export const refusalCodes = {
  Forbidden: 403,
  RequestEntityTooLarge: 413,
  Invalid: 422,
} as const;

const reasons = ['Forbidden', 'Invalid', 'RequestEntityTooLarge'] as const;

const validation = v.strictObject({
  expression: described('What must be true of a write.', v.string()),
  message: described('What is told of a write of which it is not.', v.exactOptional(v.string())),
  messageExpression: described('The same, as an expression.', v.exactOptional(v.string())),
  reason: described('The reason of the refusal.', v.exactOptional(v.picklist(reasons))),
});

export type Validation = v.InferOutput<typeof validation>;

const auditAnnotation = v.strictObject({ key: v.string(), valueExpression: v.string() });

export const policySpecSchema = v.strictObject({
  paramKind: described(
    'The kind of the objects that say how the policy is applied.',
    v.exactOptional(v.strictObject({ apiVersion: v.string(), kind: v.string() })),
  ),
  matchConstraints: described('Of which writes the policy is.', matchResources),
  matchConditions: described(
    'Expressions that must all be true of a write, or the policy is not asked.',
    v.exactOptional(v.pipe(v.array(named), v.maxLength(64, 'must have at most 64 items'))),
  ),
  variables: described(
    'Expressions that others can refer to, as `variables.NAME`.',
    v.exactOptional(v.array(named)),
  ),
  validations: described('What must be true of a write.', v.exactOptional(v.array(validation))),
  auditAnnotations: described(
    'What the audit log tells of a write.',
    v.exactOptional(v.pipe(v.array(auditAnnotation), v.maxLength(20, 'must not have more than 20 items'))),
  ),
  failurePolicy: described(
    'What becomes of a write that the policy cannot judge.',
    v.optional(v.picklist(['Ignore', 'Fail']), 'Fail'),
  ),
});

/** What expressions say about writes (Kubernetes: ValidatingAdmissionPolicy). */
export interface Policy extends KubeObject {
  readonly spec: v.InferOutput<typeof policySpecSchema>;
  readonly status?: PolicyStatus;
}

export interface PolicyStatus {
  readonly observedGeneration?: number;
  readonly typeChecking?: { readonly expressionWarnings?: readonly ExpressionWarning[] };
  readonly conditions?: readonly unknown[];
}

/** What is wrong with an expression for one of the kinds that a policy is about. */
export interface ExpressionWarning {
  readonly fieldRef: string;
  readonly warning: string;
}

const paramRef = v.strictObject({
  name: described('The name of the object.', v.exactOptional(v.string())),
  namespace: described('Its namespace. Without it, that of the write.', v.exactOptional(v.string())),
  selector: described('The labels of the objects, in place of a name.', v.exactOptional(labelSelector)),
  parameterNotFoundAction: described(
    'Whether a write is refused or allowed if there is no such object.',
    v.picklist(['Allow', 'Deny']),
  ),
});

export type ParamRef = v.InferOutput<typeof paramRef>;

const actions = v.picklist(['Deny', 'Warn', 'Audit']);

export type ValidationAction = v.InferOutput<typeof actions>;

export const bindingSpecSchema = v.strictObject({
  policyName: described('The policy that is bound.', v.pipe(v.string(), v.nonEmpty('must not be empty'))),
  paramRef: described('The objects that say how the policy is applied.', v.exactOptional(paramRef)),
  matchResources: described(
    'For which of the writes that the policy is about.',
    v.exactOptional(matchResources),
  ),
  validationActions: described(
    'What happens to a write that the policy does not allow.',
    v.pipe(v.array(actions), v.nonEmpty('at least one validation action is required')),
  ),
});

/** Puts a policy into force (Kubernetes: ValidatingAdmissionPolicyBinding). */
export interface PolicyBinding extends KubeObject {
  readonly spec: v.InferOutput<typeof bindingSpecSchema>;
}
