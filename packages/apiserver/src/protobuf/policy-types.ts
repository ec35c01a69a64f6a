import {
  type Field,
  type MessageType,
  integer,
  message,
  messages,
  text,
  texts,
  time,
} from './message-type.ts';
import { labelSelector, metadata } from './meta-types.ts';
import { flat, matchConditions, namedExpression, withOperations } from './webhook-types.ts';

/** The messages of policies, of k8s.io/api/admissionregistration/v1/generated.proto. */

/** The names of objects are in the same object as the rule that they belong to. */
const namedRules = (name: string): Field =>
  messages(
    name,
    { 1: texts('resourceNames'), 2: message('ruleWithOperations', withOperations) },
    ({ ruleWithOperations = {}, ...said }) => ({
      ...said,
      ...flat(ruleWithOperations as Readonly<Record<string, unknown>>),
    }),
  );

const matchResources: MessageType = {
  1: message('namespaceSelector', labelSelector),
  2: message('objectSelector', labelSelector),
  3: namedRules('resourceRules'),
  4: namedRules('excludeResourceRules'),
  7: text('matchPolicy'),
};

const condition: MessageType = {
  1: text('type'),
  2: text('status'),
  3: integer('observedGeneration'),
  4: time('lastTransitionTime'),
  5: text('reason'),
  6: text('message'),
};

export const validatingPolicy: MessageType = {
  1: metadata,
  2: message('spec', {
    1: message('paramKind', { 1: text('apiVersion'), 2: text('kind') }),
    2: message('matchConstraints', matchResources),
    3: messages('validations', {
      1: text('expression'),
      2: text('message'),
      3: text('reason'),
      4: text('messageExpression'),
    }),
    4: text('failurePolicy'),
    5: messages('auditAnnotations', { 1: text('key'), 2: text('valueExpression') }),
    6: matchConditions,
    7: messages('variables', namedExpression),
  }),
  3: message('status', {
    1: integer('observedGeneration'),
    2: message('typeChecking', {
      1: messages('expressionWarnings', { 2: text('fieldRef'), 3: text('warning') }),
    }),
    3: messages('conditions', condition),
  }),
};

export const validatingBinding: MessageType = {
  1: metadata,
  2: message('spec', {
    1: text('policyName'),
    2: message('paramRef', {
      1: text('name'),
      2: text('namespace'),
      3: message('selector', labelSelector),
      4: text('parameterNotFoundAction'),
    }),
    3: message('matchResources', matchResources),
    4: texts('validationActions'),
  }),
};
