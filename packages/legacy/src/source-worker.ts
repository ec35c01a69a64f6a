import { answerAsWorker } from '@ignite/toolkit/render/worker-reader';
import { scheme } from './scheme.ts';

void answerAsWorker(scheme);
