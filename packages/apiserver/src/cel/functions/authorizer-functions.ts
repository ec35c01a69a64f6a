import { type CelFunc, CelScalar, celMethod } from '@bufbuild/cel';
import type { ReflectMessage } from '@bufbuild/protobuf/reflect';
import { opaqueType } from '../opaque-type.ts';

const { BOOL, STRING } = CelScalar;

/** What an expression asks whether a user may do it. */
export type CelAccess =
  | {
      readonly isResource: true;
      readonly group: string;
      readonly resource: string;
      readonly subresource?: string;
      readonly namespace?: string;
      readonly name?: string;
    }
  | { readonly isResource: false; readonly path: string };

/** A question whether somebody may do something: the user of the write, or a service account. */
export interface CelAccessQuestion {
  readonly access: CelAccess;
  readonly verb: string;
  readonly serviceAccount?: readonly [namespace: string, name: string];
}

export interface CelDecision {
  readonly isAllowed: boolean;
  readonly reason: string;
}

/** Answers at once, or throws what tells that it cannot yet. */
export type Decide = (question: CelAccessQuestion) => CelDecision;

const authorizers = opaqueType('authorization.Authorizer');
const groups = opaqueType('authorization.GroupCheck');
const checks = opaqueType('authorization.Check');
const decisions = opaqueType('authorization.Decision');

/** Who answers the questions of a value. A value is known to expressions by its text alone. */
const deciders = new WeakMap<ReflectMessage, Decide>();

type Asked = Omit<CelAccessQuestion, 'verb' | 'access'>;
type AskedAccess = Omit<CelAccessQuestion, 'verb'>;

function valueOf({ of }: typeof checks, content: object, decide: Decide): ReflectMessage {
  const value = of(JSON.stringify(content));
  deciders.set(value, decide);
  return value;
}

/** Returns the value of the variable `authorizer`, which answers questions about one user. */
export const authorizerValue = (decide: Decide): ReflectMessage => valueOf(authorizers, {}, decide);

/** Returns the value of the variable `authorizer.requestResource`. */
export const accessCheckValue = (access: CelAccess, decide: Decide): ReflectMessage =>
  valueOf(checks, { access }, decide);

const deciderOf = (value: ReflectMessage): Decide => deciders.get(value)!;
const contentOf = <T>({ textOf }: typeof checks, value: ReflectMessage): T => JSON.parse(textOf(value)) as T;

const resourcePart = (part: 'subresource' | 'namespace' | 'name'): CelFunc =>
  celMethod(part, checks.type, [STRING], checks.type, function (text) {
    const { access, ...asked } = contentOf<AskedAccess>(checks, this);
    if (!access.isResource) throw new Error('no such overload');
    return valueOf(checks, { ...asked, access: { ...access, [part]: text } }, deciderOf(this));
  });

/** The functions of `authorizer`, with which expressions ask what the user of a write may do besides. */
export const authorizerFunctions: readonly CelFunc[] = [
  celMethod(
    'serviceAccount',
    authorizers.type,
    [STRING, STRING],
    authorizers.type,
    function (namespace, name) {
      return valueOf(authorizers, { serviceAccount: [namespace, name] }, deciderOf(this));
    },
  ),
  celMethod('path', authorizers.type, [STRING], checks.type, function (path) {
    const asked = contentOf<Asked>(authorizers, this);
    return valueOf(checks, { ...asked, access: { isResource: false, path } }, deciderOf(this));
  }),
  celMethod('group', authorizers.type, [STRING], groups.type, function (group) {
    return valueOf(groups, { ...contentOf<Asked>(authorizers, this), group }, deciderOf(this));
  }),
  celMethod('resource', groups.type, [STRING], checks.type, function (resource) {
    const { group, ...asked } = contentOf<Asked & { readonly group: string }>(groups, this);
    return valueOf(checks, { ...asked, access: { isResource: true, group, resource } }, deciderOf(this));
  }),
  resourcePart('subresource'),
  resourcePart('namespace'),
  resourcePart('name'),
  celMethod('check', checks.type, [STRING], decisions.type, function (verb) {
    const decide = deciderOf(this);
    return valueOf(decisions, decide({ ...contentOf<AskedAccess>(checks, this), verb }), decide);
  }),
  celMethod('allowed', decisions.type, [], BOOL, function () {
    return contentOf<CelDecision>(decisions, this).isAllowed;
  }),
  celMethod('reason', decisions.type, [], STRING, function () {
    return contentOf<CelDecision>(decisions, this).reason;
  }),
  celMethod('errored', decisions.type, [], BOOL, () => false),
  celMethod('error', decisions.type, [], STRING, () => ''),
];
