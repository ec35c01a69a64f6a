import { versionOf } from '@ignite/toolkit/object/group-kind';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import { finding, withFindings } from '../contract/conditions.ts';
import type { ValueSchemas } from '../contract/value-schemas.ts';
import {
  type ClusterClass,
  type VariableDefinition,
  contractReferenceOf,
  templatesOfClass,
} from '../kinds/cluster-class.ts';
import { clusterClassKind } from '../kinds/object-kinds.ts';
import type { Controller, Work } from '../runtime/controller.ts';

const lookMs = 60_000;

/** Says whether Clusters can be made from classes. */
export const clusterClassController: Controller<ClusterClass> = {
  name: 'cluster-class',
  kind: clusterClassKind,
  clusterOf: () => undefined,
  reconcile: async ({ object }, work) => {
    const { variables = [] } = object.spec;
    const problems = variables.flatMap((each) => problemsOfVariable(each, work.schemas));
    const oldReferences = await findOldReferences(object, work);
    const findings = {
      VariablesReady: finding(
        problems.length === 0,
        ['VariablesReady', 'VariablesReconcileFailed'],
        problems.join('; '),
      ),
      RefVersionsUpToDate: finding(
        oldReferences.length === 0,
        ['RefVersionsUpToDate', 'RefVersionsNotUpToDate'],
        oldReferences.join('; '),
      ),
    };
    return {
      object: {
        ...object,
        status: {
          ...object.status,
          variables: variables.map(({ name, required, schema }) => ({
            name,
            definitions: [{ from: 'inline', required, schema }],
          })),
          conditions: withFindings(object.status?.conditions, findings, object, work.clock.now()),
        },
      },
      requeueAfterMs: lookMs,
    };
  },
};

/** Pure. Returns what is wrong with a variable: its schema, or a default that its schema does not allow. */
function problemsOfVariable(
  { name, schema: { openAPIV3Schema: schema } }: VariableDefinition,
  schemas: ValueSchemas,
): readonly string[] {
  const ofSchema = schemas.problemsOfSchema(schema);
  const value = ofSchema.length === 0 ? schemas.withDefaults(undefined, schema) : undefined;
  const problems = value === undefined ? ofSchema : schemas.problems(value, schema);
  return problems.map((problem) => `variable ${name}: ${problem}`);
}

/** Finds references to kinds in other versions than that of the contract, in which templates are read. */
async function findOldReferences({ spec }: ClusterClass, { providers }: Work): Promise<readonly string[]> {
  const old = new Set<string>();
  for (const { reference } of templatesOfClass(spec)) {
    const { version } = await providers.find(contractReferenceOf(reference)).catch((failure: unknown) => {
      if (hasCode(failure, 'NOT_FOUND')) return { version: undefined };
      throw failure;
    });
    if (version !== undefined && version !== versionOf(reference.apiVersion))
      old.add(`${reference.kind} should be of the version ${version}`);
  }
  return [...old];
}
