import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { age } from '@ignite/toolkit/text/age';
import type { DefinitionVersion, PrinterColumn } from './definition/definition.ts';
import { valuesAt } from './json-path/json-path.ts';

/** A column of the tables that list objects of a defined kind, beside that of their names. */
export interface CustomColumn extends Omit<PrinterColumn, 'jsonPath'> {
  readonly description: string;
  readonly cell: (object: KubeObject, nowMs: number) => unknown;
}

const ageColumn: PrinterColumn = {
  name: 'Age',
  type: 'date',
  jsonPath: '.metadata.creationTimestamp',
  description: 'When the object was created.',
};

/** Returns the columns that a version of a kind defines; the age if it defines none. */
export const customColumns = ({
  additionalPrinterColumns: columns = [ageColumn],
}: Pick<DefinitionVersion, 'additionalPrinterColumns'>): readonly CustomColumn[] =>
  columns.map(({ jsonPath, ...column }) => ({
    ...column,
    description: column.description ?? `Custom resource definition column (in JSONPath format): ${jsonPath}`,
    cell: (object, nowMs) => cellOf(valuesAt(object, jsonPath)[0], column.type, nowMs),
  }));

/** Returns a value as a cell of a type, or null if it has another type. */
function cellOf(value: unknown, type: string, nowMs: number): unknown {
  if (value === undefined || value === null) return null;
  switch (type) {
    case 'string':
      return typeof value === 'string' ? value : JSON.stringify(value);
    case 'integer':
      return typeof value === 'number' ? Math.trunc(value) : null;
    case 'date':
      return typeof value === 'string' ? dateCell(value, nowMs) : null;
    default:
      return typeof value === type ? value : null;
  }
}

const dateCell = (time: string, nowMs: number): string =>
  Number.isNaN(Date.parse(time)) ? '<invalid>' : age(time, nowMs);
