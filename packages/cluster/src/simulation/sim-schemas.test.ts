import { describeValueSchemas } from '../contract/value-schemas.contract.ts';
import { simSchemas } from './sim-schemas.sample.ts';

describeValueSchemas('of simulations', simSchemas);
