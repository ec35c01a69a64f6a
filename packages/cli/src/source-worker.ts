import { answerAsWorker } from '@ignite/toolkit/render/worker-reader';
import { declaredScheme } from './declared-scheme.ts';

void answerAsWorker(declaredScheme);
