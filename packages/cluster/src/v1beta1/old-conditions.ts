import { type Move, isFields } from './field-moves.ts';

/** The conditions of v1beta1 say in `severity` how bad it is that they do not hold, and nothing where they do. */
export const withSeverities: Move = {
  up: (fields) => void delete fields['conditions'],
  down: (fields) => {
    const { v1beta2 } = fields;
    const conditions = isFields(v1beta2) ? v1beta2['conditions'] : undefined;
    if (!Array.isArray(conditions)) return;
    fields['conditions'] = conditions
      .filter(isFields)
      .map(({ type, status, lastTransitionTime, reason, message }) => ({
        ...{ type, status, lastTransitionTime },
        ...(status !== 'True' && { reason, message }),
        ...(status === 'False' && { severity: 'Info' }),
      }));
  },
};
