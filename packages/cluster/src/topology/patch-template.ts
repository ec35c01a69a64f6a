import { patchedObject } from '@ignite/toolkit/client/over-store/patched-object';
import type { JsonPatchOperation } from '@ignite/toolkit/client/object-client';
import { readYaml } from '@ignite/toolkit/codec/parse-yaml';
import { errorText } from '@ignite/toolkit/errors/error-text';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { parseClassTemplate } from '../contract/class-template.ts';
import {
  type ClassJsonPatch,
  type ClassPatch,
  type TemplateReference,
  type TemplateRole,
  selectsTemplate,
} from '../kinds/cluster-class.ts';
import { TopologyProblem } from './topology-problem.ts';

/** A template of a class, with what it is for. */
export interface ClassTemplate {
  readonly reference: TemplateReference;
  readonly role: TemplateRole;
  readonly object: KubeObject;
}

/** The values of variables by their names, `builtin` among them. */
export type VariableValues = Readonly<Record<string, unknown>>;

/**
 * Pure. Returns a template after the patches that are for it, in their order.
 * @throws TopologyProblem
 */
export function patchedTemplate(
  { reference, role, object }: ClassTemplate,
  patches: readonly ClassPatch[],
  variables: VariableValues,
): KubeObject {
  return patches.reduce((template, patch) => {
    const definitions = patch.definitions.filter(({ selector }) =>
      selectsTemplate(selector, reference, role),
    );
    if (definitions.length === 0) return template;
    try {
      if (!isEnabled(patch, variables)) return template;
      const operations = definitions.flatMap(({ jsonPatches }) =>
        jsonPatches.map((each) => operationOf(each, variables)),
      );
      return patchedObject(template, { type: 'json', operations });
    } catch (failure) {
      throw new TopologyProblem(
        [`patch ${patch.name} of ${reference.kind} ${reference.name}: ${errorText(failure)}`],
        { cause: failure },
      );
    }
  }, object);
}

const isEnabled = ({ enabledIf }: ClassPatch, variables: VariableValues): boolean =>
  enabledIf === undefined || parseClassTemplate('enabledIf', enabledIf)(variables).trim() === 'true';

function operationOf(
  { op, path, value, valueFrom }: ClassJsonPatch,
  variables: VariableValues,
): JsonPatchOperation {
  if (op === 'remove') return { op, path };
  if (valueFrom?.variable !== undefined)
    return { op, path, value: variableAt(valueFrom.variable, variables) };
  if (valueFrom?.template !== undefined)
    return { op, path, value: readYaml(parseClassTemplate('template', valueFrom.template)(variables)) };
  return { op, path, value: structuredClone(value) };
}

/**
 * Pure. Returns the value of a variable, or of a part of it, such as `builtin.cluster.name` or `disks[0].size`.
 * @throws Error if there is none
 */
export function variableAt(path: string, variables: VariableValues): unknown {
  const steps = path.split(/\.|(?=\[)/).map((step) => /^\[(\d+)\]$/.exec(step)?.[1] ?? step);
  const found = steps.reduce<unknown>(
    (at, step) =>
      typeof at === 'object' && at !== null && Object.hasOwn(at, step)
        ? (at as Readonly<Record<string, unknown>>)[step]
        : undefined,
    variables,
  );
  if (found === undefined) throw new Error(`the variable ${path} has no value`);
  return structuredClone(found);
}
